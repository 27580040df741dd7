# SPDX-License-Identifier: MIT
"""Why is it in this state, and is it really back?  Asked of a real daemon,
while it runs and after; VIGIE names the program."""
import contextlib
import json
import os
import pathlib
import pty
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support_py"))
from live import ENV, FAST, VIGIE, Daemon, Target, until, vigie  # noqa: E402


@contextlib.contextmanager
def watching(folder, speed):
    with Target() as target:
        config = folder / "vigie.yaml"
        config.write_text(
            f"database: {folder}/vigie.db\ncontrol: {folder}/control\n"
            f"canaries: []\ndefaults: {{interval: {speed}s, timeout: 900ms}}\n"
            "services:\n  - id: shop\n"
            f"    regions: {{eu: {target.url}/eu, na: {target.url}/na}}\n")
        daemon = Daemon(config, speed=speed)
        with daemon:
            until(lambda: daemon.states() == {
                "shop/eu": "up", "shop/na": "up"})
            yield target, daemon


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    with watching(tmp_path_factory.mktemp("back"), FAST) as made:
        yield made


def ask(daemon, *arguments):
    done = vigie(*arguments, "--json", "-c", daemon.config)
    return done.returncode, json.loads(done.stdout)


def explain(daemon, what="shop/eu"):
    code, whole = ask(daemon, "explain", what)
    assert code == 0
    return whole


def answer(daemon, code):
    """What back says, once it says that."""
    return until(lambda: next(
        (whole for got, whole in [ask(daemon, "back", "shop/eu")]
         if got == code), None), what=f"exit code {code}")


def wait(daemon, *arguments, **more):
    return subprocess.Popen(
        [VIGIE, "back", "--wait", *arguments, "-c", daemon.config, "shop/eu"],
        env=ENV, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        **{"stderr": subprocess.PIPE, **more})


def test_nothing_is_wrong(scene):
    _target, daemon = scene
    text = daemon.command("explain", "shop/eu")
    assert text.startswith("shop/eu is up since ")
    assert "Failing answers over 30 s or more open an incident." in text
    whole = explain(daemon)
    assert (whole["state"], whole["daemon"]) == ("up", "running")
    assert whole["evidence"]["last"]["class"] == "OK"
    assert whole["evidence"]["last"]["address"] == "127.0.0.1"
    assert "incident" not in whole
    # Without an open incident there is nothing to wait for.
    assert daemon.command("back", "--wait", "shop/eu").startswith(
        "shop/eu: yes: up since ")


def test_unknown_names(scene):
    _target, daemon = scene
    for command in "explain", "back":
        done = vigie(command, "shop/ue", "-c", daemon.config)
        assert done.returncode == 65
        assert "did you mean 'shop/eu'?" in done.stderr
    done = vigie("explain", "20230214-1", "-c", daemon.config)
    assert done.returncode == 65
    assert "there is no incident 20230214-1" in done.stderr
    assert vigie("explain", "-c", daemon.config).returncode == 64
    assert vigie("back", "--timeout", "5s", "shop/eu", "-c",
                 daemon.config).returncode == 64
    assert vigie("back", "--wait", "--timeout", "soon", "shop/eu", "-c",
                 daemon.config).returncode == 64


def test_no_database(tmp_path):
    for command in "explain", "back":
        done = vigie(command, "shop/eu", "--database", tmp_path / "no.db")
        assert done.returncode == 69
        assert "no.db" in done.stderr


FAILING = (503, b"<h1>\x1b[31mserver maintenance</h1> until noon\n")


def test_suspected(tmp_path):
    """What is told in the half minute before it is confirmed."""
    with watching(tmp_path, 1) as (target, daemon):
        target.pages["/eu"] = FAILING
        see_the_suspicion(daemon)


def see_the_suspicion(daemon):
    whole = until(lambda: next(
        (w for w in [explain(daemon)] if w["confirmation"]["suspect"]), None))
    assert whole["state"] == "up"
    assert whole["confirmation"]["failing"] >= 1
    assert whole["confirmation"]["not_before"] > whole["as_of"]
    assert whole["evidence"]["first"]["class"] == "MAINT"
    text = daemon.command("explain", "shop/eu")
    assert "What confirmation still lacks" in text
    assert "shop/eu: yes: up" in daemon.command("back", "shop/eu")


def test_failing(scene):
    """What is known of it when it is confirmed."""
    target, daemon = scene
    target.pages["/eu"] = FAILING
    whole = answer(daemon, 3)
    assert whole["answer"] == "maintenance"
    whole = explain(daemon)
    assert whole["state"] == "maintenance"
    assert whole["incident"]["origin"] == "declared"
    assert whole["claim"]["escalates_at"] > whole["as_of"]
    first = whole["evidence"]["first"]
    assert (first["code"], first["reason"]) == (503, "maint_phrase")
    assert "until noon" in first["excerpt"]
    text = daemon.command("explain", whole["incident"]["id"])
    assert "says its server, and nobody announced it" in text.replace(
        "\n", " ")
    assert "\x1b" not in text
    assert "It counts as an outage" in text


def test_resolved_by_a_person(scene):
    """The wait ends with 0 when the incident does."""
    target, daemon = scene
    incident = explain(daemon)["incident"]["id"]
    with wait(daemon) as waiting:
        del target.pages["/eu"]
        whole = answer(daemon, 1)
        assert whole["answer"] == "recovering"
        assert 0 < whole["chance"] <= 100
        assert whole["all_clear_at"] > whole["as_of"]
        assert waiting.poll() is None
        daemon.command("resolve", "--why", "seen by a person", incident)
        out, err = waiting.communicate(timeout=30)
    assert waiting.returncode == 0, err
    assert "The incident is resolved. shop/eu: yes: up" in out
    assert err == ""  # progress is for terminals
    text = daemon.command("explain", incident)
    assert "(an operator said so)" in text
    assert answer(daemon, 0)["answer"] == "up"


def test_relapse(scene):
    """It ends with 2 when it fails again; a terminal sees what goes on."""
    target, daemon = scene
    target.pages["/eu"] = (500, b"no")
    until(lambda: ask(daemon, "back", "shop/eu")[0] in (2, 3))
    del target.pages["/eu"]
    answer(daemon, 1)
    us, them = pty.openpty()
    try:
        with wait(daemon, "--json", stderr=them) as waiting:
            os.close(them)
            seen = os.read(us, 4096).decode()
            target.pages["/eu"] = (500, b"no")
            out, _ = waiting.communicate(timeout=60)
    finally:
        os.close(us)
    assert "recovering" in seen and "to hold for the next hour" in seen
    assert waiting.returncode == 2
    whole = json.loads(out)
    assert whole["waited"] == "relapsed"
    assert whole["answer"] in ("down", "maintenance")
    assert "relapse" in explain(daemon)["evidence"]


def test_the_daemon_goes_away(scene):
    """Last of all: what is known then is still told, and how old it is."""
    target, daemon = scene
    del target.pages["/eu"]
    answer(daemon, 1)
    with wait(daemon, "--timeout", "15s") as waiting:
        assert daemon.stop() == 0
        out, err = waiting.communicate(timeout=60)
    assert waiting.returncode == 1
    assert "no daemon is running" in err
    assert "Waited long enough. shop/eu: not sure yet" in out.replace(
        "\n", " ")
    whole = explain(daemon)
    assert (whole["daemon"], whole["bucket"]) == ("absent", "recovering")
    assert "no daemon is running" in daemon.command("explain", "shop/eu")
    # What is stored of it is as of its last event: everybody says what is.
    chance = ask(daemon, "back", "shop/eu")[1]["chance"]
    rows = {e["id"]: e for e in ask(daemon, "status")[1]["endpoints"]}
    listed = ask(daemon, "incidents", "--open")[1][0]
    assert rows["shop/eu"]["chance"] == listed["chance"] == chance
    told = ask(daemon, "incident", listed["id"])[1]["buckets_ms"]
    assert listed["buckets_ms"] == told and told["recovering"] > 0
    database = pathlib.Path(daemon.config).parent / "vigie.db"
    done = vigie("back", "--database", database, "shop/eu")
    assert done.returncode == 1
