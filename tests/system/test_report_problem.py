# SPDX-License-Identifier: MIT
"""People say that a service fails them: counted and shown, and no more."""
import contextlib
import getpass
import gzip
import json
import pathlib
import re
import socket
import sqlite3
import sys
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support_py"))

import live  # noqa: E402
import shop  # noqa: E402

ME = getpass.getuser()
QUARTER = 900
WEEK = 7 * 24 * 4  # quarters


class Scene(shop.Scene):
    past = ()

    def report(self, *arguments, code=0):
        done = self.run("report-problem", *arguments)
        assert done.returncode == code, done
        return done.stdout if code == 0 else done.stderr

    def file(self, text, name="reports.csv"):
        path = self.folder / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def counts(self):
        """Without those of tests before this one, which are of other times."""
        return [row for row in self.query(
            "SELECT service, region, since_ms, reports "
            "FROM v_report ORDER BY 1, 3, 2") if row not in self.past]

    def total(self):
        return sum(row[3] for row in self.counts())

    def shown(self):
        return json.loads(self.run("status", "--json").stdout)["reports"]["shop"]


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    folder = tmp_path_factory.mktemp("scene")
    with shop.scene(folder, hook=False, kind=Scene) as made:
        yield made


@pytest.fixture
def scene(running):
    running.past = ()
    running.past = running.counts()
    return running


@pytest.fixture
def fresh(tmp_path):
    with shop.scene(tmp_path, hook=False, kind=Scene) as made:
        yield made


def present():
    """The quarter of an hour that is going on; not one about to end."""
    live.until(lambda: time.time() % QUARTER < QUARTER - 60, 61, "the next quarter")
    return int(time.time() // QUARTER)


def history(quarter, usual=3, many=42):
    """Three weeks of a service that is reported now and then, and then much."""
    rows = ["time,service,count"]
    rows += [f"{q * QUARTER + 60},shop,{usual}"
             for q in range(quarter - 3 * WEEK, quarter - 2)]
    rows += [f"{q * QUARTER + 60},shop,{many}" for q in (quarter - 2, quarter - 1)]
    return "\n".join(rows) + "\n"


def test_one_in_an_hour_is_counted_of_each_user_and_service(fresh):
    quarter = present()
    assert fresh.report("shop") == "counted for shop; it changes no verdict\n"
    # Counted is committed, and known after a kill.
    fresh.daemon.kill()
    assert fresh.counts() == [("shop", None, quarter * QUARTER * 1000, 1)]
    assert "no daemon answers" in fresh.report("shop", code=69)
    assert "no daemon answers" in fresh.report(
        "--import", fresh.file("time,service\n1676365220,shop\n"), code=69)
    fresh.restart()
    again = fresh.report("shop", "--region", "eu", code=75)
    assert re.fullmatch(
        rf"vigie report-problem: {ME} reported shop at \S+Z already: one in an "
        r"hour is counted, the next from \S+Z on\n", again)
    assert fresh.report("bank", "--region", "eu")
    assert fresh.counts()[0] == ("bank", "eu", quarter * QUARTER * 1000, 1)
    refused = json.loads(fresh.run("report-problem", "shop", "--json").stdout)
    assert (refused["ok"], refused["code"]) == (False, 75)
    shown = fresh.run("status").stdout
    assert re.search(r"^shop: reports: 0 in the last 15 min \(to \d\d:\d\dZ\), 1 since, "
                     r"what is usual is not known yet$", shown, re.MULTILINE)
    assert re.search(r"^bank: reports: .*\(eu 1\)$", shown, re.MULTILINE)


def test_what_is_not_known_is_refused_with_what_was_meant(scene):
    assert "no service 'shpo', did you mean 'shop'?" in scene.report("shpo", code=65)
    assert "shop has no region 'ue', did you mean 'eu'?" in scene.report(
        "shop", "--region", "ue", code=65)
    assert "no service" in scene.report("\x1b]0;x\x07\u202e", code=65)
    assert "UTF-8" in scene.report("\udcff", code=64)
    assert "which service?" in scene.report(code=64)
    assert "which service?" in scene.report("shop", "bank", code=64)
    assert "names services" in scene.report("shop", "--import", "x", code=64)
    assert scene.counts() == []


def test_a_file_is_counted_once(scene):
    old = int(time.time()) - 30 * 86400
    at = old - old % QUARTER
    when = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))
    path = scene.file(
        "\ufeffsource,time,region,service,count\r\n"
        f"a,{at},eu,shop,4\r\n"
        f'"b, ""quoted""",{at + 899.999},eu,"shop",\r\n'
        f"c,{when},,bank,2\r\n"
        f"d,{at + 900},,shop,0\r\n")
    said = scene.report("--import", path)
    assert re.fullmatch(rf"{re.escape(str(path))}: 4 rows, 7 reports from .* on, up to .*: counted\n", said)
    want = [("bank", None, at * 1000, 2), ("shop", "eu", at * 1000, 5)]
    assert scene.counts() == want
    said = scene.report("--import", path)
    assert re.search(rf": counted already, by {ME} at \S+ \S+Z; nothing was added$", said.strip())
    # The same rows in another wrapping are the same rows.
    packed = scene.file(gzip.compress(path.read_bytes()), "again.csv.gz")
    assert "counted already" in scene.report("--import", packed)
    again = json.loads(scene.report("--import", path, "--json"))
    assert (again["counted"], again["counted_by"], again["reports"]) == (False, ME, 7)
    assert scene.counts() == want
    more = scene.file(f"time,service\n{at + 1},shop\n", "more.csv")
    assert "1 row, 1 report from" in scene.report("--import", more)
    assert scene.total() == 8


def test_an_import_goes_on_where_it_was_cut_off(fresh):
    quarter = present()
    path = fresh.file(history(quarter))
    all_of_it = fresh.run("report-problem", "--import", path, "--json")
    entries = json.loads(all_of_it.stdout)["quarters"]
    assert entries == 3 * WEEK
    total = fresh.total()
    # As if the command had ended in the middle: what it had not sent is gone.
    fresh.daemon.stop()
    with contextlib.closing(sqlite3.connect(fresh.database)) as db, db:
        cut = quarter - WEEK
        db.execute("DELETE FROM report WHERE since_ms >= ?", (cut * QUARTER * 1000,))
        db.execute("UPDATE report_import SET taken = entries - ?", (WEEK,))
    assert fresh.total() < total
    fresh.restart()
    assert "went on there" in fresh.report("--import", path)
    assert fresh.total() == total
    assert "counted already" in fresh.report("--import", path)
    assert fresh.total() == total


def test_parts_of_an_import_are_counted_once_in_any_order(scene):
    since = 1000 * QUARTER * (int(time.time()) // QUARTER - 9)

    def ask(at, entries, of=3, digest="ab" * 32):
        with contextlib.closing(socket.socket(
                socket.AF_UNIX, socket.SOCK_SEQPACKET)) as s:
            s.settimeout(20)
            s.connect(str(scene.folder / "control"))
            s.send(json.dumps({
                "act": "report-import", "digest": digest, "entries": of, "at": at,
                "list": [["shop", "", since + 900_000 * n, 2] for n in entries]}).encode())
            return json.loads(s.recv(65536))
    assert ask(0, [])["taken"] == 0
    assert "not 1 of 3" in ask(1, [1])["message"]  # a gap
    assert ask(0, [0, 1])["taken"] == 2
    assert ask(0, [0, 1])["taken"] == 2
    assert "2 of 3" in ask(0, [], of=4)["message"]  # of another file
    assert ask(1, [1, 2])["taken"] == 3
    assert "entries are 1 to" in ask(2, [2, 3])["message"]
    assert ask(3, [])["taken"] == 3
    assert [row[3] for row in scene.counts()] == [2, 2, 2]
    for wrong in ({"digest": "AB" * 32}, {"digest": "ab"}, {"of": 0}, {"of": 2_000_001}):
        assert ask(0, [], **wrong)["ok"] is False
    # All of a part or nothing: the last of these is no quarter of an hour.
    assert ask(0, [0, 1, 0.5], digest="cd" * 32)["code"] == 65
    assert ask(0, [0, 10**6], digest="cd" * 32)["code"] == 65
    assert scene.total() == 6


HOSTILE = [
    ("", 0, "no column 'time'|no header"),
    ("time,service\n", 0, "holds no report"),
    ("when,service\n1,shop\n", 1, "no column 'time'.*time,service,region,count"),
    ("time,region\n1,eu\n", 1, "no column 'service'"),
    ("time,service,time\n1,shop,1\n", 1, "names the column 'time' twice"),
    ("time,service\n1676365220,shop\n1676365220\n", 3, "1 fields, but the header names 2"),
    ("time,service\n1676365220,shpo\n", 2, "no 'shpo', did you mean 'shop'"),
    ("time,service\n1676365220,\n", 2, "no service"),
    ("time,service\n,shop\n", 2, "no time"),
    ("time,service,region\n1676365220,shop,ue\n", 2, "shop has no 'ue', did you mean 'eu'"),
    ("time,service,region\n1676365220,bank,na\n", 2, "bank has no 'na'"),
    ("time,service\nyesterday,shop\n", 2, "'yesterday' is not a time"),
    ("time,service\n946684799,shop\n", 2, "before the year 2000"),
    ("time,service\n1970-01-01T00:00:00Z,shop\n", 2, "before the year 2000"),
    ("time,service\n-5,shop\n", 2, "is not a time"),
    ("time,service\n1676365220000,shop\n", 2, "is not a time"),
    ("time,service\n9999999999,shop\n", 2, "in the future"),
    ("time,service\n2999-01-01T00:00:00Z,shop\n", 2, "in the future"),
    ("time,service,count\n1676365220,shop,-1\n", 2, "'-1' is not a number from 0"),
    ("time,service,count\n1676365220,shop,1000001\n", 2, "not a number from 0 to 1000000"),
    ("time,service,count\n1676365220,shop," + "9" * 400 + "\n", 2, "not a number from 0"),
    ("time,service,count\n1676365220,shop,1e3\n", 2, "'1e3' is not a number"),
    (b"time,service\n1676365220,sh\0op\n", 2, "no 'sh"),
    (b"time,service\n1676365220\0,shop\n", 2, "is not a time"),
    (b"time,service,region\n1676365220,shop,eu\0\n", 2, "has no 'eu"),
    (b"time,service\n1676365220,\xff\xfe\n", 2, "the configuration has no"),
    ("time,service\n1676365220,\"shop\n", 2, "misplaced quote|not closed"),
    ("time,service\n1676365220,\"" + "x" * 2_000_000 + "\n", 2, "quote"),
    ("time,service\n1676365220," + "x" * 3_000_000 + "\n", 2, "more than 1048576 bytes|no 'x"),
    ("time,service" + ",x" * 100 + "\n", 1, "more than 64 fields"),
    (b"\x1f\x8b\x08\x00broken", 1, ""),
    ("time,service\n1676365220,shop\n1676365220,shop\n1676365220,bank,\n", 4, "3 fields"),
]


def test_a_file_with_a_fault_is_refused_whole_and_says_where(scene):
    for text, line, why in HOSTILE:
        if isinstance(text, str):
            text = text.encode()
        path = scene.file(text)
        done = scene.run("report-problem", "--import", path)
        place = f"{path}:{line}: " if line else f"{path}"
        assert done.returncode in (65, 74), (text[:80], done)
        assert done.stderr.startswith(place), (text[:80], done.stderr)
        assert re.search(why, done.stderr), (text[:80], done.stderr)
        assert len(done.stderr) < 600 and "\0" not in done.stderr
        assert done.stdout == ""
    missing = scene.run("report-problem", "--import", scene.folder / "none.csv")
    assert missing.returncode == 74 and "none.csv" in missing.stderr
    # Good rows before the bad one are not counted either.
    assert scene.counts() == []


def test_times_that_are_older_than_what_is_kept_are_left_out(scene):
    recent = int(time.time()) - 86400
    path = scene.file(f"time,service\n978307200,shop\n{recent},shop\n")
    assert "1 quarters of an hour are older than is kept, and were left out" in \
        scene.report("--import", path)
    assert [row[3] for row in scene.counts()] == [1]


def test_more_than_usual_is_shown_and_decides_nothing(fresh):
    live.until(lambda: set(fresh.daemon.states().values()) == {"up"})
    quarter = present()
    fresh.report("--import", fresh.file(history(quarter)))
    at = time.strftime("%H:%M", time.gmtime(quarter * QUARTER))
    words = f"reports: 42 in the last 15 min (to {at}Z), usually 3: elevated"
    done = fresh.run("status")
    assert f"shop: {words}\n" in done.stdout and done.returncode == 0
    whole = json.loads(fresh.run("status", "--json").stdout)
    shown = whole["reports"]["shop"]
    assert (shown["count"], shown["since"], shown["usual"]) == (42, 0, 3.0)
    # 2 * (sqrt(42.375) - sqrt(3.375)) / sqrt(1)
    assert shown["elevated"] is True and shown["score"] == 9.3
    assert "bank" not in whole["reports"] and whole["overall"] == "up"
    one = " ".join(fresh.run("explain", "shop/eu").stdout.split())
    assert f"What people report {words}. They change no verdict." in one
    assert json.loads(fresh.run("explain", "shop/eu", "--json").stdout)["reports"] == shown
    of_all = fresh.run("explain", "shop").stdout
    assert "shop has 2 endpoints" in of_all and "  shop/na: up for " in of_all
    assert words in " ".join(of_all.split())
    of_all = json.loads(fresh.run("explain", "shop", "--json").stdout)
    assert of_all["reports"] == shown and len(of_all["endpoints"]) == 2
    assert "reports" not in json.loads(fresh.run("explain", "bank", "--json").stdout)
    assert fresh.report("shop", "--region", "na")
    shown = fresh.shown()
    assert (shown["since"], shown["regions"]) == (1, {"na": 1})
    # Nothing came of it.
    assert fresh.daemon.states()["shop/eu"] == "up"
    assert fresh.daemon.json("incidents") == []


def test_an_incident_is_told_with_them(tmp_path):
    """While it lasts and after."""
    # Its time is soon ahead of ours, but not by the length of a quarter.
    with shop.scene(tmp_path, 4, hook=False, kind=Scene) as scene:
        quarter = present()
        scene.report("--import", scene.file(
            history(quarter) + f"{quarter * QUARTER},shop,41\n"))
        assert scene.report("shop", "--region", "na")
        scene.until_state("shop/eu", "up")
        scene.target.pages["/eu"] = (500, b"")
        (incident,) = live.until(lambda: scene.daemon.json("incidents"))
        told = scene.run("incident", incident["id"]).stdout
        assert re.search(r"^reports: 42 in the last 15 min \(.*: elevated \(na 1\)$",
                         told, re.MULTILINE), told
        assert json.loads(scene.run("incident", incident["id"], "--json").stdout)[
            "reports"]["elevated"] is True
        scene.run("pause", "shop/eu")
        told = scene.run("incident", incident["id"]).stdout
        assert re.search(r"^reports: \d+ while it lasted$", told, re.MULTILINE)


def test_what_is_usual_is_learnt_again_from_an_older_file(fresh):
    quarter = present()
    assert "not known yet" not in fresh.run("status").stdout
    fresh.report("--import", fresh.file(history(quarter)))

    def upto():
        return fresh.query("SELECT upto_ms FROM report_usual")
    live.until(upto, what="what is usual to be kept")
    assert upto() == [(quarter * QUARTER * 1000,)]
    before = fresh.shown()
    # Older ones show that three is much less than usual.
    rows = "".join(f"{q * QUARTER},shop,97\n"
                   for q in range(quarter - 3 * WEEK, quarter))
    fresh.report("--import", fresh.file("time,service,count\n" + rows, "more.csv"))
    after = fresh.shown()
    assert before["usual"] == 3.0 and after["usual"] == 100.0
    # 2 * (sqrt(139.375) - sqrt(100.375)) / sqrt(1)
    assert (after["count"], after["score"], after["elevated"]) == (139, 3.6, True)
    live.until(upto, what="what is usual to be kept again")
    assert fresh.shown() == after
