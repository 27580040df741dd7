# SPDX-License-Identifier: MIT
"""A database that is read-only, in use, foreign, newer or damaged."""
import contextlib
import os
import pathlib
import sqlite3
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support_py"))

import live  # noqa: E402
import storage  # noqa: E402


@pytest.fixture
def scene(tmp_path):
    with storage.scene(tmp_path) as made:
        yield made


def test_read_only_at_the_start(scene, tmp_path):
    """It comes up all the same, says so, and writes once it may."""
    with storage.tmpfs(tmp_path / "disk", "size=8m,ro") as disk, \
            scene.configure(disk / "vigie.db", speed=live.FAST) as daemon:
        daemon.until_said("database-unwritable .*[Rr]ead-only", 20)
        scene.target.pages["/0"] = (500, b"broken")
        opened = scene.event("incident.opened")
        assert opened["persisted"] is False
        assert list(disk.iterdir()) == []
        subprocess.run(["mount", "-o", "remount,rw", disk], check=True)
        daemon.until_said("database-writable", 30)
        (one,) = live.until(lambda: daemon.json("incidents"))
        assert one["id"] == opened["incident"]
        assert daemon.stop() == 0
        assert live.sound(scene.database) == ["ok"]


@pytest.fixture
def public():
    with storage.public_folder() as folder, storage.scene(folder) as made:
        yield made


def test_a_folder_that_we_may_not_use(public):
    if os.geteuid() == 0:
        if subprocess.run(["setpriv", "--reuid=65534", "--clear-groups",
                           "true"], check=False).returncode != 0:
            pytest.skip("cannot be another user")
    folder = public.folder / "closed"
    folder.mkdir(mode=0o500)
    public.configure(folder / "vigie.db")
    if os.geteuid() == 0:
        for path in (public.folder / "key", public.config, folder, public.folder):
            os.chown(path, 65534, 65534)
        wrap = ["setpriv", "--reuid=65534", "--clear-groups"]
    else:
        wrap = []
    done = subprocess.run([*wrap, live.VIGIE, "run", "-c", public.config],
                          env=live.ENV, capture_output=True, text=True,
                          timeout=30, check=False)
    assert done.returncode == 77, done.stderr
    assert "vigie.db" in done.stderr and "right" in done.stderr
    assert list(folder.iterdir()) == []


def test_in_use_by_another(scene, tmp_path):
    with scene.configure(tmp_path / "vigie.db") as daemon:
        daemon.until_said("start version")
        again = live.vigie("run", "-c", scene.config)
        assert again.returncode == 69, again.stderr
        text = scene.config.read_text()
        other = tmp_path / "other.yaml"
        other.write_text(text.replace(f"{tmp_path}/control",
                                      f"{tmp_path}/control2"))
        second = live.vigie("run", "-c", other)
        assert second.returncode == 69, second.stderr
        assert f"in use by process {daemon.pid}" in second.stderr
        assert daemon.process.poll() is None
        live.until(lambda: daemon.states() == {"s0/eu": "up"})
        assert daemon.stop() == 0
    # And with the first one gone there is room for it.
    with live.Daemon(other) as daemon:
        daemon.until_said("start version")


def test_a_foreign_database_is_left_alone(scene, tmp_path):
    path = tmp_path / "theirs.db"
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE t (x)")
        db.commit()
    before = path.read_bytes()
    scene.configure(path)
    scene.refused(78, "theirs.db", "not a database of this program")
    path.write_text("a text of somebody else, long enough to be one\n" * 9)
    text = path.read_bytes()
    scene.refused(78, "theirs.db", "not a database of this program")
    assert path.read_bytes() == text
    assert before != text
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "key", "theirs.db", "vigie.yaml"]


def test_a_newer_database_is_left_alone(scene, tmp_path):
    with scene.configure(tmp_path / "vigie.db") as daemon:
        daemon.until_said("start version")
        assert daemon.stop() == 0
    with contextlib.closing(sqlite3.connect(scene.database)) as db:
        db.execute("PRAGMA user_version = 9999")
    before = scene.database.read_bytes()
    scene.refused(78, "newer version", "9999")
    assert scene.database.read_bytes() == before


def test_a_damaged_database_is_set_aside(scene, tmp_path):
    with scene.configure(tmp_path / "vigie.db") as daemon:
        daemon.until_said("start version")
        live.until(lambda: daemon.states() == {"s0/eu": "up"})
        assert daemon.stop() == 0
    with open(scene.database, "r+b") as f:
        f.seek(4096)
        f.write(b"\xa5" * 8192)
    damaged = scene.database.read_bytes()
    with live.Daemon(scene.config) as daemon:
        daemon.until_said("database-replaced")
        live.until(lambda: daemon.states() == {"s0/eu": "up"})
        assert daemon.stop() == 0
    (aside,) = tmp_path.glob("vigie.db.corrupt-*Z")
    assert aside.read_bytes() == damaged
    assert live.sound(scene.database) == ["ok"]
