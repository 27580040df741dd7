# SPDX-License-Identifier: MIT
"""Backups of a daemon at work: whole, sound, and gone on with."""
import contextlib
import json
import os
import pathlib
import pty
import re
import shutil
import socket
import sqlite3
import stat
import subprocess
import sys
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support_py"))

import live  # noqa: E402

CONFIG = """
database: {f}/vigie.db
control: {f}/control
canaries: []
defaults: {{interval: {interval}, timeout: 1s, ladder: false}}
services:
{services}
receivers: [{{id: log, type: syslog}}]
"""
PARTIAL = ".vigie-backup.partial"
NAME = r"vigie-\d{8}T\d{6}Z\.db"


def configure(folder, target, endpoints=1, interval="1s"):
    folder.mkdir(exist_ok=True)
    config = folder / "vigie.yaml"
    config.write_text(CONFIG.format(f=folder, interval=interval, services="\n".join(
        f"  - {{id: s{i}, regions: {{eu: {target.url}/{i}}}}}" for i in range(endpoints))))
    return config


def fatten(database, megabytes):
    """Rows that nobody asks for, so that copying takes its time."""
    with contextlib.closing(sqlite3.connect(database)) as db:
        for _ in range(megabytes):
            db.execute("INSERT INTO body (hash, bytes) VALUES (?, ?)",
                       (os.urandom(32), os.urandom(1000 * 1000)))
        db.commit()
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def request(folder, **words):
    """What a command would ask, and the daemon's answer."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as s:
        s.settimeout(20)
        s.connect(str(folder / "control"))
        s.send(json.dumps(words).encode())
        return json.loads(s.recv(65536))


def counts(path):
    with contextlib.closing(live.reader(path)) as db:
        return {table: db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
                for table in ("incident", "outbox", "sample", "transition")}


@pytest.fixture(name="target")
def _target():
    with live.Target() as target:
        yield target


def test_a_backup_under_load_is_whole_and_is_gone_on_with(tmp_path, target):
    here = tmp_path / "here"
    first = live.Daemon(configure(here, target, 20, "10s"), speed=live.FAST)
    with first as daemon:
        live.until(lambda: len(daemon.states()) == 20)
    fatten(here / "vigie.db", 40)
    with first as daemon:
        target.pages["/3"] = (500, b"broken\n")
        live.until(lambda: daemon.states().get("s3/eu") == "down", 90)
        before = counts(here / "vigie.db")
        done = daemon.json("backup")
        after = counts(here / "vigie.db")
        path = pathlib.Path(done["path"])
        assert path.parent == here / "backups"
        assert re.fullmatch(NAME, path.name)
        assert stat.S_IMODE(path.stat().st_mode) == 0o640
        assert path.stat().st_size == done["bytes"] > 40 * 1000 * 1000
        assert sorted(p.name for p in path.parent.iterdir()) == [path.name]
        assert live.sound(path) == ["ok"]
        inside = counts(path)
        for table, n in inside.items():
            assert before[table] <= n <= after[table], table
        assert (inside["incident"], inside["outbox"]) == (done["incidents"], done["notices"])
        assert done["incidents"] == 1
        with contextlib.closing(live.reader(here / "vigie.db")) as db:
            kept = dict(db.execute("SELECT name, value FROM counter WHERE name LIKE 'backup.%'"))
        assert kept["backup.bytes"] == done["bytes"]
        assert abs(kept["backup.at_ms"] / 1000 - time.time()) < 600
        assert daemon.said("backup-made author=")
        incident = daemon.json("incidents", "--open")[0]["id"]

    # Elsewhere, the incident goes on, and ends.
    there = tmp_path / "there"
    second = live.Daemon(configure(there, target, 20, "10s"), speed=live.FAST)
    second.began = first.began
    shutil.copy(path, there / "vigie.db")
    with second as daemon:
        live.until(lambda: daemon.states().get("s3/eu") == "down")
        assert daemon.json("incidents", "--open")[0]["id"] == incident
        target.pages.clear()
        live.until(lambda: daemon.json("incidents", "--open")[0]["phase"] == "recovering", 90)
        assert not daemon.said("database-log-missing")
    assert live.sound(there / "vigie.db") == ["ok"]


def test_a_named_file_is_replaced_only_by_force(tmp_path, target):
    config = configure(tmp_path / "d", target)
    database = tmp_path / "d/vigie.db"
    file = tmp_path / "mine.db"
    with live.Daemon(config) as daemon:
        live.until(daemon.states)
        daemon.command("backup", file)
        assert live.sound(file) == ["ok"]
        file.write_bytes(b"precious")
        refused = live.vigie("backup", file, "-c", config)
        assert refused.returncode == 74
        assert f"{file}: is there already; --force replaces it" in refused.stderr
        assert file.read_bytes() == b"precious"
        daemon.command("backup", "--force", file)
        assert live.sound(file) == ["ok"]

        refused = live.vigie("backup", "--force", database, "-c", config)
        assert refused.returncode == 74
        assert "is the database itself" in refused.stderr
        (tmp_path / "other.db-wal").write_bytes(b"")
        refused = live.vigie("backup", tmp_path / "other.db", "-c", config)
        assert "is the log of another database" in refused.stderr
        refused = live.vigie("backup", tmp_path / "no/such.db", "-c", config)
        assert refused.returncode == 74
        assert "No such file or directory" in refused.stderr
        assert live.vigie("backup", "--keep", "3", file, "-c", config).returncode == 64
        assert live.vigie("backup", "--keep", "0", "-c", config).returncode == 64
        assert live.sound(database) == ["ok"]
    assert not list((tmp_path / "d").glob("backups/*"))
    assert not (tmp_path / PARTIAL).exists()


def test_older_ones_go_and_folders_are_named(tmp_path, target):
    config = configure(tmp_path / "d", target)
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    old = [f"vigie-2020010{i}T000000Z.db" for i in range(1, 4)]
    with live.Daemon(config) as daemon:
        live.until(daemon.states)
        first = pathlib.Path(daemon.json("backup")["path"])
        for folder in (first.parent, shelf):
            for name in old:
                shutil.copy(first, folder / name)
        for folder, arguments in ((first.parent, []), (shelf, [shelf])):
            mine = len(list(folder.glob("*.db")))
            live.until(lambda: not (folder / time.strftime(
                "vigie-%Y%m%dT%H%M%SZ.db", time.gmtime())).exists())
            done = daemon.json("backup", "--keep", "2", *arguments)
            assert pathlib.Path(done["path"]).parent == folder
            left = sorted(p.name for p in folder.iterdir())
            assert len(left) == 2 and pathlib.Path(done["path"]).name == left[1], mine


def test_without_a_daemon_the_command_makes_it(tmp_path, target):
    config = configure(tmp_path / "d", target)
    with live.Daemon(config) as daemon:
        live.until(daemon.states)
    before = (tmp_path / "d/vigie.db").read_bytes()
    done = json.loads(live.vigie("backup", "--json", "-c", config).stdout)
    assert live.sound(done["path"]) == ["ok"]
    assert (tmp_path / "d/vigie.db").read_bytes() == before
    assert not (tmp_path / "d/vigie.db-wal").exists()
    assert live.vigie("backup", tmp_path / "x.db", "-c", config).returncode == 0
    (tmp_path / "d/vigie.db").unlink()
    refused = live.vigie("backup", tmp_path / "y.db", "-c", config)
    assert refused.returncode == 74
    assert "no database to make a backup of" in refused.stderr
    assert not (tmp_path / "y.db").exists()


def test_a_second_one_is_told_and_a_crash_leaves_nothing_that_stays(tmp_path, target):
    here = tmp_path / "d"
    config = configure(here, target)
    with live.Daemon(config) as daemon:
        live.until(daemon.states)
    fatten(here / "vigie.db", 150)
    partial = here / "backups" / PARTIAL
    with live.Daemon(config) as daemon:
        live.until(daemon.states)
        assert request(here, act="backup")["state"] == "copying"
        refused = live.vigie("backup", "-c", config)
        assert refused.returncode == 69
        assert "another backup is under way, for" in refused.stderr
        daemon.kill()
    assert partial.exists()
    assert live.sound(here / "vigie.db") == ["ok"]
    with live.Daemon(config) as daemon:
        live.until(daemon.states)
        path = pathlib.Path(daemon.json("backup")["path"])
        assert live.sound(path) == ["ok"]
        assert sorted(p.name for p in path.parent.iterdir()) == [path.name]
        # What is not understood, or no longer true, changes nothing.
        assert request(here, act="backup-end", job=1, good=True, keep=True)["code"] == 65
        assert request(here, act="backup-end")["code"] == 65


def test_a_full_disk_leaves_the_daemon_and_its_database_alone(tmp_path, target):
    here = tmp_path / "d"
    config = configure(here, target)
    small = tmp_path / "small"
    small.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "none", small],
                      check=False).returncode != 0:
        pytest.skip("cannot mount: not root?")
    try:
        with live.Daemon(config) as daemon:
            live.until(daemon.states)
        fatten(here / "vigie.db", 5)
        (here / "backups").symlink_to(small)
        with live.Daemon(config) as daemon:
            live.until(daemon.states)
            for arguments in ([], [small / "mine.db"]):
                done = live.vigie("backup", *arguments, "-c", config)
                assert done.returncode == 74, done
                assert "full" in done.stderr or "No space" in done.stderr
                assert not list(small.iterdir())
            (here / "backups").unlink()
            (here / "backups").mkdir()
            done = live.vigie("backup", small / "mine.db", "-c", config)
            assert done.returncode == 74 and "No space left" in done.stderr
            assert not list(small.iterdir()) and not list((here / "backups").iterdir())
            assert daemon.json("backup")["bytes"] > 5 * 1000 * 1000
            live.until(lambda: daemon.states() == {"s0/eu": "up"})
    finally:
        subprocess.run(["umount", "-l", small], check=True)


def test_progress_is_for_terminals(tmp_path, target):
    config = configure(tmp_path / "d", target)
    with live.Daemon(config) as daemon:
        live.until(daemon.states)
    fatten(tmp_path / "d/vigie.db", 60)
    with live.Daemon(config) as daemon:
        live.until(daemon.states)
        done = live.vigie("backup", tmp_path / "a.db", "-c", config)
        assert done.stderr == "" and "sound" in done.stdout
        ours, theirs = pty.openpty()
        with subprocess.Popen([live.VIGIE, "backup", tmp_path / "b.db", "-c", config],
                              env=live.ENV, stdout=subprocess.PIPE, stderr=theirs) as shown:
            os.close(theirs)
            seen = b""
            with contextlib.suppress(OSError):
                while part := os.read(ours, 4096):
                    seen += part
            assert shown.wait(60) == 0
        os.close(ours)
        assert b"looking at every page" in seen and b"moving" in seen
