# SPDX-License-Identifier: MIT
"""The real daemon, what it watches, and how to look at both."""
import contextlib
import json
import os
import pathlib
import re
import signal
import sqlite3
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ROOT = pathlib.Path(__file__).resolve().parents[2]
VIGIE = str(pathlib.Path(os.environ.get(
    "VIGIE", ROOT / "build/release/vigie")).resolve())
# Children may not be looked into, which a leak check at exit would do.
ENV = {**os.environ, "ASAN_OPTIONS": "detect_leaks=0"}
MAINTENANCE = (503, b"<h1>Error 503: server maintenance</h1>\n")
WELL = (200, b'{"status":"ok"}\n')
# The speed at which half a minute, which it takes to be sure of an outage,
# passes in three seconds; with an interval of 10s probes come each second.
FAST = 10


def until(condition, seconds=60, what="it"):
    """Waits for a condition; gives what it gave."""
    end = time.monotonic() + seconds
    while not (result := condition()):
        assert time.monotonic() < end, f"waited {seconds} s for {what}"
        time.sleep(0.05)
    return result


class _Page(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.owner.asked.append(self.path)
        code, body = self.server.owner.answer(self.path)
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True

    def log_message(self, *_args):
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, _request, _client_address):
        pass  # the other side was killed


class Target:
    """Pages on loopback; answer(path) gives (status, body)."""

    def __init__(self, answer=None):
        self.pages, self.asked = {}, []
        self.answer = answer or (lambda path: self.pages.get(path, WELL))
        self._server = _Server(("127.0.0.1", 0), _Page)
        self._server.owner = self
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(
            target=self._server.serve_forever,
            kwargs={"poll_interval": 0.05}, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_exc):
        self._server.shutdown()
        self._server.server_close()


def utc(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def vigie(*arguments, timeout=60):
    return subprocess.run([VIGIE, *map(str, arguments)], env=ENV,
                          capture_output=True, text=True, timeout=timeout,
                          check=False)


def token(name, role, file):
    """A new one, in the file, too."""
    done = vigie("token", name, "--role", role, "--append", file)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def children(pid):
    """The children of a process: role to pid."""
    found = {}
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with contextlib.suppress(OSError):
            stat = (entry / "stat").read_text().rpartition(")")[2].split()
            words = (entry / "cmdline").read_bytes().split(b"\0")
            if int(stat[1]) == pid and stat[0] != "Z" and b"--role" in words:
                role = words[words.index(b"--role") + 1].decode()
                found[role] = int(entry.name)
    return found


class Daemon:
    """`vigie run` on a configuration; its words go to a file.  speed: how
    much faster its time is, from began (of time.time()) on over all starts."""

    def __init__(self, config, wrap=(), env=None, options=(), speed=1):
        self.config = pathlib.Path(config)
        self.log = self.config.with_suffix(".log")
        self.wrap, self.options = list(wrap), list(options)
        self.env = {**ENV, **(env or {})}
        self.speed, self.began = speed, time.time()
        self.process = None

    def start(self):
        options = [*self.options]
        if self.speed != 1:
            options += ["--time-scale", f"{utc(self.now() + 1)}={self.speed}"]
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [*self.wrap, VIGIE, "run", "-c", self.config, *options],
                env=self.env, stdin=subprocess.DEVNULL, stdout=log,
                stderr=log)
        return self

    def now(self):
        """Its time, in seconds since 1970."""
        return self.began + (time.time() - self.began) * self.speed

    def __enter__(self):
        return self.start()

    def __exit__(self, *_exc):
        self.stop()

    @property
    def pid(self):
        return self.process.pid

    def said(self, pattern=None):
        text = self.log.read_text(errors="replace")
        return text if pattern is None else re.search(pattern, text)

    def until_said(self, pattern, seconds=60):
        return until(lambda: self.said(pattern), seconds,
                     f"{pattern!r} in the log")

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(30)

    def stop(self):
        """SIGTERM; gives the exit code."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(30)
                raise
        return self.process.returncode

    def command(self, *arguments, code=0):
        done = vigie(*arguments, "-c", self.config)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout

    def json(self, *arguments, code=0):
        return json.loads(self.command(*arguments, "--json", code=code))

    def states(self):
        """Endpoint to state; empty until a daemon that was started answers."""
        done = vigie("status", "--json", "-c", self.config)
        if not done.stdout:
            return {}
        whole = json.loads(done.stdout)
        if "endpoints" not in whole:
            return {}  # it could not be read just now, and says why
        alive = self.process is not None and self.process.poll() is None
        if alive and whole.get("daemon", "absent") == "absent":
            return {}  # what it left last time, or too busy to answer
        return {e["id"]: e["state"] for e in whole["endpoints"]}


def reader(path):
    """A connection that never writes, as anybody may open one."""
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10,
                         check_same_thread=False)
    db.isolation_level = None
    return db


def sound(path):
    """Whether SQLite itself finds nothing wrong."""
    with contextlib.closing(reader(path)) as db:
        return [row[0] for row in db.execute("PRAGMA integrity_check")]
