# SPDX-License-Identifier: MIT
"""From a target that fails to a receiver that is told: the whole daemon."""
import json
import os
import pathlib
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support_py"))

import json_schema  # noqa: E402
from receiver import Receiver, new_secret  # noqa: E402

VIGIE = os.environ.get("VIGIE", str(ROOT / "build/debug/vigie"))
SCHEMA = json.loads((ROOT / "schema/event.schema.json").read_text())


class _Target(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_args):
        pass


@pytest.fixture
def target():
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Target)
    server.daemon_threads = True
    server.status = 500
    thread = threading.Thread(target=server.serve_forever,
                              kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


def test_an_opening_is_told_until_it_is_taken(tmp_path, target):
    secret = new_secret()
    key = tmp_path / "hook.key"
    key.write_text(secret + "\n")
    key.chmod(0o600)
    script = ["503 retry-after=1", "500", "200"]
    with Receiver([secret], script) as receiver:
        config = tmp_path / "vigie.yaml"
        config.write_text(f"""
database: {tmp_path}/vigie.db
public_url: https://status.example.org
canaries: []
services:
  - id: shop
    name: The shop
    functions: [buying]
    regions:
      eu: {{url: "http://127.0.0.1:{target.server_address[1]}/", interval: 5s}}
receivers:
  - id: hook
    type: webhook
    url: {receiver.url}
    secret_file: {key}
    allow_private: true
routes:
  - {{to: [hook]}}
""")
        daemon = subprocess.Popen([VIGIE, "run", "--stderr", "-c", config],
                                  stderr=subprocess.PIPE, text=True)
        try:
            first, second, third = receiver.wait(3, timeout=150)[:3]
        finally:
            daemon.terminate()
            errors = daemon.communicate(timeout=30)[1]
    assert daemon.returncode == 0, errors
    requests = [first, second, third]
    assert all(r.valid for r in requests), [r.faults for r in requests]
    # Every try is the same notice, under the same id, at its own time.
    assert len({r.id for r in requests}) == 1
    assert len({r.body for r in requests}) == 1
    assert second.at - first.at >= 1
    assert third.at - second.at >= 8
    body = first.json()
    assert json_schema.faults(SCHEMA, body) == []
    assert body["type"] == "incident.opened"
    assert body["data"]["endpoint"] == "shop/eu"
    assert body["data"]["service"]["functions"] == ["buying"]
    assert body["data"]["url"].startswith("https://status.example.org/i/20")
