# SPDX-License-Identifier: MIT
"""What stops for users and what still works: measured, or declared."""
import contextlib
import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support_py"))

import json_schema  # noqa: E402
import live  # noqa: E402
from receiver import Receiver, new_secret  # noqa: E402

SCHEMA = json.loads((ROOT / "schema/event.schema.json").read_text())
# Turned around by a bidirectional override; markup; a backslash.
HOSTILE = "horn\u202e<b>\\x</b>"

CONFIG = """
database: {f}/vigie.db
control: {f}/control
canaries: []
defaults: {{interval: 10s, timeout: 1s}}
services:
  - id: car
    name: The car
    functions:
      - {{name: remote unlock, endpoints: ["car/*/lock"]}}
      - climate
      - {{name: trunk, endpoints: [spare/eu]}}
      - "{hostile}"
    unaffected:
      - phone as key over Bluetooth
      - {{name: charging, endpoints: chargers/*}}
    advice: no need to reinstall the app
    regions:
      eu:
        - {{name: api, url: "{t}/api"}}
        - {{name: lock, url: "{t}/lock"}}
  - id: chargers
    regions: {{eu: "{t}/chargers"}}
  - id: spare
    regions: {{eu: "{t}/spare"}}
receivers:
  - {{id: hook, type: webhook, url: "{hook}", secret_file: {f}/key,
     allow_private: true}}
routes:
  - {{to: [hook], all: true}}
"""
FRESH = r"\(measured \d+ s ago\)"
LINE = (rf"stops: climate \(declared\), {{name}} \(declared\){{sep}}"
        rf"unknown: trunk \((never measured|last measured \d+ \w+ ago)\){{sep}}"
        rf"still works: remote unlock {FRESH}, phone as key over Bluetooth "
        rf"\(declared\), charging {FRESH}{{sep}}"
        r"advice: no need to reinstall the app")


def line(sep):
    return LINE.format(name=re.escape(r"horn\xe2\x80\xae<b>\x5cx</b>"), sep=sep)


def impacts(whole):
    return {i["name"]: (i["impact"], i["basis"]) for i in whole["impacts"]}


TOLD = {"remote unlock": ("works", "measured"), "climate": ("stops", "declared"),
        "trunk": ("unknown", "measured"), HOSTILE: ("stops", "declared"),
        "phone as key over Bluetooth": ("works", "declared"),
        "charging": ("works", "measured")}


def service(daemon, code):
    whole = daemon.json("status", code=code)
    return next(s for s in whole["services"] if s["id"] == "car")


def opening(receiver):
    return next((b for b in (r.json() for r in list(receiver.requests))
                 if b["type"] == "incident.opened"), None)


def test_measuring_wins_and_unknown_is_never_working(tmp_path):
    secret = new_secret()
    key = tmp_path / "key"
    key.write_text(secret + "\n")
    key.chmod(0o600)
    config = tmp_path / "vigie.yaml"
    with live.Target() as target, Receiver([secret]) as receiver:
        config.write_text(CONFIG.format(
            f=tmp_path, t=target.url, hook=receiver.url,
            hostile=HOSTILE.replace("\\", "\\\\")))
        with live.Daemon(config, speed=live.FAST) as daemon:
            live.until(lambda: set(daemon.states().values()) == {"up"})
            daemon.command("pause", "spare/eu", "--why", "not of today")
            # Nothing fails: what was declared is not due.
            measured = {name: told for name, told in TOLD.items()
                        if told[1] == "measured"}
            live.until(lambda: impacts(service(daemon, code=4)) == measured,
                       what="all of it measured lately")
            target.pages["/api"] = (500, b"")
            body = live.until(lambda: opening(receiver), 120, "the opening")
            check_told(body, tmp_path)
            check_shown(daemon, body["data"]["incident"])
            # Now the lock fails too: what was declared to stop is measured to.
            target.pages["/lock"] = (500, b"")
            live.until(lambda: impacts(service(daemon, code=2))[
                "remote unlock"] == ("stops", "measured"), 120, "the lock")
            # In between, its failure not confirmed, it was not said to work.
            assert re.search(rf"stops: remote unlock {FRESH}",
                             daemon.command("status", "car*", code=2))
        assert daemon.stop() == 0, daemon.said()
    # Without a configuration nothing is known of functions.
    whole = json.loads(live.vigie("status", "--json", "--database",
                                  tmp_path / "vigie.db").stdout)
    assert "services" not in whole


def check_told(body, folder):
    assert json_schema.faults(SCHEMA, body) == []
    data = body["data"]
    assert data["endpoint"] == "car/eu/api"
    assert data["service"]["functions"] == ["remote unlock", "climate", "trunk",
                                            HOSTILE]
    assert data["service"]["advice"] == "no need to reinstall the app"
    assert impacts(data) == TOLD
    charging = next(i for i in data["impacts"] if i["name"] == "charging")
    assert charging["measured_at"] > data["onset"]
    assert charging["endpoints"] == {"stops": 0, "partly": 0, "recovering": 0,
                                     "unknown": 0, "works": 1}
    with contextlib.closing(live.reader(folder / "vigie.db")) as db:
        told = [row[0] for row in db.execute(
            "SELECT line FROM notice WHERE line LIKE 'car/eu/api: down%'")]
    assert len(told) == 1
    assert re.search("; " + line("; ") + "$", told[0]), told[0]


def check_shown(daemon, incident):
    shown = daemon.command("status", code=2)
    assert re.search("The car, for its users:\n  " + line("\n  "), shown), shown
    assert impacts(service(daemon, code=2)) == TOLD
    for what in ("explain", "car/eu/api"), ("incident", incident):
        shown = daemon.command(*what)
        assert re.search("\n  " + line("\n  "), shown), shown
        whole = daemon.json(*what)
        assert impacts(whole) == TOLD
        assert whole["advice"] == "no need to reinstall the app"


def test_check_and_dump_print_them(tmp_path):
    config = tmp_path / "vigie.yaml"
    key = tmp_path / "key"
    key.write_text(new_secret() + "\n")
    key.chmod(0o600)
    config.write_text(CONFIG.format(
        f=tmp_path, t="http://127.0.0.1:1", hook="http://127.0.0.1:1/",
        hostile=HOSTILE.replace("\\", "\\\\")))
    shown = live.vigie("check", "-c", config).stdout
    assert ("  stops: remote unlock (proven by car/eu/lock), climate (declared), "
            "trunk (proven by spare/eu), "
            r"horn\xe2\x80\xae<b>\x5cx</b> (declared)" "\n") in shown
    assert "  advice: no need to reinstall the app\n" in shown
    whole = json.loads(live.vigie("check", "--json", "-c", config).stdout)
    assert {"service": "car", "name": "charging", "declared": "works",
            "endpoints": ["chargers/eu"]} in whole["functions"]
    dumped = live.vigie("check", "--dump", "-c", config).stdout
    again = tmp_path / "again.yaml"
    again.write_text(dumped)
    assert 'endpoints: ["car/*/lock"]' in dumped
    assert live.vigie("check", "--dump", "-c", again).stdout == dumped
