# SPDX-License-Identifier: MIT
"""Who may see what, and act: tokens, roles, and pages of other sites."""
import base64
import hashlib
import json
import pathlib
import re
import resource
import signal
import subprocess
import sys
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support_py"))

import live  # noqa: E402
from visitor import Client, shown  # noqa: E402

CONFIG = """
database: {f}/vigie.db
control: {f}/control
listen: 127.0.0.1:0
{tokens}
canaries: []
defaults: {{interval: 10s, timeout: 1s}}
services:
  - id: fleet
    owner: The fleet team
    runbook: https://wiki.example.org/fleet
    regions: {{eu: {u}/eu, na: "{u}/na?key=hunter2"}}
  - id: secret
    private: true
    regions: {{backroom: {u}/backroom}}
"""
DOWN = (503, b"the words of the answer")


@pytest.fixture
def scene(tmp_path):
    """One incident of a service for all, one of a private one."""
    file = tmp_path / "tokens"
    known = {role: live.token(name, role, file)
             for name, role in (("wall", "reader"), ("ann", "operator"))}
    config = tmp_path / "vigie.yaml"
    with live.Target() as target:
        config.write_text(CONFIG.format(
            f=tmp_path, u=target.url, tokens=f"tokens: {file}"))
        target.pages["/eu"] = target.pages["/backroom"] = DOWN
        with live.Daemon(config, speed=live.FAST) as daemon:
            client = Client(daemon)
            shown(client, "Open incidents")
            live.until(lambda: set(incidents(client, known["reader"])) == {
                "fleet", "secret"})
            yield client, known, daemon
            assert daemon.stop() == 0


def ask(client, path, token, **headers):
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    return client.ask(path, **headers)


def post(client, path, token, body=None, **headers):
    headers.setdefault("Content_Type", "application/json")
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    return client.send(path, json.dumps(body or {}), **headers)


def incidents(client, token):
    items = ask(client, "/api/v1/incidents", token).json()["items"]
    return {i["service"]: i["id"] for i in items}


def test_the_public_is_told_less(scene):
    client, known, daemon = scene
    assert set(incidents(client, None)) == {"fleet"}
    mine = incidents(client, known["reader"])
    assert set(mine) == {"fleet", "secret"}
    daemon.command("note", mine["fleet"], "ann was here")

    page = f"/i/{mine['fleet']}"
    live.until(lambda: "ann was here" in ask(
        client, page, known["reader"]).body.decode())
    whole = ask(client, page, known["reader"])
    assert whole.headers["cache-control"] == "no-store"
    assert "etag" not in whole.headers
    for words in "ann was here", "the words of the answer", "The fleet team":
        assert words in whole.body.decode(), words
        assert words not in client.get(page).body.decode(), words
    request = ask(client, "/e/fleet~na", known["reader"]).page().text
    assert re.search(r"GET http://127\.0\.0\.1:\d+/na ", request)
    assert "hunter2" not in request
    request = client.get("/e/fleet~na").page().text
    assert "every 10 s" in request and "GET" not in request
    for path in "/s/fleet", "/e/fleet~eu":
        assert "wiki.example.org" in ask(
            client, path, known["reader"]).body.decode()
        assert "wiki.example.org" not in client.get(path).body.decode()
    api = f"/api/v1/incidents/{mine['fleet']}"
    assert "ann was here" in ask(client, api, known["reader"]).body.decode()
    assert "ann was here" not in client.get(api).body.decode()

    hidden = mine["secret"]
    for path, like in ((f"/i/{hidden}", "/i/20010101-1"),
                       ("/s/secret", "/s/none"), ("/r/backroom", "/r/none"),
                       ("/e/secret~backroom", "/e/none~none"),
                       (f"/api/v1/incidents/{hidden}",
                        "/api/v1/incidents/20010101-1"),
                       ("/badge/secret.svg", "/badge/none.svg"),
                       ("/badge/secret~backroom.json", "/badge/n~one.json")):
        answer, other = client.get(path), client.get(like)
        assert answer.code == other.code == 404, path
        assert answer.body == other.body, path
        assert ask(client, path, known["reader"]).code == 200, path
    for path in ("/", "/matrix", "/timeline", "/incidents", "/history.atom",
                 "/api/v1/status", "/api/v1/incidents"):
        assert b"backroom" not in client.get(path).body, path
        assert b"secret" not in client.get(path).body, path
        assert b"backroom" in ask(client, path, known["reader"]).body, path
    assert client.get("/metrics").code == 401
    assert ask(client, "/metrics", known["reader"]).code == 200


def test_who_is_not_known(scene):
    client, known, _ = scene
    began = time.monotonic()
    for wrong in ("Bearer x", "Bearer ", "Basic YW5uOng=", "Basic !", "x",
                  "Bearer " + "a" * 8000):
        answer = client.ask("/", Authorization=wrong)
        assert answer.code == 401, wrong
        assert answer.headers["www-authenticate"].startswith("Bearer")
    assert time.monotonic() - began >= 5
    answer = client.ask("/login")
    assert answer.code == 401
    assert answer.headers["www-authenticate"].startswith("Basic")
    pair = base64.b64encode(f"ann:{known['operator']}".encode()).decode()
    answer = client.ask("/login", Authorization=f"Basic {pair}")
    assert answer.code == 303 and answer.headers["location"] == "/"
    other = base64.b64encode(f"bob:{known['operator']}".encode()).decode()
    assert client.ask("/", Authorization=f"Basic {other}").code == 401
    codes = [client.ask("/", Authorization="Bearer x").code
             for _ in range(6)]
    assert codes[-1] == 429, codes
    counted = ask(client, "/metrics", known["reader"])
    assert counted.code == 200
    assert b"\nvigie_auth_failures_total 13\n" in counted.body


def test_a_token_of_64_kb(scene):
    client, known, _ = scene
    for _ in range(20):
        answer = client.ask("/", Authorization="Bearer " + "a" * 65536)
        assert answer.code in (400, 401, 431), answer.code
    # Too long to be a request: it was not even a wrong token.
    assert ask(client, "/metrics", known["reader"]).code == 200
    assert client.ask("/", Authorization="Bearer x").code == 401


def test_operators_act(scene):
    client, known, daemon = scene
    number = incidents(client, known["operator"])["fleet"]
    path = f"/api/v1/incidents/{number}"
    assert post(client, path + "/ack", None).code == 401
    assert post(client, path + "/ack", known["reader"]).code == 403
    told = post(client, path + "/ack", known["operator"], {"why": "I look"})
    assert told.code == 200, told.body
    # It is committed: whoever reads now sees it.
    found = daemon.json("incident", number)
    assert found["acknowledged_by"] == "ann"
    assert found["acknowledged_why"] == "I look"
    assert post(client, path + "/notes", known["operator"],
                {"note": "<b>&"}).code == 200
    for bad, code in (({"note": 1}, 400), ({}, 400), ({"x": 1}, 400),
                      ({"note": ""}, 400), ({"note": "\a"}, 400),
                      ({"note": "n" * 4097}, 400), ([], 400)):
        answer = post(client, path + "/notes", known["operator"], bad)
        assert answer.code == code, (bad, answer.body)
        assert answer.headers["content-type"] == "application/problem+json"
    assert client.send(path + "/notes", '{"note":"a","note":"b"}',
                       Content_Type="application/json",
                       Authorization=f"Bearer {known['operator']}").code == 400

    assert post(client, "/api/v1/endpoints/fleet~na/pause",
                known["operator"], {"for_ms": 3600000}).code == 200
    assert daemon.states()["fleet/na"] == "unknown"
    assert post(client, "/api/v1/endpoints/fleet~na/resume",
                known["operator"]).code == 200
    planned = post(client, "/api/v1/maintenance", known["operator"],
                   {"windows": [{"service": "fleet", "title": "disks",
                                 "from": "2099-01-01T00:00:00Z",
                                 "to": "2099-01-01T01:00:00Z"}]})
    assert planned.code == 200, planned.body
    window = planned.json()["message"].split()[-1]
    assert window in json.dumps(daemon.json("maintenance", "list"))
    page = client.get("/maintenance").page().text
    assert window in page and "disks" in page and "2099-01-01" in page
    assert post(client, f"/api/v1/maintenance/{window}/cancel",
                known["operator"], {"why": "not needed"}).code == 200
    assert client.get(path + "/ack").code == 405


def test_acts_on_what_is_not_there(scene):
    """404 for what does not exist; 409 for what may not be done as it is."""
    client, known, _ = scene
    number = incidents(client, known["operator"])["fleet"]
    why = {"why": "because"}
    for path, body, code in (
            ("incidents/20010101-1/ack", why, 404),
            ("incidents/20010101-1/notes", {"note": "n"}, 404),
            ("incidents/20010101-1/resolve", why, 404),
            ("incidents/x/ack", why, 404),
            ("incidents/x/resolve", why, 404),
            ("endpoints/fleet~none/pause", {}, 404),
            ("endpoints/none/resume", {}, 404),
            ("maintenance/w99/cancel", {}, 404),
            ("maintenance/x/cancel", {}, 404),
            ("receivers/none/test", {}, 404),
            ("receivers/a%2Fb/test", {}, 404),
            ("maintenance", {"windows": []}, 400),
            (f"incidents/{number}/ack", {"why": ""}, 400),
            ("endpoints/fleet~eu/pause", {"for_ms": 1 << 53}, 400),
            (f"incidents/{number}/resolve", why, 409)):
        answer = post(client, f"/api/v1/{path}", known["operator"], body)
        assert answer.code == code, (path, answer.body)
        assert answer.headers["content-type"] == "application/problem+json"
        told = answer.json()
        assert told["status"] == code and told["detail"], path
    # Of what is over nobody has to take charge, and it cannot end again.
    assert post(client, "/api/v1/endpoints/fleet~eu/pause",
                known["operator"]).code == 200
    for act in "ack", "resolve":
        answer = post(client, f"/api/v1/incidents/{number}/{act}",
                      known["operator"], why)
        assert answer.code == 409 and b"over" in answer.body, act


def test_no_page_of_another_site_acts(scene):
    client, known, daemon = scene
    number = incidents(client, known["operator"])["fleet"]
    path = f"/api/v1/incidents/{number}/ack"
    mine = known["operator"]
    for headers in ({"Sec_Fetch_Site": "cross-site"},
                    {"Sec_Fetch_Site": "same-site"},
                    {"Origin": "null"}, {"Origin": "https://evil.example"},
                    {"Origin": f"http://{client.where}.evil.example"}):
        assert post(client, path, mine, **headers).code == 403, headers
    for kind in ("text/plain", "application/x-www-form-urlencoded",
                 "application/jsonx", ""):
        assert post(client, path, mine, Content_Type=kind).code == 415, kind
    assert "acknowledged_by" not in daemon.json("incident", number)
    assert post(client, path, mine, Origin=f"http://{client.where}",
                Sec_Fetch_Site="same-origin").code == 200


def test_pages_are_ours_as_they_are_configured(tmp_path):
    """Its name over another scheme is not: that page may be anybody's."""
    config, file = tmp_path / "vigie.yaml", tmp_path / "tokens"
    mine = live.token("ann", "operator", file)
    with live.Target() as target:
        config.write_text(CONFIG.format(
            f=tmp_path, u=target.url, tokens=f"tokens: {file}\n"
            "public_url: https://status.example.org:443/vigie"))
        with live.Daemon(config, speed=live.FAST) as daemon:
            client = Client(daemon)
            public, direct = "status.example.org", client.where
            for origin, host, code in (
                    ("https://status.example.org", public, 200),
                    ("https://STATUS.example.org:443", public, 200),
                    ("https://status.example.org", direct, 200),
                    ("http://status.example.org", public, 403),
                    ("http://status.example.org:443", public, 403),
                    ("https://status.example.org:8443", public, 403),
                    ("ftp://status.example.org", public, 403),
                    ("https://status.example.org.evil.example", public, 403),
                    ("https://evil.example", public, 403),
                    (f"http://{direct}", direct, 200),
                    (f"ftp://{direct}", direct, 403),
                    ("null", public, 403)):
                answer = post(client, "/vigie/api/v1/endpoints/fleet~eu/pause",
                              mine, Origin=origin, Host=host)
                assert answer.code == code, (origin, host, answer.body)
            assert daemon.stop() == 0


def test_without_tokens_nobody_acts(tmp_path):
    config = tmp_path / "vigie.yaml"
    with live.Target() as target:
        config.write_text(CONFIG.format(f=tmp_path, u=target.url, tokens=""))
        with live.Daemon(config, speed=live.FAST) as daemon:
            client = Client(daemon)
            shown(client, "All 3 endpoints are up")
            answer = post(client, "/api/v1/endpoints/fleet~eu/pause", None)
            assert answer.code == 403 and b"no tokens" in answer.body
            assert client.get("/login").code == 404
            assert client.ask("/", Authorization="Bearer x").code == 200
            # Let in by a reload, kept out by the next.
            file = tmp_path / "tokens"
            mine = live.token("ann", "operator", file)
            config.write_text(CONFIG.format(
                f=tmp_path, u=target.url, tokens=f"tokens: {file}"))
            daemon.command("reload")
            live.until(lambda: client.get("/metrics").code == 401)
            assert ask(client, "/metrics", mine).code == 200
            file.write_text("# nobody\n")
            daemon.command("reload")
            live.until(lambda: ask(client, "/metrics", mine).code == 401)
            assert daemon.stop() == 0


def test_a_wrong_file_of_tokens_is_refused(tmp_path):
    """Those of before are let in as long as the new ones cannot be."""
    config, file = tmp_path / "vigie.yaml", tmp_path / "tokens"
    mine = live.token("ann", "operator", file)
    right = file.read_text()
    with live.Target() as target:
        config.write_text(CONFIG.format(
            f=tmp_path, u=target.url, tokens=f"tokens: {file}"))
        with live.Daemon(config, speed=live.FAST) as daemon:
            client = Client(daemon)
            shown(client, "All 2 endpoints are up")
            for wrong in ("bob king " + "0" * 64, "bob reader 12",
                          "bob reader " + "g" * 64, "Bob reader " + "0" * 64,
                          "bob reader " + "0" * 64 + " # he", "\x7f"):
                file.write_text(f"# two\n{right}{wrong}\n")
                why = f"'tokens': {file}:3: not 'NAME reader|operator SHA256'"
                for command in "check", "reload":
                    done = live.vigie(command, "-c", config)
                    assert done.returncode == 78, (command, wrong)
                    assert why in done.stderr, (command, wrong)
                    assert wrong[:6] not in done.stderr.replace(why, "")
            assert ask(client, "/metrics", mine).code == 200
            for whole in b"ann\0", b"# " + b"a" * 65536 + b"\n":
                file.write_bytes(whole)
                done = live.vigie("reload", "-c", config)
                assert done.returncode == 78
                assert f"{file}: too many tokens, or not a" in done.stderr
            assert ask(client, "/metrics", mine).code == 200
            assert daemon.stop() == 0
        done = live.vigie("run", "-c", config, timeout=20)
        assert done.returncode == 78 and f"{file}: too many" in done.stderr


def test_a_token_is_made(tmp_path):
    file = tmp_path / "tokens"
    made = json.loads(live.vigie("token", "ann", "--json").stdout)
    assert made["token"].startswith("vgt_") and made["role"] == "reader"
    digest = hashlib.sha256(made["token"].encode()).hexdigest()
    assert made["line"] == f"ann reader {digest}"
    assert live.token("ann", "operator", file) != \
        live.token("bob", "reader", file)
    assert [line.split()[0] for line in file.read_text().splitlines()] == [
        "ann", "bob"]
    assert file.stat().st_mode & 0o777 == 0o600
    for bad in (["Ann"], ["a", "b"], [], ["a", "--role", "king"]):
        assert live.vigie("token", *bad).returncode == 64, bad
    assert live.vigie("token", "a", "--append", tmp_path).returncode == 74


def test_a_token_is_added_as_a_line_of_its_own(tmp_path):
    file = tmp_path / "tokens"
    file.write_text("# who may\n# and no end of this line")
    live.token("ann", "operator", file)
    live.token("bob", "reader", file)
    assert [line.split()[0] for line in file.read_text().splitlines()] == [
        "#", "#", "ann", "bob"]


def test_a_token_that_finds_no_room_is_not_made(tmp_path):
    file = tmp_path / "tokens"
    live.token("ann", "operator", file)
    before = file.read_bytes()

    def nearly_full():
        resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 9,) * 2)
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    done = subprocess.run(
        [live.VIGIE, "token", "bob", "--append", file], text=True,
        capture_output=True, preexec_fn=nearly_full, restore_signals=False,
        check=False)
    assert done.returncode == 74 and done.stdout == ""
    assert "File too large; no token was made" in done.stderr
    assert file.read_bytes() == before
