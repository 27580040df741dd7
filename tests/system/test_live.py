# SPDX-License-Identifier: MIT
"""A working day of the real daemon: three regions, a webhook, a log daemon."""
import contextlib
import json
import os
import pathlib
import pwd
import signal
import sys
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support_py"))

import json_schema  # noqa: E402
import live  # noqa: E402
import logdaemon  # noqa: E402
from receiver import Receiver, new_secret  # noqa: E402

SCHEMA = json.loads((ROOT / "schema/event.schema.json").read_text())

CONFIG = """
database: {f}/vigie.db
control: {f}/control
canaries: []
defaults: {{interval: 1s, timeout: 1s}}
services:
  - id: fleet
    name: Fleet API
    functions: [remote commands]
    regions:
      na: {t}/na
      eu: {t}/eu
      cn: {t}/cn
{more}
receivers:
  - {{id: log, type: syslog, facility: local0}}
  - {{id: hook, type: webhook, url: "{hook}", secret_file: {f}/key,
     allow_private: true}}
routes:
  - {{to: [log, hook], all: true}}
"""


class Stage:
    """The daemon with all that stands around it."""

    def __init__(self, folder, target, receiver, secret):
        self.folder, self.target, self.receiver = folder, target, receiver
        (folder / "key").write_text(secret + "\n")
        (folder / "key").chmod(0o600)
        self.config = folder / "vigie.yaml"
        self.configure()

    def configure(self, more=""):
        self.config.write_text(CONFIG.format(
            f=self.folder, t=self.target.url, hook=self.receiver.url,
            more=more))


@pytest.fixture
def stage(tmp_path):
    secret = new_secret()
    with live.Target() as target, Receiver([secret]) as receiver:
        yield Stage(tmp_path, target, receiver, secret)


def all_up(daemon, count):
    states = daemon.states()
    return len(states) == count and set(states.values()) == {"up"}


def await_event(stage, event, endpoint="fleet/eu"):
    def found(requests):
        return [r for r in requests if r.json()["type"] == event
                and r.json()["data"]["endpoint"] == endpoint]
    request = stage.receiver.wait_for(found, timeout=90)[0]
    assert request.faults == []
    return request.json()["data"]


OTHER = """
  - id: other
    regions: {{x: {t}/x}}
"""


def remove_the_other(stage, daemon):
    """Who is no longer watched has no incident, and is told so once."""
    opened = await_event(stage, "incident.opened", "other/x")
    assert opened["kind"] == "outage"
    stage.configure()
    daemon.command("reload")
    ended = await_event(stage, "incident.withdrawn", "other/x")
    assert (ended["incident"], ended["cause"]) == (
        opened["incident"], "removed")
    assert "other/x" not in daemon.states()
    assert daemon.json("incident", opened["incident"])["phase"] == "closed"


def stop_within(daemon, seconds):
    daemon.process.terminate()
    began = time.monotonic()
    assert daemon.process.wait(30) == 0, daemon.said()
    took = time.monotonic() - began
    print(f"SIGTERM: ended after {took:.2f} s")
    assert took < seconds, daemon.said()


def test_maintenance_and_back(stage, tmp_path):
    if logdaemon.RSYSLOGD is None:
        pytest.skip("no rsyslogd (package rsyslog)")
    if not logdaemon.may_have_own_dev(tmp_path):
        pytest.skip("no mount namespace of our own: not root?")
    log = logdaemon.LogDaemon(tmp_path)
    stage.configure(OTHER.format(t=stage.target.url))
    daemon = live.Daemon(stage.config, wrap=logdaemon.private_dev(tmp_path))
    try:
        with daemon:
            live.until(lambda: all_up(daemon, 4), what="all up")
            began = time.time()
            stage.target.pages["/eu"] = live.MAINTENANCE
            stage.target.pages["/x"] = (500, b"broken")
            opened = await_event(stage, "incident.opened")
            assert time.time() - began < 40
            incident = opened["incident"]
            remove_the_other(stage, daemon)
            say_what_is_known(daemon, incident, opened)
            log.until("local0", "err", "^fleet/eu: down\\? the server says "
                      "maintenance \\(503, nobody announced it\\)")

            stage.target.pages.clear()
            recovering = await_event(stage, "incident.recovering")
            assert recovering["incident"] == incident
            log.until("local0", "notice", "^fleet/eu: answering again, not "
                      "confirmed; \\d+ % to hold")
            assert daemon.states() == dict.fromkeys(
                ("fleet/na", "fleet/eu", "fleet/cn"), "up")
            assert live.vigie("status", "-c", stage.config).returncode == 1

            daemon.command("resolve", incident, code=64)
            daemon.command("resolve", "--why", "x", "20200101-1", code=65)
            daemon.command("resolve", "--why", "seen by hand", incident)
            resolved = await_event(stage, "incident.resolved")
            assert (resolved["incident"], resolved["cause"]) == (
                incident, "operator")
            log.until("local0", "notice", "^fleet/eu: over by an operator's word: .*; ended by .*: seen by hand$")
            tell_the_end(daemon, incident)
            stop_within(daemon, 2)
        after_the_end(stage, daemon, incident)
        log.until("daemon", "notice", "start version=")
        log.until("daemon", "notice", "stop signal=15")
        for endpoint, severities in (
                ("fleet/eu", ["err", "notice", "notice"]),
                ("other/x", ["err", "info"])):
            assert [s for s, _, t in log.lines("local0")
                    if t.startswith(endpoint)] == severities
    finally:
        log.stop()


def say_what_is_known(daemon, incident, opened):
    assert (opened["kind"], opened["code"], opened["loud"]) == (
        "maintenance", 503, True)
    assert live.vigie("status", "-c", daemon.config).returncode == 3
    assert daemon.states() == {
        "fleet/na": "up", "fleet/cn": "up", "fleet/eu": "maintenance"}
    (one,) = daemon.json("incidents", "--open")
    assert (one["id"], one["endpoint"], one["phase"]) == (
        incident, "fleet/eu", "open")
    assert one["onset"] == opened["onset"]
    daemon.command("resolve", "--why", "too early", incident, code=65)
    story = daemon.json("incident", incident)
    assert [e["event"] for e in story["timeline"]] == ["incident.opened"]
    assert "server maintenance" in story["evidence"][0]["detail"]


def tell_the_end(daemon, incident):
    story = daemon.json("incident", incident)
    assert [e["event"] for e in story["timeline"]] == [
        "incident.opened", "incident.recovering", "incident.resolved"]
    assert story["phase"] == "closed" and story["relapses"] == 0
    assert 25_000 < story["buckets_ms"]["maintenance"] < 60_000
    live.until(lambda: daemon.json("notices")["owed"] == 0,
               what="nothing owed")
    notices = daemon.json("notices")
    assert (notices["sent"], notices["failed"]) == (10, 0)
    assert incident in daemon.command("incidents")
    path = daemon.config.parent / "vigie.db"
    with contextlib.closing(live.reader(path)) as db:
        acts = db.execute("SELECT author, why FROM input "
                          "WHERE why IS NOT NULL").fetchall()
    assert acts == [(pwd.getpwuid(os.getuid()).pw_name, "seen by hand")]


def after_the_end(stage, daemon, incident):
    """Each notice came once; what was acknowledged is not owed."""
    requests = stage.receiver.requests
    assert len({r.id for r in requests}) == len(requests) == 5
    for request in requests:
        assert json_schema.faults(SCHEMA, request.json()) == []
    for service, seqs in (("fleet", [1, 2, 3]), ("other", [1, 2])):
        assert [r.json()["data"]["seq"] for r in requests
                if r.json()["data"]["service"]["id"] == service] == seqs
    assert daemon.json("notices", "--owed")["owed"] == 0
    assert daemon.json("incident", incident)["phase"] == "closed"
    assert not (stage.folder / "vigie.db-wal").exists()
    assert live.sound(stage.folder / "vigie.db") == ["ok"]
    assert not (stage.folder / "control").exists()


GOOD = "      us: {t}/us\n"


def test_reload(stage):
    with live.Daemon(stage.config) as daemon:
        live.until(lambda: all_up(daemon, 3), what="three regions up")
        good = stage.config.read_text()

        stage.config.write_text(good.replace("timeout", "tiemout"))
        refused = live.vigie("reload", "-c", stage.config)
        assert refused.returncode == 78
        assert "tiemout" in refused.stderr
        os.kill(daemon.pid, signal.SIGHUP)
        daemon.until_said("reload-refused .*tiemout")
        stage.config.write_text(good)
        assert set(daemon.states()) == {"fleet/na", "fleet/eu", "fleet/cn"}
        assert live.vigie("reload", "-c", stage.config).returncode == 0

        stage.configure(GOOD.format(t=stage.target.url))
        assert "4 endpoints" in daemon.command("reload")
        live.until(lambda: all_up(daemon, 4), what="a fourth region")
        stage.config.write_text(good)
        os.kill(daemon.pid, signal.SIGHUP)
        live.until(lambda: all_up(daemon, 3), what="three regions again")
        stop_within(daemon, 2)
    assert live.vigie("reload", "-c", stage.config).returncode == 69


def test_reloads_in_a_row(stage):
    """Two files in turn, while probes are on their way."""
    good = stage.config.read_text()
    with live.Daemon(stage.config) as daemon:
        live.until(lambda: all_up(daemon, 3), what="three regions up")
        kids = live.children(daemon.pid)
        for turn in range(40):
            more = GOOD.format(t=stage.target.url) if turn % 2 else ""
            stage.configure(more)
            os.kill(daemon.pid, signal.SIGHUP)
        stage.config.write_text(good)
        assert "3 endpoints" in daemon.command("reload")
        live.until(lambda: all_up(daemon, 3), what="three regions")
        assert live.children(daemon.pid) == kids
        assert stage.receiver.requests == []
        stop_within(daemon, 2)
