# SPDX-License-Identifier: MIT
"""What is private stays that: as the cause of what is not, in lists and
forms, and when it is watched no more."""
import pathlib
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support_py"))

import live  # noqa: E402
from visitor import Client, shown  # noqa: E402

CONFIG = """
database: {f}/vigie.db
control: {f}/control
listen: 127.0.0.1:0
tokens: {f}/tokens
canaries: []
defaults: {{interval: 10s, timeout: 1s}}
services:
  - id: shop
    {depends}
    regions: {{eu: {u}/shop}}
"""
SECRET = """
  - id: secret
    private: true
    regions: {{backroom: {u}/backroom}}
"""
PATHS = ("/", "/matrix", "/timeline", "/incidents", "/incidents.csv",
         "/search?q=back", "/search?q=sec", "/?kiosk=1", "/matrix?kiosk=1",
         "/timeline?kiosk=1", "/history.atom", "/e/shop~eu",
         "/api/v1/status", "/api/v1/incidents")


@pytest.fixture
def scene(tmp_path):
    """A private service that is down, and one that is down because of it."""
    made = live.vigie("token", "ann", "--role", "reader", "--append",
                      tmp_path / "tokens")
    assert made.returncode == 0, made.stderr
    mine = {"Authorization": "Bearer " + made.stdout.strip()}
    config = tmp_path / "vigie.yaml"
    with live.Target() as target:
        parts = {"f": tmp_path, "u": target.url}
        config.write_text(
            (CONFIG + SECRET).format(
                depends="depends_on: secret/backroom", **parts))
        with live.Daemon(config, speed=live.FAST) as daemon:
            client = Client(daemon)
            shown(client, "The endpoint is up")
            target.pages["/backroom"] = (500, b"")
            live.until(lambda: daemon.states()["secret/backroom"] == "down",
                       120)
            target.pages["/shop"] = (500, b"")
            live.until(lambda: daemon.states()["shop/eu"] == "down", 120)
            ids = {i["service"]: i["id"] for i in daemon.json("incidents")}
            yield client, daemon, mine, ids, lambda: config.write_text(
                CONFIG.format(depends="", **parts))
            assert daemon.stop() == 0


def leaks(answer, ids):
    return [w for w in ("backroom", "secret", ids["secret"])
            if w in answer.body.decode()]


def test_a_cause_that_is_private(scene):
    client, daemon, mine, ids, _ = scene
    own = ids["shop"]
    whole = client.ask(f"/i/{own}", **mine).body.decode()
    assert "caused by" in whole and "secret/backroom" in whole
    for path in (*PATHS, f"/i/{own}", f"/i/{own}.md", f"/i/{own}.json"):
        answer = client.get(path)
        assert answer.code == 200, path
        assert leaks(answer, ids) == [], path
    for end in "", ".md", ".json":
        hidden = client.get(f"/i/{ids['secret']}{end}")
        absent = client.get(f"/i/20010101-1{end}")
        assert hidden.code == absent.code == 404, end
        assert hidden.body == absent.body, end
    assert b"backroom" in client.ask("/incidents.csv", **mine).body
    # What operators do is for readers.
    daemon.command("note", own, "on it")
    feed = "/history.atom?service=shop"
    live.until(lambda: b"amended" in client.ask(feed, **mine).body)
    public = client.get(feed)
    assert b"amended" not in public.body
    assert public.headers["access-control-allow-origin"] == "*"
    # Nor how long it lasts, by what comes after it.
    after = f"/api/v1/incidents?order=longest&after={ids['secret']}"
    assert client.get(after).json()["items"] == []
    assert len(client.ask(after, **mine).json()["items"]) == 1


def test_what_was_private_stays_so(scene):
    """Nobody knows that of a service which is in no configuration."""
    client, daemon, mine, ids, leave_it_out = scene
    leave_it_out()
    daemon.command("reload")
    path = f"/i/{ids['secret']}"
    live.until(lambda: client.ask("/e/secret~backroom", **mine).code == 404)
    assert client.ask(path, **mine).code == 200
    for end in "", ".md", ".json":
        assert client.get(path + end).code == 404
    for listed in PATHS:
        assert leaks(client.get(listed), ids) == [], listed
