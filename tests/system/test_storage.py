# SPDX-License-Identifier: MIT
"""The database that is full, read-only, in use, foreign or newer."""
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
from receiver import Receiver, new_secret  # noqa: E402

CONFIG = """
database: {database}
control: {f}/control
canaries: []
defaults: {{interval: 1s, timeout: 1s, ladder: false}}
services:
{services}
receivers:
  - {{id: hook, type: webhook, url: "{hook}", secret_file: {f}/key,
     allow_private: true}}
routes:
  - {{to: [hook], all: true}}
"""


@contextlib.contextmanager
def tmpfs(folder, options):
    folder.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none",
                           folder], capture_output=True, text=True,
                          check=False)
    if done.returncode != 0:
        pytest.skip(f"cannot mount: not root? {done.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


class Scene:
    def __init__(self, folder, target, receiver, secret):
        self.folder, self.target, self.receiver = folder, target, receiver
        (folder / "key").write_text(secret + "\n")
        (folder / "key").chmod(0o600)
        self.config = folder / "vigie.yaml"

    def configure(self, database, endpoints=1):
        self.database = database
        self.config.write_text(CONFIG.format(
            f=self.folder, database=database, hook=self.receiver.url,
            services="\n".join(
                f"  - {{id: s{i}, regions: {{eu: {self.target.url}/{i}}}}}"
                for i in range(endpoints))))
        return live.Daemon(self.config)

    def event(self, name, timeout=90):
        """The first notice of that event; its data."""
        def found(requests):
            return [r for r in requests if r.json()["type"] == name]
        request = self.receiver.wait_for(found, timeout)[0]
        assert request.faults == []
        return request.json()["data"]

    def refused(self, code, *words):
        """It ends at once, says why, and makes nothing."""
        done = live.vigie("run", "-c", self.config, timeout=30)
        assert done.returncode == code, done.stderr
        for word in words:
            assert word in done.stderr
        assert not (self.folder / "control").exists()


@pytest.fixture
def scene(tmp_path):
    secret = new_secret()
    with live.Target() as target, Receiver([secret]) as receiver:
        yield Scene(tmp_path, target, receiver, secret)


def fill(path):
    """To the last byte; gives how much that was."""
    size = 0
    with open(path, "ab", buffering=0) as ballast:
        for step in (65536, 4096, 1):
            with contextlib.suppress(OSError):
                while True:
                    size += ballast.write(b"x" * step)
    return size


def test_disk_full_while_running(scene, tmp_path):
    with tmpfs(tmp_path / "disk", "size=6m") as disk, \
            scene.configure(disk / "vigie.db", 40) as daemon:
        live.until(lambda: list(daemon.states().values()) == ["up"] * 40,
                   what="all up")
        scene.target.pages["/3"] = live.MAINTENANCE
        ballast = disk / "ballast"

        def full():
            fill(ballast)
            return daemon.said("database-unwritable")
        live.until(full, what="the disk to be full")

        opened = scene.event("incident.opened")
        assert (opened["endpoint"], opened["persisted"]) == ("s3/eu", False)
        assert daemon.json("incidents") == []
        asked = daemon.process.poll()
        assert asked is None, daemon.said()

        ballast.unlink()
        daemon.until_said("database-writable", 20)
        (one,) = live.until(lambda: daemon.json("incidents"))
        assert (one["id"], one["endpoint"]) == (opened["incident"], "s3/eu")
        assert one["onset"] == opened["onset"]
        story = daemon.json("incident", one["id"])
        assert [e["event"] for e in story["timeline"]] == ["incident.opened"]

        scene.target.pages.clear()
        recovering = scene.event("incident.recovering")
        assert recovering["incident"] == one["id"]
        assert "persisted" not in recovering
        live.until(lambda: daemon.json("incidents")[0]["phase"]
                   == "recovering")
        daemon.command("resolve", "--why", "room made", one["id"])
        assert scene.event("incident.resolved", 20)["incident"] == one["id"]
        assert daemon.stop() == 0
        assert live.sound(scene.database) == ["ok"]
        assert_no_hole(scene.database, one["onset"])
    # Told once: what was said unwritten is not said again.
    assert len([r for r in scene.receiver.requests
                if r.json()["type"] == "incident.opened"]) == 1


def assert_no_hole(path, _onset):
    """Samples made while nothing could be written were kept meanwhile."""
    with contextlib.closing(live.reader(path)) as db:
        starts = [row[0] for row in db.execute(
            "SELECT start_ms FROM v_sample WHERE endpoint = 's3/eu' "
            "ORDER BY ref")]
    assert len(starts) > 30
    assert max(b - a for a, b in zip(starts, starts[1:])) < 4000


def test_read_only_at_the_start(scene, tmp_path):
    """It comes up all the same, says so, and writes once it may."""
    with tmpfs(tmp_path / "disk", "size=8m,ro") as disk, \
            scene.configure(disk / "vigie.db") as daemon:
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


def test_a_folder_that_we_may_not_use(scene, tmp_path):
    if os.geteuid() == 0:
        if subprocess.run(["setpriv", "--reuid=65534", "--clear-groups",
                           "true"], check=False).returncode != 0:
            pytest.skip("cannot be another user")
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o500)
    scene.configure(folder / "vigie.db")
    if os.geteuid() == 0:
        for path in (tmp_path, *tmp_path.parents[:2]):
            path.chmod(path.stat().st_mode | 0o011)
        for name in ("key", "vigie.yaml"):
            os.chown(tmp_path / name, 65534, 65534)
        os.chown(folder, 65534, 65534)
        os.chown(tmp_path, 65534, 65534)
        wrap = ["setpriv", "--reuid=65534", "--clear-groups"]
    else:
        wrap = []
    done = subprocess.run([*wrap, live.VIGIE, "run", "-c", scene.config],
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
