# SPDX-License-Identifier: MIT
"""What pages and readers of others show of us: the feed and the badges."""
import datetime
import pathlib
import sys
import xml.etree.ElementTree

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support_py"))

import live  # noqa: E402
from visitor import Client, shown  # noqa: E402

NAME = "<img src=x onerror=alert(1)> & ${7*7} =cmd() \u202e\U0001f697"
CONFIG = """
database: {f}/vigie.db
control: {f}/control
listen: 127.0.0.1:0
public_url: https://status.example.org/vigie
canaries: []
defaults: {{interval: 10s, timeout: 1s}}
services:
  - id: fleet
    name: "{name}"
    regions: {{eu: {u}/eu, na: {u}/na}}
  - id: other
    regions: {{eu: {u}/other}}
"""
ATOM = "{http://www.w3.org/2005/Atom}"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def scene(tmp_path):
    config = tmp_path / "vigie.yaml"
    with live.Target() as target:
        config.write_text(
            CONFIG.format(f=tmp_path, u=target.url, name=NAME))
        target.pages["/eu"] = (503, b"]]></content><script>alert(1)")
        with live.Daemon(config, speed=live.FAST) as daemon:
            client = Client(daemon)
            shown(client, "Open incidents")
            yield client, daemon, target
            assert daemon.stop() == 0


def when(entry, name):
    text = entry.findtext(ATOM + name)
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def feed(client, query=""):
    """Parsed, with all that RFC 4287 asks of a feed and its entries."""
    answer = client.get("/history.atom" + query)
    assert answer.code == 200
    assert answer.headers["content-type"].startswith("application/atom+xml")
    root = xml.etree.ElementTree.fromstring(answer.body)
    assert root.tag == ATOM + "feed"
    assert root.find(f"{ATOM}author/{ATOM}name").text
    for one in [root, *root.iter(ATOM + "entry")]:
        for name in "id", "title", "updated":
            assert len(one.findall(ATOM + name)) == 1, name
        assert one.findtext(ATOM + "id").startswith("urn:uuid:")
        assert when(one, "updated")
    entries = root.findall(ATOM + "entry")
    assert len({e.findtext(ATOM + "id") for e in entries}) == len(entries)
    return root, entries


def test_an_incident_is_one_entry_that_moves(scene):
    client, daemon, target = scene
    _, (first,) = feed(client)
    assert first.findtext(ATOM + "title").startswith("fleet/eu: outage, open")
    link = first.find(ATOM + "link").attrib["href"]
    assert link.startswith("https://status.example.org/vigie/i/")
    assert "<script" not in first.findtext(ATOM + "content")
    assert "incident.opened" in first.findtext(ATOM + "content")

    target.pages.clear()
    shown(client, "% to hold for an hour")
    _, (second,) = feed(client)
    assert second.findtext(ATOM + "id") == first.findtext(ATOM + "id")
    assert when(second, "updated") > when(first, "updated")
    assert when(second, "published") == when(first, "published")
    assert "recovering" in second.findtext(ATOM + "title")
    assert "incident.recovering" in second.findtext(ATOM + "content")

    assert len(feed(client, "?service=fleet&region=eu")[1]) == 1
    assert not feed(client, "?service=other")[1]
    assert not feed(client, "?region=na")[1]
    narrow = feed(client, "?service=%3Cb%3E%26%22")[0]
    assert narrow.findtext(ATOM + "title") == 'Vigie: history of <b>&"'
    assert (narrow.findtext(ATOM + "id")
            != feed(client)[0].findtext(ATOM + "id"))

    answer = client.get("/history.atom")
    # Where nobody is asked for a token, no page of another site may read it.
    assert "access-control-allow-origin" not in answer.headers
    again = client.ask("/history.atom",
                       If_None_Match=answer.headers["etag"])
    assert again.code in (200, 304)  # a commit may have come between


def badge(client, path):
    answer = client.get(f"/badge/{path}.svg")
    assert answer.code == 200, path
    assert answer.headers["content-type"] == "image/svg+xml"
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    root = xml.etree.ElementTree.fromstring(answer.body)
    assert root.tag == SVG + "svg"
    assert {e.tag for e in root.iter()} <= {
        SVG + n for n in ("svg", "title", "rect", "path", "g", "text")}
    label, message = [e.text for e in root.iter(SVG + "text")]
    assert root.findtext(SVG + "title") == f"{label}: {message}"
    json = client.get(f"/badge/{path}.json").json()
    assert set(json) == {"schemaVersion", "label", "message", "color",
                         "isError", "cacheSeconds"}
    assert json["schemaVersion"] == 1 and json["label"] == label
    return label, json["message"], json["isError"]


def test_badges(scene):
    client, _, _ = scene
    label, message, bad = badge(client, "fleet~eu")
    assert label == "fleet/eu" and message.startswith("down ") and bad
    assert badge(client, "fleet~na") == ("fleet/na", "up", False)
    label, message, bad = badge(client, "fleet")
    assert label.startswith("<img src=x onerror=alert(1)> & ${7*7} =cmd() ")
    assert (message, bad) == ("1 of 2 down", True)
    assert badge(client, "other") == ("other", "up", False)
    for path in ("eu.svg", "*.svg", "fleet", "fleet.png", "none.json",
                 "fleet~*.svg", ".svg", "~.json"):
        answer = client.get(f"/badge/{path}")
        assert answer.code == 404, path
        assert answer.headers["content-type"] == "application/problem+json"
