# SPDX-License-Identifier: MIT
"""Tokens for probes: given, renewed, refused, senseless; and kept secret."""
import contextlib
import json
import os
import pathlib
import re
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support_py"))

import hostile  # noqa: E402
import live  # noqa: E402
import tokens as servers  # noqa: E402

GOOD, PARTLY, BAD = 0, 1, 2
CLIENT, SECRET = "vigie: 1", "s+cret%mark/\u00e9"
REASONS = re.findall(r'^REASON\(\w+, "(\w+)"',
                     (ROOT / "schema/names.def").read_text(), re.M)
CONFIG = """
database: {f}/vigie.db
control: {f}/control
canaries: []
defaults: {{interval: 1s, timeout: 3s}}
services:
  - id: s
    auth:
      oauth2: {{token_url: "{token}/token", client_id: "{client}",
               client_secret_file: {f}/client, scope: "read all",
               audience: "https://api/"}}
    regions:
      eu: {{url: "{api}", tls: {{{tls}}}}}
      us: "{api}"
receivers:
  - {{id: log, type: syslog}}
"""


@pytest.fixture
def given():
    with servers.Tokens(CLIENT, SECRET) as given:
        yield given


@pytest.fixture
def api(given):
    with servers.Api(given) as api:
        yield api


def put_secret(folder, secret):
    new = folder / "client.new"
    new.write_text(secret + "\n")
    new.chmod(0o600)
    os.replace(new, folder / "client")


def config_of(folder, token, api, tls="", secret=SECRET):
    put_secret(folder, secret)
    config = folder / "vigie.yaml"
    config.write_text(CONFIG.format(f=folder, token=token, api=api,
                                    client=CLIENT, tls=tls))
    return config


def probe(config):
    done = live.vigie("probe", "--json", "-c", config, "s/eu")
    assert done.stderr == "", done.stderr
    got = json.loads(done.stdout)
    return (done.returncode, got["class"], got["reason"]), got


def test_a_token_is_asked_for_and_shown(given, api, tmp_path):
    short, got = probe(config_of(tmp_path, given.url, api.url))
    assert short == (GOOD, "OK", "ok"), got
    assert given.asked == [("POST", {"grant_type": "client_credentials",
                                     "scope": "read all",
                                     "audience": "https://api/"},
                            CLIENT, SECRET)]
    assert api.shown == given.given


def test_a_server_that_refuses_us(given, api, tmp_path):
    short, got = probe(config_of(tmp_path, given.url, api.url,
                                 secret="another"))
    assert short == (PARTLY, "AUTH", "token_refused"), got
    assert got["detail"] == \
        "token server 127.0.0.1: status 401, invalid_client"
    assert not got["path_proven"] and api.shown == []


def test_a_server_that_is_not_there(api, tmp_path):
    nowhere = f"http://127.0.0.1:{servers.closed_port()}"
    short, got = probe(config_of(tmp_path, nowhere, api.url))
    assert short == (PARTLY, "LOCAL", "token_unreachable"), got
    assert api.shown == []


def test_a_server_where_none_may_be(api, tmp_path):
    short, got = probe(config_of(tmp_path, "http://169.254.169.254", api.url))
    assert short == (PARTLY, "CONFIG", "blocked_by_policy"), got
    assert api.shown == []


JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize("says,reason", [
    ((200, {}, b"<html><h1>Log in</h1></html>"), "token_invalid"),
    ((200, JSON, b'{"access_token": "' + b"x" * 2000000 + b'"}'),
     "token_invalid"),
    ((200, JSON, b"[" * 100000), "token_invalid"),
    ((200, JSON, b'{"access_token": "a\\r\\nX-Evil: 1"}'), "token_invalid"),
    ((200, JSON, b'{"access_token": "a\x00b"}'), "token_invalid"),
    ((200, JSON, b'{"access_token": "\xff\xfe"}'), "token_invalid"),
    ((200, JSON, b'{"access_token": "a", "expires_in": -1}'),
     "token_invalid"),
    ((302, {"Location": "/elsewhere"}, b""), "token_invalid"),
    ((503, {"Retry-After": "1"}, b"busy"), "token_unreachable"),
    ((400, JSON, b'{"error": "\\u001b[2Jevil"}'), "token_refused"),
])
def test_answers_that_are_no_tokens(given, api, tmp_path, says, reason):
    given.says = says
    short, got = probe(config_of(tmp_path, given.url, api.url))
    assert short[0] == PARTLY and short[2] == reason, got
    assert len(given.asked) == 1 and api.shown == []
    assert "evil" not in json.dumps(got)


def test_only_a_verified_server_is_shown_our_secret(api, tmp_path):
    """Also where the endpoint itself need not be."""
    made = hostile.Certificates(str(tmp_path))
    made.make("server", "20200101000000Z", "20490102030405Z",
              extensions="subjectAltName=IP:127.0.0.1\n")
    with servers.Tokens(CLIENT, SECRET, made.context("server")) as given:
        api.tokens = given
        short, got = probe(config_of(tmp_path, given.url, api.url,
                                     "insecure: true"))
        assert short == (PARTLY, "LOCAL", "token_unreachable"), got
        assert given.asked == []
        short, got = probe(config_of(tmp_path, given.url, api.url,
                                     f"ca_file: {made.path('ca', 'pem')}"))
        assert short == (GOOD, "OK", "ok"), got


def test_it_does_not_go_where_a_redirect_leads(given, api, tmp_path):
    with servers.Api(given) as other:
        api.moved = other.url
        short, got = probe(config_of(tmp_path, given.url, api.url))
        assert short == (PARTLY, "AUTH", "auth"), got
        assert api.shown == given.given and other.shown == [""]


def test_it_is_not_told(given, api, tmp_path):
    config = config_of(tmp_path, given.url, api.url + "/echo")
    for said in (live.vigie("probe", "-c", config, "s/eu").stdout,
                 live.vigie("probe", "--json", "-c", config, "s/eu").stdout,
                 live.vigie("check", "--dump", "-c", config).stdout):
        assert said != "" and "mark" not in said
    assert len(given.given) == 2


def test_it_is_named_in_a_dump(given, api, tmp_path):
    config = config_of(tmp_path, given.url, api.url)
    first = live.vigie("check", "--dump", "-c", config)
    assert f'client_secret_file: "{tmp_path}/client"' in first.stdout
    config.write_text(first.stdout)
    again = live.vigie("check", "--dump", "-c", config)
    assert again.stdout == first.stdout, again.stderr


def samples(folder):
    with contextlib.closing(live.reader(folder / "vigie.db")) as db:
        return [REASONS[row[0]] for row in db.execute(
            "SELECT reason FROM sample ORDER BY ref")]


def after(folder, reason, count=4):
    """Waits until the last ones are all of this reason."""
    live.until(lambda: samples(folder)[-count:] == [reason] * count, 30,
               reason)


def test_a_life_of_a_token(given, api, tmp_path):
    """Shared, taken back, refused, renewed; and nowhere to be found."""
    config = config_of(tmp_path, given.url, api.url)
    with live.Daemon(config) as daemon:
        live.until(daemon.states, what="the database")
        after(tmp_path, "ok")
        assert len(given.given) == 1
        with given.lock:
            given.given.append("taken back")
        live.until(lambda: len(given.given) == 3, 30, "a fresh one")
        after(tmp_path, "ok")
        assert set(samples(tmp_path)) == {"ok"}
        assert len(given.asked) == 2
        put_secret(tmp_path, "wrong")
        daemon.command("reload")
        after(tmp_path, "token_refused")
        put_secret(tmp_path, SECRET)
        daemon.command("reload")
        after(tmp_path, "ok")
        config.write_text(config.read_text().replace(
            f'"{api.url}"', f'"{api.url}/echo"'))
        daemon.command("reload")
        after(tmp_path, "server_error")
        assert daemon.stop() == 0
    assert len(given.asked) < 10
    for path in tmp_path.iterdir():
        if path.is_file() and path.name != "client":
            for secret in ("cret%mark", given.mark):
                assert secret.encode() not in path.read_bytes(), path


def test_a_server_that_is_away_is_not_hammered(given, api, tmp_path):
    given.says = (503, {}, b"busy")
    config = config_of(tmp_path, given.url, api.url)
    with live.Daemon(config) as daemon:
        live.until(daemon.states, what="the database")
        live.until(lambda: len(samples(tmp_path)) >= 16, 30, "samples")
        assert set(samples(tmp_path)) == {"token_unreachable"}
        assert 1 <= len(given.asked) <= 3 and api.shown == []
        given.says = None
        after(tmp_path, "ok")
        assert daemon.stop() == 0
