# SPDX-License-Identifier: MIT
"""Servers that ask who we are: our own certificate, its key, and refusals."""
import contextlib
import json
import os
import pathlib
import re
import shutil
import socket
import ssl
import struct
import sys
import threading

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support_py"))

import hostile  # noqa: E402
import live  # noqa: E402

GOOD, PARTLY, BAD, DATA, CONFIG = 0, 1, 2, 65, 78
LONG = ("20200101000000Z", "20490102030405Z")
HERE = "subjectAltName=IP:127.0.0.1\n"
REASONS = re.findall(r'^REASON\(\w+, "(\w+)"',
                     (ROOT / "schema/names.def").read_text(), re.M)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    made = hostile.Certificates(str(tmp_path_factory.mktemp("made")))
    made.make("server", *LONG, extensions=HERE)
    made.make("mine", *LONG, subject="/CN=vigie")
    made.make("theirs", *LONG, "other-ca", subject="/CN=vigie")
    made.make("old", "20200101000000Z", "20210101000000Z", subject="/CN=vigie")
    made.make("early", "20480101000000Z", "20490101000000Z",
              subject="/CN=vigie")
    made.run("pkey", "-in", made.path("mine", "key"), "-aes256", "-passout",
             "pass:secret", "-out", made.path("locked", "key"))
    pathlib.Path(made.path("garbage", "key")).write_text(
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")
    for path in pathlib.Path(made.folder).glob("*.key"):
        path.chmod(0o600)
    return made


class Asking:
    """A TLS server that lets in only who shows a certificate of "ca"."""

    def __init__(self, made, version, wanted=True, answer=None,
                 patient=True):
        self.patient = patient
        self.context = made.context("server")
        self.context.minimum_version = self.context.maximum_version = version
        self.answer = answer or hostile.answer(b"hello")
        self.context.verify_mode = \
            ssl.CERT_REQUIRED if wanted else ssl.CERT_OPTIONAL
        self.context.load_verify_locations(made.path("ca", "pem"))
        self.shown = []  # who came in, or None
        self.sock = socket.create_server(("127.0.0.1", 0))
        self.url = f"https://127.0.0.1:{self.sock.getsockname()[1]}/"
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
        held = conn.dup()  # whoever is turned away has time to read why
        try:
            with self.context.wrap_socket(conn, server_side=True) as secure:
                secure.recv(65536)
                self.shown.append(secure.getpeercert() or None)
                secure.sendall(self.answer)
        except OSError:
            if self.patient:
                with contextlib.suppress(OSError):
                    while held.recv(65536):
                        pass
        held.close()

    def __enter__(self):
        return self

    def __exit__(self, *_exc):
        self.sock.shutdown(socket.SHUT_RDWR)
        self.sock.close()


VERSIONS = pytest.mark.parametrize(
    "version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])


def config_of(folder, url, tls):
    config = folder / "vigie.yaml"
    config.write_text("defaults: {timeout: 3s}\nservices:\n  - id: s\n"
                      f"    regions: {{eu: {{url: '{url}', "
                      f"tls: {{{tls}}}}}}}\n")
    return config


def tls_of(made, name=None):
    tls = f"ca_file: {made.path('ca', 'pem')}"
    if name is not None:
        tls += (f", cert_file: {made.path(name, 'pem')}"
                f", key_file: {made.path(name, 'key')}")
    return tls


def probe(made, folder, url, name=None):
    config = config_of(folder, url, tls_of(made, name))
    done = live.vigie("probe", "--json", "-c", config, "s/eu")
    assert done.stderr == "", done.stderr
    got = json.loads(done.stdout)
    return (done.returncode, got["class"], got["reason"]), got


@VERSIONS
def test_we_show_who_we_are(made, tmp_path, version):
    with Asking(made, version) as server:
        short, got = probe(made, tmp_path, server.url, "mine")
        assert short == (GOOD, "OK", "ok"), got
        assert [s["subject"] for s in server.shown] == [
            ((("commonName", "vigie"),),)]


@VERSIONS
def test_we_are_not_let_in(made, tmp_path, version):
    """TLS 1.2 has no word of its own for a certificate that is not there."""
    with Asking(made, version) as server:
        short, got = probe(made, tmp_path, server.url)
        if version == ssl.TLSVersion.TLSv1_3:
            assert short == (PARTLY, "AUTH", "client_cert_required"), got
        else:
            assert short == (BAD, "TLS", "tls_handshake"), got
        short, got = probe(made, tmp_path, server.url, "theirs")
        assert short == (PARTLY, "AUTH", "client_cert_refused"), got
        assert "unknown ca" in got["detail"]
        assert server.shown == []


@VERSIONS
def test_a_server_that_does_not_wait_to_be_read(made, tmp_path, version):
    """Its reset may overtake its reason; then that is all there is to see."""
    with Asking(made, version, patient=False) as server:
        short, got = probe(made, tmp_path, server.url, "theirs")
        assert short[1:] in (("AUTH", "client_cert_refused"),
                             ("CONNECT", "connection_reset")), got
        assert server.shown == []


def hang_up_on_ours(sock, context):
    """The server's half of a handshake, then a reset without a word."""
    conn, _ = sock.accept()
    come, go = ssl.MemoryBIO(), ssl.MemoryBIO()
    half = context.wrap_bio(come, go, server_side=True)
    come.write(conn.recv(65536))
    with contextlib.suppress(ssl.SSLWantReadError):
        half.do_handshake()
    conn.sendall(go.read())
    conn.recv(1)
    conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                    struct.pack("ii", 1, 0))
    conn.close()


def test_a_reset_without_a_word_is_told_as_what_it_is(made, tmp_path):
    """It may be about our certificate; nobody can know."""
    context = made.context("server")
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(made.path("ca", "pem"))
    with socket.create_server(("127.0.0.1", 0)) as sock:
        threading.Thread(target=hang_up_on_ours, args=(sock, context),
                         daemon=True).start()
        short, got = probe(made, tmp_path,
                           f"https://127.0.0.1:{sock.getsockname()[1]}/",
                           "mine")
    assert short == (BAD, "TLS", "tls_handshake"), got
    assert "after it asked for our certificate" in got["detail"]


def test_it_stays_with_its_own_host(made, tmp_path):
    """A redirect does not carry it to another port, but may stay at home."""
    version = ssl.TLSVersion.TLSv1_3
    with Asking(made, version, wanted=False) as other:
        away = (f"HTTP/1.1 302 Found\r\nLocation: {other.url}\r\n"
                "Content-Length: 0\r\n\r\n").encode()
        with Asking(made, version, answer=away) as first:
            short, got = probe(made, tmp_path, first.url, "mine")
            assert short == (GOOD, "OK", "ok"), got
            assert len(first.shown) == 1 and first.shown[0] is not None
            assert other.shown == [None]


def test_whoever_does_not_ask_is_not_told(made, tmp_path):
    with Asking(made, ssl.TLSVersion.TLSv1_3) as server:
        server.context.verify_mode = ssl.CERT_NONE
        short, got = probe(made, tmp_path, server.url, "mine")
        assert short == (GOOD, "OK", "ok"), got
        assert server.shown == [None]


@pytest.mark.parametrize("cert,key,at,message", [
    ("mine", "theirs", "key", "is not the key of the certificate in"),
    ("mine", "locked", "key", "wants a passphrase"),
    ("mine", "garbage", "key", "holds no PEM private key"),
])
def test_what_cannot_be_used_is_refused(made, tmp_path, cert, key, at,
                                        message):
    tls = (f"cert_file: {made.path(cert, 'pem')}, "
           f"key_file: {made.path(key, 'key')}")
    config = config_of(tmp_path, "https://127.0.0.1/", tls)
    line = config.read_text().splitlines()[3]
    path = made.path(*((cert, "pem") if at == "cert" else (key, "key")))
    column = line.index(path) + 1
    done = live.vigie("check", "-c", config)
    assert done.returncode == CONFIG
    said = (done.stdout + done.stderr).splitlines()[0]
    assert said.startswith(f"{config}:4:{column}: '{at}_file': "), said
    assert message in said


OUT_OF_DATE = pytest.mark.parametrize("name,detail", [
    ("old", "expired on 2021-01-01"),
    ("early", "is not valid before 2048-01-01")])


@OUT_OF_DATE
def test_one_out_of_date_is_a_warning(made, tmp_path, name, detail):
    """Others must be watched; and nobody is shown it."""
    with Asking(made, ssl.TLSVersion.TLSv1_2) as server:
        config = config_of(tmp_path, server.url, tls_of(made, name))
        line = config.read_text().splitlines()[3]
        column = line.index(made.path(name, "pem")) + 1
        done = live.vigie("check", "-c", config)
        assert done.returncode == GOOD
        assert done.stderr == (
            f"{config}:4:{column}: warning: 'cert_file': the certificate in "
            f"{made.path(name, 'pem')} {detail}; who shows it fails until it "
            "is renewed\n")
        short, got = probe(made, tmp_path, server.url, name)
        assert short == (PARTLY, "CONFIG", "client_cert_unusable"), got
        assert got["detail"] == f"it {detail}"
        assert server.shown == []


def test_a_key_that_others_may_read_is_refused(made, tmp_path):
    loose = tmp_path / "loose.key"
    shutil.copy(made.path("mine", "key"), loose)
    loose.chmod(0o644)
    config = config_of(tmp_path, "https://127.0.0.1/",
                       f"cert_file: {made.path('mine', 'pem')}, "
                       f"key_file: {loose}")
    done = live.vigie("check", "-c", config)
    assert done.returncode == CONFIG
    assert f"run: chmod 600 {loose}" in done.stdout + done.stderr


def test_it_is_named_in_a_dump(made, tmp_path):
    config = config_of(tmp_path, "tls://127.0.0.1:4433", tls_of(made, "mine"))
    first = live.vigie("check", "--dump", "-c", config)
    assert f'key_file: "{made.path("mine", "key")}"' in first.stdout
    config.write_text(first.stdout)
    again = live.vigie("check", "--dump", "-c", config)
    assert again.stdout == first.stdout, again.stderr


LIVE = """
database: {f}/vigie.db
control: {f}/control
canaries: []
defaults: {{interval: 1s, timeout: 2s}}
services:
  - id: s
    regions:
      eu: {{url: "{url}", tls: {{ca_file: {ca}, cert_file: {f}/my.pem,
                                key_file: {f}/my.key}}}}
receivers:
  - {{id: log, type: syslog}}
"""


def last_reason(folder):
    with contextlib.closing(live.reader(folder / "vigie.db")) as db:
        row = db.execute("SELECT reason FROM sample "
                         "ORDER BY ref DESC LIMIT 1").fetchone()
    return REASONS[row[0]] if row else None


def test_it_is_renewed_at_a_reload(made, tmp_path):
    def put(name):
        for end in ("pem", "key"):
            shutil.copy(made.path(name, end), tmp_path / f"next.{end}")
            os.chmod(tmp_path / f"next.{end}", 0o600)
            os.replace(tmp_path / f"next.{end}", tmp_path / f"my.{end}")

    put("theirs")
    config = tmp_path / "vigie.yaml"
    with Asking(made, ssl.TLSVersion.TLSv1_3) as server:
        config.write_text(LIVE.format(f=tmp_path, url=server.url,
                                      ca=made.path("ca", "pem")))
        with live.Daemon(config) as daemon:
            live.until(daemon.states, what="the database")
            live.until(lambda: last_reason(tmp_path) == "client_cert_refused",
                       30, "the refusal")
            put("mine")
            daemon.command("reload")
            live.until(lambda: last_reason(tmp_path) == "ok", 30, "the new one")
            shutil.copy(made.path("theirs", "key"), tmp_path / "my.key")
            done = live.vigie("reload", "-c", config)
            assert done.returncode == CONFIG
            assert "is not the key of" in done.stdout + done.stderr
            put("old")
            said = daemon.command("reload")
            assert said.startswith("reloaded: 1 endpoints")
            assert "warning: 'cert_file': " in said
            live.until(lambda: last_reason(tmp_path) ==
                       "client_cert_unusable", 30, "the old one")
            assert daemon.stop() == 0
        with live.Daemon(config) as daemon:
            daemon.until_said("configuration-warning .*expired on 2021-01-01")
            live.until(lambda: daemon.states() == {"s/eu": "unknown"})
            assert daemon.stop() == 0
    for name in ("mine", "theirs"):
        secret = pathlib.Path(made.path(name, "key")).read_text()
        secret = secret.splitlines()[1].encode()
        for path in tmp_path.iterdir():
            if path.is_file() and path.suffix != ".key":
                assert secret not in path.read_bytes(), path
