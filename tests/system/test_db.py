# SPDX-License-Identifier: MIT
"""How large the database is: told beside a daemon, after it, and of damage."""
import contextlib
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import threading
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support_py"))

import live  # noqa: E402
import storage  # noqa: E402

SCHEMA = json.loads((ROOT / "schema/db.schema.json").read_text())
CONFIG = """
database: {f}/vigie.db
control: {f}/control
canaries: []
retention: {{samples: 30d}}
defaults: {{interval: 1s, timeout: 1s, ladder: false}}
services:
{services}
receivers: [{{id: log, type: syslog}}]
"""
NOBODY = 65534
DAY = 86400 * 1000
DAYS, ENDPOINTS, PERIOD_S = 10, 4, 60


def configure(folder, target, endpoints=1):
    folder.mkdir(exist_ok=True)
    config = folder / "vigie.yaml"
    config.write_text(CONFIG.format(f=folder, services="\n".join(
        f"  - {{id: s{i}, regions: {{eu: {target.url}/{i}}}}}" for i in range(endpoints))))
    return config


def checked(text):
    """The object, if it is as the schema says, and its parts make the whole."""
    jsonschema = pytest.importorskip("jsonschema")
    told = json.loads(text)
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(told, SCHEMA)
    held = sum(p.get("bytes", 0) for p in told["parts"]) + told["left_out_bytes"]
    assert held + told["free_pages"] * told["page_bytes"] == told["pages"] * told["page_bytes"]
    return told


def look(*arguments, code=0):
    done = live.vigie("db", "--json", *arguments)
    assert done.returncode == code, done.stdout + done.stderr
    return checked(done.stdout)


def part(told, name):
    return next(p for p in told["parts"] if p["name"] == name)


@pytest.fixture(name="target", scope="module")
def _target():
    with live.Target() as target:
        yield target


@pytest.fixture(name="young", scope="module")
def _young(tmp_path_factory, target):
    """What a daemon left that ran for a moment: a folder."""
    folder = tmp_path_factory.mktemp("young")
    with live.Daemon(configure(folder, target)) as daemon:
        live.until(lambda: daemon.states() and samples(folder / "vigie.db"))
    return folder


def samples(database, how="mode=ro"):
    with contextlib.closing(sqlite3.connect(f"file:{database}?{how}", uri=True, timeout=10)) as db:
        return db.execute("SELECT count(*) FROM sample").fetchone()[0]


def age(database, days=DAYS):
    """A past of so many days before today: what a daemon would have kept."""
    with contextlib.closing(sqlite3.connect(database)) as db:
        end = db.execute("SELECT value FROM counter WHERE name = 'store.rolled_from'"
                         ).fetchone()[0] // DAY * DAY
        start, phases = end - days * DAY, bytes(11)
        db.execute("DELETE FROM sample")
        db.execute("DELETE FROM rollup")
        db.execute("UPDATE installation SET created_ms = ?", (start,))
        per_day = 86400 // PERIOD_S * ENDPOINTS
        db.executemany(
            "INSERT INTO sample VALUES (?, ?, ?, ?, 90000, ?, 200, 0, 0, 1, 1, NULL, 61)",
            ((i + 1, i % ENDPOINTS + 1, ENDPOINTS, start + i // ENDPOINTS * PERIOD_S * 1000, phases)
             for i in range(days * per_day)))
        for period, length in enumerate((300, 3600, 86400)):
            n = length // PERIOD_S
            db.executemany(
                "INSERT INTO rollup VALUES (?, ?, ?, ?, ?, 0, 9, 9, 9, ?, ?)",
                ((period, since, e, n, n, bytes(2), bytes(4))
                 for since in range(start, end, length * 1000)
                 for e in range(1, ENDPOINTS + 1)))
        db.commit()
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return start, end


@pytest.fixture(name="old", scope="module")
def _old(tmp_path_factory, young, target):
    """Ten days of four endpoints, nobody running: its configuration."""
    folder = tmp_path_factory.mktemp("old")
    shutil.copy(young / "vigie.db", folder)
    config = configure(folder, target)
    age(folder / "vigie.db")
    return config


def fatten(database, megabytes):
    """Rows that nobody asks for, so that looking takes its time."""
    with contextlib.closing(sqlite3.connect(database)) as db:
        for _ in range(megabytes):
            db.execute("INSERT INTO body (hash, bytes) VALUES (?, ?)",
                       (os.urandom(32), os.urandom(1000 * 1000)))
        db.commit()
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def test_nothing_much_yet(young):
    database = young / "vigie.db"
    before = {p.name: (p.read_bytes(), p.stat().st_mtime_ns) for p in young.iterdir()
              if p.is_file()}
    told = look("-c", young / "vigie.yaml")
    assert told["path"] == str(database.resolve())
    assert told["daemon"] == "absent"
    assert told["growth"] == {"days": 0}
    assert told["projection"] == {"none": "too_little_history"}
    assert told["kept"]["samples_days"] == 30 and told["kept"]["configured"]
    assert told["backup"] is None
    assert told["file_bytes"] == database.stat().st_size and told["log_bytes"] == 0
    assert part(told, "samples")["rows"] == samples(database, "immutable=1")
    fs = os.statvfs(database)
    assert abs(told["room_bytes"] - fs.f_bavail * fs.f_frsize) < 1 << 30
    done = live.vigie("db", "-c", young / "vigie.yaml")
    assert done.returncode == 0 and done.stderr == ""
    assert "no projection: there is no whole day (UTC) of history yet" in done.stdout
    assert "Newest backup: none; make one: vigie backup" in done.stdout
    assert "no daemon is running" in done.stdout
    # Without a configuration neither the daemon nor its retention is known.
    told = look("--database", database)
    assert "daemon" not in told and not told["kept"]["configured"]
    assert told["kept"]["samples_days"] == 400
    assert {p.name: (p.read_bytes(), p.stat().st_mtime_ns) for p in young.iterdir()
            if p.is_file()} == before


def test_growth_and_where_it_leads(old):
    told = look("-c", old)
    per_day = 86400 // PERIOD_S * ENDPOINTS
    rows = {"samples": DAYS * per_day, "roll-ups": DAYS * ENDPOINTS * 313}
    rate = {"samples": per_day, "roll-ups": ENDPOINTS * 313}
    for name, n in rows.items():
        assert part(told, name)["rows"] == n and not part(told, name)["estimated"]
    assert told["samples_at_most"] == rows["samples"]
    assert told["growth"]["days"] == 7
    assert told["growth"]["samples_per_day"] == per_day
    each = {name: part(told, name)["bytes"] * rate[name] // rows[name] for name in rows}
    assert told["growth"]["samples_bytes_per_day"] == each["samples"]
    assert told["growth"]["rollups_bytes_per_day"] == each["roll-ups"]
    gain = told["growth"]["bytes_per_day"]
    assert sum(each.values()) <= gain < sum(each.values()) * 1.1
    # Samples are kept for 30 days, roll-ups for ten years.
    now = told["projection"]["samples"]
    assert each["roll-ups"] <= now["bytes_per_day"] <= gain - each["samples"]
    others = sum(p["bytes"] for p in told["parts"] if p["name"] not in rows)
    least = 30 * each["samples"] + part(told, "roll-ups")["bytes"] + 19 * each["roll-ups"] + others
    assert least <= now["bytes"] < least * 1.1
    then = told["projection"]["rollups"]
    assert then["bytes"] > now["bytes"] + 3600 * each["roll-ups"]
    assert then["bytes_per_day"] < now["bytes_per_day"]
    done = live.vigie("db", "-c", old).stdout
    assert f"by the 7 whole days before {told['growth']['before'][:10]} UTC" in done
    assert f"{per_day} rows a day" in done
    assert "when samples are 30d old" in done and "when roll-ups are 3650d old" in done
    assert "has no room" not in done


def test_where_there_is_no_room(old, tmp_path, target):
    with storage.tmpfs(tmp_path / "disk", "size=8m") as disk:
        shutil.copy(old.parent / "vigie.db", disk)
        config = configure(tmp_path, target)
        config.write_text(config.read_text().replace(f"{tmp_path}/vigie.db", f"{disk}/vigie.db"))
        told = look("-c", config)
        assert told["projection"]["rollups"]["bytes"] > told["room_bytes"] + told["file_bytes"]
        assert "its file system has no room for that" in live.vigie("db", "-c", config).stdout


def test_backups(young, tmp_path, target):
    folder = tmp_path / "d"
    config = configure(folder, target)
    shutil.copy(young / "vigie.db", folder)
    made = json.loads(live.vigie("backup", "--json", "-c", config).stdout)
    told = look("-c", config)["backup"]
    assert (told["path"], told["bytes"]) == (made["path"], made["bytes"])
    assert told["at"].replace("-", "").replace(":", "")[:15] in made["path"]
    assert made["path"] in live.vigie("db", "-c", config).stdout
    with live.Daemon(config) as daemon:
        live.until(daemon.states)
        live.until(lambda: time.strftime("%Y%m%dT%H%M%S", time.gmtime()) not in made["path"])
        away = daemon.json("backup", tmp_path / "away.db")
        told = live.until(lambda: "path" not in look("-c", config)["backup"]
                          and look("-c", config)["backup"])
        assert told["bytes"] == away["bytes"]
        assert "not in backups beside the database" in daemon.command("db")
        again = daemon.json("backup")
        assert look("-c", config)["backup"]["path"] == again["path"]


def test_beside_a_daemon_that_writes(tmp_path, target):
    """As often as can be asked; it goes on, and what it says is of one moment."""
    folder = tmp_path / "d"
    database = folder / "vigie.db"
    config = configure(folder, target, endpoints=20)
    with live.Daemon(config) as daemon:
        live.until(lambda: len(daemon.states()) == 20)
    fatten(database, 100)
    with live.Daemon(config) as daemon:
        live.until(lambda: len(daemon.states()) == 20)
        before, told = samples(database), []
        stop = threading.Event()

        def ask():
            while not stop.is_set():
                told.append(look("-c", config))

        readers = [threading.Thread(target=ask) for _ in range(2)]
        for r in readers:
            r.start()
        try:
            live.until(lambda: samples(database) > before + 60 and len(told) > 4)
        finally:
            stop.set()
            for r in readers:
                r.join()
        for one in told:
            assert one["daemon"] == "running"
            assert before <= part(one, "samples")["rows"] <= samples(database)
            assert part(one, "excerpts")["bytes"] > 100 * 1000 * 1000
            assert one["log_bytes"] > 0
        assert not daemon.said("database-unwritable|database-upkeep")
        assert daemon.stop() == 0
    assert not (folder / "vigie.db-wal").exists()
    assert live.sound(database) == ["ok"]


def damage(path):
    with contextlib.closing(live.reader(path)) as db:
        page = db.execute("SELECT max(pageno) FROM dbstat WHERE name = 'sample' "
                          "AND pagetype = 'leaf'").fetchone()[0]
    with open(path, "r+b") as f:
        f.seek((page - 1) * 4096)
        f.write(b"\xa5" * 4096)


def newer(path):
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version = 999")


def junk(path):
    path.write_bytes(b"not a database, but long enough to be looked at" * 40)


@pytest.mark.parametrize("wound,code,words", [
    (pathlib.Path.unlink, 69, "there is no database yet"),
    (damage, 74, "damaged: restart the daemon to set"),
    (newer, 78, "newer version"),
    (junk, 78, "not a database of this program"),
    (lambda path: os.truncate(path, 40000), 74, "damaged: restart the daemon to set"),
])
def test_faults_are_those_of_every_reader(old, tmp_path, wound, code, words):
    database = tmp_path / "x.db"
    shutil.copy(old.parent / "vigie.db", database)
    wound(database)
    done = live.vigie("db", "--database", database)
    assert done.returncode == code, done
    assert words in done.stderr and "x.db" in done.stderr
    assert done.stdout == ""
    assert live.vigie("db", "surplus").returncode == 64
    assert live.vigie("db", "-c", tmp_path / "none.yaml").returncode == 78


@pytest.fixture
def public():
    with storage.public_folder() as folder:
        yield folder


def test_not_ours_to_read(old, public):
    if os.geteuid() != 0:
        pytest.skip("only root can be two users")
    database = public / "x.db"
    shutil.copy(old.parent / "vigie.db", database)
    database.chmod(0o600)
    (public / "backups").mkdir(mode=0o700)

    def ask():
        return subprocess.run(
            ["setpriv", f"--reuid={NOBODY}", "--clear-groups", live.VIGIE, "db", "--database",
             database], env=live.ENV, capture_output=True, text=True, timeout=60, check=False)

    done = ask()
    assert done.returncode == 77 and "the right to it" in done.stderr, done
    # The file may be read; what is in the folder beside it is not known.
    database.chmod(0o644)
    done = ask()
    assert done.returncode == 0, done.stderr
    assert "there may be others" in done.stdout and "Permission denied" in done.stdout


def test_hostile_names_stay_text(young, tmp_path):
    folder = tmp_path / "a\x1b[31m\u202eb\nc"
    folder.mkdir()
    database = folder / "vigie.db"
    shutil.copy(young / "vigie.db", database)
    with contextlib.closing(sqlite3.connect(database)) as db:
        db.execute('CREATE TABLE "x\x1b]0;title\x07" (a)')
        db.execute('INSERT INTO "x\x1b]0;title\x07" VALUES (1)')
        db.commit()
    (folder / "backups").mkdir()
    shutil.copy(young / "vigie.db", folder / "backups/vigie-20260101T000000Z.db")
    done = live.vigie("db", "--database", database)
    assert done.returncode == 0, done.stderr
    assert "\x1b" not in done.stdout and "\u202e" not in done.stdout and "\x07" not in done.stdout
    assert "a\\x1b[31m" in done.stdout
    told = look("--database", database)
    assert told["path"] == str(database.resolve())
    rest = part(told, "rest")["rows"]
    assert rest == part(look("--database", young / "vigie.db"), "rest")["rows"] + 1
    # A name that is not UTF-8, either.
    there = os.fsencode(tmp_path) + b"/\xff.db"
    shutil.copy(young / "vigie.db", os.fsdecode(there))
    assert look("--database", os.fsdecode(there))["path"].endswith("\\xff.db")
