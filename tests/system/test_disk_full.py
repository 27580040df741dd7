# SPDX-License-Identifier: MIT
"""The disk fills while the daemon runs, and is emptied again."""
import contextlib
import pathlib
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support_py"))

import live  # noqa: E402
import storage  # noqa: E402
from receiver import Receiver  # noqa: E402


@pytest.fixture
def scene(tmp_path):
    with storage.scene(tmp_path) as made:
        yield made


def test_disk_full_while_running(scene, tmp_path):
    with Receiver(scene.receiver.secrets, ["500", "200"]) as loud, \
            storage.tmpfs(tmp_path / "disk", "size=6m") as disk, \
            scene.configure(disk / "vigie.db", 40, loud.url,
                            live.FAST) as daemon:
        live.until(lambda: list(daemon.states().values()) == ["up"] * 40,
                   what="all up")
        ballast = disk / "ballast"

        def full():
            storage.fill(ballast)
            return daemon.said("database-unwritable")
        live.until(full, what="the disk to be full")
        scene.target.pages["/3"] = live.MAINTENANCE
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
        told_all_the_same(loud, one["id"])
        assert daemon.stop() == 0
        assert live.sound(scene.database) == ["ok"]
        assert_no_hole(scene.database)
    # Told once: what was said unwritten is not said again.
    assert len([r for r in scene.receiver.requests
                if r.json()["type"] == "incident.opened"]) == 1


def told_all_the_same(loud, incident):
    """It refused what could not be written: it is asked again, and then it
    learns of the end, which it would not without the opening."""
    first, second, third = loud.wait(3, timeout=30)
    assert [r.json()["type"] for r in (first, second, third)] == [
        "incident.opened", "incident.opened", "incident.resolved"]
    assert first.json()["data"]["persisted"] is False
    assert second.id == first.id != third.id
    assert third.json()["data"]["incident"] == incident


def assert_no_hole(path):
    """Samples made while nothing could be written were kept meanwhile."""
    with contextlib.closing(live.reader(path)) as db:
        starts = [row[0] for row in db.execute(
            "SELECT start_ms FROM v_sample WHERE endpoint = 's3/eu' "
            "ORDER BY ref")]
    assert len(starts) > 10, starts
    assert max(b - a for a, b in zip(starts, starts[1:])) < 40_000
