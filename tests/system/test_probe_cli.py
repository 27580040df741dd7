# SPDX-License-Identifier: MIT
"""`vigie probe` against servers that misbehave in every way we know."""
import json
import pathlib
import socket
import subprocess
import sys
import threading
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support_py"))

import live  # noqa: E402

GOOD, PARTLY, BAD, USAGE = 0, 1, 2, 64


@pytest.fixture(scope="module")
def hostile():
    """Name of a listener to its port."""
    child = subprocess.Popen(
        [sys.executable, ROOT / "tests/support_py/hostile.py"], text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    names = {}
    for line in child.stdout:
        name, value = line.split()
        if name == "ready":
            break
        names[name] = value
    yield names
    child.stdin.close()
    child.wait(10)


@pytest.fixture(scope="module")
def redirecting():
    """Location by path; a path of digits says how many hops are to come."""
    import http.server

    class Page(http.server.BaseHTTPRequestHandler):
        asked = []

        def do_GET(self):
            self.asked.append(self.path)
            where = self.server.locations.get(self.path)
            if self.path.strip("/").isdigit():
                left = int(self.path.strip("/"))
                where = f"/{left - 1}" if left > 0 else None
            self.send_response(200 if where is None else 302)
            if where is not None:
                self.send_header("Location", where)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
    server.daemon_threads = True
    server.locations = {"/loop": "/loop"}
    threading.Thread(target=server.serve_forever, daemon=True,
                     kwargs={"poll_interval": 0.05}).start()
    server.url = f"http://127.0.0.1:{server.server_address[1]}"
    yield server
    server.shutdown()


class Case:
    """A configuration with one endpoint, to be probed by its name."""

    def __init__(self, folder):
        self.config = folder / "vigie.yaml"

    def probe(self, url, more=""):
        self.config.write_text(
            "defaults: {timeout: 1s}\nservices:\n  - id: s\n"
            f"    regions: {{eu: {{url: '{url}'{more}}}}}\n")
        return result(live.vigie("probe", "--json", "-c", self.config,
                                 "s/eu"))


@pytest.fixture
def case(tmp_path):
    return Case(tmp_path)


def result(done):
    assert done.stderr == ""
    answer = json.loads(done.stdout)
    return done.returncode, answer["class"], answer["reason"], answer


def listening():
    """A port where nobody should ever knock."""
    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    sock.listen(8)
    sock.setblocking(False)
    return sock


def nobody_knocked(sock):
    with pytest.raises(BlockingIOError):
        sock.accept()
    sock.close()
    return True


@pytest.mark.parametrize("path,code,name,reason", [
    ("/ok", GOOD, "OK", "ok"),
    ("/204", GOOD, "OK", "ok"),
    ("/trailer", GOOD, "OK", "ok"),
    ("/103-ten", GOOD, "OK", "ok"),
    ("/redirect", GOOD, "OK", "ok"),
    ("/503", BAD, "MAINT", "maint_retry_after"),
    ("/nowhere", BAD, "STATUS", "status"),
    ("/truncated", BAD, "PROTOCOL", "truncated"),
    ("/cut-chunk", BAD, "PROTOCOL", "truncated"),
    ("/close", BAD, "PROTOCOL", "truncated"),
    ("/garbage", BAD, "PROTOCOL", "protocol_error"),
    ("/http09", BAD, "PROTOCOL", "protocol_error"),
    ("/negative", BAD, "PROTOCOL", "protocol_error"),
    ("/nul", BAD, "PROTOCOL", "protocol_error"),
    ("/many-lines", BAD, "PROTOCOL", "headers_too_large"),
    ("/many-bytes", BAD, "PROTOCOL", "headers_too_large"),
    ("/long-line", BAD, "PROTOCOL", "headers_too_large"),
    ("/103s", BAD, "PROTOCOL", "headers_too_large"),
    ("/reset", BAD, "CONNECT", "connection_reset"),
    ("/reset-later", BAD, "CONNECT", "connection_reset"),
    ("/hang", BAD, "TIMEOUT", "timeout"),
    ("/drip", BAD, "TIMEOUT", "timeout"),
    ("/drip-head", BAD, "TIMEOUT", "timeout"),
])
def test_answers(hostile, case, path, code, name, reason):
    got = case.probe(f"http://127.0.0.1:{hostile['http']}{path}")
    assert got[:3] == (code, name, reason), got[3]
    assert got[3]["total_us"] < 5_000_000


@pytest.mark.parametrize("path", ["/endless", "/endless-chunks"])
def test_an_endless_body_is_cut(hostile, case, path):
    """It is bounded; it fails only where something of it is expected."""
    url = f"http://127.0.0.1:{hostile['http']}{path}"
    assert case.probe(url)[:3] == (GOOD, "OK", "ok")
    got = case.probe(url, ", expect: {body: nothing-like-this}")
    assert got[:3] == (BAD, "CONTENT", "body_too_large")


@pytest.mark.parametrize("listener,reason", [
    ("closed", "connection_refused"), ("full", "connect_timeout"),
    ("silent", "timeout")])
def test_connections(hostile, case, listener, reason):
    got = case.probe(f"http://127.0.0.1:{hostile[listener]}/")
    assert (got[0], got[2]) == (BAD, reason)
    assert got[3]["path_proven"] is False


@pytest.mark.parametrize("listener,reason", [
    ("tls-good", "tls_wrong_host"), ("tls-expired", "tls_expired"),
    ("tls-early", "tls_not_yet_valid"), ("tls-self", "tls_self_signed"),
    ("tls-unknown", "tls_unknown_ca"), ("babble", "tls_handshake"),
    ("silent", "tls_timeout"), ("closed", "connection_refused")])
def test_certificates(hostile, case, listener, reason):
    got = case.probe(f"https://127.0.0.1:{hostile[listener]}/ok",
                     f", tls: {{ca_file: {hostile['ca']}}}")
    assert (got[0], got[2]) == (BAD, reason), got[3]


def test_insecure_is_asked_for_by_name(hostile, case):
    got = case.probe(f"https://127.0.0.1:{hostile['tls-good']}/ok",
                     ", tls: {insecure: true}")
    assert got[:3] == (GOOD, "OK", "ok")
    assert got[3]["cert_days"] > 3650


def test_redirects_are_counted(redirecting, case):
    assert case.probe(redirecting.url + "/3")[2] == "ok"
    assert len(case.probe(redirecting.url + "/3")[3]["steps"]) == 4
    for path in ("/4", "/loop"):
        got = case.probe(redirecting.url + path)
        assert got[:3] == (BAD, "STATUS", "too_many_redirects")
    assert case.probe(redirecting.url + "/5", ", redirects: 5")[2] == "ok"
    got = case.probe(redirecting.url + "/1", ", redirects: 0")
    assert (got[0], got[1]) == (BAD, "STATUS")


@pytest.mark.parametrize("location,reason", [
    ("", "bad_redirect"),
    ("file:///etc/passwd", "bad_redirect"),
    ("gopher://127.0.0.1/", "bad_redirect"),
    ("javascript:alert(1)", "bad_redirect"),
    ("http://169.254.169.254/latest/meta-data/", "blocked_by_policy"),
    ("http://[::ffff:a9fe:a9fe]/", "blocked_by_policy"),
    ("http://0xa9fea9fe/", "blocked_by_policy"),
    ("http://2852039166/", "blocked_by_policy"),
    ("http://0251.0376.0251.0376/", "blocked_by_policy"),
    ("//%31%36%39.254.169.254/", "blocked_by_policy"),
    ("http://metadata@2852039166/", "blocked_by_policy"),
    ("/" + "x" * 8192, "bad_redirect"),
    ("http://224.0.0.1/", "blocked_by_policy"),
    ("http://0.0.0.0/", "blocked_by_policy"),
    ("http://[fe80::1]/", "blocked_by_policy"),
])
def test_where_redirects_may_not_lead(redirecting, case, location, reason):
    redirecting.locations["/away"] = location
    code, name, got, answer = case.probe(redirecting.url + "/away")
    assert got == reason, answer
    # A redirect that leads astray is theirs; that we do not follow is ours.
    assert code in (BAD, PARTLY) and name in ("STATUS", "CONFIG")


def test_relative_redirects(redirecting, case):
    redirecting.locations["/a"] = "0"
    redirecting.locations["/b"] = redirecting.url.removeprefix("http:") + "/0"
    for path in ("/a", "/b"):
        got = case.probe(redirecting.url + path)
        assert got[2] == "ok" and len(got[3]["steps"]) == 2


def test_no_way_from_https_to_http(hostile, redirecting, case):
    """A server with TLS that sends us elsewhere without."""
    trap = listening()
    context = tls_context(hostile)
    with tls_redirect(context, f"http://127.0.0.1:{trap.getsockname()[1]}/") \
            as port:
        got = case.probe(f"https://127.0.0.1:{port}/",
                         ", tls: {insecure: true}")
    assert got[0] != GOOD and got[2] in ("bad_redirect",
                                         "blocked_by_policy"), got[3]
    assert nobody_knocked(trap)


def tls_context(hostile):
    import ssl
    folder = pathlib.Path(hostile["ca"]).parent
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "good.pem", folder / "good.key")
    return context


class tls_redirect:
    def __init__(self, context, location):
        self.context = context
        self.answer = (f"HTTP/1.1 302 Found\r\nLocation: {location}\r\n"
                       "Content-Length: 0\r\n\r\n").encode()
        self.sock = socket.socket()
        self.sock.bind(("127.0.0.1", 0))
        self.sock.listen(8)
        self.thread = threading.Thread(target=self.serve, daemon=True)

    def serve(self):
        conn, _ = self.sock.accept()
        with self.context.wrap_socket(conn, server_side=True) as tls:
            tls.recv(65536)
            tls.sendall(self.answer)

    def __enter__(self):
        self.thread.start()
        return self.sock.getsockname()[1]

    def __exit__(self, *_exc):
        self.thread.join(10)
        self.sock.close()


def test_our_own_secret_does_not_travel(redirecting, case, tmp_path):
    """Credentials stay with the host and port they were given for."""
    seen = []
    other = listening()
    other.setblocking(True)

    def serve():
        conn, _ = other.accept()
        with conn:
            seen.append(conn.recv(65536))
            conn.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    redirecting.locations["/off"] = \
        f"http://127.0.0.1:{other.getsockname()[1]}/"
    token = tmp_path / "token"
    token.write_text("s3cret\n")
    token.chmod(0o600)
    got = case.probe(redirecting.url + "/off",
                     f", auth: {{bearer_file: {token}}}")
    thread.join(10)
    other.close()
    assert got[2] == "ok" and len(seen) == 1
    assert b"s3cret" not in seen[0] and b"uthorization" not in seen[0]


def test_names_that_are_none(case):
    got = case.probe("http://nothing.invalid/")
    assert got[0] != GOOD
    assert got[2].startswith(("dns_", "local_")), got[3]


def test_for_people(hostile):
    url = f"http://127.0.0.1:{hostile['http']}/503"
    began = time.monotonic()
    done = live.vigie("probe", url)
    assert time.monotonic() - began < 20
    assert done.returncode == BAD
    assert "MAINT" in done.stdout and "503" in done.stdout
    assert "asks to come back in 120 s" in done.stdout
    assert live.vigie("probe").returncode == USAGE
    assert live.vigie("probe", "ftp://127.0.0.1/").returncode == USAGE
