# SPDX-License-Identifier: MIT
"""Answers meant to hurt whoever reads, stores, logs or shows them."""
import gzip
import json
import pathlib
import re
import socket
import sys
import threading

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support_py"))

import live  # noqa: E402

GOOD, PARTLY, BAD = 0, 1, 2
FORGED = "Nov 22 10:00:00 host sshd[1]: Accepted password for root"
NASTY = (b"<script>alert(1)</script>\x1b[31mred\x1b[0m\r\n" + FORGED.encode()
         + b"\r\n=cmd|' /C calc'!A0\t\xe2\x80\xae gnp.exe \xff\xfe\x00"
         + bytes(range(0x80, 0x100)) * 16)


class Raw:
    """Answers every request with the same bytes."""

    def __init__(self, *answers):
        self.answers = answers
        self.requests = []
        self.sock = socket.socket()
        self.sock.bind(("127.0.0.1", 0))
        self.sock.listen(64)
        self.url = f"http://127.0.0.1:{self.sock.getsockname()[1]}/"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                conn, _ = self.sock.accept()
            except OSError:
                return
            with conn:
                try:
                    self.requests.append(conn.recv(65536))
                    turn = min(len(self.requests), len(self.answers)) - 1
                    conn.sendall(self.answers[turn])
                except OSError:
                    pass

    def __enter__(self):
        return self

    def __exit__(self, *_exc):
        self.sock.shutdown(socket.SHUT_RDWR)
        self.sock.close()


def http(body, status="200 OK", *headers):
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def probe(folder, url, more=""):
    config = folder / "vigie.yaml"
    config.write_text("defaults: {timeout: 2s}\nservices:\n  - id: s\n"
                      f"    regions: {{eu: {{url: '{url}'{more}}}}}\n")
    done = live.vigie("probe", "--json", "-c", config, "s/eu")
    assert done.stderr == ""
    return done.returncode, json.loads(done.stdout)


def test_a_gzip_bomb_is_opaque_bytes(tmp_path):
    bomb = gzip.compress(b"0" * 50_000_000)
    assert len(bomb) < 60_000
    with Raw(http(bomb, "200 OK", "Content-Encoding: gzip")) as server:
        assert probe(tmp_path, server.url)[0] == GOOD
        code, got = probe(tmp_path, server.url, ", expect: {body: '00000'}")
        assert (code, got["reason"]) == (BAD, "body_mismatch"), got
        assert b"ccept-encoding" not in server.requests[0].lower()


def test_two_content_lengths(tmp_path):
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n" \
             b"Content-Length: 2\r\n\r\nhello"
    with Raw(answer) as server:
        code, got = probe(tmp_path, server.url)
    assert (code, got["class"], got["reason"]) == \
        (BAD, "PROTOCOL", "protocol_error"), got


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|aa)+$", "^(([a-z])+.)+[A-Z]([a-z])+$"])
def test_an_expensive_pattern(tmp_path, pattern):
    """It says nothing of the service, and costs little."""
    with Raw(http(b"a" * 50_000 + b"!")) as server:
        code, got = probe(tmp_path, server.url,
                          f", expect: {{body: '{pattern}'}}")
    assert (got["class"], got["reason"]) == ("LOCAL", "matcher_limit"), got
    assert code not in (GOOD, BAD)


def test_rules_are_taken_literally(tmp_path):
    error = http(b"Internal error: database is down")
    with Raw(error) as server:
        assert probe(tmp_path, server.url)[0] == GOOD
        code, got = probe(tmp_path, server.url,
                          ", expect: {not_body: 'rror: '}")
        assert (code, got["reason"]) == (BAD, "body_forbidden")
    with Raw(b"HTTP/1.1 304 Not Modified\r\n\r\n") as server:
        code, got = probe(tmp_path, server.url)
        assert (code, got["class"], got["code"]) == (BAD, "STATUS", 304)
    refused = http(b"", "405 Method Not Allowed", "Allow: GET")
    with Raw(refused) as server:
        code, got = probe(tmp_path, server.url, ", method: HEAD")
        assert (code, got["code"]) == (BAD, 405)
        assert len(server.requests) == 1, "HEAD does not fall back by itself"
        assert server.requests[0].startswith(b"HEAD ")


CONFIG = """
database: {f}/vigie.db
control: {f}/control
canaries: []
defaults: {{interval: 10s, timeout: 1s}}
services:
  - id: nasty
    regions: {{eu: "{url}"}}
receivers:
  - {{id: log, type: syslog, facility: local0}}
routes:
  - {{to: [log], all: true}}
"""


def plain(text):
    """No control byte but the end of a line, and nothing that reorders."""
    reordering = "\u200e\u200f\u202a-\u202e\u2066-\u2069"
    return re.search(rf"[\x00-\x09\x0b-\x1f\x7f-\x9f{reordering}]",
                     text) is None


def test_what_it_answers_stays_text(tmp_path):
    """In the log, in status, in the incident and as JSON."""
    broken = http(NASTY, "500 " + FORGED, "X-Nasty: \x1b[31m",
                  "Server: <img onerror=alert(1)>")
    config = tmp_path / "vigie.yaml"
    with Raw(broken) as server:
        config.write_text(CONFIG.format(f=tmp_path, url=server.url))
        with live.Daemon(config, speed=live.FAST) as daemon:
            live.until(lambda: daemon.states(), what="the database")
            (one,) = live.until(lambda: daemon.json("incidents"), 90,
                                "an incident")
            shown = daemon.command("incident", one["id"]) + \
                live.vigie("status", "-c", config).stdout + \
                live.vigie("probe", "-c", config, "nasty/eu").stdout
            story = daemon.json("incident", one["id"])
            assert daemon.stop() == 0
    log = daemon.log.read_text(errors="surrogateescape")
    for text in (shown, log):
        assert plain(text), repr(text)
        assert not re.search(r"^Nov 22", text, re.M)
    assert story["endpoint"] == "nasty/eu"
