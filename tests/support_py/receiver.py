# SPDX-License-Identifier: MIT
"""A webhook receiver on loopback whose answers are scripted.

    with Receiver(secrets=[secret], script=["503 retry-after=2", "200"]) as r:
        ...                       # POST to r.url
        r.wait(2)                 # until two requests came, or AssertionError
        r.requests[0].valid       # its signature, checked by two programs

Each request takes the next step of the script; the last one is repeated.
Steps: a status, optionally with "name=value" headers ("429 retry-after=5"), or

    hang        read the request, never answer
    reset       read the request, then reset the connection
    slow S      answer 200 after S seconds
    redirect U  answer 302 with that Location
    large N     answer 200 with a body of N bytes
    garbage     answer something that is not HTTP
    endless     answer 200 with a body that never ends

A heartbeat, which is a GET, takes a step as well.

Run as a program it prints its URL and records requests as lines of JSON:

    receiver.py [--secret whsec_...]... [--record FILE] [STEP...]
"""
import argparse
import base64
import hashlib
import hmac
import json
import secrets as entropy
import socket
import struct
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TOLERANCE_S = 300


def new_secret(size=32):
    return "whsec_" + base64.b64encode(entropy.token_bytes(size)).decode()


def sign_hmac(key, message):
    """With Python's own implementation."""
    return hmac.new(key, message, hashlib.sha256).digest()


def sign_openssl(key, message):
    """With another program, so that one mistake cannot hide in both."""
    done = subprocess.run(
        ["openssl", "dgst", "-sha256", "-mac", "HMAC", "-macopt",
         "hexkey:" + key.hex(), "-binary"],
        input=message, capture_output=True, check=True)
    return done.stdout


class Request:
    """One POST as it arrived, and what is wrong with it; or one GET."""

    def __init__(self, path, headers, body, secrets, method="POST"):
        self.at = time.time()
        self.method = method
        self.path = path
        self.headers = {k.lower(): v for k, v in headers.items()}
        self.body = body
        self.id = self.headers.get("webhook-id")
        self.timestamp = self.headers.get("webhook-timestamp")
        self.faults = (self._faults(secrets) if method == "POST"
                       else self._beat_faults())
        self.valid = not self.faults

    def json(self):
        return json.loads(self.body)

    def _beat_faults(self):
        """It says who asks, and nothing else."""
        extra = set(self.headers) - {"host", "user-agent", "accept"}
        return [f"{self.method} with {extra} {self.body!r}"
                ] if extra or self.body else []

    def _faults(self, secrets):
        faults = []
        if not self.id or "." in self.id:
            faults.append(f"webhook-id: {self.id!r}")
        if not self.timestamp or not self.timestamp.isdigit():
            faults.append(f"webhook-timestamp: {self.timestamp!r}")
        elif abs(int(self.timestamp) - self.at) > TOLERANCE_S:
            faults.append(f"webhook-timestamp is off: {self.timestamp}")
        if self.headers.get("content-type") != "application/json":
            faults.append(f"content-type: {self.headers.get('content-type')}")
        if not faults:
            faults += self._signature_faults(secrets)
        return faults

    def _signature_faults(self, secrets):
        got = self.headers.get("webhook-signature")
        if not secrets:
            return [] if got is None else ["signed without a secret"]
        if got is None:
            return ["no webhook-signature"]
        message = f"{self.id}.{self.timestamp}.".encode() + self.body
        for secret in secrets:
            key = base64.b64decode(secret.removeprefix("whsec_"))
            mac = sign_hmac(key, message)
            if sign_openssl(key, message) != mac:
                return ["hmac and openssl disagree"]
            if "v1," + base64.b64encode(mac).decode() in got.split(" "):
                return []
        return [f"webhook-signature does not fit: {got}"]

    def record(self):
        return {"at": self.at, "path": self.path, "headers": self.headers,
                "body": self.body.decode("utf-8", "replace"),
                "faults": self.faults}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.do_POST()

    def do_POST(self):
        size = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(size)
        owner = self.server.owner
        step = owner._take(Request(self.path, self.headers, body,
                                   owner.secrets, self.command))
        word, _, rest = step.partition(" ")
        action = getattr(self, "step_" + word, None)
        if action is not None:
            action(rest)
        else:
            fields = dict(f.split("=", 1) for f in rest.split())
            self.answer(int(word), fields)

    def answer(self, status, fields=None, body=b"{}"):
        self.send_response(status)
        for name, value in (fields or {}).items():
            self.send_header(name, value)
        if status == 204:
            body = b""
        else:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def step_hang(self, _rest):
        self.server.owner._closing.wait()
        self.close_connection = True

    def step_reset(self, _rest):
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                   struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()

    def step_slow(self, rest):
        self.server.owner._closing.wait(float(rest))
        self.answer(200)

    def step_redirect(self, rest):
        self.answer(302, {"Location": rest})

    def step_large(self, rest):
        self.answer(200, body=b"x" * int(rest))

    def step_endless(self, _rest):
        self.close_connection = True
        self.send_response(200)
        self.end_headers()
        while not self.server.owner._closing.is_set():
            self.wfile.write(b"x" * 65536)

    def step_garbage(self, _rest):
        self.wfile.write(b"\x00\x01 hello\r\n\r\n")
        self.close_connection = True

    def log_message(self, *_args):
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, _request, _client_address):
        pass  # the other side went away, as some steps provoke


class Receiver:
    def __init__(self, secrets=(), script=("200",), record=None):
        self.secrets = list(secrets)
        self.script = list(script)
        self.requests = []
        self._record = record
        self._changed = threading.Condition()
        self._closing = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.owner = self
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/hook"
        self._thread = threading.Thread(target=self._server.serve_forever,
                                        kwargs={"poll_interval": 0.05},
                                        daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_exc):
        self.close()

    def close(self):
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()

    def _take(self, request):
        with self._changed:
            self.requests.append(request)
            if self._record is not None:
                with open(self._record, "a", encoding="utf-8") as f:
                    f.write(json.dumps(request.record()) + "\n")
            self._changed.notify_all()
            if len(self.script) > 1:
                return self.script.pop(0)
            return self.script[0]

    def wait(self, count, timeout=30):
        """Until that many requests came; returns all of them."""
        with self._changed:
            came = self._changed.wait_for(
                lambda: len(self.requests) >= count, timeout)
        assert came, f"{len(self.requests)} of {count} requests came"
        return list(self.requests)

    def wait_for(self, claim, timeout=30):
        """Until claim(requests) holds; returns what it gave."""
        with self._changed:
            got = self._changed.wait_for(lambda: claim(self.requests), timeout)
        assert got, f"not among {len(self.requests)} requests"
        return got


def main():
    parser = argparse.ArgumentParser(description="a scripted receiver")
    parser.add_argument("--secret", action="append", default=[])
    parser.add_argument("--record")
    parser.add_argument("step", nargs="*", default=["200"])
    args = parser.parse_args()
    with Receiver(args.secret, args.step, args.record) as receiver:
        print(receiver.url, flush=True)
        sys.stdin.read()  # until our parent goes


if __name__ == "__main__":
    main()
