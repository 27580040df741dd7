# SPDX-License-Identifier: MIT
"""A token server and an API behind it, both on loopback; both may misbehave."""
import base64
import json
import socket
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.0"

    def _serve(self):
        size = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(size).decode()
        code, headers, answer = self.server.owner.answer(self, body)
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST = _serve

    def log_message(self, *_args):
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, _request, _client_address):
        pass


class _Base:
    def __init__(self, context=None, at=("127.0.0.1", 0)):
        self.lock = threading.Lock()
        self.server = _Server(at, _Handler)
        self.server.owner = self
        if context is not None:
            self.server.socket = context.wrap_socket(self.server.socket,
                                                     server_side=True)
        scheme = "http" if context is None else "https"
        self.url = f"{scheme}://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever,
                         kwargs={"poll_interval": 0.05}, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_exc):
        self.server.shutdown()
        self.server.server_close()


class Tokens(_Base):
    """Gives tokens that hold its mark; `says` replaces what it answers."""

    def __init__(self, client, secret, context=None):
        self.client, self.secret = client, secret
        self.mark, self.life, self.says = "tokenmark", 3600, None
        self.takes = 0  # seconds
        self.asked, self.given = [], []
        super().__init__(context)

    def answer(self, request, body):
        shown = request.headers.get("Authorization", "")
        kind, _, rest = shown.partition(" ")
        user, _, word = base64.b64decode(rest).decode().partition(":")
        user, word = map(urllib.parse.unquote_plus, (user, word))
        time.sleep(self.takes)
        with self.lock:
            self.asked.append((request.command, dict(
                urllib.parse.parse_qsl(body)), user, word))
            if self.says is not None:
                return self.says
            if kind != "Basic" or (user, word) != (self.client, self.secret):
                return 401, {}, b'{"error": "invalid_client"}'
            # Short and without a look of its own: only who knows it hides it.
            self.given.append(f"{self.mark}{len(self.given) + 1}.")
            return 200, {"Content-Type": "application/json"}, json.dumps(
                {"access_token": self.given[-1], "token_type": "Bearer",
                 "expires_in": self.life}).encode()


class Api(_Base):
    """Lets in who shows the last token; /echo fails and repeats it."""

    def __init__(self, tokens, at=("127.0.0.1", 0)):
        self.tokens, self.shown, self.moved = tokens, [], None
        self.takes = 0  # seconds
        super().__init__(at=at)

    def answer(self, request, _body):
        time.sleep(self.takes)
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        with self.lock:
            self.shown.append(token)
        if self.moved is not None:
            return 302, {"Location": self.moved}, b""
        if request.path == "/echo":
            return 500, {"Location": "/" + token}, f"you are {token}".encode()
        if token != (self.tokens.given or [None])[-1]:
            return 401, {"WWW-Authenticate": "Bearer"}, b"who?"
        return 200, {}, b"hello"


def closed_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]
