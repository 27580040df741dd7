# SPDX-License-Identifier: MIT
"""Configurations that change under load, and secrets that change with them.

What is wrong in a file is told in tests/unit/config_rows.def, one row a case.
"""
import os
import pathlib
import signal
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support_py"))

import live  # noqa: E402
from receiver import Receiver, new_secret  # noqa: E402

HANGUPS, UNDER_LOAD = 100, 100
SECONDS = 10 if os.environ.get("VIGIE_LONG") == "1" else 5
CONFIG_REFUSED = 78


class _Seen(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.tokens.append(self.headers.get("Authorization"))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_args):
        pass


@pytest.fixture
def target():
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Seen)
    server.daemon_threads = True
    server.tokens = []
    server.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever,
                              kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


def secret(path, text, mode=0o600):
    path.write_text(text and text + "\n")
    path.chmod(mode)


def test_a_secret_that_changes(target, tmp_path):
    """Used after a reload, not before; refused when others may read or
    change it; and
    never shown."""
    token, config = tmp_path / "token", tmp_path / "vigie.yaml"
    secret(token, "first-token")
    config.write_text(f"""
database: {tmp_path}/vigie.db
control: {tmp_path}/control
canaries: []
defaults: {{interval: 1s, timeout: 1s}}
services:
  - id: shop
    regions: {{eu: {{url: {target.url}/, auth: {{bearer_file: {token}}}}}}}
""")
    with live.Daemon(config) as daemon:
        def asked(with_token):
            return live.until(lambda: f"Bearer {with_token}"
                              in target.tokens[-1:], 20, with_token)
        asked("first-token")
        secret(token, "second-token")
        count = len(target.tokens)
        live.until(lambda: len(target.tokens) > count + 2)
        assert set(target.tokens) == {"Bearer first-token"}
        daemon.command("reload")
        asked("second-token")
        for text, mode, why in (
                ("third-token", 0o644, f"run: chmod 600 {token}"),
                ("third-token", 0o660, f"run: chmod g-w {token}"),
                ("", 0o600, f"{token} is empty")):
            secret(token, text, mode)
            refused = live.vigie("reload", "-c", config)
            assert refused.returncode == CONFIG_REFUSED
            assert why in refused.stderr
        token.unlink()
        assert live.vigie("reload", "-c", config
                          ).returncode == CONFIG_REFUSED
        count = len(target.tokens)
        live.until(lambda: len(target.tokens) > count + 1)
        assert target.tokens[-1] == "Bearer second-token"
        secret(token, "fourth-token")
        live.until(lambda: "up" in daemon.states().values())
        shown = (daemon.said() + daemon.command("check", "--dump")
                 + daemon.command("status", "--json"))
        assert daemon.stop() == 0
    written = (tmp_path / "vigie.db").read_bytes()
    for hidden in ("first-token", "second-token", "fourth-token"):
        assert hidden not in shown
        assert hidden.encode() not in written


CONFIG = """
database: {f}/vigie.db
control: {f}/control
canaries: []
defaults: {{interval: 3s, timeout: 3s}}
services:
{services}
receivers:
  - {{id: hook, type: webhook, url: "{hook}", secret_file: {f}/key,
     allow_private: true}}
routes:
  - {{to: [hook], all: true}}
"""


def descriptors(pids):
    return {pid: len(os.listdir(f"/proc/{pid}/fd")) for pid in pids}


def test_hangups_under_load(tmp_path):
    """A hundred within seconds, of two files and a broken one: nobody dies,
    nothing leaks, nobody is told anything."""
    key, config = new_secret(), tmp_path / "vigie.yaml"
    secret(tmp_path / "key", key)

    def text(first):
        return CONFIG.format(f=tmp_path, hook=receiver.url, services="\n".join(
            f"  - {{id: s{i}, regions: {{eu: {target.url}/{i}}}}}"
            for i in range(first, UNDER_LOAD)))

    def settled():
        states = daemon.states()
        return (len(states) == UNDER_LOAD
                and set(states.values()) == {"up"})

    with live.Target() as target, Receiver([key]) as receiver:
        config.write_text(text(0))
        with live.Daemon(config) as daemon:
            live.until(settled, what="all up")
            kids = live.children(daemon.pid)
            before = descriptors([daemon.pid, *kids.values()])
            began = time.monotonic()
            for turn in range(HANGUPS):
                config.write_text(
                    "services: [{" if turn % 3 == 2 else text(turn % 3 * 10))
                os.kill(daemon.pid, signal.SIGHUP)
                live.until(lambda: time.monotonic() - began
                           >= (turn + 1) * SECONDS / HANGUPS)
            daemon.until_said("reload-refused")
            config.write_text(text(0))
            daemon.command("reload")
            live.until(settled, what="all up again")
            assert live.children(daemon.pid) == kids
            live.until(lambda: all(
                now <= before[pid] + 8 for pid, now in
                descriptors(before).items()), what="descriptors as before")
            assert receiver.requests == []
            assert daemon.json("incidents") == []
            assert daemon.said().count("reload endpoints=") > HANGUPS // 4
            assert not daemon.said("child-ended|loop-stalled|crit")
            assert daemon.stop() == 0
    assert live.sound(tmp_path / "vigie.db") == ["ok"]
