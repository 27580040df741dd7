#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""target.py PORT: answers 200, or 503 while the file "broken" is beside it."""
import http.server
import os
import pathlib
import sys

BROKEN = pathlib.Path(os.path.realpath(__file__)).parent / "broken"


class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(503 if BROKEN.exists() else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        print(self.headers.get("webhook-signature", "unsigned"), flush=True)
        self.do_GET() if not BROKEN.exists() else self._taken()

    def _taken(self):
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_args):
        pass


http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Page).serve_forever()
