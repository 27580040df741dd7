# SPDX-License-Identifier: MIT
"""A network of one's own, where echoes are answered as a test wants it.

    unshare -n python3 echoes.py MODE [GROUPS] -- COMMAND...

GROUPS is net.ipv4.ping_group_range.  In mode "kernel" the kernel answers, in
every other one of MODES this program does, to 127.0.0.1 and ::1.
"""
import fcntl
import pathlib
import socket
import struct
import subprocess
import sys
import threading
import time

NET = pathlib.Path("/proc/sys/net")
EVERYBODY = "0 2147483647"
SIOCSIFFLAGS, UP = 0x8914, 0x1


def checksum(data):
    total = sum(struct.unpack(f">{len(data) // 2}H", data[:len(data) & ~1]))
    if len(data) & 1:
        total += data[-1] << 8
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


class Echoes:
    def __init__(self, six):
        self.six = six
        self.kinds = (128, 129) if six else (8, 0)
        self.home = "::1" if six else "127.0.0.1"
        self.sock = self.raw()

    def raw(self, source=None):
        if self.six:
            sock = socket.socket(socket.AF_INET6, socket.SOCK_RAW,
                                 socket.IPPROTO_ICMPV6)
        else:
            sock = socket.socket(socket.AF_INET, socket.SOCK_RAW,
                                 socket.IPPROTO_ICMP)
        if source is not None:
            sock.bind((source, 0))
        return sock

    def send(self, ident, sequence, payload, kind=None, code=0, sock=None):
        kind = self.kinds[1] if kind is None else kind
        head = struct.pack(">BBHHH", kind, code, 0, ident, sequence)
        if not self.six:
            head = head[:2] + struct.pack(">H", checksum(head + payload)) \
                + head[4:]
        (sock or self.sock).sendto(head + payload, (self.home, 0))

    def wrong(self, ident, sequence, payload):
        flipped = payload[:3] + bytes([payload[3] ^ 1]) + payload[4:]
        self.send(ident, sequence, flipped)
        self.send(ident, sequence + 1 & 0xffff, payload)
        self.send(ident, sequence, payload[:-1])
        self.send(ident, sequence, payload + b"\0")
        self.send(ident, sequence, b"")
        self.send(ident, sequence, payload, code=1)
        self.send(ident + 1 & 0xffff, sequence, payload)
        if not self.six:
            self.send(ident, sequence, payload, sock=self.raw("127.0.0.2"))

    def quoted(self, request):
        """As it was sent; over IPv6 we do not get to see the whole."""
        if not self.six:
            return request
        here = socket.inet_pton(socket.AF_INET6, self.home)
        return struct.pack(">IHBB", 6 << 28, len(request),
                           socket.IPPROTO_ICMPV6, 64) + here + here + request

    def answer(self, mode, request, ident, sequence, payload):
        if mode in ("wrong", "wrong-then-right"):
            self.wrong(ident, sequence, payload)
        elif mode == "flood":
            for i in range(3000):
                self.send(ident, i & 0xffff, b"x" * len(payload))
        elif mode == "unreachable":
            self.send(0, 0, self.quoted(request), kind=1 if self.six else 3,
                      code=3 if self.six else 1)
        if mode in ("late", "wrong-then-right"):
            time.sleep(0.2)
            self.send(ident, sequence, payload)

    def serve(self, mode):
        while True:
            packet = self.sock.recv(4096)
            at = 0 if self.six else (packet[0] & 15) * 4
            kind, _, _, ident, sequence = struct.unpack(
                ">BBHHH", packet[at:at + 8])
            if kind == self.kinds[0]:
                self.answer(mode, packet, ident, sequence, packet[at + 8:])


def main():
    mode, *rest = sys.argv[1:rest_at()]
    groups = rest[0] if rest else EVERYBODY
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        fcntl.ioctl(sock, SIOCSIFFLAGS, struct.pack("16sh", b"lo", UP))
    (NET / "ipv4/ping_group_range").write_text(groups)
    if mode != "kernel":
        (NET / "ipv4/icmp_echo_ignore_all").write_text("1")
        (NET / "ipv6/icmp/echo_ignore_all").write_text("1")
        for six in (False, True):
            threading.Thread(target=Echoes(six).serve, args=(mode,),
                             daemon=True).start()
    return subprocess.run(sys.argv[rest_at() + 1:], check=False).returncode


def rest_at():
    return sys.argv.index("--")


if __name__ == "__main__":
    sys.exit(main())
