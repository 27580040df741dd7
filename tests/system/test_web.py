# SPDX-License-Identifier: MIT
"""The pages and the API of a running daemon, as any client sees them."""
import collections
import contextlib
import gzip
import http.client
import json
import os
import pathlib
import re
import signal
import socket
import sqlite3
import sys
import time
import urllib.parse

import pytest
from prometheus_client import parser
from prometheus_client.openmetrics import parser as openmetrics

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support_py"))

import live  # noqa: E402
from visitor import Client, Page, shown  # noqa: E402

CONFIG = """
database: {f}/vigie.db
control: {f}/control
{listen}
canaries: []
defaults: {{interval: 10s, timeout: 1s}}
services:
  - id: fleet
    name: "Fleet <b>&\\"'"
    functions: [remote commands, "<script>alert(1)</script>"]
    unaffected: [Bluetooth key, {{name: charging, endpoints: [fleet/na]}}]
    advice: no need to reinstall the app
    regions: {{eu: {u}/eu, na: {u}/na}}
"""
HOSTILE = b"<script>alert(1)</script>\x00\x1b[31m</pre>&amp;'\""
DOWN = (503, HOSTILE)


@pytest.fixture
def target():
    with live.Target() as made:
        yield made


def daemon_at(folder, target, listen="listen: 127.0.0.1:0"):
    config = folder / "vigie.yaml"
    config.write_text(CONFIG.format(f=folder, u=target.url, listen=listen))
    return live.Daemon(config, speed=live.FAST)


def test_a_day_on_the_page(tmp_path, target):
    """Up, down, and answering again: on the page, in the API, alike."""
    with daemon_at(tmp_path, target) as daemon:
        client = Client(daemon)
        shown(client, "All 2 endpoints are up")
        assert client.get("/readyz").body == b"ok\n"
        target.pages["/eu"] = DOWN
        page = shown(client, "Open incidents")
        assert "Down fleet/eu : 503 server error" in page.text
        assert ("stops: remote commands (declared), "
                "<script>alert(1)</script> (declared)") in page.text
        assert re.search(r"still works: Bluetooth key \(declared\), charging "
                         r"\(measured \d+ s ago\)", page.text), page.text
        assert "advice: no need to reinstall the app" in page.text
        assert "Fleet <b>&\"'" in page.text and "1 of 2 up" in page.text

        status = client.get("/api/v1/status")
        # Without tokens everybody is told all: not also every site.
        assert "access-control-allow-origin" not in status.headers
        told = daemon.json("status", code=2)
        assert status.json()["overall"] == told["overall"] == "down"
        assert [e["id"] for e in status.json()["endpoints"]] == [
            "fleet/eu", "fleet/na"]
        assert set(status.json()) - {"change"} == set(told) - {"services"}
        number = status.json()["endpoints"][0]["incident"]

        endpoint = client.get("/e/fleet~eu").page().text
        assert "503 server error, for" in endpoint
        assert "The last checks" in endpoint
        assert endpoint.count("server error 503") >= 3

        target.pages.clear()
        shown(client, "% to hold for an hour")
        incident = client.get(f"/i/{number}").page()
        assert "Is it back?" in incident.text
        for event in "opened", "recovering":
            assert f" {event} " in incident.text
        whole = client.get(f"/api/v1/incidents/{number}").json()
        assert whole["id"] == number and whole["phase"] == "recovering"
        assert [e["event"] for e in whole["timeline"]] == [
            "incident.opened", "incident.recovering"]
        proofs = client.get(f"/api/v1/incidents/{number}/evidence")
        assert proofs.json()["items"][0]["code"] == 503
        assert "access-control-allow-origin" not in proofs.headers
        assert proofs.headers["cache-control"] == "no-store"
        listed = client.get("/api/v1/incidents?state=open&limit=1").json()
        assert [i["id"] for i in listed["items"]] == [number]
        assert number in client.get("/incidents").page().text
        assert daemon.stop() == 0


def test_every_link_leads_somewhere(tmp_path, target):
    target.pages["/eu"] = DOWN
    with daemon_at(tmp_path, target) as daemon:
        client = Client(daemon)
        shown(client, "Open incidents")
        seen, left, alike = set(), ["/"], collections.Counter()
        while left:
            path = left.pop()
            if path in seen:
                continue
            seen.add(path)
            # Times have no end: a few of each kind will do.
            kind = re.sub(r"=[^&]*", "", path)
            alike[kind] += "=" in path
            if alike[kind] > 4:
                continue
            answer = client.get(path)
            assert answer.code == 200, path
            policy = answer.headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert answer.headers["x-content-type-options"] == "nosniff"
            if answer.headers["content-type"].startswith("text/html"):
                left += [urllib.parse.urljoin(path, link)
                         for link in answer.page().links
                         if urllib.parse.urljoin(path, link) not in seen]
        assert len(seen) >= 4, seen
        assert daemon.stop() == 0


def test_what_is_not_there(tmp_path, target):
    with daemon_at(tmp_path, target) as daemon:
        client = Client(daemon)
        shown(client, "All 2 endpoints are up")
        for path in ("/nothing", "/i/20230214-1", "/i/x", "/assets/x/y.css",
                     "/assets/0123456789abcdef/001-init.sql",
                     "/api/v1/incidents/20230214-1"):
            answer = client.get(path)
            assert answer.code == 404, path
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["status"] == 404
        assert Page(client.ask("/nothing", Accept="text/html").body.decode())
        for limit in "0", "1001", "x", "-1", "1e3":
            answer = client.get(f"/api/v1/incidents?limit={limit}")
            assert answer.code == 400 and "limit" in answer.json()["detail"]
        assert client.get("/api/v1/incidents?state=x").code == 400
        refused = client.ask("/", method="POST", Content_Length="0")
        assert refused.code == 405
        assert refused.headers["allow"] == "GET, HEAD"
        assert refused.headers["content-type"] == "application/problem+json"
        assert refused.json()["status"] == 405
        for path in ("incidents/20230214-1/ack", "endpoints/a~eu/pause",
                     "maintenance/w1/cancel"):
            refused = client.get(f"/api/v1/{path}")
            assert (refused.code, refused.headers["allow"]) == (405, "POST")
            assert "POST" in refused.json()["detail"]
        stream = client.ask("/api/v1/stream", method="HEAD")
        assert stream.headers["content-type"] == "text/event-stream"
        assert "content-length" not in stream.headers
        assert client.ask("/", Host="evil.example.org").code == 421
        assert daemon.stop() == 0


def test_an_address_as_public_name(tmp_path, target):
    with daemon_at(tmp_path, target,
                   "listen: 127.0.0.1:0\n"
                   "public_url: 'https://[2001:db8::1]:8443/'") as daemon:
        client = Client(daemon)
        shown(client, "All 2 endpoints are up")
        for host, code in (("[2001:db8::1]:8443", 200), ("[2001:DB8::1]", 200),
                           ("[2001:db8::2]:8443", 421)):
            assert client.ask("/", Host=host).code == code, host


def test_what_no_check_changes_is_told(tmp_path, target):
    """A report and a plan are news: the version that pages wait for moves."""
    with daemon_at(tmp_path, target) as daemon:
        client = Client(daemon)
        first = shown(client, "All 2 endpoints are up").version
        live.vigie("report-problem", "fleet", "-c", daemon.config)
        live.until(lambda: client.get("/api/v1/status").json()["reports"])
        reported = client.get("/").page().version
        assert reported != first
        live.vigie("maintenance", "add", "--service", "fleet", "--from",
                   "2099-01-01 00:00", "--for", "1h", "-c", daemon.config)
        live.until(lambda: client.get("/api/v1/maintenance").json()["items"])
        assert client.get("/").page().version not in (first, reported)
        assert daemon.stop() == 0


def test_not_sent_twice(tmp_path, target):
    with daemon_at(tmp_path, target) as daemon:
        client = Client(daemon)
        style = next(link for link in shown(client, "All 2 endpoints are up").links
                     if link.endswith("style.css"))
        assert "immutable" in client.get(style).headers["cache-control"]

        def unchanged():
            tag = client.get("/").headers["etag"]
            again = client.ask("/", If_None_Match=tag)
            return again.code == 304 and again.body == b""

        assert live.until(unchanged, what="a page that did not change")
        whole, head = client.get(style), client.ask(style, method="HEAD")
        assert head.code == 200 and head.body == b""
        assert head.headers["content-length"] == str(len(whole.body))
        assert daemon.stop() == 0


def test_packed_for_who_takes_it(tmp_path, target):
    with daemon_at(tmp_path, target) as daemon:
        client = Client(daemon)
        style = next(link for link in shown(client, "All 2 endpoints are up").links
                     if link.endswith("style.css"))
        for path in style, "/", "/incidents", "/e/fleet~eu", "/api/v1/status":
            def both():
                packed = client.ask(path, Accept_Encoding="br, gzip")
                whole = client.ask(path, Accept_Encoding="gzip;q=0")
                assert "content-encoding" not in whole.headers
                assert whole.headers.get("vary") == packed.headers.get("vary")
                if len(whole.body) < 1024:
                    return packed.body == whole.body
                assert packed.headers["content-encoding"] == "gzip"
                assert packed.headers["vary"] == "Accept-Encoding"
                assert len(packed.body) < len(whole.body)
                assert ("etag" not in whole.headers
                        or packed.headers["etag"] != whole.headers["etag"])
                return gzip.decompress(packed.body) == whole.body

            live.until(both, what=f"{path} that did not change")

        def unchanged():
            tag = client.ask("/", Accept_Encoding="gzip").headers["etag"]
            return client.ask("/", Accept_Encoding="gzip", If_None_Match=tag).code == 304

        live.until(unchanged, what="a packed page that did not change")
        assert daemon.stop() == 0


def series(families):
    """(name, labels) to value, each once."""
    found = {}
    for family in families:
        for s in family.samples:
            key = s.name, tuple(sorted(s.labels.items()))
            assert key not in found
            found[key] = s.value
    return found


def fnv(octets):
    """FNV-1a of 32 bits."""
    value = 0x811c9dc5
    for octet in octets:
        value = (value ^ octet) * 0x01000193 % 2**32
    return value


def test_metrics(tmp_path, target):
    """In both formats, as the libraries of others read them, the same."""
    with daemon_at(tmp_path, target) as daemon:
        client = Client(daemon)
        shown(client, "All 2 endpoints are up")
        target.pages["/eu"] = DOWN
        shown(client, "fleet/eu : 503")
        plain = client.get("/metrics")
        assert plain.headers["content-type"].startswith(
            "text/plain; version=0.0.4")
        open_text = client.ask("/metrics", Accept=(
            "application/openmetrics-text;version=1.0.0,text/plain;q=0.5"))
        assert "openmetrics-text; version=1.0.0" in open_text.headers[
            "content-type"]
        one = series(parser.text_string_to_metric_families(
            plain.body.decode()))
        other = series(openmetrics.text_string_to_metric_families(
            open_text.body.decode()))
        assert set(one) == set(other)
        eu = ("endpoint", "fleet/eu"), ("region", "eu"), ("service", "fleet")
        na = ("endpoint", "fleet/na"), ("region", "na"), ("service", "fleet")
        assert one["probe_success", eu] == 0 and one["probe_success", na] == 1
        assert one["probe_http_status_code", eu] == 503
        assert one["probe_ip_protocol", na] == 4
        assert 0 < one["probe_duration_seconds", na] < 1
        phases = [value for (name, _), value in one.items()
                  if name == "probe_http_duration_seconds"]
        assert len(phases) == 10 and min(phases) >= 0
        states = {labels[-1][1]: value for (name, labels), value in one.items()
                  if name == "vigie_state" and eu[0] in labels}
        assert states["down"] == 1 and sum(states.values()) == 1
        assert len(states) == 6
        assert one["vigie_incident_relapses", eu] == 0
        assert one["vigie_database_writable", ()] == 1
        assert one["vigie_incidents_total", (("kind", "outage"),)] == 1
        opened = one["vigie_events_total", (("event", "incident.opened"),)]
        assert opened == 1
        assert one["vigie_unknown_seconds_total", na] > 0  # before the first
        assert one["vigie_process_ready", (("role", "prober"),)] == 1
        assert one["vigie_web_requests_total", ()] > 1
        assert one["vigie_web_connections", ()] >= 1
        assert one["probe_http_ssl", eu] == 0
        assert one["probe_failed_due_to_regex", eu] == 0
        # 127.0.0.1, by FNV-1a
        assert one["probe_ip_addr_hash", na] == fnv(bytes([127, 0, 0, 1]))
        assert daemon.stop() == 0


def events(client, seconds):
    """What the stream says: pairs of a word and an id, as they come."""
    with contextlib.closing(
            http.client.HTTPConnection(client.where, timeout=seconds)) as c:
        c.request("GET", "/api/v1/stream")
        answer = c.getresponse()
        assert answer.status == 200
        word = number = None
        for line in answer:
            line = line.decode().rstrip("\n")
            if not line and word is not None:
                yield word, number
                word = number = None
            elif line.startswith("event: "):
                word = line[7:]
            elif line.startswith("id: "):
                number = line[4:]


def test_who_looks_is_told_at_once(tmp_path, target):
    """Of each change, with the version that the page then has."""
    with daemon_at(tmp_path, target) as daemon:
        client = Client(daemon)
        page = shown(client, "All 2 endpoints are up")
        heard = events(client, 30)
        assert next(heard) == ("change", page.version)
        target.pages["/eu"] = DOWN
        word, version = next(heard)
        assert word == "change" and version != page.version
        page = client.get("/").page()
        assert page.version == version and "fleet/eu : 503" in page.text
        daemon.command("ack", next(
            link[3:] for link in page.links if link.startswith("/i/")))
        assert next(heard)[1] not in (None, version)
        assert daemon.stop() == 0


def test_it_cannot_write(tmp_path, target):
    """Its connection reads, and where the kernel can, so do all it opens."""
    with daemon_at(tmp_path, target) as daemon:
        client = Client(daemon)
        shown(client, "All 2 endpoints are up")
        web = pathlib.Path(f"/proc/{live.children(daemon.pid)['web']}")
        files = {os.readlink(fd): (web / "fdinfo" / fd.name).read_text()
                 for fd in (web / "fd").iterdir()
                 if "vigie.db" in os.readlink(fd)}
        assert any(name.endswith("vigie.db") for name in files), files
        for name, info in files.items():
            flags = int(re.search(r"flags:\s+(\d+)", info)[1], 8)
            if not name.endswith("-shm"):
                assert flags & os.O_ACCMODE == os.O_RDONLY, (name, info)
        assert daemon.stop() == 0


def test_killed_it_starts_again(tmp_path, target):
    """Nobody is refused meanwhile: what listens is the keeper's."""
    with daemon_at(tmp_path, target) as daemon:
        client = Client(daemon)
        shown(client, "All 2 endpoints are up")
        os.kill(live.children(daemon.pid)["web"], signal.SIGKILL)
        assert client.get("/healthz").code == 200
        daemon.until_said("child-ended role=web")
        shown(client, "All 2 endpoints are up")
        assert daemon.stop() == 0


HANDED = """
import os, socket, sys
s = socket.create_server(("127.0.0.1", 0))
os.dup2(s.fileno(), 3)
os.set_inheritable(3, True)
print(f"handed={s.getsockname()[1]}", file=sys.stderr, flush=True)
os.environ |= {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "1"}
os.execv(sys.argv[1], sys.argv[1:])
"""


def test_a_socket_handed_over(tmp_path, target):
    """As systemd does; it is the same one after a reload, and no child's."""
    config = tmp_path / "vigie.yaml"
    config.write_text(CONFIG.format(
        f=tmp_path, u=target.url, listen="listen: systemd"))
    with live.Daemon(config, wrap=[sys.executable, "-c", HANDED],
                     speed=live.FAST) as daemon:
        port = daemon.until_said(r"handed=(\d+)")[1]
        client = Client(daemon)
        assert client.where.endswith(f":{port}")
        shown(client, "All 2 endpoints are up")
        daemon.command("reload")
        live.until(lambda: client.reaches("/readyz"))
        for role, pid in live.children(daemon.pid).items():
            held = [os.readlink(fd) for fd in
                    pathlib.Path(f"/proc/{pid}/fd").iterdir()]
            mine = os.readlink(f"/proc/{daemon.pid}/fd/3")
            assert (mine in held) == (role == "web"), (role, held)
        assert daemon.stop() == 0


def test_what_takes_too_long_is_given_up(tmp_path, target):
    """A past of millions of pieces: said as that, and nobody else waits."""
    with socket.socket() as s:  # the same for both starts
        s.bind(("127.0.0.1", 0))
        listen = f"listen: 127.0.0.1:{s.getsockname()[1]}"
    with daemon_at(tmp_path, target, listen) as daemon:
        shown(Client(daemon), "All 2 endpoints are up")
        assert daemon.stop() == 0
    with sqlite3.connect(tmp_path / "vigie.db") as db:
        (endpoint,), = db.execute(
            "SELECT id FROM endpoint WHERE name = 'fleet/eu'")
        db.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
            "WHERE i < 3000000) INSERT INTO span SELECT ?1, "
            "?2 - i * 10000, ?2 - i * 10000 + 9000, i % 2 FROM n",
            (endpoint, int(time.time() - 3600) * 1000))
    with daemon_at(tmp_path, target, listen) as daemon:
        client = Client(daemon)
        live.until(lambda: client.reaches("/readyz"))
        shown(client, "All 2 endpoints are up")
        page = client.ask("/e/fleet~eu", Accept="text/html")
        assert page.code == 503 and page.headers["retry-after"] == "10"
        assert "Too slow" in Page(page.body.decode()).text
        for time_of_it in "365d", "30d":  # too much to read, or to answer
            answer = client.get("/api/v1/endpoints/fleet~eu/timeline?range="
                                + time_of_it)
            assert answer.code == 503
            assert answer.headers["retry-after"] == "10"
            assert answer.json()["title"] == "Too slow"
        day = client.get("/api/v1/endpoints/fleet~eu/timeline?range=24h")
        assert day.code == 200 and len(day.json()["items"]) > 10000
        assert client.get("/e/fleet~na").code == 200
        assert client.get("/readyz").code == 200
        assert daemon.stop() == 0


def test_more_of_a_service_than_there_is_room_for(tmp_path, target):
    """How each is checked is left out; what proves its functions is not."""
    config = tmp_path / "vigie.yaml"
    many = "\n".join(f"        - {{name: e{i}, url: '{target.url}/{i:0100}'}}"
                     for i in range(400))
    config.write_text(f"""
database: {tmp_path}/vigie.db
control: {tmp_path}/control
listen: 127.0.0.1:0
canaries: []
defaults: {{interval: 60s, timeout: 1s}}
services:
  - id: big
    functions: [{{name: commands, endpoints: [big/eu/e0]}}]
    regions:
      eu:
{many}
""")
    target.pages[f"/{0:0100}"] = DOWN
    with live.Daemon(config, speed=live.FAST) as daemon:
        client = Client(daemon)
        daemon.until_said("dashboard-left-out service=big what=checks")
        assert not daemon.said("what=proof")
        shown(client, "stops: commands (measured ")
        assert "Checked" not in client.get("/e/big~eu~e1").page().text
        assert daemon.stop() == 0


def test_another_address(tmp_path, target):
    """By a reload: another one, none, and one that is taken."""
    with daemon_at(tmp_path, target) as daemon:
        first = Client(daemon)
        shown(first, "All 2 endpoints are up")
        daemon_at(tmp_path, target, f"listen: unix:{tmp_path}/web")
        daemon.command("reload")
        daemon.until_said("dashboard address=unix:")
        with pytest.raises(OSError):
            first.get("/healthz")
        assert (tmp_path / "web").stat().st_mode & 0o777 == 0o660
        daemon_at(tmp_path, target, "")
        daemon.command("reload")
        live.until(lambda: "web" not in live.children(daemon.pid))
        daemon_at(tmp_path, target, f"listen: {target.url[7:]}")
        daemon.command("reload")
        daemon.until_said("dashboard-absent .*somebody listens")
        assert daemon.states()["fleet/eu"] == "up"
        assert daemon.stop() == 0
