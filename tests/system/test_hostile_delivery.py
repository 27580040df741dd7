# SPDX-License-Identifier: MIT
"""Those who are told misbehave: nobody else notices.

What webhooks may answer, for days, is played in tests/story/delivery.story
and uplink.story, and over real sockets in test_webhook.py.
"""
import contextlib
import itertools
import pathlib
import sys
import threading

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support_py"))

import live  # noqa: E402
import logdaemon  # noqa: E402
from receiver import Receiver, new_secret  # noqa: E402

ENDPOINTS = 40
CONFIG = """
database: {f}/vigie.db
control: {f}/control
canaries: []
defaults: {{interval: 1s, timeout: 1s}}
services:
{services}
receivers:
  - {{id: log, type: syslog, facility: local0}}
  - {{id: hook, type: webhook, url: "{hook}", secret_file: {f}/key,
     allow_private: true}}
  - {{id: hung, type: webhook, url: "{hung}", secret_file: {f}/key,
     allow_private: true}}
routes:
  - {{to: [log, hook, hung], all: true}}
"""


class Stumbling(live.Target):
    """Each page fails once when told to."""

    def __init__(self):
        super().__init__(self.stumble)
        self.failing, self.lock = set(), threading.Lock()

    def stumble(self, path):
        with self.lock:
            if path not in self.failing:
                return live.WELL
            self.failing.remove(path)
            return (500, b"stumbled")

    def all_once(self):
        with self.lock:
            self.failing = {f"/{i}" for i in range(ENDPOINTS)}


def glitches(requests):
    return {r.json()["data"]["endpoint"] for r in requests
            if r.json()["type"] == "endpoint.glitch"}


def longest_pause(path, since):
    """Milliseconds between two probes of one endpoint."""
    with contextlib.closing(live.reader(path)) as db:
        rows = db.execute("SELECT endpoint, start_ms FROM sample "
                          "WHERE ref > ? ORDER BY endpoint, ref", (since,)
                          ).fetchall()
    return max(b[1] - a[1] for a, b in itertools.pairwise(rows)
               if a[0] == b[0])


def last_ref(path):
    with contextlib.closing(live.reader(path)) as db:
        return db.execute("SELECT max(ref) FROM sample").fetchone()[0]


def test_a_log_daemon_that_hangs(tmp_path):
    """syslog(3) blocks when the log daemon reads no more, and so does one
    webhook: probes keep their time, the other webhook hears of everything,
    and the log is told when it reads again."""
    if logdaemon.RSYSLOGD is None:
        pytest.skip("no rsyslogd (package rsyslog)")
    if not logdaemon.may_have_own_dev(tmp_path):
        pytest.skip("no mount namespace of our own: not root?")
    secret, config = new_secret(), tmp_path / "vigie.yaml"
    (tmp_path / "key").write_text(secret + "\n")
    (tmp_path / "key").chmod(0o600)
    log = logdaemon.LogDaemon(tmp_path)
    with Stumbling() as target, Receiver([secret]) as receiver, \
            Receiver([secret], ["hang"]) as hung:
        config.write_text(CONFIG.format(
            f=tmp_path, hook=receiver.url, hung=hung.url,
            services="\n".join(
                f"  - {{id: s{i}, regions: {{eu: {target.url}/{i}}}}}"
                for i in range(ENDPOINTS))))
        daemon = live.Daemon(config, wrap=logdaemon.private_dev(tmp_path))
        try:
            with daemon:
                live.until(lambda: list(daemon.states().values())
                           == ["up"] * ENDPOINTS, what="all up")
                log.freeze()
                since = last_ref(tmp_path / "vigie.db")
                target.all_once()
                receiver.wait_for(
                    lambda all_: len(glitches(all_)) == ENDPOINTS)
                state = daemon.json("notices")
                assert state["owed"] >= ENDPOINTS + 1, state
                pause = longest_pause(tmp_path / "vigie.db", since)
                print(f"longest pause between two probes: {pause} ms")
                assert pause < 10_000
                log.thaw()
                log.until("local0", "info", f"^s{ENDPOINTS - 1}/eu: ")
                live.until(lambda: len(
                    [t for _, p, t in log.lines("local0") if "/eu: " in t]
                ) == ENDPOINTS, what="a line each")
                assert daemon.stop() == 0
        finally:
            log.stop()
