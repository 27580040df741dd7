# SPDX-License-Identifier: MIT
"""A web server that misbehaves on demand, for tests of what asks it.

Prints one line "NAME PORT" per listener and "ready", then serves until its
standard input ends.  The path of a request names the misbehaviour.
"""
import os
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import threading

OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nX-One: 1\r\n"


def answer(body):
    return OK + b"Content-Length: %d\r\n\r\n" % len(body) + body


def forever(conn, first, again, pause=0.0):
    conn.sendall(first)
    stop = threading.Event()
    while not stop.wait(pause):
        conn.sendall(again)


def reset(conn):
    conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                    struct.pack("ii", 1, 0))


def hang(conn):
    conn.recv(1)


CANNED = {
    "/ok": answer(b"hello"),
    "/503": b"HTTP/1.1 503 Busy\r\nRetry-After: 120\r\n"
            b"Content-Length: 4\r\n\r\nbusy",
    "/204": b"HTTP/1.1 204 No Content\r\n\r\n",
    "/redirect": b"HTTP/1.1 302 Found\r\nLocation: /ok\r\n"
                 b"Content-Length: 0\r\n\r\n",
    "/truncated": OK + b"Content-Length: 100\r\n\r\nonly this",
    "/cut-chunk": OK + b"Transfer-Encoding: chunked\r\n\r\n64\r\nonly this",
    "/garbage": b"\x00\xff\xfe garbage \x01\x02\r\n\r\n",
    "/http09": b"<html>an answer without a head</html>",
    "/nul": b"HTTP/1.1 \x00200 OK\r\n\r\n",
    "/negative": OK + b"Content-Length: -1\r\n\r\nx",
    "/many-lines": OK + b"X-Filler: x\r\n" * 300 + b"\r\n",
    "/long-line": OK + b"X-Long: " + b"x" * 2000000 + b"\r\n\r\n",
    "/many-bytes": OK + (b"X-Big: " + b"x" * 8000 + b"\r\n") * 9 + b"\r\n",
    "/103-ten": b"HTTP/1.1 103 Early Hints\r\nX-Hint: 1\r\n\r\n" * 10
                + answer(b"hello"),
    "/odd-headers": OK + b"X-Blank:   spaced out \t \r\nX-Empty:\r\n"
                    b"no colon here\r\nX-NUL: a\x00b\r\n"
                    b"Content-Length: 0\r\n\r\n",
    "/trailer": OK + b"Transfer-Encoding: chunked\r\n\r\n"
                b"5\r\nhello\r\n0\r\nX-Trailer: 1\r\n\r\n",
    "/close": b"",
    "/1000": answer(b"x" * 1000),
}


def misbehave(conn, path, request):
    if path in CANNED:
        conn.sendall(CANNED[path])
    elif path == "/echo":
        conn.sendall(answer(request))
    elif path == "/reset":
        reset(conn)
    elif path == "/reset-later":
        conn.sendall(OK + b"Content-Length: 100\r\n\r\nsome")
        reset(conn)
    elif path == "/drip":
        forever(conn, OK + b"Content-Length: 100000\r\n\r\n", b"x", 0.02)
    elif path == "/drip-head":
        forever(conn, OK, b"x", 0.02)
    elif path == "/hang":
        hang(conn)
    elif path == "/endless":
        forever(conn, OK + b"\r\n", b"x" * 65536)
    elif path == "/endless-chunks":
        forever(conn, OK + b"Transfer-Encoding: chunked\r\n\r\n",
                b"1000\r\n" + b"x" * 4096 + b"\r\n")
    elif path == "/103s":
        forever(conn, b"", b"HTTP/1.1 103 Early Hints\r\n\r\n" * 100)
    else:
        conn.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")


def read_request(conn):
    request = b""
    while b"\r\n\r\n" not in request:
        piece = conn.recv(65536)
        if not piece:
            return request
        request += piece
    head, _, body = request.partition(b"\r\n\r\n")
    size = 0
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            size = int(line.split(b":")[1])
    while len(body) < size:
        body += conn.recv(65536)
    return head + b"\r\n\r\n" + body


def serve_one(conn, context):
    try:
        with conn:
            if context is not None:
                conn = context.wrap_socket(conn, server_side=True)
            request = read_request(conn)
            words = request.split(b" ")
            if len(words) < 2:
                return
            path = words[1].decode("latin-1")
            if path.startswith("http://"):
                conn.sendall(answer(b"proxied " + path.encode()))
            else:
                misbehave(conn, path.partition("?")[0], request)
            conn.close()
    except OSError:
        pass


def listen(name, handler):
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(("127.0.0.1", 0))
    sock.listen(128)
    print(name, sock.getsockname()[1], flush=True)

    def accept():
        while True:
            conn, _ = sock.accept()
            threading.Thread(target=handler, args=(conn,),
                             daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()


def listen_full():
    """A port whose queue is full: connecting to it takes for ever."""
    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    sock.listen(0)
    held = [sock]
    for _ in range(4):
        conn = socket.socket()
        conn.setblocking(False)
        conn.connect_ex(sock.getsockname())
        held.append(conn)
    print("full", sock.getsockname()[1], flush=True)
    return held


def closed_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        print("closed", sock.getsockname()[1], flush=True)


class Certificates:
    """Made on the spot by the openssl command."""

    def __init__(self, folder):
        self.folder = folder
        self.file("ca.cnf", """
[ca]
default_ca = main
[main]
database = %(f)s/index
new_certs_dir = %(f)s
serial = %(f)s/serial
default_md = sha256
policy = any
rand_serial = yes
unique_subject = no
[any]
commonName = supplied
""" % {"f": folder})
        self.file("index", "")
        for name in ("ca", "other-ca"):
            self.run("req", "-x509", "-newkey", "ec", "-pkeyopt",
                     "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
                     "-subj", "/CN=" + name, "-keyout", self.path(name, "key"),
                     "-out", self.path(name, "pem"))

    def path(self, name, end):
        return os.path.join(self.folder, name + "." + end)

    def file(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="ascii") as out:
            out.write(text)
        return path

    def run(self, *args):
        return subprocess.run(["openssl", *args], check=True,
                              cwd=self.folder, stdin=subprocess.DEVNULL,
                              capture_output=True).stdout

    def make(self, name, start, end, authority="ca", subject="/CN=good.test",
             extensions="subjectAltName=DNS:good.test\n"):
        self.run("req", "-newkey", "ec", "-pkeyopt",
                 "ec_paramgen_curve:P-256", "-nodes", "-utf8", "-subj",
                 subject, "-keyout", self.path(name, "key"),
                 "-out", self.path(name, "csr"))
        extensions = self.file(name + ".ext", extensions)
        self.run("ca", "-batch", "-notext", "-config",
                 os.path.join(self.folder, "ca.cnf"), "-cert",
                 self.path(authority, "pem"), "-keyfile",
                 self.path(authority, "key"), "-in", self.path(name, "csr"),
                 "-out", self.path(name, "pem"), "-utf8", "-startdate", start,
                 "-enddate", end, "-extfile", extensions)

    def staple(self, name, status, signer="ca", about=None):
        """The word of an authority on a certificate; a file in DER.

        status: good, or revoked for a reason of openssl-ca(1)."""
        about = about or name
        serial = self.run("x509", "-in", self.path(about, "pem"), "-noout",
                          "-serial").decode().strip().partition("=")[2]
        if status == "good":
            line = f"V\t490102030405Z\t\t{serial}\tunknown\t/CN=x\n"
        else:
            line = (f"R\t490102030405Z\t230214090000Z,{status}\t{serial}\t"
                    "unknown\t/CN=x\n")
        index = self.file(name + ".index", line)
        out = self.path(name, "ocsp")
        self.run("ocsp", "-index", index, "-CA", self.path("ca", "pem"),
                 "-issuer", self.path("ca", "pem"), "-cert",
                 self.path(about, "pem"), "-rsigner", self.path(signer, "pem"),
                 "-rkey", self.path(signer, "key"), "-ndays", "7",
                 "-no_nonce", "-respout", out, "-noverify")
        return out

    def context(self, name):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.path(name, "pem"),
                                self.path(name, "key"))
        return context


def listen_tls(folder):
    made = Certificates(folder)
    made.make("good", "20200101000000Z", "20490102030405Z")
    made.make("expired", "20200101000000Z", "20210101000000Z")
    made.make("early", "20480101000000Z", "20490101000000Z")
    made.make("unknown", "20200101000000Z", "20490101000000Z", "other-ca")
    made.run("req", "-x509", "-newkey", "ec", "-pkeyopt",
             "ec_paramgen_curve:P-256", "-nodes", "-days", "30", "-subj",
             "/CN=good.test", "-addext", "subjectAltName=DNS:good.test",
             "-keyout", made.path("self", "key"),
             "-out", made.path("self", "pem"))
    for name in ("good", "expired", "early", "unknown", "self"):
        context = made.context(name)
        listen("tls-" + name, lambda conn, c=context: serve_one(conn, c))
    print("ca", made.path("ca", "pem"), flush=True)


def silent(conn):
    with conn:
        while conn.recv(65536):
            pass


def babble(conn):
    with conn:
        conn.recv(1)
        conn.sendall(b"this is no TLS at all\r\n" * 4)


def main():
    with tempfile.TemporaryDirectory() as folder:
        listen("http", lambda conn: serve_one(conn, None))
        listen("silent", silent)
        listen("babble", babble)
        closed_port()
        held = listen_full()
        listen_tls(folder)
        print("ready", len(held), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
