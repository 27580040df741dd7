# SPDX-License-Identifier: MIT
"""Windows that are planned by command, of a daemon at work."""
import contextlib
import datetime
import json
import pathlib
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support_py"))

import live  # noqa: E402

CONFIG = """
database: {f}/vigie.db
control: {f}/control
canaries: []
defaults: {{interval: 10s, timeout: 1s, ladder: false}}
services:
  - {{id: shop, regions: {{eu: {url}/eu, us: {url}/us}}}}
receivers: [{{id: log, type: syslog}}]
maintenance:
  - {{service: shop, region: us, every: "Sun 02:00-04:00", timezone: Europe/Paris, title: Weekly}}
"""


@contextlib.contextmanager
def watching(folder):
    with live.Target() as target:
        config = folder / "vigie.yaml"
        config.write_text(CONFIG.format(f=folder, url=target.url))
        with live.Daemon(config, speed=live.FAST) as daemon:
            daemon.target = target
            daemon.until_said("start version")
            yield daemon


@pytest.fixture(name="daemon")
def _daemon(tmp_path):
    with watching(tmp_path) as daemon:
        yield daemon


@pytest.fixture(name="steady", scope="module")
def _steady(tmp_path_factory):
    """Of tests that change nothing."""
    with watching(tmp_path_factory.mktemp("steady")) as daemon:
        yield daemon


def refused(daemon, *arguments, code=65):
    done = live.vigie("maintenance", *arguments, "-c", daemon.config)
    assert done.returncode == code, done.stdout + done.stderr
    assert done.stdout == ""
    return done.stderr


def listed(daemon, *arguments):
    return {w["id"]: w for w in daemon.json("maintenance", "list", *arguments)}


def inputs(daemon):
    """Window edges as the core got them: (endpoint, until, author, why)."""
    with contextlib.closing(live.reader(daemon.config.parent / "vigie.db")) as db:
        return db.execute("SELECT e.name, i.at_ms FROM input i JOIN endpoint e "
                          "ON e.id = i.endpoint WHERE i.kind = 3 ORDER BY i.ref").fetchall()


def utc(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def test_a_window_covers_an_outage_and_ends_when_cancelled(daemon):
    added = daemon.json("maintenance", "add", "--service", "shop", "--region", "eu",
                        "--for", "2h", "--title", "New disks", "--why", "ticket 7")
    assert [w["id"] for w in added] == ["w1"] and added[0]["now"]
    assert [e for e, _ in inputs(daemon)] == ["shop/eu"]
    daemon.target.pages["/eu"] = (500, b"broken\n")
    live.until(lambda: daemon.states()["shop/eu"] == "maintenance", 90)
    assert daemon.json("incidents", "--open")[0]["origin"] == "planned"
    window = listed(daemon)["w1"]
    assert (window["source"], window["title"], window["why"]) == ("command", "New disks", "ticket 7")
    assert window["author"] and utc(window["added"])
    length = utc(window["next"][0]["to"]) - utc(window["next"][0]["from"])
    assert length == datetime.timedelta(hours=2)
    said = daemon.command("maintenance", "cancel", "w1", "--why", "done early")
    assert said == "w1 cancelled; it was going on for 1 endpoint\n"
    assert "w1" not in listed(daemon)
    assert [e for e, _ in inputs(daemon)] == ["shop/eu", "shop/eu"]
    assert "no window 'w1'" in refused(daemon, "cancel", "w1")
    # The other of two goes on.
    daemon.command("maintenance", "add", "--service", "*", "--for", "1h")
    daemon.command("maintenance", "add", "--service", "shop", "--region", "eu", "--for", "3h")
    assert daemon.command("maintenance", "cancel", "w3").endswith("for 1 endpoint\n")
    assert daemon.command("maintenance", "cancel", "2").endswith("for 2 endpoints\n")


def test_what_is_acknowledged_outlives_a_kill_a_restart_and_a_reload(daemon):
    daemon.command("maintenance", "add", "--service", "shop", "--every", "Sat 22:00-02:00",
                   "--timezone", "America/New_York")
    daemon.command("maintenance", "add", "--service", "shop", "--region", "eu", "--for", "1h")
    daemon.kill()
    assert set(listed(daemon)) == {"c1", "w1", "w2"}  # also while nobody runs
    daemon.start()
    live.until(lambda: "daemon" in live.vigie("status", "--json", "-c", daemon.config).stdout
               and live.vigie("reload", "-c", daemon.config).returncode == 0)
    assert set(listed(daemon)) == {"c1", "w1", "w2"}
    assert listed(daemon)["w2"]["now"]
    daemon.command("maintenance", "cancel", "w2")
    daemon.kill()
    daemon.start()
    live.until(lambda: live.vigie("reload", "-c", daemon.config).returncode == 0)
    assert set(listed(daemon)) == {"c1", "w1"}
    daemon.stop()
    assert "no daemon" in refused(daemon, "add", "--service", "shop", "--for", "1h", code=69)


def test_the_list_shows_both_kinds_in_utc_and_in_their_zone(daemon):
    daemon.command("maintenance", "add", "--service", "shop", "--rrule", "FREQ=MONTHLY;BYDAY=1SU",
                   "--from", "2027-03-07 02:30", "--for", "1h", "--timezone", "Europe/Paris")
    found = listed(daemon, "--next", "4")
    assert [o["from"] for o in found["w1"]["next"]] == [
        "2027-03-07T01:30:00.000Z", "2027-04-04T00:30:00.000Z",
        "2027-05-02T00:30:00.000Z", "2027-06-06T00:30:00.000Z"]
    assert found["w1"]["next"][1]["local_from"] == "2027-04-04 02:30:00"
    assert found["c1"]["place"] == f"{daemon.config}:10"
    assert found["c1"]["source"] == "config" and len(found["c1"]["next"]) == 4
    text = daemon.command("maintenance", "list")
    assert "2027-04-04 00:30:00Z to 2027-04-04 01:30:00Z  (2027-04-04 02:30 to " in text
    assert "w1  shop  Maintenance" in text and "c1  shop/us  Weekly" in text
    assert f"{daemon.config}:10" in refused(daemon, "cancel", "c1")


@pytest.mark.parametrize("arguments, code, words", [
    (["--service", "shpo", "--for", "1h"], 65, "no service 'shpo', did you mean 'shop'?"),
    (["--service", "shop", "--region", "ue", "--for", "1h"], 65, "no region 'ue' of service 'shop'"),
    (["--service", "shop", "--from", "2099-01-02 00:00", "--to", "2099-01-01 00:00"], 65,
     "the end must be after the beginning"),
    (["--service", "shop", "--from", "2020-01-01 00:00", "--for", "1h"], 65, "over already"),
    (["--service", "shop", "--for", "1h", "--timezone", "Europe/Pariss"], 65,
     "did you mean 'Europe/Paris'?"),
    (["--service", "shop", "--rrule", "FREQ=MONTHLY;BYDAY=1XX", "--from", "2099-01-01 00:00",
      "--for", "1h"], 65, "at character 14, 'BYDAY=1XX'"),
    (["--service", "shop", "--rrule", "FREQ=DAILY;UNTIL=20200101", "--from", "2019-12-01 00:00",
      "--for", "1h"], 65, "over already, or never comes"),
    (["--service", "shop", "--every", "Sonntag"], 65, "not a weekly time"),
    (["--service", "shop"], 65, "until when?"),
    (["--for", "1h"], 64, "of which service?"),
    (["--service", "shop", "--to", "2099-01-01 00:00", "--for", "1h"], 64, "not both"),
    (["--service", "shop", "--title", "a\nb", "--for", "1h"], 65, "title"),
    (["--service", "shop", "--ics", "/nowhere.ics"], 74, "No such file"),
])
def test_what_is_wrong_is_said(steady, arguments, code, words):
    assert words in refused(steady, "add", *arguments, code=code)
    assert set(listed(steady)) == {"c1"}


CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//example//EN
BEGIN:VTIMEZONE
TZID:Europe/Paris
BEGIN:STANDARD
DTSTART:19701025T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
UID:monthly@example
SUMMARY:Monthly\\, first
  Sunday
DTSTART;TZID=Europe/Paris:20270307T020000
DTEND;TZID=Europe/Paris:20270307T040000
RRULE:FREQ=MONTHLY;BYDAY=1SU;COUNT=5
EXDATE;TZID=Europe/Paris:20270404T020000
BEGIN:VALARM
TRIGGER:-PT5M
END:VALARM
END:VEVENT
BEGIN:VEVENT
UID:monthly@example
RECURRENCE-ID;TZID=Europe/Paris:20270502T020000
DTSTART;TZID=Europe/Paris:20270503T020000
DURATION:PT1H
SUMMARY:Moved
END:VEVENT
BEGIN:VEVENT
UID:day@example
DTSTART;VALUE=DATE:20270601
SUMMARY:All day
END:VEVENT
BEGIN:VEVENT
UID:utc@example
DTSTART:20270701T120000Z
DURATION:PT90M
END:VEVENT
BEGIN:VEVENT
UID:old@example
DTSTART:20200701T120000Z
DURATION:PT90M
END:VEVENT
BEGIN:VEVENT
UID:off@example
DTSTART:20270801T120000Z
DURATION:PT90M
STATUS:CANCELLED
END:VEVENT
END:VCALENDAR
"""


def starts(windows):
    return {w["title"]: [o["from"][:16] for o in w["next"]] for w in windows}


def test_a_calendar_is_taken_and_taken_again(daemon, tmp_path):
    file = tmp_path / "plan.ics"
    file.write_text(CALENDAR.replace("\n", "\r\n"))
    added = daemon.json("maintenance", "add", "--service", "shop", "--ics", file,
                        "--timezone", "America/New_York", "--next", "9")
    assert starts(added) == {
        "Monthly, first Sunday": ["2027-03-07T01:00", "2027-06-06T00:00", "2027-07-04T00:00"],
        "Moved": ["2027-05-03T00:00"],
        "All day": ["2027-06-01T04:00"],
        "Maintenance": ["2027-07-01T12:00"],
    }
    before = listed(daemon)
    assert len(before) == 5 and before["w1"]["source"] == "calendar"
    # The same again, changed: what has the same UID is replaced.
    file.write_text(CALENDAR.replace("20270701T120000Z", "20270702T120000Z"))
    done = live.vigie("maintenance", "add", "--service", "shop", "--ics", file, "-c", daemon.config)
    assert done.returncode == 0 and "left out 2 that are over or cancelled" in done.stderr
    after = listed(daemon)
    assert len(after) == 5 and not set(before) & set(after) - {"c1"}
    assert "2027-07-02T12:00" in str(starts(after.values()))


@pytest.mark.parametrize("change, words", [
    (("TZID=Europe/Paris:2027", "TZID=W. Europe Standard Time:2027"),
     ":12: no time zone 'W. Europe Standard Time'"),
    (("FREQ=MONTHLY", "FREQ=SECONDLY"), ":12: rule: at character 1, 'FREQ=SECONDLY'"),
    (("DURATION:PT1H\n", ""), ":24: the event has neither DTEND nor DURATION"),
    (("DURATION:PT1H\n", "DURATION:PT1H\nRDATE:20270101T000000Z\n"), "RDATE is not understood"),
    (("END:VCALENDAR\n", ""), "the calendar has no end here"),
    (("BEGIN:VCALENDAR\n", ""), "line 1: is not BEGIN:VCALENDAR"),
    (("20270307T040000", "20270307T010000"), "ends before it begins"),
    (("DTSTART;VALUE=DATE:20270601", "DTSTART:2027"), "not understood"),
    (("SUMMARY:All day\n", "SUMMARY:" + "x" * 20000 + "\n"), "longer than 16384 bytes"),
    (("UID:utc@example", "X:" + "\nBEGIN:X" * 30), "too many parts within parts"),
    (("SUMMARY:All day", "SUMMARY:\0"), "NUL"),
])
def test_a_calendar_that_is_wrong_changes_nothing(steady, tmp_path, change, words):
    file = tmp_path / "plan.ics"
    file.write_text(CALENDAR.replace(*change))
    said = refused(steady, "add", "--service", "shop", "--ics", file)
    assert said.startswith(f"{file}:") and words in said
    assert set(listed(steady)) == {"c1"}


def test_large_and_many(daemon, tmp_path):
    event = "BEGIN:VEVENT\nUID:{}@x\nDTSTART:20270701T120000Z\nDURATION:PT1H\nSUMMARY:{}\nEND:VEVENT\n"
    file = tmp_path / "plan.ics"

    def write(n, title="t" * 150):
        file.write_text("BEGIN:VCALENDAR\n" + "".join(
            event.format(i, title) for i in range(n)) + "END:VCALENDAR\n")

    write(500)  # more than one request can hold
    added = daemon.json("maintenance", "add", "--service", "shop", "--ics", file)
    assert len({w["id"] for w in added}) == 500 and len(listed(daemon)) == 501
    write(501)
    assert "more than 500 events" in refused(daemon, "add", "--service", "shop", "--ics", file)
    file.write_text("BEGIN:VCALENDAR\n" + "X:\n" * (1 << 19) + "END:VCALENDAR\n")
    assert "larger than" in refused(daemon, "add", "--service", "shop", "--ics", file)
    file.write_text(json.dumps({"not": "a calendar"}))
    assert "is not BEGIN:VCALENDAR" in refused(daemon, "add", "--service", "shop", "--ics", file)
