# SPDX-License-Identifier: MIT
"""Memory that is limited: enough of it is enough, and who gets none says so,
blames nobody, is started again and has lost nothing that anybody has seen."""
import contextlib
import json
import pathlib
import re
import resource
import signal
import socket
import ssl
import sys
import threading
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support_py"))

import hostile  # noqa: E402
import live  # noqa: E402

ENDPOINTS = 60
HOOKS, LISTENERS = 300, 1000  # more than they have room for
LIMIT = 96 << 20  # of address space, of which the libraries take 60
OWN = 32 << 20    # of that, in all four processes
NONE_LEFT = (4096, resource.RLIM_INFINITY)
ASAN = b"__asan_init" in pathlib.Path(live.VIGIE).read_bytes()
# What a busy machine may make of a page that takes its time.
NOT_OURS = {"ok", "timeout", "connect_timeout", "tls_timeout"}
LASTING = ("20200101000000Z", "20490102030405Z")
SAID = r"vigie: out of memory: \d+ x \d+ bytes refused, giving up; raise "

CONFIG = """
database: {f}/vigie.db
control: {f}/control
canaries: []
defaults: {{interval: 1s, timeout: 1s, ladder: false,
  tls: {{ca_file: {ca}}}}}
services:
{services}
receivers:
  - {{id: log, type: syslog}}
{receivers}
"""


class Pages:
    """Well, over TLS, after a while."""

    def __init__(self, folder):
        made = hostile.Certificates(str(folder))
        made.make("server", *LASTING,
                  extensions="subjectAltName=IP:127.0.0.1\n")
        self.ca, self.context = made.path("ca", "pem"), made.context("server")
        self.takes = 0.0
        self.sock = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.url = f"https://127.0.0.1:{self.sock.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        with contextlib.suppress(OSError):  # closed
            while True:
                conn, _ = self.sock.accept()
                threading.Thread(target=self._one, args=(conn,),
                                 daemon=True).start()

    def _one(self, conn):
        with contextlib.suppress(OSError), \
                self.context.wrap_socket(conn, server_side=True) as secure:
            secure.recv(65536)
            time.sleep(self.takes)
            secure.sendall(hostile.answer(b"hello"))

    def close(self):
        self.sock.shutdown(socket.SHUT_RDWR)
        self.sock.close()


class Scene:
    """A daemon with its pages, and what of its samples was seen."""

    def __init__(self, folder, pages):
        self.folder, self.pages = folder, pages
        self.path, self.seen = folder / "vigie.db", {}
        self.config = folder / "vigie.yaml"
        self.configure()

    def configure(self, hooks=0, listeners=0):
        hook = f"webhook, url: '{self.pages.url}/{'y' * 1000}', " \
            f"secret_file: {self.folder}/key"
        self.config.write_text(CONFIG.format(
            f=self.folder, ca=self.pages.ca,
            services="\n".join(
                f"  - {{id: s{i}, regions: {{eu: {self.pages.url}/{i}}}}}"
                for i in range(ENDPOINTS)),
            receivers="\n".join(
                f"  - {{id: r{i}-{'x' * 40}, type: {kind}}}"
                for i, kind in enumerate(
                    [hook] * hooks + ["syslog"] * listeners))))

    def look(self):
        """All samples by their number, and none that was seen has gone."""
        with contextlib.closing(live.reader(self.path)) as db:
            now = {row[0]: row for row in db.execute(
                "SELECT ref, endpoint, start_ms, total_us, code, word "
                "FROM sample s JOIN word w ON w.kind = 'reason' "
                "AND w.number = s.reason")}
        assert {r: now.get(r) for r in self.seen} == self.seen
        self.seen = now
        return now

    def go_on(self):
        """Until each has been asked again."""
        last = max(self.look(), default=0)
        live.until(lambda: max(self.look(), default=0) > last + ENDPOINTS,
                   what="samples")


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    pages = Pages(tmp_path_factory.mktemp("pages"))
    yield pages
    pages.close()


@pytest.fixture
def scene(tmp_path, pages):
    pages.takes = 0.0
    return Scene(tmp_path, pages)


@contextlib.contextmanager
def running(scene, wrap=()):
    """A daemon at work, which ends well."""
    # The sanitizer's allocator would else end the process in words of its own,
    # and where it has no memory for itself, by a code of its own.
    with live.Daemon(scene.config, wrap=wrap, env={
            "ASAN_OPTIONS": "detect_leaks=0:allocator_may_return_null=1:"
            "abort_on_error=1"}) as daemon:
        daemon.until_said("start version")
        scene.go_on()
        yield daemon
        assert daemon.stop() == 0
    assert live.sound(scene.path) == ["ok"]


def starve(pid):
    """What it has it keeps, but it gets no more."""
    resource.prlimit(pid, resource.RLIMIT_AS, NONE_LEFT)


def own(pid):
    """Bytes in memory that no file backs."""
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"RssAnon:\s+(\d+) kB", text)[1]) << 10


@pytest.mark.skipif(ASAN, reason="a sanitizer maps terabytes")
def test_a_limit_that_suffices(scene):
    with running(scene, ["prlimit", f"--as={LIMIT}"]) as daemon:
        scene.pages.takes = 0.5
        scene.go_on()
        pids = [daemon.pid, *live.children(daemon.pid).values()]
        assert len(pids) == 4
        assert sum(map(own, pids)) < OWN
        daemon.command("reload")
        scene.go_on()
    assert not daemon.said("out of memory|child-ended|child-exit")
    assert {row[-1] for row in scene.look().values()} <= NOT_OURS


def expect_another(daemon, role, old):
    """Its parent saw it go, the first of them with its signal, which is said
    once a minute; and another is here."""
    daemon.until_said(f"child-ended role={role} ", 20)
    daemon.until_said(r"child-exit pid=\d+ code=-1 signal=6 ", 20)
    live.until(lambda: live.children(daemon.pid).get(role, old) != old)


def test_a_prober_without_memory_blames_nobody(scene):
    with running(scene) as daemon:
        old = live.children(daemon.pid)["prober"]
        starve(old)
        scene.pages.takes = 0.5  # more of them are on their way at once
        expect_another(daemon, "prober", old)
        assert len(re.findall(SAID, daemon.said())) == 1
        scene.pages.takes = 0.0
        scene.go_on()
        assert {row[-1] for row in scene.look().values()} <= NOT_OURS


def test_others_without_memory_lose_nothing(scene):
    (scene.folder / "key").write_text("whsec_" + "A" * 43 + "=\n")
    (scene.folder / "key").chmod(0o600)
    with running(scene) as daemon:
        daemon.command("pause", "s1", "--for", "1h", "--why", "memory")
        for role, more in (("herald", {"hooks": HOOKS}),
                           ("log", {"listeners": LISTENERS})):
            old = live.children(daemon.pid)[role]
            starve(old)
            scene.configure(**more)
            daemon.command("reload")
            expect_another(daemon, role, old)
        scene.go_on()
        starve(daemon.pid)
        live.vigie("reload", "-c", scene.config)
        assert daemon.process.wait(30) == -signal.SIGABRT
        assert len(re.findall(SAID, daemon.said())) == 3
        daemon.start()
        scene.go_on()
        live.until(lambda: "s1/eu" in daemon.states())
        status = live.vigie("status", "--json", "-c", scene.config)
        paused = [e["id"] for e in json.loads(status.stdout)["endpoints"]
                  if e.get("why") == "paused"]
        assert paused == ["s1/eu"]
