# SPDX-License-Identifier: MIT
"""The stand-in APIs misbehave exactly as they are told."""

import http.client
import json
import pathlib
import subprocess
import sys
import urllib.parse

import pytest

STANDIN = pathlib.Path(__file__).resolve().parents[1] / "standin/standin.py"


@pytest.fixture(scope="module")
def regions(tmp_path_factory):
    state = tmp_path_factory.mktemp("standin") / "state.json"
    child = subprocess.Popen([sys.executable, STANDIN, "--state", state],
                             stdout=subprocess.PIPE, text=True)
    urls = json.loads(child.stdout.readline())["regions"]
    assert json.loads(state.read_text())["regions"] == urls
    yield {name: urllib.parse.urlsplit(url).netloc for name, url in urls.items()}
    child.terminate()
    assert child.wait(10) == 0


def _ask(address, method="GET", path="/api/1/status"):
    connection = http.client.HTTPConnection(address, timeout=10)
    try:
        connection.request(method, path)
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        connection.close()


def _play(address, behaviour, region="eu"):
    code, _, body = _ask(address, "POST", f"/behave?region={region}&as={behaviour}")
    assert code == 200, body


def test_each_region_is_well_at_first(regions):
    for name, address in regions.items():
        code, _, body = _ask(address)
        assert (code, json.loads(body)) == (200, {"status": "ok", "region": name})


def test_one_region_fails_and_the_others_do_not(regions):
    _play(regions["na"], "maintenance")
    code, headers, body = _ask(regions["eu"])
    assert code == 503 and b"server maintenance" in body and "Retry-After" not in headers
    assert _ask(regions["na"])[0] == 200
    _play(regions["eu"], "ok")
    assert _ask(regions["eu"])[0] == 200


@pytest.mark.parametrize("behaviour,want", [
    ("retry-after", 503), ("error", 500), ("limited", 429), ("login", 401), ("wrong", 200)])
def test_codes(regions, behaviour, want):
    _play(regions["eu"], behaviour)
    code, headers, _ = _ask(regions["eu"])
    assert code == want
    assert ("Retry-After" in headers) == (behaviour in ("retry-after", "limited"))
    _play(regions["eu"], "ok")


@pytest.mark.parametrize("behaviour,error", [
    ("reset", ConnectionError), ("garbage", http.client.BadStatusLine), ("cut", http.client.IncompleteRead)])
def test_broken_answers(regions, behaviour, error):
    _play(regions["eu"], behaviour)
    with pytest.raises(error):
        _ask(regions["eu"])
    _play(regions["eu"], "ok")


def test_counts_and_wrong_commands(regions):
    before = json.loads(_ask(regions["na"], path="/counts")[2])
    _ask(regions["cn"])
    after = json.loads(_ask(regions["na"], path="/counts")[2])
    assert after["cn"] == before["cn"] + 1 and after["na"] == before["na"]
    code, _, body = _ask(regions["na"], "POST", "/behave?region=eu&as=dance")
    assert code == 400 and b"maintenance" in body
