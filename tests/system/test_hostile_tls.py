# SPDX-License-Identifier: MIT
"""Certificates that do not hold: each is DOWN, each with its own reason."""
import contextlib
import json
import os
import pathlib
import re
import shutil
import socket
import ssl
import signal
import subprocess
import sys
import threading

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support_py"))

import hostile  # noqa: E402
import live  # noqa: E402

GOOD, PARTLY, BAD = 0, 1, 2
LONG = ("20200101000000Z", "20490102030405Z")
HERE = "subjectAltName=IP:127.0.0.1\n"
NASTY = "\x1b[31m<script>\u202e\nNov 22 10:00:00 host sshd: accepted"
KINDS = pytest.mark.parametrize("kind", ["https", "tls"])


class Server:
    """Shows one certificate to whoever comes; over HTTP it says hello."""

    def __init__(self, context):
        self.context = context
        self.said = []  # by clients, after the handshake
        self.sock = socket.create_server(("127.0.0.1", 0))
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
        try:
            with self.context.wrap_socket(conn, server_side=True) as secure:
                request = secure.recv(65536)
                self.said.append((request, secure.selected_alpn_protocol()))
                if request:
                    secure.sendall(hostile.answer(b"hello"))
        except OSError:
            pass

    def __enter__(self):
        return self

    def __exit__(self, *_exc):
        self.sock.shutdown(socket.SHUT_RDWR)
        self.sock.close()


def der(tag, body):
    n = len(body)
    size = bytes([n]) if n < 128 else b"\x82" + n.to_bytes(2, "big")
    return bytes([tag]) + size + body


def with_nul(made, name):
    """A certificate whose common name goes on behind a NUL."""
    made.make("marked", *LONG, subject="/CN=127.0.0.1@evil.test",
              extensions="basicConstraints=CA:FALSE\n")
    whole = ssl.PEM_cert_to_DER_cert(
        pathlib.Path(made.path("marked", "pem")).read_text())
    # Certificate ::= SEQUENCE { tbs SEQUENCE, algorithm, signature }
    assert whole[4:6] == b"\x30\x82"
    end = 8 + int.from_bytes(whole[6:8], "big")
    tbs = whole[4:end].replace(b"127.0.0.1@", b"127.0.0.1\0")
    algorithm = whole[end:end + 2 + whole[end + 1]]
    blob = pathlib.Path(made.path(name, "tbs"))
    blob.write_bytes(tbs)
    made.run("dgst", "-sha256", "-sign", made.path("ca", "key"), "-out",
             made.path(name, "sig"), str(blob))
    signature = pathlib.Path(made.path(name, "sig")).read_bytes()
    forged = der(0x30, tbs + algorithm + der(3, b"\0" + signature))
    pathlib.Path(made.path(name, "pem")).write_text(
        ssl.DER_cert_to_PEM_cert(forged))
    shutil.copy(made.path("marked", "key"), made.path(name, "key"))


def with_chain(made, name, certificates):
    """The good one, and so many more behind it, of 4 KB each."""
    made.make("filler", *LONG, extensions="nsComment=" + "x" * 3000 + "\n")
    filler = pathlib.Path(made.path("filler", "pem")).read_text()
    good = pathlib.Path(made.path("good", "pem")).read_text()
    pathlib.Path(made.path(name, "pem")).write_text(
        good + filler * certificates)
    shutil.copy(made.path("good", "key"), made.path(name, "key"))


def many_names(count, last):
    names = ",".join(f"DNS:host-{i}.example.test" for i in range(count))
    return f"subjectAltName={names},{last}\n"


@pytest.fixture(scope="module")
def zoo(tmp_path_factory):
    made = hostile.Certificates(str(tmp_path_factory.mktemp("zoo")))
    made.make("good", *LONG, extensions=HERE)
    made.make("expired", LONG[0], "20210101000000Z", extensions=HERE)
    made.make("early", "20480101000000Z", LONG[1], extensions=HERE)
    made.make("unknown", *LONG, "other-ca", extensions=HERE)
    made.make("wrong", *LONG)
    made.make("many", *LONG, extensions=many_names(200, "IP:127.0.0.1"))
    made.make("many-wrong", *LONG,
              extensions=many_names(200, "IP:127.0.0.2"))
    made.make("nasty", *LONG, subject="/CN=" + NASTY.replace("/", "\\/"),
              extensions="basicConstraints=CA:FALSE\n")
    made.run("req", "-x509", "-newkey", "ec", "-pkeyopt",
             "ec_paramgen_curve:P-256", "-nodes", "-days", "30", "-subj",
             "/CN=self", "-addext", HERE.strip(), "-keyout",
             made.path("self", "key"), "-out", made.path("self", "pem"))
    with_nul(made, "nul")
    with_chain(made, "long", 16)
    with_chain(made, "longer", 64)
    return made


def config_of(folder, url, tls, more=""):
    config = folder / "vigie.yaml"
    config.write_text("defaults: {timeout: 3s}\nservices:\n  - id: s\n"
                      f"    regions: {{eu: {{url: '{url}', tls: {{{tls}}}"
                      f"{more}}}}}\n")
    return config


def probe(zoo, folder, kind, name, tls=None, env=None, more=""):
    if tls is None:
        tls = f"ca_file: {zoo.path('ca', 'pem')}"
    with Server(zoo.context(name)) as server:
        config = config_of(folder, f"{kind}://127.0.0.1:{server.port}", tls,
                           more)
        done = subprocess.run(
            [live.VIGIE, "probe", "--json", "-c", config, "s/eu"],
            env={**live.ENV, **(env or {})}, capture_output=True, text=True,
            timeout=60, check=False)
    assert done.stderr == "", done.stderr
    got = json.loads(done.stdout)
    return (done.returncode, got["class"], got["reason"]), got, server


@KINDS
@pytest.mark.parametrize("name", ["good", "many", "long"])
def test_one_that_holds(zoo, tmp_path, kind, name):
    """200 names or 64 KB of chain do not make it worse."""
    short, got, server = probe(zoo, tmp_path, kind, name)
    assert short == (GOOD, "OK", "ok"), got
    assert 8000 < got["cert_days"] < 9000
    assert got["path_proven"] is True
    phases = got["steps"][-1]["phases_us"]
    assert phases["connect"] > 0 and phases["tls"] > 0
    ((request, protocol),) = server.said
    if kind == "tls":
        assert (request, protocol) == (b"", None), "it says nothing"
        assert phases["wait"] == phases["receive"] == 0


@KINDS
@pytest.mark.parametrize("name,reason", [
    ("expired", "tls_expired"), ("early", "tls_not_yet_valid"),
    ("self", "tls_self_signed"), ("unknown", "tls_unknown_ca"),
    ("wrong", "tls_wrong_host"), ("many-wrong", "tls_wrong_host"),
    ("nul", "tls_invalid_certificate"), ("longer", "tls_handshake")])
def test_one_that_does_not(zoo, tmp_path, kind, name, reason):
    short, got, server = probe(zoo, tmp_path, kind, name)
    assert short == (BAD, "TLS", reason), got
    assert len(got["detail"]) > 10
    assert got["path_proven"] is False
    assert all(request == b"" for request, _ in server.said)
    short, got, _ = probe(zoo, tmp_path, kind, name, "insecure: true")
    if name != "longer":
        assert short == (GOOD, "OK", "ok"), got


@KINDS
def test_the_bundle_of_the_system_does_not_know_it(zoo, tmp_path, kind):
    short, got, _ = probe(zoo, tmp_path, kind, "good", "insecure: false")
    assert short == (BAD, "TLS", "tls_unknown_ca"), got


@KINDS
def test_what_a_certificate_says_stays_text(zoo, tmp_path, kind):
    short, got, _ = probe(zoo, tmp_path, kind, "nasty")
    assert short == (BAD, "TLS", "tls_wrong_host"), got
    with Server(zoo.context("nasty")) as server:
        config = config_of(tmp_path, f"{kind}://127.0.0.1:{server.port}",
                           f"ca_file: {zoo.path('ca', 'pem')}")
        shown = live.vigie("probe", "-c", config, "s/eu").stdout
    for text in (shown, got["detail"]):
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", text), text
        assert not re.search("^Nov 22", text, re.M), text


@contextlib.contextmanager
def stapling(made, name, staple, version):
    """openssl s_server, which is one that staples; gives its port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    more = ["-status_file", staple] if staple else []
    server = subprocess.Popen(
        ["openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-www",
         "-cert", made.path(name, "pem"), "-key", made.path(name, "key"),
         version, *more], stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def listens():
        with socket.socket() as s:
            return s.connect_ex(("127.0.0.1", port)) == 0

    try:
        live.until(listens, what="openssl s_server")
        yield port
    finally:
        server.kill()
        server.wait(30)


def staples(made):
    """What a server may staple, and what is to be made of it."""
    made.make("other", *LONG, extensions=HERE)
    for name in ("fine", "compromised", "foreign", "elsewhere", "forged"):
        made.make(name, *LONG, extensions=HERE)
    forged = pathlib.Path(made.staple("forged", "keyCompromise"))
    whole = forged.read_bytes()
    # The last bytes of its signature, before the certificate of who signed.
    at = whole.index(b"\xa0\x82", len(whole) // 4) - 4
    forged.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1:])
    return {
        "none": ("good", None, "ok"),
        "good": ("fine", made.staple("fine", "good"), "ok"),
        "revoked": ("compromised",
                    made.staple("compromised", "keyCompromise"),
                    "tls_revoked"),
        "not of its authority": (
            "foreign", made.staple("foreign", "keyCompromise", "other-ca"),
            "ok"),
        "about another": (
            "elsewhere",
            made.staple("elsewhere", "superseded", about="other"), "ok"),
        "forged": ("forged", forged, "ok"),
    }


@pytest.fixture(scope="module")
def stapled(zoo):
    return staples(zoo)


@KINDS
@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
@pytest.mark.parametrize("case", [
    "none", "good", "revoked", "not of its authority", "about another",
    "forged"])
def test_a_staple(zoo, stapled, tmp_path, kind, version, case):
    """Only what its authority says of it counts, and only if it is bad."""
    name, staple, reason = stapled[case]
    with stapling(zoo, name, staple, version) as port:
        def look(tls):
            config = config_of(tmp_path, f"{kind}://127.0.0.1:{port}",
                               tls)
            done = live.vigie("probe", "--json", "-c", config, "s/eu")
            return json.loads(done.stdout)

        got = look(f"ca_file: {zoo.path('ca', 'pem')}")
        assert got["reason"] == reason, got
        if reason == "tls_revoked":
            assert got["class"] == "TLS" and not got["path_proven"]
            assert got["detail"] == \
                "revoked, says its authority: keyCompromise", got
            assert look("insecure: true")["reason"] == "ok"


CLOCK = """
#include <time.h>
#include <sys/time.h>
#include <unistd.h>
#include <sys/syscall.h>
int clock_gettime(clockid_t c, struct timespec *t)
{
	int rc = (int)syscall(SYS_clock_gettime, c, t);
	if (rc == 0 && c == CLOCK_REALTIME)
		t->tv_sec %= 86400;
	return rc;
}
time_t time(time_t *out)
{
	struct timespec t;
	clock_gettime(CLOCK_REALTIME, &t);
	if (out) *out = t.tv_sec;
	return t.tv_sec;
}
int gettimeofday(struct timeval *restrict tv, void *restrict zone)
{
	struct timespec t;
	(void)zone;
	clock_gettime(CLOCK_REALTIME, &t);
	tv->tv_sec = t.tv_sec;
	tv->tv_usec = t.tv_nsec / 1000;
	return 0;
}
"""


@KINDS
def test_a_clock_that_was_never_set(zoo, tmp_path, kind):
    """In 1970 every certificate is too young: that is our own fault."""
    source = tmp_path / "clock.c"
    source.write_text(CLOCK)
    library = tmp_path / "clock.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source],
                   check=True)
    options = live.ENV.get("ASAN_OPTIONS", "")
    env = {"LD_PRELOAD": str(library), "ASAN_OPTIONS":
           ":".join(filter(None, [options, "verify_asan_link_order=0"]))}
    short, got, _ = probe(zoo, tmp_path, kind, "good", env=env)
    assert short == (PARTLY, "LOCAL", "local_clock"), got
    assert os.path.exists(library)


def test_what_makes_no_sense_for_tls(tmp_path):
    config = config_of(tmp_path, "tls://127.0.0.1:443", "insecure: false",
                       ", method: POST, redirects: 1, expect: {status: 200}")
    done = live.vigie("check", "-c", config)
    assert done.returncode == 78
    for key in ("method", "redirects", "status"):
        assert f"'{key}' has no meaning for tls:" in done.stdout + done.stderr
    config = config_of(tmp_path, "tls://127.0.0.1", "insecure: false")
    assert "no port from 1 to 65535" in live.vigie("check", "-c", config).stderr


def test_it_travels_whole_through_a_dump(zoo, tmp_path):
    ca = zoo.path("ca", "pem")
    config = config_of(tmp_path, "tls://127.0.0.1:4433", f"ca_file: {ca}",
                       ", expect: {latency: 300ms}")
    first = live.vigie("check", "--dump", "-c", config)
    assert first.returncode == 0, first.stderr
    assert f'ca_file: "{ca}"' in first.stdout and "300ms" in first.stdout
    config.write_text(first.stdout)
    again = live.vigie("check", "--dump", "-c", config)
    assert again.stdout == first.stdout, again.stderr


@KINDS
def test_too_slow(zoo, tmp_path, kind):
    short, got, _ = probe(zoo, tmp_path, kind, "good",
                          more=", expect: {latency: 1ms}")
    assert short == (GOOD, "SLOW", "too_slow"), got


LIVE = """
database: {f}/vigie.db
control: {f}/control
canaries: []
defaults: {{interval: 1s, timeout: 2s, tls: {{ca_file: {f}/bundle.pem}}}}
services:
  - id: s
    regions:
      web: {{url: "https://127.0.0.1:{port}/"}}
      raw: {{url: "tls://127.0.0.1:{port}"}}
receivers:
  - {{id: log, type: syslog}}
"""


def last_reasons(folder):
    """Of each endpoint the reason of its newest sample, and its ref."""
    with contextlib.closing(live.reader(folder / "vigie.db")) as db:
        rows = db.execute("SELECT e.name, s.reason, max(s.ref) FROM sample s "
                          "JOIN endpoint e ON e.id = s.endpoint "
                          "GROUP BY e.name").fetchall()
    return {name: (REASONS[reason], ref) for name, reason, ref in rows}


REASONS = re.findall(r'^REASON\(\w+, "(\w+)"',
                     (ROOT / "schema/names.def").read_text(), re.M)


def settled(folder, reason):
    def look():
        found = last_reasons(folder)
        return found if len(found) == 2 and all(
            r == reason for r, _ in found.values()) else None
    return live.until(look, 30, f"{reason} everywhere")


def more(folder, reason):
    """Several samples later it is still, or again, so."""
    before = max(ref for _, ref in settled(folder, reason).values())
    live.until(lambda: min(ref for _, ref in last_reasons(
        folder).values()) > before + 8, 30, "more samples")
    settled(folder, reason)


@pytest.mark.parametrize("rename", [False, True])
def test_a_bundle_is_replaced_while_it_runs(zoo, tmp_path, rename):
    bundle = tmp_path / "bundle.pem"

    def put(text):
        if rename:
            (tmp_path / "next.pem").write_text(text)
            os.replace(tmp_path / "next.pem", bundle)
        else:
            bundle.write_text(text)

    ours, theirs = (pathlib.Path(zoo.path(name, "pem")).read_text()
                    for name in ("ca", "other-ca"))
    bundle.write_text(ours)
    config = tmp_path / "vigie.yaml"
    with Server(zoo.context("good")) as server:
        config.write_text(LIVE.format(f=tmp_path, port=server.port))
        with live.Daemon(config) as daemon:
            live.until(daemon.states, what="the database")
            settled(tmp_path, "ok")
            put(theirs)
            daemon.command("reload")
            settled(tmp_path, "tls_unknown_ca")
            put(theirs + ours)
            daemon.command("reload")
            # Files may be read again until a second after a reload.
            more(tmp_path, "ok")
            put("-----BEGIN CERTIFICATE-----\nbroken\n")
            done = live.vigie("reload", "-c", config)
            assert done.returncode == 78, done.stdout + done.stderr
            assert f"{bundle} is not a list of PEM certificates" in \
                done.stdout + done.stderr
            os.kill(daemon.pid, signal.SIGHUP)
            daemon.until_said(r"reload-refused .*bundle\.pem")
            more(tmp_path, "ok")
            assert daemon.stop() == 0
    with contextlib.closing(live.reader(tmp_path / "vigie.db")) as db:
        seen = {REASONS[row[0]] for row in
                db.execute("SELECT DISTINCT reason FROM sample")}
    assert seen == {"ok", "tls_unknown_ca"}
