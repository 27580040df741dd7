# SPDX-License-Identifier: MIT
"""Nobody watches for a while, because somebody said so."""
import getpass
import json
import pathlib
import re
import sys
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support_py"))

import json_schema  # noqa: E402
import live  # noqa: E402
import shop  # noqa: E402

SCHEMA = json.loads((ROOT / "schema/event.schema.json").read_text())
ME = getpass.getuser()
EVIL = "disks\n\x1b]0;gone\x07 \u202e</script>{\"by\":\"root\"}\\"


@pytest.fixture
def scene(tmp_path):
    with shop.scene(tmp_path) as made:
        yield made


@pytest.fixture
def fast(tmp_path):
    with shop.scene(tmp_path, live.FAST) as made:
        yield made


def test_a_pause_outlives_a_kill_and_a_resume_begins_anew(fast):
    scene, daemon = fast, fast.daemon
    scene.until_state("shop/eu", "up")
    scene.target.pages["/eu"] = (500, b"")
    (one,) = live.until(lambda: daemon.json("incidents"))
    said = daemon.command("pause", "shop/eu", "--for", "2h", "--why", "new disks")
    # Done is committed: nothing of it may wait in memory.
    daemon.kill()
    assert re.fullmatch(r"paused shop/eu until \S+Z; 1 open incident is withdrawn\n", said)
    story = daemon.json("incident", one["id"])
    assert story["phase"] == "closed" and story["withdrawn"]
    (end,) = [e for e in story["timeline"] if e["event"] == "incident.withdrawn"]
    assert (end["author"], end["why"]) == (ME, "new disks")
    assert f"paused by {ME}: new disks" in daemon.command("incident", one["id"])

    scene.target.asked.clear()
    scene.restart()
    scene.until_asked("/na", 2)
    assert "/eu" not in scene.target.asked
    row = scene.rows()["shop/eu"]
    assert (row["state"], row["why"]) == ("unknown", "paused")
    assert (row["paused"]["by"], row["paused"]["why"]) == (ME, "new disks")
    shown = daemon.command("status", code=4)
    assert re.search(rf"\. NO DATA +shop/eu +\S+  paused until (?:\S+ )?\S+Z by {ME}: new disks\n", shown)
    assert re.search(rf"unknown: paused until [^.]+ by {ME}: new disks\.",
                     " ".join(daemon.command("back", "shop/eu", code=4).split()))
    words = " ".join(daemon.command("explain", "shop/eu").split())
    assert f"by {ME}: new disks. Nobody looks since" in words
    assert "It is watched again at" in words and "'vigie resume'" in words
    assert daemon.json("explain", "shop/eu")["paused"]["by"] == ME
    (event,) = [r for r in live.until(
        lambda: [r.json() for r in scene.receiver.requests
                 if r.json()["type"] == "incident.withdrawn"])][:1]
    assert event["data"]["cause"] == "paused" and event["data"]["author"] == ME
    assert json_schema.faults(SCHEMA, event) == []

    scene.target.pages.clear()
    assert daemon.command("resume", "shop/eu", "--why", "there") == "resumed shop/eu\n"
    row = scene.rows()["shop/eu"]
    assert row["state"] != "unknown" or row["why"] == "new"
    scene.until_state("shop/eu", "up")
    assert daemon.command("resume", "shop/eu") == "shop/eu is not paused\n"
    assert scene.query("SELECT author, why FROM input WHERE kind = 5 "
                       "AND author IS NOT NULL") == [(ME, "there")]
    spans = [row[0] for row in scene.query(
        "SELECT bucket FROM v_span WHERE endpoint = 'shop/eu' ORDER BY since_ms")]
    assert spans == ["unknown", "up", "down", "unknown", "up"]


def test_its_end_is_reached_by_itself_and_while_nobody_is_here(scene):
    daemon = scene.daemon
    assert "2 endpoints of shop" in daemon.command("pause", "shop", "--for", "2s")
    live.until(lambda: "paused" not in scene.rows()["shop/eu"])
    scene.until_asked("/na")
    daemon.command("pause", "bank/eu", "--for", "5s")
    daemon.kill()
    row = scene.rows()["bank/eu"]
    assert row["why"] == "paused"
    time.sleep(5)
    daemon.start()
    daemon.until_said("pause-over endpoint=bank/eu")
    scene.until_asked("/bank")
    live.until(lambda: "paused" not in scene.rows()["bank/eu"])
    assert scene.query("SELECT count(*) FROM v_pause") == [(0,)]


def test_what_cannot_be_paused_is_said(scene):
    refused = scene.refused
    assert "did you mean 'shop'?" in refused(65, "pause", "shpo")
    assert "did you mean 'shop/eu'?" in refused(65, "pause", "shop/ue")
    assert "did you mean 'bank/eu'?" in refused(65, "resume", "bnak/eu")
    assert "no service '\\x1b[2J'" in refused(65, "pause", "\x1b[2J")
    assert "one service" in refused(64, "pause")
    assert "one service" in refused(64, "resume", "shop/eu", "shop/na")
    for length in ("2", "-2h", "1h1h", "101y", "1e3s"):
        assert "--for" in refused(64, "pause", "shop", "--for", length)
    assert "last some time" in refused(64, "pause", "shop", "--for", "0s")
    assert "100 years" in refused(64, "pause", "shop", "--for", "99999w")
    assert "is empty" in refused(65, "pause", "shop", "--why", "")
    assert "at most" in refused(65, "resume", "shop", "--why", "y" * 1025)
    assert "control character" in refused(65, "pause", "shop", "--why", EVIL)
    assert scene.query("SELECT count(*) FROM v_pause") == [(0,)]
    scene.daemon.stop()
    assert "no daemon" in refused(69, "pause", "shop")


def test_words_of_a_pause_are_harmless_wherever_they_are_shown(scene):
    daemon = scene.daemon
    evil = EVIL.replace("\x1b", "").replace("\x07", "")
    done = daemon.json("pause", "shop/eu", "--why", evil)
    assert done["ok"] and done["message"] == "paused shop/eu until it is resumed"
    row = scene.rows()["shop/eu"]
    assert row["paused"]["why"] == evil and "until" not in row["paused"]
    assert daemon.json("explain", "shop/eu")["paused"]["why"] == evil
    assert daemon.json("back", "shop/eu", code=4)["paused"]["why"] == evil
    for words, code in ((("status",), 4), (("explain", "shop/eu"), 0),
                        (("back", "shop/eu"), 4)):
        shown = daemon.command(*words, code=code)
        assert "\u202e" not in shown and "\\xe2\\x80\\xae" in shown
        assert "disks\\x0a" in shown
    # Of all its bytes some are shown, and none is lost.
    daemon.command("pause", "shop/eu", "--why", "\u00e9" * 512)
    assert scene.rows()["shop/eu"]["paused"]["why"] == "\u00e9" * 512
    assert "..." in daemon.command("status", code=4)
    daemon.command("resume", "shop")
