# SPDX-License-Identifier: MIT
"""Damage that the look at the start does not see, and a statement meets."""
import contextlib
import json
import os
import pathlib
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support_py"))

import live  # noqa: E402
import pages  # noqa: E402
import storage  # noqa: E402

# More than the start looks at page by page; with holes, so it takes no room.
LARGE = 300 << 20
IO_ERROR = 74
FAST = "--time-scale", "20"


@pytest.fixture
def scene(tmp_path):
    with storage.scene(tmp_path) as made:
        yield made


def count(path, what):
    with contextlib.closing(live.reader(path)) as db:
        return db.execute(f"SELECT count(*) FROM {what}").fetchone()[0]


def run_until(daemon, path, samples):
    daemon.until_said("start version")
    live.until(lambda: count(path, "sample") >= samples, what="samples")


def damage(daemon, path, table, leaf):
    with pages.held(daemon.pid, path):
        pages.spoil(path, pages.leaves(path, table)[leaf])


# No commit can do without it.
MEMORY = "memory", 0
NEWEST_SAMPLES = "sample", -1


def daemon_says(scene):
    return json.loads(live.vigie("status", "--json", "-c", scene.config
                                 ).stdout)["daemon"]


def told_of(scene, event, endpoint):
    """The first notice of that."""
    return scene.receiver.wait_for(lambda requests: [
        r for r in requests if r.json()["type"] == event
        and r.json()["data"]["endpoint"] == endpoint], 60)[0]


def test_met_while_it_runs(scene, tmp_path):
    """It goes on, says so, loses nothing that it owes, and begins anew at
    the next start."""
    marker = tmp_path / "vigie.db-damaged"
    scene.receiver.script = ["503 retry-after=1"]
    scene.target.pages |= {"/0": (500, b"broken"), "/1": (500, b"broken")}
    scene.configure(tmp_path / "vigie.db", 3)
    with live.Daemon(scene.config, options=FAST) as daemon:
        pid = daemon.pid
        early = told_of(scene, "incident.opened", "s0/eu")
        told_of(scene, "incident.opened", "s1/eu")
        live.until(lambda: count(scene.database, "attempt") > 1)
        damage(daemon, scene.database, *MEMORY)
        daemon.until_said("crit.* database-unwritable .*malformed")
        daemon.until_said("crit.* database-damaged .*restart the daemon")
        assert marker.exists()
        assert daemon_says(scene) == "damaged"
        assert "! the database is damaged" in live.vigie(
            "status", "-c", scene.config).stdout
        refused = live.vigie("ack", "20230214-1", "-c", scene.config)
        assert refused.returncode == IO_ERROR
        assert "damaged" in refused.stderr
        # What was owed before is still told, and so is what comes now.
        scene.configure(scene.database, 1)
        daemon.command("reload")
        told = len(scene.receiver.requests)
        scene.receiver.script = ["200"]
        late = told_of(scene, "incident.withdrawn", "s1/eu")
        assert late.json()["data"]["persisted"] is False
        scene.receiver.wait_for(lambda requests: early.id in {
            r.id for r in requests[told:]})
        scene.receiver.script = ["503 retry-after=1"]
        unheard = len(scene.receiver.requests)
        scene.target.pages.clear()
        # That it recovers, or what is told of it before that.
        last = scene.receiver.wait_for(
            lambda requests: requests[unheard:], 60)[0]
        live.until(lambda: count(
            scene.database, "outbox WHERE attempts > 0 "
            f"AND webhook_id = '{last.id}'"), what="its attempt")
        assert daemon.pid == pid and daemon.process.poll() is None
        assert not daemon.said("child-ended|outbox-unreadable")
        assert daemon.stop() == 0
    before = len(scene.receiver.requests)
    damaged = scene.database.read_bytes()
    scene.receiver.script = ["200"]
    daemon.log.unlink()
    with live.Daemon(scene.config) as daemon:
        daemon.until_said("crit.* database-replaced .*malformed.*moved to")
        scene.receiver.wait_for(lambda requests: last.id in {
            r.id for r in requests[before:]})
        run_until(daemon, scene.database, 20)
        assert daemon_says(scene) == "running"
        assert not marker.exists()
        assert daemon.stop() == 0
    (aside,) = tmp_path.glob("vigie.db.corrupt-*Z")
    assert aside.read_bytes() == damaged
    assert live.sound(scene.database) == ["ok"]
    daemon.log.unlink()
    with daemon:
        daemon.until_said("start version")
        assert daemon.stop() == 0
    assert not daemon.said("database-replaced")


def test_a_backup_in_its_place_is_not_set_aside(scene, tmp_path):
    """What is known of a damaged file is not said of another."""
    with scene.configure(tmp_path / "vigie.db", 20) as daemon:
        run_until(daemon, scene.database, 100)
        daemon.command("backup", tmp_path / "copy.db")
        damage(daemon, scene.database, *NEWEST_SAMPLES)
        daemon.until_said("database-damaged")
        daemon.kill()
    for name in tmp_path.glob("vigie.db-[ws]*"):
        name.unlink()
    os.replace(tmp_path / "copy.db", scene.database)
    daemon.log.unlink()
    with live.Daemon(scene.config) as daemon:
        run_until(daemon, scene.database, 100)
        assert daemon.stop() == 0
    assert not daemon.said("database-replaced|database-damaged")
    assert not (tmp_path / "vigie.db-damaged").exists()


def test_taken_away_while_it_runs(scene, tmp_path):
    """Nothing fails, and all that is written would be lost: it is said."""
    away = tmp_path / "away"
    scene.configure(tmp_path / "vigie.db", 1)
    with live.Daemon(scene.config, options=FAST) as daemon:
        run_until(daemon, scene.database, 3)
        scene.database.rename(away)
        daemon.until_said("err.* database-moved path=.*restart the daemon")
        before = count(away, "sample")
        away.rename(scene.database)
        run_until(daemon, scene.database, before + 3)
        assert daemon.stop() == 0
    assert live.sound(scene.database) == ["ok"]


def test_met_while_the_past_is_read(scene, tmp_path):
    """A start that fails for it would fail for ever.  What is damaged is too
    old to be in a roll-up that is open, and younger than what is remembered
    of most endpoints, which is saved one by one."""
    scene.configure(tmp_path / "vigie.db", 40)
    scene.config.write_text(scene.config.read_text().replace(
        "interval: 1s", "interval: 10s"))
    with live.Daemon(scene.config, options=("--time-scale", "100")) as daemon:
        daemon.until_said("start version")
        live.until(lambda: count(
            scene.database, "(SELECT DISTINCT since_ms FROM rollup "
            "WHERE period = 0)") > 2, what="roll-ups")
        assert daemon.stop() == 0
    leaves = pages.leaves(scene.database, "sample")
    # Several: which is read depends on what was saved when, on a busy machine.
    for leaf in leaves[len(leaves) // 4:2 * len(leaves) // 3]:
        pages.spoil(scene.database, leaf)
    os.truncate(scene.database, LARGE)
    daemon.log.unlink()
    with live.Daemon(scene.config) as daemon:
        daemon.until_said("crit.* database-replaced .*malformed.*moved to")
        run_until(daemon, scene.database, 40)
        assert daemon.stop() == 0
    (aside,) = tmp_path.glob("vigie.db.corrupt-*Z")
    assert aside.stat().st_size == LARGE
    assert live.sound(scene.database) == ["ok"]
