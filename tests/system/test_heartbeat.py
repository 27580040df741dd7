# SPDX-License-Identifier: MIT
"""Somebody outside hears that the daemon lives, for as long as it does.

The shortest interval is ten seconds, so all scenes are played at once: each
test asks for what came of its own.
"""
import concurrent.futures
import contextlib
import json
import os
import pathlib
import signal
import sys
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support_py"))

import live  # noqa: E402
import storage  # noqa: E402
from receiver import Receiver  # noqa: E402

EVERY = 10
LATE = 4  # a busy machine, and a second to the next word of the keeper
CONFIG = """
database: {database}
control: {f}/control
canaries: []
defaults: {{interval: 1s, timeout: 1s}}
services:
  - {{id: s, regions: {{eu: {target}/}}}}
receivers:
{beats}
"""


def beats_to(receivers):
    return "\n".join(
        f"  - {{id: {name}, type: heartbeat, url: '{r.url}', every: {EVERY}s,"
        f" allow_private: true, timeout: 3s}}"
        for name, r in receivers.items())


@contextlib.contextmanager
def playing(folder, receivers, database=None):
    """A daemon that beats there; the first beats have come."""
    folder.mkdir(exist_ok=True)
    with live.Target() as target:
        config = folder / "vigie.yaml"
        config.write_text(CONFIG.format(
            f=folder, database=database or folder / "vigie.db",
            target=target.url, beats=beats_to(receivers)))
        with live.Daemon(config) as daemon:
            for receiver in receivers.values():
                receiver.wait(1)
            yield daemon
            assert daemon.stop() == 0, daemon.said()


def gaps(receiver):
    times = [r.at for r in receiver.requests]
    return [b - a for a, b in zip(times, times[1:])]


def no_beat_while(receiver, trouble, ended):
    """None comes although one is due; one comes when it is over."""
    trouble()
    time.sleep(0.2)  # what was under way arrives
    before = len(receiver.requests)
    last = receiver.requests[-1].at
    time.sleep(max(0, last + EVERY + 2 - time.time()))
    during = len(receiver.requests) - before
    ended()
    over = time.time()
    again = receiver.wait(before + 1, LATE + 4)[-1].at - over
    return {"during": during, "again": again}


def at_the_interval(folder):
    with Receiver() as well, playing(folder, {"beat": well}):
        well.wait(2)
        return well.requests


def keeper_hangs(folder):
    with Receiver() as beat, playing(folder, {"beat": beat}) as daemon:
        found = no_beat_while(
            beat, lambda: os.kill(daemon.pid, signal.SIGSTOP),
            lambda: os.kill(daemon.pid, signal.SIGCONT))
        daemon.until_said("heartbeat-resumed", 10)
        return {**found, "log": daemon.said()}


def nobody_probes(folder):
    with Receiver() as beat, playing(folder, {"beat": beat}) as daemon:
        prober = live.children(daemon.pid)["prober"]
        found = no_beat_while(
            beat, lambda: os.kill(prober, signal.SIGSTOP),
            lambda: os.kill(prober, signal.SIGCONT))
        daemon.until_said("heartbeat-resumed", 10)
        return {**found, "log": daemon.said()}


def disk_full(folder):
    folder.mkdir()
    try:
        with storage.tmpfs(folder / "disk", "size=6m") as disk, \
                Receiver() as beat, \
                playing(folder, {"beat": beat}, disk / "vigie.db") as daemon:
            def full():
                storage.fill(disk / "ballast")
                return daemon.said("database-unwritable")
            found = no_beat_while(
                beat, lambda: live.until(full, what="the disk to be full"),
                (disk / "ballast").unlink)
            daemon.until_said("heartbeat-resumed", 10)
            return {**found, "log": daemon.said()}
    except pytest.skip.Exception as why:
        return str(why)


def misbehaving(folder):
    with contextlib.ExitStack() as stack:
        elsewhere = stack.enter_context(Receiver())
        scripts = {"hung": ["hang"], "bad": ["500"], "endless": ["endless"],
                   "away": [f"redirect {elsewhere.url}"], "reset": ["reset"],
                   "junk": ["garbage"], "mended": ["503", "204"],
                   "well": ["200"]}
        all_ = {name: stack.enter_context(Receiver((), script))
                for name, script in scripts.items()}
        with playing(folder, all_) as daemon:
            for receiver in all_.values():
                receiver.wait(2)
            daemon.until_said("heartbeat-restored")
            listed = daemon.states()
        return {"log": daemon.said(), "all": all_, "listed": listed,
                "elsewhere": len(elsewhere.requests)}


def herald_killed(folder):
    with Receiver() as beat, playing(folder, {"beat": beat}) as daemon:
        killed = time.time()
        os.kill(live.children(daemon.pid)["herald"], signal.SIGKILL)
        return beat.wait(2, LATE + 4)[1].at - killed


SCENES = (at_the_interval, keeper_hangs, nobody_probes, disk_full,
          misbehaving, herald_killed)


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    folder = tmp_path_factory.mktemp("beats")
    with concurrent.futures.ThreadPoolExecutor(len(SCENES)) as pool:
        yield {scene: pool.submit(scene, folder / scene.__name__)
               for scene in SCENES}


def test_it_beats_at_its_interval(played):
    requests = played[at_the_interval].result()
    assert [r.faults for r in requests] == [[]] * len(requests)
    assert {r.method for r in requests} == {"GET"}
    assert requests[0].headers["user-agent"].startswith("Vigie/")
    pauses = [b.at - a.at for a, b in zip(requests, requests[1:])]
    assert all(EVERY - 0.5 < pause < EVERY + LATE for pause in pauses), pauses


def ceased_and_came_again(found):
    assert found["during"] == 0
    assert found["again"] < LATE, found["again"]
    assert found["log"].count("heartbeat-held") == 1
    assert found["log"].count("heartbeat-resumed") == 1


def test_it_ceases_while_the_keeper_hangs(played):
    ceased_and_came_again(played[keeper_hangs].result())


def test_it_ceases_while_nobody_probes(played):
    found = played[nobody_probes].result()
    ceased_and_came_again(found)
    assert "prober-silent" in found["log"]


def test_it_ceases_while_nothing_can_be_written(played):
    found = played[disk_full].result()
    if isinstance(found, str):
        pytest.skip(found)
    ceased_and_came_again(found)
    assert "database-writable" in found["log"]


def test_those_who_misbehave(played):
    found = played[misbehaving].result()
    for name, receiver in found["all"].items():
        assert [r.faults for r in receiver.requests] == [
            []] * len(receiver.requests), name
        assert all(EVERY - 0.5 < gap < EVERY + LATE for gap in gaps(receiver)
                   ), (name, gaps(receiver))
    assert found["elsewhere"] == 0
    for name, why in (("hung", "in time"), ("bad", "HTTP 500"),
                      ("away", "HTTP 302"), ("reset", ""), ("junk", ""),
                      ("mended", "HTTP 503")):
        lines = [line for line in found["log"].splitlines()
                 if f"heartbeat-failed receiver={name} " in line]
        assert len(lines) == 1 and why in lines[0], (name, found["log"])
    # 200 is an answer, however much follows it.
    for name in ("well", "endless"):
        assert f"receiver={name} " not in found["log"]
    assert found["log"].count("heartbeat-restored receiver=mended") == 1
    assert found["listed"] == {"s/eu": "up"}


def test_another_herald_beats_on(played):
    assert played[herald_killed].result() < LATE


def test_one_beat_by_the_command(tmp_path):
    with Receiver((), ["200", "302"]) as beat:
        config = tmp_path / "vigie.yaml"
        config.write_text(CONFIG.format(
            f=tmp_path, database=tmp_path / "vigie.db",
            target="http://127.0.0.1:1", beats=beats_to({"beat": beat})))
        for code, result in ((0, "delivered"), (74, "misconfigured")):
            done = live.vigie("test-receiver", "beat", "--json", "-c", config)
            assert done.returncode == code, done.stderr
            said = json.loads(done.stdout)
            assert (said["event"], said["result"]) == ("heartbeat", result)
        done = live.vigie("test-receiver", "beat", "--story", "tesla", "-c",
                          config)
        assert done.returncode == 64 and "takes no notices" in done.stderr
    assert [(r.method, r.faults) for r in beat.requests] == [("GET", [])] * 2


def test_a_route_to_it_is_refused(tmp_path):
    config = tmp_path / "vigie.yaml"
    config.write_text("""services: [{id: s, regions: {eu: http://x/}}]
receivers:
  - {id: hb, type: heartbeat, url: https://example.org/}
routes: [{to: [log, hb]}]
""")
    done = live.vigie("check", "-c", config)
    assert done.returncode == 78
    assert done.stderr == (f"{config}:4:21: 'hb' is a heartbeat, which takes "
                           "no notices: leave it out here\n")
