#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""standin - regional APIs on loopback that fail on demand.

usage: standin.py [--regions na,eu,cn] [--state FILE]
       standin.py --state FILE --play REGION BEHAVIOUR

Each region is an HTTP server on a port of 127.0.0.1 that the system chose
(or its port of an earlier run, see --earlier).  Any path
answers {"status":"ok",...}.  Each server also takes commands, for any region:

    POST /behave?region=eu&as=maintenance     see BEHAVIOURS
    GET  /counts                              answers given, by region

The second form sends such a command to the stand-in that wrote FILE.
FILE gets {"pid":...,"regions":{"na":"http://127.0.0.1:PORT",...}} once every
server listens; standard output gets the same line.  Ends on SIGTERM, SIGINT.
"""

import argparse
import http.server
import json
import os
import signal
import socket
import struct
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

PAGE = b"<html><title>503</title><h1>Error 503: server maintenance</h1></html>\n"
FLAP_SECONDS = 20
STOPPED = threading.Event()


class Region:
    """What one API is asked to do, and what it has done."""

    def __init__(self, name):
        self.name, self.behaviour, self.answers = name, "ok", 0
        self.since = time.monotonic()

    def behave(self, behaviour):
        self.behaviour, self.since = behaviour, time.monotonic()


def answer_ok(call):
    body = {"status": "ok", "region": call.region.name}
    call.reply(200, json.dumps(body).encode(), "application/json")


def answer_maintenance(call):
    call.reply(503, PAGE, "text/html")


def answer_retry_after(call):
    call.reply(503, PAGE, "text/html", {"Retry-After": "1800"})


def answer_error(call):
    call.reply(500, b'{"status":"error"}\n', "application/json")


def answer_slow(call):
    STOPPED.wait(1.5)
    answer_ok(call)


def answer_hang(call):
    STOPPED.wait(60)
    call.close_connection = True


def answer_flapping(call):
    turn = int((time.monotonic() - call.region.since) / FLAP_SECONDS)
    (answer_ok if turn % 2 else answer_error)(call)


def answer_cut(call):
    """Promises more than it sends."""
    call.reply(200, b'{"status":', "application/json", {"Content-Length": "4096"})


def answer_garbage(call):
    call.wfile.write(b"\x00\xffthis is not HTTP\r\n\r\n")
    call.close_connection = True


def answer_reset(call):
    linger = struct.pack("ii", 1, 0)
    call.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    call.close_connection = True
    call.connection.close()


def answer_wrong(call):
    call.reply(200, b'{"status":"broken"}\n', "application/json")


def answer_limited(call):
    call.reply(429, b"slow down\n", "text/plain", {"Retry-After": "30"})


def answer_login(call):
    call.reply(401, b'{"error":"login required"}\n', "application/json")


BEHAVIOURS = {
    "ok": answer_ok,
    "maintenance": answer_maintenance,
    "retry-after": answer_retry_after,
    "error": answer_error,
    "slow": answer_slow,
    "hang": answer_hang,
    "flapping": answer_flapping,
    "cut": answer_cut,
    "garbage": answer_garbage,
    "reset": answer_reset,
    "wrong": answer_wrong,
    "limited": answer_limited,
    "login": answer_login,
}


class Call(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "standin"

    @property
    def region(self):
        return self.server.region

    def reply(self, code, body, kind, headers=None):
        headers = {"Content-Length": str(len(body)), **(headers or {})}
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.send_header("Connection", "close")
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        self.close_connection = True

    def do_GET(self):
        if self.path == "/counts":
            counts = {r.name: r.answers for r in self.server.regions.values()}
            self.reply(200, json.dumps(counts).encode(), "application/json")
            return
        self.region.answers += 1
        BEHAVIOURS[self.region.behaviour](self)

    do_HEAD = do_GET

    def do_POST(self):
        url = urllib.parse.urlsplit(self.path)
        asked = dict(urllib.parse.parse_qsl(url.query))
        region = self.server.regions.get(asked.get("region", self.region.name))
        if url.path != "/behave":
            self.do_GET()
        elif region is None or asked.get("as") not in BEHAVIOURS:
            known = f"region: {', '.join(self.server.regions)}; as: {', '.join(BEHAVIOURS)}\n"
            self.reply(400, known.encode(), "text/plain")
        else:
            region.behave(asked["as"])
            self.reply(200, f"{region.name}: {asked['as']}\n".encode(), "text/plain")

    def log_message(self, *_):
        """Quiet: the daemon beside us is the one to read."""


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, region, regions, port):
        self.region, self.regions = region, regions
        super().__init__(("127.0.0.1", port), Call)

    def handle_error(self, request, client_address):
        """A client that hangs up early is none of our business."""


def earlier_ports(path):
    try:
        with open(path, encoding="ascii") as f:
            regions = json.load(f)["regions"]
        return {name: urllib.parse.urlsplit(url).port for name, url in regions.items()}
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        return {}


def listen(region, regions, port):
    try:
        return Server(region, regions, port)
    except OSError:
        return Server(region, regions, 0)


def tell(servers, path):
    urls = {s.region.name: f"http://127.0.0.1:{s.server_address[1]}" for s in servers}
    line = json.dumps({"pid": os.getpid(), "regions": urls})
    if path:
        with open(path + ".new", "w", encoding="ascii") as f:
            f.write(line + "\n")
        os.replace(path + ".new", path)
    print(line, flush=True)


def play(path, region, behaviour):
    """Be the client of another stand-in.  The exit code."""
    try:
        with open(path, encoding="ascii") as f:
            url = next(iter(json.load(f)["regions"].values()))
        query = urllib.parse.urlencode({"region": region, "as": behaviour})
        request = urllib.request.Request(f"{url}/behave?{query}", method="POST")
        with urllib.request.urlopen(request, timeout=5) as answer:
            print(answer.read().decode(), end="")
        return 0
    except urllib.error.HTTPError as error:
        print(error.read().decode(), end="", file=sys.stderr)
        return 64
    except (OSError, ValueError) as error:
        print(f"no stand-in answers ({error}): is ./dev run at work?", file=sys.stderr)
        return 69


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--regions", default="na,eu,cn")
    parser.add_argument("--state", default="")
    parser.add_argument("--earlier", default="", help="an older FILE: take its ports if free")
    parser.add_argument("--play", nargs=2, metavar=("REGION", "BEHAVIOUR"))
    options = parser.parse_args()
    if options.play:
        return play(options.state, *options.play)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: STOPPED.set())
    regions = {name: Region(name) for name in options.regions.split(",")}
    ports = earlier_ports(options.earlier)
    servers = [listen(r, regions, ports.get(r.name, 0)) for r in regions.values()]
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    tell(servers, options.state)
    STOPPED.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
