# SPDX-License-Identifier: MIT
"""Text that others write, wherever it can be put: it is shown as it is written,
and is nothing but text to whoever reads a page, the API or the metrics."""
import getpass
import json
import pathlib
import re
import sys
import time
import urllib.parse

import pytest
from prometheus_client import parser
from prometheus_client.openmetrics import parser as openmetrics
from selenium.webdriver.common.by import By

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support_py"))

import live  # noqa: E402
from test_hostile_http import Raw, http  # noqa: E402
from visitor import Client, Page  # noqa: E402
from window import browser, complaints  # noqa: E402

HARMFUL = [
    "<img src=x onerror=\"pwned=1\">",
    "</title></p></main><script>pwned=1</script>",
    "'\"><svg onload=pwned=1>",
    "--><!-- <b>bold",
    "javascript:pwned=1//",
    "=cmd|' /C calc'!A0",
    "${7*7} {{7*7}} <%= 7*7 %> #{7*7}",
    "&lt;b&gt; &amp; &#60;i&#62;",
    "\N{COLLISION SYMBOL}\N{AUTOMOBILE} caf\N{LATIN SMALL LETTER E WITH ACUTE}",
    "gepj.\N{RIGHT-TO-LEFT OVERRIDE}exe.",
    "\\x1b[31m \\n %s%n %3C",
    "x" * 199,
]
# As a certain server answers; its headers, and its bodies, are kept.
ANSWER = http(b"\x1b[31m<script>pwned=1</script>\r\nHTTP/1.1 200 OK\r\n"
              b"Set-Cookie: a=b\r\n\r\n\x00\xff\xe2\x80\xae</pre>",
              "500 <script>pwned=1</script>", "Server: <b onclick=pwned=1>",
              "Retry-After: <i>soon</i>")
CONFIG = """
database: {f}/vigie.db
control: {f}/control
listen: 127.0.0.1:0
canaries: []
defaults: {{interval: 10s, timeout: 1s}}
services:
{services}
"""
SERVICE = """
  - id: s{i}
    name: {text}
    owner: {text}
    runbook: {text}
    advice: {text}
    tags: [tag]
    functions: [{text}]
    unaffected: [{still}]
    regions: {{eu: {u}/{i}}}
"""


def shown(text):
    """As people are to read it: what would reorder or end a line is spelled
    out, and so is what spells it."""
    return re.sub("[\\\\\u202e]", lambda m: "".join(
        f"\\x{b:02x}" for b in m[0].encode()), text)


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    with Raw(ANSWER) as server:
        config = folder / "vigie.yaml"
        config.write_text(CONFIG.format(f=folder, services="".join(
            SERVICE.format(i=i, u=server.url.rstrip("/"), text=json.dumps(text),
                           still=json.dumps(text + "!"))
            for i, text in enumerate(HARMFUL))))
        with live.Daemon(config, speed=live.FAST) as daemon:
            daemon.client = Client(daemon)
            live.until(lambda: set(daemon.states().values()) == {"down"}, 90)
            daemon.incidents = {
                e["id"]: e["incident"] for e in daemon.json(
                    "status", code=2)["endpoints"]}
            for i, text in enumerate(HARMFUL):
                number = daemon.incidents[f"s{i}/eu"]
                for command in (["note", number, "--", text],
                                ["ack", f"--why={text}", number]):
                    done = live.vigie(command[0], "-c", config, *command[1:])
                    assert done.returncode == 0, done.stderr
            daemon.command("maintenance", "add", "--service", "s0", "--title",
                           HARMFUL[1], "--from", "2040-01-01T00:00:00Z",
                           "--for", "1h")
            yield daemon
            assert daemon.stop() == 0


def pages(client):
    """Every page that a link leads to, by address; Page() is strict."""
    found, left = {}, ["/"]
    days = tuple(time.strftime("/day/%F", time.gmtime(at))
                 for at in (time.time() - 3600, time.time()))
    while left:
        path = left.pop()
        # Times and choices have no end, and days hardly any.
        if "=" in path or ("/day/" in path and not path.endswith(days)):
            continue
        answer = client.get(path)
        assert answer.code == 200, path
        assert b"\x1b" not in answer.body and b"\x00" not in answer.body
        found[path] = None
        if answer.headers["content-type"].startswith("text/html"):
            found[path] = answer.page()
            left += {urllib.parse.urljoin(path, link)
                     for link in found[path].links} - set(found)
    return {path: page for path, page in found.items() if page is not None}


def words(text):
    return " ".join(shown(text).split())


def test_pages(scene):
    """What was written is read there, whole and letter by letter."""
    all_pages = pages(scene.client)
    assert len(all_pages) > 2 * len(HARMFUL)
    for i, text in enumerate(HARMFUL):
        assert words(text) in all_pages["/"].text, text
        assert f"advice: {words(text)}" in all_pages["/"].text, text
        assert f"stops: {words(text)} (declared)" in all_pages["/"].text
        assert f"still works: {words(text)}! (" in all_pages["/"].text
        story = all_pages[f"/i/{scene.incidents[f's{i}/eu']}"].text
        assert story.count(words(text)) >= 2, (text, story)
        assert getpass.getuser() in story
    for path, page in all_pages.items():
        assert "\u202e" not in page.text, path
        for link in page.links:
            where = urllib.parse.urlsplit(link)
            assert not where.scheme and not where.netloc, (path, link)
            assert "pwned" not in link or "%" in link, (path, link)


@pytest.mark.parametrize("text", HARMFUL)
def test_addresses(scene, text):
    """What is asked for is not there, and is not repeated as anything."""
    quoted = urllib.parse.quote(text, safe="")
    for path in (f"/{quoted}", f"/e/{quoted}", f"/i/{quoted}",
                 f"/assets/{quoted}", f"/api/v1/incidents/{quoted}"):
        answer = scene.client.ask(path, Accept="text/html")
        assert answer.code == 404, path
        if not path.startswith("/api/"):
            Page(answer.body.decode())
        answer = scene.client.get(path)
        assert answer.code == 404 and answer.json()["status"] == 404
    answer = scene.client.get(f"/api/v1/incidents?limit={quoted}")
    assert answer.code == 400 and answer.json()["status"] == 400
    answer = scene.client.get(f"/?theme={quoted}&{quoted}=1")
    assert answer.code == 200 and answer.page()


def strings(value):
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from strings(key)
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)
    elif isinstance(value, str):
        yield value


def test_api(scene):
    """Exact there: it is for programs, which get what was written."""
    listed = scene.client.get("/api/v1/incidents?limit=1000")
    assert listed.headers["content-type"] == "application/json"
    assert len(listed.json()["items"]) == len(HARMFUL)
    assert scene.client.get("/api/v1/status").json()["overall"] == "down"
    for i, text in enumerate(HARMFUL):
        number = scene.incidents[f"s{i}/eu"]
        whole = scene.client.get(f"/api/v1/incidents/{number}")
        found = list(strings(whole.json()))
        assert text in found or shown(text) in found, (text, found)
        assert b"\x1b" not in whole.body and b"\x00" not in whole.body


def test_metrics(scene):
    text = scene.client.get("/metrics").body.decode()
    other = scene.client.ask(
        "/metrics", Accept="application/openmetrics-text").body.decode()
    for families in (parser.text_string_to_metric_families(text),
                     openmetrics.text_string_to_metric_families(other)):
        found = [s for family in families for s in family.samples]
        codes = {s.labels["endpoint"]: s.value for s in found
                 if s.name == "probe_http_status_code"}
        assert codes == {f"s{i}/eu": 500 for i in range(len(HARMFUL))}
        for s in found:
            assert not any("pwned" in value for value in s.labels.values())


def test_a_browser_reads_text(scene):
    """Nothing runs, and nothing is even refused to run."""
    window = browser()
    try:
        for path in ("/", "/matrix", "/incidents", "/e/s0~eu",
                     *(f"/i/{number}" for number in scene.incidents.values())):
            window.get(f"http://{scene.client.where}{path}")
            assert window.execute_script("return window.pwned") is None
            inside = window.find_elements(
                By.CSS_SELECTOR, "img, script:not([src]), b, i, [onerror]")
            assert inside == [], path
        assert complaints(window) == []
    finally:
        window.quit()
