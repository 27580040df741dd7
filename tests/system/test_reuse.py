# SPDX-License-Identifier: MIT
"""Connections that are kept between probes, and what they must not hide."""
import contextlib
import pathlib
import re
import socket
import struct
import sys
import threading

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support_py"))

import hostile  # noqa: E402
import live  # noqa: E402

LONG = ("20200101000000Z", "20490102030405Z")
REASONS = re.findall(r'^REASON\(\w+, "(\w+)"',
                     (ROOT / "schema/names.def").read_text(), re.M)


class Server:
    """Counts connections and requests; end(conn, n) ends a connection."""

    def __init__(self, context=None, end=None, port=0):
        self.context = context
        self.end = end or (lambda conn, n: False)
        self.requests = []  # on each connection
        self.lock = threading.Lock()
        self.open = set()
        self.sock = socket.create_server(("127.0.0.1", port))
        self.port = self.sock.getsockname()[1]
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
        me = None
        self.open.add(conn)
        with contextlib.suppress(OSError):
            plain = conn
            if self.context is not None:
                conn = self.context.wrap_socket(conn, server_side=True)
                self.open.add(conn)
            while hostile.read_request(conn):
                with self.lock:
                    if me is None:
                        self.requests.append(0)
                        me = len(self.requests) - 1
                    self.requests[me] += 1
                if self.end(conn, self.requests[me]):
                    break
                conn.sendall(hostile.answer(b"hello"))
        with contextlib.suppress(OSError):
            conn.close()
            plain.close()

    def __enter__(self):
        return self

    def __exit__(self, *_exc):
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)
        self.sock.close()
        for conn in list(self.open):
            with contextlib.suppress(OSError):
                conn.shutdown(socket.SHUT_RDWR)


CONFIG = """
database: {f}/vigie.db
control: {f}/control
canaries: []
defaults: {{interval: 1s, timeout: 2s, ladder: off{more}}}
services:
  - id: s
    regions:
      eu: {{url: "{url}", reuse: {reuse}}}
receivers:
  - {{id: log, type: syslog}}
"""


@contextlib.contextmanager
def watching(folder, url, reuse=True, more=""):
    config = folder / "vigie.yaml"
    config.write_text(CONFIG.format(f=folder, url=url, more=more,
                                    reuse=str(reuse).lower()))
    with live.Daemon(config) as daemon:
        live.until(daemon.states, what="the database")
        yield daemon


def reasons(folder):
    with contextlib.closing(live.reader(folder / "vigie.db")) as db:
        return [REASONS[row[0]] for row in
                db.execute("SELECT reason FROM sample ORDER BY ref")]


def until_samples(folder, n):
    def enough():
        found = [r for r in reasons(folder) if r != "local_late"]
        return found if len(found) >= n else None
    return live.until(enough, 60, f"{n} samples")


@pytest.mark.parametrize("reuse", [True, False])
def test_a_connection_is_kept_if_asked_for(tmp_path, reuse):
    with Server() as server, \
            watching(tmp_path, f"http://127.0.0.1:{server.port}/", reuse):
        found = until_samples(tmp_path, 8)
        assert set(found) == {"ok"}
        if reuse:
            # One made within a second of the start may count as older, at
            # any time later: ages are whole seconds.
            assert len(server.requests) <= 2 and sum(server.requests) >= 8
        else:
            assert len(server.requests) >= 5 and set(server.requests) == {1}


def closed_unasked(conn, n):
    """The answer, and then the end of it, without a word."""
    conn.sendall(hostile.answer(b"hello"))
    return True


def closed_when_asked(conn, n):
    """Any request but the first on a connection is not answered."""
    return n > 1


def reset_when_asked(conn, n):
    if n > 1:
        conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                        struct.pack("ii", 1, 0))
    return n > 1


@pytest.mark.parametrize(
    "end", [closed_unasked, closed_when_asked, reset_when_asked])
def test_one_that_is_stale_is_no_failure(tmp_path, end):
    with Server(end=end) as server, \
            watching(tmp_path, f"http://127.0.0.1:{server.port}/"):
        assert set(until_samples(tmp_path, 6)) == {"ok"}
        assert len(server.requests) >= 3


def test_what_is_gone_is_gone(tmp_path):
    """A connection that was kept makes nothing look alive."""
    with Server() as server:
        with watching(tmp_path, f"http://127.0.0.1:{server.port}/"):
            until_samples(tmp_path, 3)
            server.__exit__()
            live.until(lambda: "connection_refused" in reasons(tmp_path), 30,
                       "the failure")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    made = hostile.Certificates(str(tmp_path_factory.mktemp("made")))
    here = "subjectAltName=IP:127.0.0.1\n"
    made.make("good", *LONG, extensions=here)
    made.make("unknown", *LONG, "other-ca", extensions=here)
    return made


def test_each_new_handshake_is_checked(made, tmp_path):
    """A reload ends what is kept, and no session is resumed."""
    context = made.context("good")
    more = f", tls: {{ca_file: {made.path('ca', 'pem')}}}"
    with Server(context) as server, \
            watching(tmp_path, f"https://127.0.0.1:{server.port}/",
                     more=more) as daemon:
        assert set(until_samples(tmp_path, 6)) == {"ok"}
        assert len(server.requests) <= 2
        context.load_cert_chain(made.path("unknown", "pem"),
                                made.path("unknown", "key"))
        before = len(reasons(tmp_path))
        assert set(until_samples(tmp_path, before + 2)) == {"ok"}
        daemon.command("reload")
        live.until(lambda: reasons(tmp_path)[-1] == "tls_unknown_ca", 30,
                   "the new certificate")
