# SPDX-License-Identifier: MIT
"""HTTP/2: spoken well, spoken badly, and not spoken at all."""
import contextlib
import json
import pathlib
import re
import socket
import ssl
import struct
import sys
import threading

import h2.config
import h2.connection
import h2.events
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support_py"))

import hostile  # noqa: E402
import live  # noqa: E402

GOOD, PARTLY, BAD, CONFIG = 0, 1, 2, 78
LONG = ("20200101000000Z", "20490102030405Z")
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RST, SETTINGS, PING, GOAWAY, CONTINUATION = 0, 1, 3, 4, 6, 7, 9
END_STREAM, END_HEADERS = 1, 4


def frame(kind, flags=0, stream=0, body=b""):
    return struct.pack(">I", len(body))[1:] + bytes([kind, flags]) + \
        struct.pack(">I", stream) + body


OPENING = frame(SETTINGS) + frame(SETTINGS, 1)
STATUS_200 = b"\x88"  # of HPACK's static table
BOMB = b"".join(  # each header of 4 KB again, by its place in the table
    [b"\x40\x01a\x7f\x81\x1f" + b"x" * 4096] + [b"\xbe"] * 4000)

# What is sent when a request has come; the connection is then held open.
RAW = {
    "/garbage": b"\xff" * 400,
    "/too-long": b"\xff\xff\xff\x00\x00\x00\x00\x00\x01" + b"x" * 70000,
    "/settings-odd": frame(SETTINGS, body=b"12345"),
    "/ping-short": frame(PING, body=b"123"),
    "/rst": OPENING + frame(RST, stream=1, body=struct.pack(">I", 2)),
    "/rst-refused": OPENING + frame(RST, stream=1, body=struct.pack(">I", 7)),
    "/rst-later": OPENING + frame(HEADERS, END_HEADERS, 1, STATUS_200) +
    frame(DATA, 0, 1, b"some") + frame(RST, stream=1,
                                       body=struct.pack(">I", 2)),
    "/goaway": OPENING + frame(GOAWAY, body=struct.pack(">II", 0, 2)),
    "/goaway-later": OPENING + frame(HEADERS, END_HEADERS, 1, STATUS_200) +
    frame(GOAWAY, body=struct.pack(">II", 0, 2)),
    "/data-first": OPENING + frame(DATA, END_STREAM, 1, b"before its head"),
    "/other-stream": OPENING + frame(HEADERS, END_HEADERS | END_STREAM, 99,
                                     STATUS_200),
    "/no-status": OPENING + frame(HEADERS, END_HEADERS | END_STREAM, 1,
                                  b"\x40\x01a\x01b"),
    "/bad-hpack": OPENING + frame(HEADERS, END_HEADERS, 1, b"\xff\xff\xff"),
    "/bomb": OPENING + frame(HEADERS, END_HEADERS | END_STREAM, 1,
                             STATUS_200 + BOMB),
    "/nothing": b"",
}
CUT = {
    "/close": b"",
    "/close-later": OPENING + frame(HEADERS, END_HEADERS, 1, STATUS_200) +
    frame(DATA, 0, 1, b"some"),
}


class Server:
    """Speaks HTTP/2 on every connection, or what `protocols` allow."""

    def __init__(self, made=None, protocols=("h2",)):
        self.context = None
        if made is not None:
            self.context = made.context("server")
            if protocols:
                self.context.set_alpn_protocols(list(protocols))
        self.spoken = []
        self.streams = []
        self.sock = socket.create_server(("127.0.0.1", 0))
        self.url = (f"http{'s' if made else ''}://127.0.0.1:"
                    f"{self.sock.getsockname()[1]}")
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                conn, _ = self.sock.accept()
            except OSError:
                return
            threading.Thread(target=self._one, args=(conn,),
                             daemon=True).start()

    def _one(self, conn):
        with contextlib.suppress(OSError, h2.exceptions.ProtocolError):
            with conn:
                if self.context is not None:
                    conn = self.context.wrap_socket(conn, server_side=True)
                    version = conn.selected_alpn_protocol()
                else:
                    version = "h2" if conn.recv(
                        len(PREFACE), socket.MSG_PEEK) == PREFACE else None
                self.spoken.append(version)
                if version == "h2":
                    self._two(conn)
                else:
                    hostile.read_request(conn)
                    conn.sendall(hostile.CANNED[self.old])
                with contextlib.suppress(OSError):
                    conn.shutdown(socket.SHUT_WR)
                    while conn.recv(65536):
                        pass

    ends = {}    # path: how the second request on a connection ends it
    away = None  # where /away leads
    old = "/ok"  # what those who come with HTTP/1.1 get

    def _two(self, conn):
        state = h2.connection.H2Connection(
            h2.config.H2Configuration(client_side=False))
        state.initiate_connection()
        first = state.data_to_send()
        asked = 0
        while True:
            piece = conn.recv(65536)
            if not piece:
                return
            for event in state.receive_data(piece):
                if isinstance(event, h2.events.RequestReceived):
                    head = {k.decode(): v.decode() for k, v in event.headers}
                    self.streams.append(event.stream_id)
                    if head[":path"] in CUT:
                        raw = CUT[head[":path"]]
                        conn.sendall(raw if first
                                     else raw.removeprefix(OPENING))
                        return
                    if head[":path"] in RAW:
                        raw = RAW[head[":path"]]
                        conn.sendall(raw if first
                                     else raw.removeprefix(OPENING))
                        while conn.recv(65536):
                            pass
                        return
                if isinstance(event, h2.events.StreamEnded):
                    asked += 1
                    if asked > 1 and head[":path"] in self.ends:
                        conn.sendall(self.ends[head[":path"]](event.stream_id))
                        return
                    self._well(state, event.stream_id, head)
            conn.sendall(first + state.data_to_send())
            first = b""

    def _well(self, state, stream, head):
        body = json.dumps(head).encode()
        status = head[":path"].strip("/")
        if status == "large":
            body = b"x" * 60000
        if head[":path"] == "/away":
            state.send_headers(stream, [(":status", "302"),
                                        ("location", self.away)], True)
            return
        state.send_headers(stream, [
            (":status", status if status.isdigit() else "200"),
            ("content-type", "application/json")], head[":method"] == "HEAD")
        if head[":method"] == "HEAD":
            return
        for start in range(0, len(body), 16384):
            state.send_data(stream, body[start:start + 16384])
        state.end_stream(stream)

    def __enter__(self):
        return self

    def __exit__(self, *_exc):
        self.sock.shutdown(socket.SHUT_RDWR)
        self.sock.close()


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    made = hostile.Certificates(str(tmp_path_factory.mktemp("made")))
    made.make("server", *LONG, extensions="subjectAltName=IP:127.0.0.1\n")
    return made


class Case:
    def __init__(self, folder, ca):
        self.config = folder / "vigie.yaml"
        self.ca = ca

    def probe(self, url, more='http: "2"'):
        self.config.write_text(
            f"defaults: {{timeout: 2s, tls: {{ca_file: {self.ca}}}}}\n"
            "services:\n  - id: s\n"
            f"    regions: {{eu: {{url: '{url}', {more}}}}}\n")
        done = live.vigie("probe", "--json", "-c", self.config, "s/eu")
        assert done.stderr == "", done.stderr
        got = json.loads(done.stdout)
        return (done.returncode, got["class"], got["reason"]), got


@pytest.fixture
def case(made, tmp_path):
    return Case(tmp_path, made.path("ca", "pem"))


TLS = pytest.mark.parametrize("tls", [True, False], ids=["h2", "h2c"])


@TLS
@pytest.mark.parametrize("more", [
    "", ", method: HEAD", ", method: POST, body: hello, "
    "expect: {json: {'$.:method': POST, '$.x-one': '1'}}, "
    "headers: {X-One: '1'}",
    ", expect: {json: {'$.:path': /a}, header: {content-type: ^app}}"])
def test_it_is_spoken(made, case, tls, more):
    with Server(made if tls else None) as server:
        short, got = case.probe(server.url + "/a", 'http: "2"' + more)
        assert short == (GOOD, "OK", "ok"), got
        assert server.spoken == ["h2"] and server.streams == [1]
        assert got["path_proven"] is True
        # An answer may come in the same turn as the last of the question.
        assert sum(got["steps"][-1]["phases_us"].values()) > 0


@TLS
@pytest.mark.parametrize("path,short", [
    ("/503", (BAD, "ORIGIN", "server_error")),
    ("/404", (BAD, "STATUS", "status")),
    ("/401", (PARTLY, "AUTH", "auth")),
    ("/429", (PARTLY, "LIMITED", "rate_limited"))])
def test_what_it_answers_is_judged_as_ever(made, case, tls, path, short):
    with Server(made if tls else None) as server:
        assert case.probe(server.url + path)[0] == short


def test_1_1_stays_the_default(made, case):
    with Server(made, ("h2", "http/1.1")) as server:
        short, got = case.probe(server.url, 'http: "1.1"')
        assert short == (GOOD, "OK", "ok"), got
        assert server.spoken == ["http/1.1"]
        short, got = case.probe(server.url, "redirects: 0")
        assert server.spoken == ["http/1.1"] * 2


@pytest.mark.parametrize("protocols", [("http/1.1",), ()])
def test_another_version_is_told_of(made, case, protocols):
    with Server(made, protocols) as server:
        short, got = case.probe(server.url)
        assert short == (BAD, "PROTOCOL", "http_version"), got
        assert got["detail"] == "status 200 over HTTP/1.1, not HTTP/2"
        assert got["path_proven"] is True
        server.old = "/503"
        short, got = case.probe(server.url)
        assert short == (BAD, "MAINT", "maint_retry_after"), got


def test_a_redirect_does_not_hide_the_version(made, case):
    with Server(made, ("http/1.1",)) as server:
        server.old = "/redirect"
        short, got = case.probe(server.url, 'http: "2", redirects: 1, '
                                            'expect: {status: [200, 302]}')
        assert short == (BAD, "PROTOCOL", "http_version"), got


def test_without_tls_it_is_not_offered_but_spoken(case):
    with Server() as server:
        server.old = "/ok"
        short, got = case.probe(server.url, 'http: "1.1"')
        assert short == (GOOD, "OK", "ok") and server.spoken == [None]
    with live.Target() as old:
        short, got = case.probe(old.url)
        assert short[1] in ("PROTOCOL", "CONNECT"), got  # as it hangs up


@TLS
@pytest.mark.parametrize("path", sorted(RAW))
def test_frames_that_make_no_sense(made, case, tls, path):
    with Server(made if tls else None) as server:
        short, got = case.probe(server.url + path)
        if path == "/nothing":
            assert short == (BAD, "TIMEOUT", "timeout"), got
        else:
            assert short[:2] == (BAD, "PROTOCOL"), got
        if path.startswith("/rst") and "refused" not in path:
            assert short[2] == "protocol_error", got
            assert "INTERNAL_ERROR" in got["detail"]
        assert got["total_us"] < 4_000_000 and len(got["detail"]) > 5


@TLS
@pytest.mark.parametrize("path", sorted(CUT))
def test_it_ends_early(made, case, tls, path):
    with Server(made if tls else None) as server:
        short, got = case.probe(server.url + path)
        assert short[:2] == (BAD, "PROTOCOL"), got
        assert short[2] in ("truncated", "protocol_error")


def test_large_bodies_fit_the_window(made, case):
    with Server(made) as server:
        short, got = case.probe(server.url + "/large",
                                'http: "2", expect: {body: "^x+$"}')
        assert short == (GOOD, "OK", "ok"), got


def test_other_hosts_are_asked_as_usual(case):
    """Behind a redirect elsewhere the version is no longer ours to demand."""
    with live.Target() as other, Server() as server:
        server.away = other.url + "/"
        short, got = case.probe(server.url + "/away")
        assert short == (GOOD, "OK", "ok"), got
        assert [step["code"] for step in got["steps"]] == [302, 200]


REASONS = re.findall(r'^REASON\(\w+, "(\w+)"',
                     (ROOT / "schema/names.def").read_text(), re.M)
KEEPS = """
database: {f}/vigie.db
control: {f}/control
canaries: []
defaults: {{interval: 1s, timeout: 2s, ladder: off, http: "2", reuse: true,
           tls: {{ca_file: {ca}}}}}
services:
  - {{id: s, regions: {{eu: [{eu}]}}}}
receivers:
  - {{id: log, type: syslog}}
"""


@contextlib.contextmanager
def keeping(folder, made, url, paths=("/a", "/b")):
    config = folder / "vigie.yaml"
    eu = ", ".join(f"{{name: {path.strip('/')}, url: '{url}{path}'}}"
                   for path in paths)
    config.write_text(KEEPS.format(f=folder, eu=eu,
                                   ca=made.path("ca", "pem")))
    with live.Daemon(config) as daemon:
        live.until(daemon.states, what="the database")
        yield daemon


def until_samples(folder, n):
    def enough():
        with contextlib.closing(live.reader(folder / "vigie.db")) as db:
            found = [REASONS[row[0]] for row in
                     db.execute("SELECT reason FROM sample ORDER BY ref")]
        found = [r for r in found if r != "local_late"]  # a busy machine
        return found if len(found) >= n else None
    return live.until(enough, 60, f"{n} samples")


@TLS
def test_a_connection_may_be_kept(made, tmp_path, tls):
    """One stream after the other; without TLS each probe has its own."""
    with Server(made if tls else None) as server, \
            keeping(tmp_path, made, server.url):
        assert set(until_samples(tmp_path, 14)) == {"ok"}
        assert set(server.spoken) == {"h2"}
        if tls:
            # Made within a second of the start they may count as older.
            assert len(server.spoken) <= 4 and max(server.streams) >= 5
        else:
            assert set(server.streams) == {1}


# Of what was not looked at, a server says so, or hangs up.
ENDS = {
    "/hung-up": lambda stream: b"",
    "/refused": lambda stream: frame(RST, stream=stream,
                                     body=struct.pack(">I", 7)),
    "/sent-away": lambda stream: frame(GOAWAY,
                                    body=struct.pack(">II", stream - 2, 0)),
}


def test_one_that_was_kept_too_long_is_no_failure(made, tmp_path):
    with Server(made) as server:
        server.ends = ENDS
        with keeping(tmp_path, made, server.url, ENDS):
            assert set(until_samples(tmp_path, 12)) == {"ok"}
            assert len(server.spoken) >= 6
