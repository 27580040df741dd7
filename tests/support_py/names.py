# SPDX-License-Identifier: MIT
"""A name server that answers, or misbehaves, by the first label of a name.

    with NameServer() as names:      # at AT, port 53: needs root
        names.address["www"] = ["127.0.0.1"]

What is known is in `address` (A and AAAA records of TTL 1) and in `records`
(by label, a list of record type and data); a label of
MISBEHAVIOURS does what it is called; everything else does not exist.
"""
import ipaddress
import os
import socket
import struct
import threading

# One for each process: port 53 can be had once at an address.
AT = "127.53.{}.{}".format(*divmod(os.getpid() % 62500, 250))
NOBODY_AT = "127.53.255.254"
NXDOMAIN, SERVFAIL, REFUSED = 3, 2, 5
CODES = {"nxdomain": NXDOMAIN, "servfail": SERVFAIL, "refused": REFUSED}
MISBEHAVIOURS = (*CODES, "empty", "silent", "garbage", "wrong-id", "loop",
                 "cut", "huge")
QTYPE = {4: 1, 6: 28}


def label_of(query):
    """The first label of the question."""
    return query[13:13 + query[12]].decode("latin-1")


def question_end(query):
    return query.index(b"\0", 12) + 5


def reply(query, code=0, records=(), flags=0x8180):
    end = question_end(query)
    head = query[:2] + struct.pack(">HHHHH", flags | code, 1, len(records),
                                   0, 0)
    return head + query[12:end] + b"".join(records)


def record(kind, data, ttl=1, name=b"\xc0\x0c"):
    return name + struct.pack(">HHIH", kind, 1, ttl, len(data)) + data


class NameServer:
    def __init__(self, at=AT, port=53):
        self.address = {}
        self.records = {}
        self.dark = False    # answers nothing at all
        self.default = None  # address of every unknown name
        self.asked = []
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self.sock.bind((at, port))
        self.at = self.sock.getsockname()
        self.tcp = socket.create_server(self.at)
        self.threads = [threading.Thread(target=work, daemon=True)
                        for work in (self._serve, self._serve_tcp)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_exc):
        self.sock.close()
        self.tcp.shutdown(socket.SHUT_RDWR)
        self.tcp.close()

    def _serve_tcp(self):
        """One question at a time, as long as somebody asks."""
        while True:
            try:
                conn, _ = self.tcp.accept()
            except OSError:
                return
            with conn:
                conn.settimeout(5)
                try:
                    while size := conn.recv(2, socket.MSG_WAITALL):
                        query = conn.recv(struct.unpack(">H", size)[0],
                                          socket.MSG_WAITALL)
                        answer = self.answer(query)
                        if answer is None:
                            break
                        conn.sendall(struct.pack(">H", len(answer)) + answer)
                except (OSError, struct.error):
                    pass

    def _serve(self):
        while True:
            try:
                query, peer = self.sock.recvfrom(4096)
                answer = None if self.dark or len(query) < 17 \
                    else self.answer(query)
                if answer is not None:
                    self.sock.sendto(answer, peer)
            except OSError:
                return

    def answer(self, query):
        label = label_of(query)
        end = question_end(query)
        (kind,) = struct.unpack(">H", query[end - 4:end - 2])
        self.asked.append((label, kind))
        if label in CODES:
            return reply(query, CODES[label])
        if label in MISBEHAVIOURS:
            return self.misbehave(label, query)
        if label in self.records:
            return reply(query, 0, [record(t, data) for t, data
                                    in self.records[label] if t == kind])
        known = self.address.get(label)
        if callable(known):
            known = known()
        if known is None and self.default is not None:
            known = [self.default]
        if known is None:
            return reply(query, NXDOMAIN)
        every = [ipaddress.ip_address(a) for a in known]
        return reply(query, 0, [record(kind, a.packed) for a in every
                                if QTYPE[a.version] == kind])

    @staticmethod
    def misbehave(label, query):
        good = record(1, b"\x7f\0\0\1")
        if label == "empty":
            return reply(query)
        if label == "garbage":
            return query[:2] + os.urandom(60)
        if label == "wrong-id":
            whole = reply(query, 0, [good])
            return bytes([whole[0] ^ 0xff]) + whole[1:]
        if label == "loop":  # a name that points at itself
            at = question_end(query)
            itself = struct.pack(">H", 0xc000 | at)
            return reply(query, 0, [record(5, itself, name=itself)])
        if label == "cut":
            return reply(query, 0, [good])[:-3]
        if label == "huge":
            return reply(query, 0, [good] * 200)
        return None


# To be run as: unshare -m sh -ec PRIVATE FOLDER COMMAND...  Files of FOLDER
# take the place of those of the same name in /etc, a folder "etc" of it whole.
PRIVATE = """
mount --make-rprivate /
[ ! -d "$0/etc" ] || mount --bind "$0/etc" /etc
for f in resolv.conf hosts; do
    [ ! -e "$0/$f" ] || mount --bind "$0/$f" "/etc/$f"
done
exec "$@"
"""


def privately(folder):
    """A prefix of a command that asks this server and nobody else."""
    conf = folder / "resolv.conf"
    if not conf.exists():
        conf.write_text(f"nameserver {AT}\noptions timeout:1 attempts:2\n")
    return ["unshare", "-m", "sh", "-ec", PRIVATE, str(folder)]


def may_be_private():
    """Whether this user may have a name server and a mount namespace."""
    return os.geteuid() == 0
