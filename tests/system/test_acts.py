# SPDX-License-Identifier: MIT
"""What operators say of an incident, to the daemon as it runs."""
import getpass
import json
import pathlib
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support_py"))

import json_schema  # noqa: E402
import live  # noqa: E402
import shop  # noqa: E402

SCHEMA = json.loads((ROOT / "schema/event.schema.json").read_text())
ME = getpass.getuser()


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    with shop.scene(tmp_path_factory.mktemp("scene"), live.FAST) as made:
        yield made


def opened(scene):
    """The incident of shop/eu; it takes half a minute to be sure of one."""
    if known := scene.daemon.json("incidents"):
        return known[0]["id"]
    scene.until_state("shop/eu", "up")
    scene.target.pages["/eu"] = (500, b"")
    (one,) = live.until(lambda: scene.daemon.json("incidents"))
    return one["id"]


def test_an_ack_is_kept_shown_and_told(scene):
    daemon, one = scene.daemon, opened(scene)
    assert daemon.command("ack", one, "--why", "on it") == f"acknowledged {one} of shop/eu\n"
    # Acknowledged is committed: nothing of it may wait in memory.
    daemon.kill()
    scene.restart()
    (listed,) = daemon.json("incidents")
    assert (listed["acknowledged_by"], listed["acknowledged_why"]) == (ME, "on it")
    assert f"acknowledged by {ME}" in daemon.command("incidents")
    assert f"acknowledged by {ME}" in daemon.command("status", code=2)
    rows = {e["id"]: e for e in daemon.json("status", code=2)["endpoints"]}
    assert rows["shop/eu"]["acknowledged_by"] == ME
    (event,) = scene.told("incident.amended")
    assert event["acknowledged_by"] == ME and event["why"] == "on it"
    assert event["loud"] is False and event["incident"] == one
    again = daemon.json("ack", one)
    assert again["ok"] and f"was acknowledged before, by {ME}" in again["message"]
    story = daemon.json("incident", one)
    assert len([e for e in story["timeline"] if e["event"] == "incident.amended"]) == 1


def test_what_is_told_of_acts_fits_its_schema(scene):
    daemon, one = scene.daemon, opened(scene)
    daemon.command("ack", one)
    daemon.command("note", one, "\"\\" * 2048)
    live.until(lambda: "note" in scene.told("incident.amended")[-1])
    for request in scene.receiver.requests:
        assert json_schema.faults(SCHEMA, request.json()) == []


def test_an_open_incident_is_shown_as_it_is_now(scene):
    """Not as of its last event; what is the same is said once."""
    daemon, one = scene.daemon, opened(scene)

    def failing():
        story = daemon.json("incident", one)
        return story["buckets_ms"]["down"], story
    before, story = failing()
    assert story["bucket"] == story["state"] == "down" and "as_of" in story
    later = live.until(lambda: failing()[0] > before + 1500 and failing()[1])
    assert later["timeline"] == story["timeline"]
    daemon.command("note", one, "so that there is one more event")
    shown = daemon.command("incident", one)
    assert f"{one}  outage, observed, open\n" in shown
    assert "\nnow down since 20" in shown and "\nAs of 20" in shown
    assert "incident.opened (told loudly): outage, " in shown
    evidence = shown.partition("\nEvidence\n")[2].partition("\n\n")[0]
    lines = evidence.splitlines()
    assert len(lines) >= 2 and len(lines) == len(set(lines)), evidence
    story = daemon.json("incident", one)
    proofs = [json.dumps(proof) for proof in story["evidence"]]
    assert len(proofs) == len(set(proofs)) == len(lines)


def test_what_cannot_be_done_is_said(scene):
    one = opened(scene)
    before = scene.daemon.json("incident", one)["timeline"]
    assert "there is no incident 20200101-1" in scene.refused(65, "ack", "20200101-1")
    assert "is not an incident" in scene.refused(65, "note", "x", "text")
    assert "at most" in scene.refused(65, "note", one, "y" * 4097)
    assert "control character" in scene.refused(65, "note", one, "bell \a")
    assert "is empty" in scene.refused(65, "note", one, "")
    assert "at most" in scene.refused(65, "ack", one, "--why", "y" * 1025)
    assert "UTF-8" in scene.refused(64, "note", one, b"\xff".decode("utf8", "surrogateescape"))
    assert "which incident" in scene.refused(64, "ack")
    assert "which incident" in scene.refused(64, "note", one)
    assert scene.daemon.json("incident", one)["timeline"] == before


def test_notes_are_in_the_timeline_even_of_what_is_over(scene):
    daemon, one = scene.daemon, opened(scene)
    assert daemon.command("note", one, "called", "the vendor") == "noted\n"
    scene.target.pages.clear()
    live.until(lambda: daemon.json("incidents")[0]["phase"] == "recovering")
    why = "they fixed it " + "z" * 1010  # the longest
    daemon.command("resolve", one, "--why", why)
    assert "is over since" in scene.refused(65, "ack", one)
    long = "x" * 600 + "\n" + "\u00e9" * 1700
    evil = "a\nb \u202e</script>"
    done = live.vigie("-c", scene.config, "note", one, "--", "-v " + long)
    assert done.stdout == "noted\n", done
    daemon.command("note", one, evil)
    daemon.kill()
    assert "no daemon" in scene.refused(69, "ack", one)
    shown = daemon.command("incident", one)
    assert f"note by {ME}: called the vendor" in shown
    assert f"ended by {ME}: they fixed it" in shown and "z" * 1010 in shown
    assert "x" * 600 in shown and "\u00e9" * 1700 in shown.replace("\n", "")
    assert "\u202e" not in shown and "\\xe2\\x80\\xae" in shown
    story = daemon.json("incident", one)
    assert [e["note"] for e in story["timeline"] if "note" in e][-3:] == [
        "called the vendor", "-v " + long, evil]
    (end,) = [e for e in story["timeline"] if e["event"] == "incident.resolved"]
    assert (end["author"], end["why"]) == (ME, why)
