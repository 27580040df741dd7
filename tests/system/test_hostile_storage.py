# SPDX-License-Identifier: MIT
"""Disks that are full or read-only, databases that are damaged or not ours.

What a full disk does to an incident that is open is a matter of time, and
told in tests/story/full*.story; a disk that fills while the daemon runs is in
test_disk_full.py.
"""
import contextlib
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support_py"))

import live  # noqa: E402
import storage  # noqa: E402

LONG = os.environ.get("VIGIE_LONG") == "1"
IO_ERROR, PERMISSION, CONFIG = 74, 77, 78
NOBODY = 65534
ROOM = 8 << 20


@pytest.fixture
def scene(tmp_path):
    with storage.scene(tmp_path) as made:
        yield made


def samples(path):
    """How many are kept; None while nobody can read it."""
    try:
        with contextlib.closing(live.reader(path)) as db:
            return db.execute("SELECT count(*) FROM sample").fetchone()[0]
    except sqlite3.Error:
        return None


def run_until_written(daemon, database, more_than=0):
    daemon.until_said("start version")
    return live.until(lambda: (samples(database) or 0) > more_than
                      and samples(database), what="samples in it")


def snapshot(folder):
    """Every byte, and when it was written."""
    return {p.name: (p.read_bytes(), p.stat().st_mtime_ns)
            for p in sorted(folder.iterdir())
            if p.is_file() and not p.name.endswith(("-lock", "-shm"))}


@pytest.fixture(scope="module")
def past(tmp_path_factory):
    """The files of a daemon that was killed: a database and its log."""
    folder = tmp_path_factory.mktemp("past")
    with storage.scene(folder) as made, \
            made.configure(folder / "vigie.db") as daemon:
        run_until_written(daemon, made.database, 2)
        daemon.kill()
    assert (folder / "vigie.db-wal").stat().st_size > 0
    return folder


def give(past, folder):
    for name in ("vigie.db", "vigie.db-wal", "vigie.db-shm"):
        shutil.copy(past / name, folder / name)
    return folder / "vigie.db"


# A disk that is full or read-only at the start.

def test_full_at_the_start(scene, tmp_path):
    """It comes up, says so, leaves no half of a database, and makes a whole
    one as soon as there is room."""
    with storage.tmpfs(tmp_path / "disk", f"size={ROOM}") as disk:
        storage.fill(disk / "ballast")
        with scene.configure(disk / "vigie.db") as daemon:
            daemon.until_said("database-unwritable .*make room")
            daemon.until_said("start version")
            assert not list(disk.glob("vigie.db")), list(disk.iterdir())
            assert live.vigie("status", "-c", scene.config).returncode == 69
            (disk / "ballast").unlink()
            daemon.until_said("database-writable", 20)
            run_until_written(daemon, scene.database)
            assert daemon.stop() == 0
        assert live.sound(scene.database) == ["ok"]


def test_full_at_the_start_with_a_past(scene, past, tmp_path):
    """The past is read, though a log cannot be opened as usual without
    room; and afterwards nothing is twice."""
    with storage.tmpfs(tmp_path / "disk", f"size={ROOM}") as disk:
        scene.configure(give(past, disk))
        (disk / "vigie.db-shm").unlink()
        storage.fill(disk / "ballast")
        with live.Daemon(scene.config) as daemon:
            daemon.until_said("database-unwritable .*make room")
            daemon.until_said("start version")
            (disk / "ballast").unlink()
            daemon.until_said("database-writable", 20)
            run_until_written(daemon, scene.database, 5)
            assert daemon.stop() == 0
            assert not daemon.said("store-refused|state-lost")
        assert live.sound(scene.database) == ["ok"]
        with contextlib.closing(live.reader(scene.database)) as db:
            assert db.execute("SELECT count(*) FROM epoch").fetchone() == (2,)
            starts = [s for s, in db.execute(
                "SELECT start_ms FROM sample ORDER BY ref")]
            assert starts == sorted(set(starts))


def test_read_only_at_the_start_with_a_past(scene, past, tmp_path):
    with storage.tmpfs(tmp_path / "disk", f"size={ROOM}") as disk:
        scene.configure(give(past, disk))
        remount(disk, "ro")
        before = snapshot(disk)
        with live.Daemon(scene.config) as daemon:
            daemon.until_said("database-unwritable .*[Rr]ead-only")
            daemon.until_said("start version")
            assert status(scene) == ("cannot_write", "cannot write its")
            assert snapshot(disk) == before
            remount(disk, "rw")
            daemon.until_said("database-writable", 20)
            run_until_written(daemon, scene.database, 5)
            assert status(scene) == ("running", None)
            assert daemon.stop() == 0
            assert status(scene) == ("absent", "no daemon is")
            assert not daemon.said("store-refused|state-lost")
        assert live.sound(scene.database) == ["ok"]


def status(scene):
    """What it says of the daemon, to programs and to people."""
    said = json.loads(live.vigie("status", "--json", "-c", scene.config
                                 ).stdout)
    banner = [line for line in live.vigie("status", "-c", scene.config
                                          ).stdout.splitlines()
              if line.startswith("! ")]
    words = ("cannot write its", "no daemon is")
    assert len(banner) <= 1
    return said["daemon"], next(
        (w for w in words if banner and w in banner[0]), None)


def remount(disk, mode):
    subprocess.run(["mount", "-o", f"remount,{mode}", disk], check=True)


def test_neither_written_nor_read(scene, past, tmp_path):
    """Going on without a past that is there would contradict it later."""
    with storage.tmpfs(tmp_path / "disk", f"size={ROOM}") as disk:
        scene.configure(give(past, disk))
        with contextlib.closing(sqlite3.connect(scene.database)) as db:
            db.execute("PRAGMA user_version = 0")
        storage.fill(disk / "ballast")
        before = scene.database.read_bytes()
        scene.refused(IO_ERROR, "vigie.db", "schema 0")
        assert scene.database.read_bytes() == before


# Files of somebody else.

def as_nobody():
    if os.geteuid() != 0:
        pytest.skip("only root can be two users")
    return ["setpriv", f"--reuid={NOBODY}", "--clear-groups"]


@pytest.fixture
def public():
    with storage.public_folder() as folder, storage.scene(folder) as made:
        yield made


@pytest.mark.parametrize("mode", [0o600, 0o444])
def test_wrong_owner(public, past, mode):
    """The folder is ours, the file in it is another user's."""
    wrap = as_nobody()
    folder = public.folder / "state"
    folder.mkdir()
    public.configure(give(past, folder))
    for path in (folder, public.folder, public.folder / "key", public.config):
        os.chown(path, NOBODY, NOBODY)
    public.database.chmod(mode)
    before = snapshot(folder)
    done = subprocess.run([*wrap, live.VIGIE, "run", "-c", public.config],
                          env=live.ENV, capture_output=True, text=True,
                          timeout=30, check=False)
    assert done.returncode == PERMISSION, done.stderr
    assert "vigie.db" in done.stderr and "right" in done.stderr
    assert snapshot(folder) == before


# Damage: set aside, a new one begun, and said loudly.

def corrupt_page(path):
    with open(path, "r+b") as f:
        f.seek(4096)
        f.write(b"\xa5" * 8192)


def cut_in_half(path):
    os.truncate(path, path.stat().st_size // 8192 * 4096)


def cut_within_a_page(path):
    os.truncate(path, path.stat().st_size - 1000)


def cut_within_the_header(path):
    os.truncate(path, 60)


def spoil_the_first_page(path):
    with open(path, "r+b") as f:
        f.seek(100)
        f.write(b"\xff" * 3000)


@pytest.mark.parametrize("damage", [
    corrupt_page, cut_in_half, cut_within_a_page, cut_within_the_header,
    spoil_the_first_page])
def test_damaged(scene, past, tmp_path, damage):
    scene.configure(give(past, tmp_path))
    (tmp_path / "vigie.db-wal").unlink()
    (tmp_path / "vigie.db-shm").unlink()
    damage(scene.database)
    damaged = scene.database.read_bytes()
    with live.Daemon(scene.config) as daemon:
        daemon.until_said("crit.* database-replaced .*moved to")
        run_until_written(daemon, scene.database)
        assert daemon.stop() == 0
    (aside,) = tmp_path.glob("vigie.db.corrupt-*Z")
    assert aside.read_bytes() == damaged
    assert live.sound(scene.database) == ["ok"]


def test_a_log_that_is_gone(scene, past, tmp_path):
    """Without it the file is whole, only older: kept, and said."""
    scene.configure(give(past, tmp_path))
    (tmp_path / "vigie.db-wal").unlink()
    (tmp_path / "vigie.db-shm").unlink()
    with live.Daemon(scene.config) as daemon:
        daemon.until_said("crit.* database-log-missing")
        run_until_written(daemon, scene.database)
        assert daemon.stop() == 0
    assert live.sound(scene.database) == ["ok"]
    assert not list(tmp_path.glob("*corrupt*"))
    daemon.log.unlink()
    with daemon:
        daemon.until_said("start version")
        assert daemon.stop() == 0
    assert not daemon.said("database-log-missing")


# Not ours: refused, and not touched by so much as a byte.

def change(path, sql):
    """As another program would, leaving its log beside the file."""
    db = sqlite3.connect(path)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute(sql)
    keep = sqlite3.connect(path)  # its log stays as long as one has it
    keep.execute("SELECT 1 FROM sqlite_schema").fetchall()
    db.close()
    return keep


@pytest.mark.parametrize("sql, words", [
    ("PRAGMA application_id = 7", "not a database of this program"),
    ("PRAGMA user_version = 9999", "newer version"),
])
def test_foreign_or_newer(scene, past, tmp_path, sql, words):
    folder = tmp_path / "state"
    folder.mkdir()
    scene.configure(give(past, folder))
    with contextlib.closing(sqlite3.connect(scene.database)) as db:
        db.execute(sql)
    before = snapshot(folder)
    scene.refused(CONFIG, "vigie.db", words, "left alone")
    assert snapshot(folder) == before
    done = live.vigie("status", "-c", scene.config)
    assert done.returncode == CONFIG, done.stderr
    assert snapshot(folder) == before


@pytest.mark.parametrize("sql, words", [
    ("PRAGMA application_id = 7", "not a database of this program"),
    ("PRAGMA user_version = 9999", "newer version"),
])
def test_foreign_or_newer_in_the_log(scene, past, tmp_path, sql, words):
    """The file says it is ours; what its owner has written since does not."""
    folder = tmp_path / "state"
    folder.mkdir()
    scene.configure(give(past, folder))
    with contextlib.closing(change(scene.database, sql)):
        before = snapshot(folder)
        scene.refused(CONFIG, "vigie.db", words, "left alone")
        assert snapshot(folder) == before


def test_a_reader_in_the_way(scene, tmp_path):
    """A transaction of another program keeps the log from being reset."""
    with scene.configure(tmp_path / "vigie.db", 60) as daemon:
        run_until_written(daemon, scene.database)
        with contextlib.closing(live.reader(scene.database)) as db:
            db.execute("BEGIN")
            seen = db.execute("SELECT count(*) FROM sample").fetchone()[0]
            run_until_written(daemon, scene.database,
                              seen + (60 * 30 if LONG else 60 * 4))
            log = tmp_path / "vigie.db-wal"
            print(f"log with a reader in the way: {log.stat().st_size} bytes")
            assert log.stat().st_size <= 64 << 20
            assert db.execute("SELECT count(*) FROM sample"
                              ).fetchone()[0] == seen
        assert not daemon.said("crit|database-")
        assert daemon.stop() == 0
    assert live.sound(scene.database) == ["ok"]
