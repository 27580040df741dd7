# SPDX-License-Identifier: MIT
"""Where the fault is, and whom it hits: told once, shown both ways."""
import json
import pathlib
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support_py"))

import json_schema  # noqa: E402
import live  # noqa: E402
from receiver import Receiver, new_secret  # noqa: E402

SCHEMA = json.loads((ROOT / "schema/event.schema.json").read_text())

CONFIG = """
database: {f}/vigie.db
control: {f}/control
canaries: []
defaults: {{interval: 20s, timeout: 1s}}
services:
  - id: fleet
    all_clear: eager
    regions: {{eu: "{t}/fleet-eu", na: "{t}/fleet-na"}}
  - id: app
    depends_on: fleet/eu
    all_clear: eager
    regions: {{eu: "{t}/app-eu", na: "{t}/app-na", cn: "{t}/app-cn"}}
receivers:
  - {{id: ops, type: webhook, url: "{ops}", secret_file: {f}/key,
     allow_private: true}}
  - {{id: app, type: webhook, url: "{app}", secret_file: {f}/key,
     allow_private: true}}
routes:
  - {{to: [ops]}}
  - {{to: [app], match: {{service: app, region: na}}}}
"""


def told(receiver, what):
    return [b["data"] for b in (r.json() for r in list(receiver.requests))
            if b["type"] == "incident." + what]


@pytest.fixture
def scene(tmp_path):
    secret = new_secret()
    key = tmp_path / "key"
    key.write_text(secret + "\n")
    key.chmod(0o600)
    config = tmp_path / "vigie.yaml"
    with live.Target() as target, Receiver([secret]) as ops, \
            Receiver([secret]) as app:
        config.write_text(CONFIG.format(f=tmp_path, t=target.url, ops=ops.url,
                                        app=app.url))
        with live.Daemon(config, speed=live.FAST) as daemon:
            live.until(lambda: set(daemon.states().values()) == {"up"})
            yield target, daemon, ops, app
        assert daemon.stop() == 0, daemon.said()


def break_them(target, failing):
    for page in ["/app-eu", "/app-na", "/app-cn", "/fleet-eu"]:
        if failing:
            target.pages[page] = (500, b"")
        else:
            del target.pages[page]


def test_one_fault_is_told_once(scene):
    target, daemon, ops, app = scene
    # The order is that of the story; on a busy machine it would be chance.
    target.pages["/fleet-eu"] = (500, b"")
    live.until(lambda: daemon.states()["fleet/eu"] == "down", 120)
    break_them(target, True)
    live.until(lambda: list(daemon.states().values()).count("down") == 4, 120)
    listed = {i["endpoint"]: i for i in daemon.json("incidents")}
    fault = listed["fleet/eu"]["id"]
    for region in ["eu", "na", "cn"]:
        assert listed[f"app/{region}"]["caused_by"] == fault
        assert listed[f"app/{region}"]["lead"] == "fleet/eu"
    # Who hears of the fault hears of it once; who does not, of its effect.
    opened = live.until(lambda: told(ops, "opened"), 60)
    assert [o["endpoint"] for o in opened] == ["fleet/eu"]
    hit = live.until(lambda: told(app, "opened"), 60)
    assert [o["endpoint"] for o in hit] == ["app/na"]
    assert hit[0]["caused_by"] == fault and not hit[0]["loud"]
    for body in [r.json() for r in list(ops.requests) + list(app.requests)]:
        assert json_schema.faults(SCHEMA, body) == []
    check_shown(daemon, fault, listed["app/na"]["id"])
    # An end is muted for nobody who was told of it.
    break_them(target, False)
    live.until(lambda: told(ops, "resolved") and told(app, "resolved"), 300)
    assert [o["endpoint"] for o in told(ops, "resolved")] == ["fleet/eu"]
    assert [o["endpoint"] for o in told(app, "resolved")] == ["app/na"]


def check_shown(daemon, fault, effect):
    whole = daemon.json("incident", fault)
    assert {e["endpoint"] for e in whole["effects"]} == {
        "app/eu", "app/na", "app/cn"}
    assert whole["parts"] == []
    shown = daemon.command("incident", fault)
    assert "\nHit by it\n" in shown and "  app/na\n" in shown
    assert f"caused by fleet/eu ({fault})" in daemon.command("incident", effect)
    assert f"app/na, caused by fleet/eu ({fault})" in daemon.command("incidents")
    why = " ".join(daemon.command("explain", "app/na").split())
    assert ("It fails because of what it depends on: fleet/eu, incident "
            f"{fault}, which is told of; this one is quiet.") in why
    assert "\nWhat it depends on\n  fleet/eu: down for " in daemon.command(
        "explain", "app/na")
    assert [(d["id"], d["state"], d["redundant"]) for d in
            daemon.json("explain", "app/na")["depends_on"]] == [
                ("fleet/eu", "down", False)]
    where = " ".join(daemon.command("explain", "fleet/eu").split())
    assert "3 endpoints that depend on it fail because of it" in where


def test_a_reload_that_drops_it(scene):
    """Known at once, without a restart; what was found before stays."""
    target, daemon, ops, _ = scene
    without = daemon.config.read_text().replace("    depends_on: fleet/eu\n", "")
    daemon.config.write_text(without)
    daemon.command("reload")
    break_them(target, True)
    live.until(lambda: list(daemon.states().values()).count("down") == 4, 120)
    # Together they are one cause still, but none is an effect.
    assert live.until(lambda: told(ops, "opened"), 60)
    assert all("caused_by" not in i for i in daemon.json("incidents"))
    assert "What it depends on" not in daemon.command("explain", "app/na")
