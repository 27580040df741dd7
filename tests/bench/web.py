#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""web - how fast the pages of a daemon are that has watched for two years.

The database is made by tests/bench/history.c: of 1,000 endpoints all spans,
roll-ups, incidents and notices of two years.  The daemon then probes them once
a minute, so that what it shows changes each second.  Each address is asked
many times over one connection, from another core; times are those of a client
on the same machine, from the first byte sent to the last one read, and in a
ratio to a bare libevent server that answers as many bytes in the same run.

"queries" are statements run for one answer, from /metrics.  Addresses that are
not served are left out.  "fresh" is an answer to the first who asks after a
change, "kept" one to those after.
"""

import argparse
import contextlib
import gzip
import json
import os
import pathlib
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time

from bench import pinned, running, say, targets
from stress import control

REGIONS = ("af", "ap", "eu", "sa", "us")
START_SECONDS = 300  # most of it for the first probe of each endpoint
FRESH_EVERY_S = 0.02
BEFORE = "before"

# What may be asked, and at most: ms at the 95th percentile, KB gzipped,
# statements.  None: not limited.  {} are filled from the database.
KEPT, FRESH, ANY = "kept", "fresh", ""
ROUTES = [
    (KEPT, "/", 2, 30, 0),
    (FRESH, "/", 30, 30, 6),
    (ANY, "/?grain=week", 100, None, None),
    (ANY, "/e/{endpoint}", 50, 40, 8),
    (ANY, "/e/{endpoint}?range=7d", 50, 40, 8),
    (ANY, "/e/{endpoint}?range=30d", 50, 40, 8),
    (ANY, "/e/{endpoint}?range=90d", 50, 40, 8),
    (ANY, "/e/{endpoint}?range=365d", 50, 40, 8),
    (ANY, "/e/{endpoint}/day/{day}", 50, 40, 8),
    (ANY, "/i/{open}", 30, 40, 6),
    (ANY, "/i/{wide}", 30, 40, 6),
    (ANY, "/incidents", 50, None, None),
    (ANY, "/incidents?order=longest", 100, None, None),
    (ANY, "/matrix", 80, 60, 1),
    (ANY, "/matrix?at={at}", 80, 60, None),
    (ANY, "/timeline", 50, None, None),
    (ANY, "/timeline?range=90d", 50, None, None),
    (ANY, "/s/{service}", 50, None, None),
    (ANY, "/r/eu", 50, None, None),
    (KEPT, "/api/v1/status", 5, None, 0),
    (FRESH, "/api/v1/status", 30, None, None),
    (ANY, "/api/v1/endpoints", 50, None, None),
    (ANY, "/api/v1/endpoints/{endpoint}", 50, None, None),
    (ANY, "/api/v1/endpoints/{endpoint}/availability", 50, None, None),
    (ANY, "/api/v1/endpoints/{endpoint}/latency", 50, None, None),
    (ANY, "/api/v1/endpoints/{endpoint}/timeline", 50, None, None),
    (ANY, "/api/v1/endpoints/{endpoint}/samples?to={at}", 50, None, None),
    (ANY, "/api/v1/matrix", 80, None, None),
    (ANY, "/api/v1/incidents", 50, None, None),
    (ANY, "/api/v1/incidents/{wide}", 50, None, None),
    (ANY, "/history.atom", 50, None, None),
    (ANY, "/metrics", 50, None, None),
    (ANY, "/about", 50, None, None),
]
STREAM_MS = 1000


class Client:
    """One connection, asked one thing after another."""

    def __init__(self, port):
        self.port, self.room = port, memoryview(bytearray(16 << 20))
        self.connect()

    def connect(self):
        self.socket = socket.create_connection(("127.0.0.1", self.port), 30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def get(self, path):
        """(ms, status, headers in lower case, body as sent)"""
        ask = (f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
               "Accept: text/html\r\nAccept-Encoding: gzip\r\n\r\n").encode()
        began = time.perf_counter()
        self.socket.sendall(ask)
        got, end, wanted = 0, -1, None
        while wanted is None or got < wanted:
            n = self.socket.recv_into(self.room[got:])
            if n == 0:
                raise ConnectionError(path)
            got += n
            if end < 0:
                end = bytes(self.room[:min(got, 65536)]).find(b"\r\n\r\n")
                head = bytes(self.room[:end]).decode("latin-1").lower() if end > 0 else ""
                length = re.search(r"content-length: (\d+)", head)
                if end > 0:
                    wanted = end + 4 + (int(length[1]) if length else 0)
        took = (time.perf_counter() - began) * 1000
        lines = head.split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines[1:])
        if headers.get("connection") == "close":
            self.socket.close()
            self.connect()
        return took, int(lines[0].split()[1]), headers, bytes(self.room[end + 4:got])

    def queries(self):
        body = plain(*self.get("/metrics")[2:])
        return int(re.search(rb"vigie_web_queries_total (\d+)", body)[1])


def plain(headers, body):
    return gzip.decompress(body) if headers.get("content-encoding") == "gzip" else body


def make(options, path):
    """Of this many endpoints and years, until now."""
    say(f"a database of {options.endpoints} endpoints and {options.years} years")
    began = time.monotonic()
    subprocess.run([f"{options.build}/tests/bench/history", path, str(options.endpoints),
                    str(round(options.years * 365)), str(int(time.time()))], check=True)
    say(f"made in {time.monotonic() - began:.0f} s: {os.path.getsize(path) / 1e6:.0f} MB")


def look_up(path):
    """What the addresses are of, and who is failing."""
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        def incident(query):
            (row,) = db.execute(query).fetchone()
            return f"{row // 1000000}-{row % 1000000}"

        failing = {name for (name,) in db.execute(
            "SELECT e.name FROM incident i JOIN endpoint e ON e.id = i.endpoint"
            " WHERE i.closed_ms IS NULL")}
        (busiest,) = db.execute(
            "SELECT e.name FROM incident i JOIN endpoint e ON e.id = i.endpoint"
            " GROUP BY i.endpoint ORDER BY count(*) DESC LIMIT 1").fetchone()
        (onset,) = db.execute("SELECT max(onset_ms) FROM incident"
                              " WHERE closed_ms IS NOT NULL").fetchone()
        at = time.gmtime(onset / 1000)
        return failing, {
            "endpoint": busiest.replace("/", "~"), "service": busiest.split("/")[0],
            "day": time.strftime("%Y-%m-%d", at), "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", at),
            "open": incident("SELECT max(id) FROM incident WHERE closed_ms IS NULL"),
            "wide": incident("SELECT part_of FROM incident WHERE part_of IS NOT NULL"
                             " GROUP BY 1 ORDER BY count(*) DESC LIMIT 1")}


def configuration(folder, endpoints, failing, port, interval="60s"):
    lines = [f"database: {folder}/vigie.db", f"control: {folder}/control",
             "listen: 127.0.0.1:0", f"defaults: {{interval: {interval}, timeout: 900ms}}",
             "canaries: []", "services:"]
    for service in range((endpoints + len(REGIONS) - 1) // len(REGIONS)):
        lines += [f"  - id: service-{service:03}", "    regions:"]
        for n, region in enumerate(REGIONS[:endpoints - service * len(REGIONS)]):
            path = "down" if f"service-{service:03}/{region}" in failing else "t"
            where = (service * len(REGIONS) + n) % 8 + 1
            lines.append(f"      {region}: http://127.0.0.{where}:{port}/{path}/{service}/{region}")
    path = os.path.join(folder, "vigie.yaml")
    pathlib.Path(path).write_text("\n".join(lines) + "\n", encoding="ascii")
    return path


def wait_for(what, look, seconds):
    end = time.monotonic() + seconds
    while not (found := look()):
        if time.monotonic() > end:
            raise SystemExit(f"web: waited {seconds} s for {what}")
        time.sleep(0.2)
    return found


@contextlib.contextmanager
def daemon(options, folder, config):
    """(its process, the port of its pages)"""
    log = os.path.join(folder, "log")
    with open(log, "wb") as said, running(
            pinned(0, f"{options.build}/vigie", "run", "-c", config),
            stdout=said, stderr=said) as child:
        def address():
            if child.poll() is not None:
                raise SystemExit(f"web: vigie ended: {pathlib.Path(log).read_text()[-2000:]}")
            return re.search(r"dashboard address=\S*:(\d+)", pathlib.Path(log).read_text())

        yield child, int(wait_for("the dashboard", address, 60)[1])


def child_named(pid, name):
    """The process of the daemon with that role."""
    for found in subprocess.run(["pgrep", "-P", str(pid)], stdout=subprocess.PIPE, text=True,
                                check=True).stdout.split():
        line = pathlib.Path(f"/proc/{found}/cmdline").read_bytes().decode()
        if name in line or name in pathlib.Path(f"/proc/{found}/comm").read_text():
            return int(found)
    raise SystemExit(f"web: no process {name} below {pid}")


def cpu_ms(pid):
    return int(pathlib.Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e6


def quantile(values, percent):
    values = sorted(values)
    return values[min(len(values) - 1, len(values) * percent // 100)]


def ask(client, web, path, kind, times):
    """Figures of one address, or None where there is none."""
    if client.get(path)[1] != 200:
        return None
    client.queries()
    each = client.queries()
    each = client.queries() - each
    took, cpu, etag, asked = [], [], None, 0
    before = client.queries()
    while len(took) < times:
        used = cpu_ms(web)
        ms, status, headers, body = client.get(path)
        used = cpu_ms(web) - used
        if status != 200:
            return None
        asked += 1
        fresh = headers.get("etag") != etag
        etag = headers.get("etag")
        if kind == ANY or (kind == FRESH) == fresh:
            took.append(ms)
            cpu.append(used)
        if kind == FRESH:
            time.sleep(FRESH_EVERY_S)
    ran = client.queries() - before - each
    whole = plain(headers, body)
    return {"p50_ms": quantile(took, 50), "p95_ms": quantile(took, 95),
            "cpu_p50_ms": quantile(cpu, 50), "sent_bytes": len(body), "bytes": len(whole),
            "gzip_bytes": len(body) if body is not whole else len(gzip.compress(whole, 6)),
            "queries": ran / (asked if kind == ANY else len(took))}


def stream(folder, port, incident, times):
    """ms from the start of a command that changes something to the news of it."""
    took = []
    with socket.create_connection(("127.0.0.1", port), 30) as s:
        s.sendall(b"GET /api/v1/stream HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        heard = b""
        while b"event: change" not in heard:
            heard += s.recv(65536)
        for n in range(times):
            time.sleep(0.1 + n * 0.037)
            s.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                while s.recv(65536):
                    pass
            s.setblocking(True)
            news = version(heard)
            began = time.perf_counter()
            answer = control(folder, {"act": "note", "incident": incident, "note": f"bench {n}"})
            if not answer or "error" in answer:
                raise SystemExit(f"web: {answer}")
            heard = b""
            while version(heard) in (None, news):
                heard += s.recv(65536)
            took.append((time.perf_counter() - began) * 1000)
    return {"p50_ms": quantile(took, 50), "p95_ms": quantile(took, 95),
            "bytes": len(heard)}


def version(heard):
    found = re.findall(rb"id: (\S+)", heard)
    return found[-1] if found else None


def over(figures, at_most):
    """Which of (ms, KB, statements) are more than they may be."""
    ms, kb, queries = at_most
    if figures["p95_ms"] > ms:
        yield f"p95 {figures['p95_ms']:.1f} ms, at most {ms}"
    if kb is not None and figures["gzip_bytes"] > kb * 1024:
        yield f"{figures['gzip_bytes'] / 1024:.1f} KB gzipped, at most {kb}"
    if queries is not None and round(figures["queries"]) > queries:
        yield f"{figures['queries']:.1f} queries, at most {queries}"


def measure(options, folder, path, port):
    failing, names = look_up(path)
    config = configuration(folder, options.endpoints, failing, port)
    result, missed = {}, []
    with daemon(options, folder, config) as (child, pages), running(
            pinned(0, f"{options.build}/tests/bench/bare_http"), stdout=subprocess.PIPE,
            text=True) as bare:
        client = Client(pages)
        other = Client(json.loads(bare.stdout.readline())["port"])
        say("until each endpoint is known again")
        wait_for("all to be known", lambda: json.loads(plain(*client.get("/api/v1/status")[2:]))
                 ["counts"]["unknown"] == 0, START_SECONDS)
        web = child_named(child.pid, "web")
        for kind, pattern, *at_most in ROUTES:
            address = pattern.format(**names)
            if options.only and options.only not in address:
                continue
            figures = ask(client, web, address, kind,
                          options.fresh if kind == FRESH else options.times)
            if figures is None:
                say(f"not served: {address}")
                continue
            bare_ms = [other.get(f"/{figures['sent_bytes']}")[0] for _ in range(options.times)]
            figures["bare_p50_ms"] = quantile(bare_ms, 50)
            name = f"{pattern} {kind}".strip()
            result[name] = figures
            missed += [f"{name}: {line}" for line in over(figures, at_most)]
            show(name, figures, any(over(figures, at_most)))
        if not options.only:
            told = stream(folder, pages, names["open"], options.fresh)
            result["stream"] = told
            print(f"change to stream: p50 {told['p50_ms']:.0f} ms, p95 {told['p95_ms']:.0f} ms, "
                  f"{told['bytes']} bytes")
            if told["p95_ms"] > STREAM_MS:
                missed.append(f"stream: p95 {told['p95_ms']:.0f} ms, at most {STREAM_MS}")
        kb = [line for line in pathlib.Path(f"/proc/{web}/status").read_text().splitlines()
              if line.startswith(("VmHWM", "VmRSS"))]
        result["memory"] = kb
        print("web process:", " ".join(" ".join(kb).split()))
    return result, missed


ROW = "{:<52}{:>9}{:>9}{:>9}{:>9}{:>9}{:>9}{:>9}{}"


def show(name, f, late):
    print(ROW.format(name, f"{f['p50_ms']:.2f}", f"{f['p95_ms']:.2f}", f"{f['cpu_p50_ms']:.2f}",
                     f"{f['p50_ms'] / f['bare_p50_ms']:.1f}", f"{f['bytes'] / 1024:.0f}",
                     f"{f['gzip_bytes'] / 1024:.1f}", f"{f['queries']:.1f}",
                     "  over" if late else ""), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default="build/bench", help="where vigie and the tools are")
    parser.add_argument("--endpoints", type=int, default=1000)
    parser.add_argument("--years", type=float, default=2)
    parser.add_argument("--times", type=int, default=200, help="each address is asked (200)")
    parser.add_argument("--fresh", type=int, default=40, help="of them just after a change (40)")
    parser.add_argument("--database", help="one made before; it is made here if there is none")
    parser.add_argument("--only", help="addresses that hold this")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--check", action="store_true", help="exit 1 when a budget is exceeded")
    options = parser.parse_args()

    os.makedirs(options.build, exist_ok=True)
    work = os.path.abspath(tempfile.mkdtemp(prefix="web-", dir=options.build))
    try:
        path = os.path.join(work, "vigie.db")
        if options.database is None:
            make(options, path)
        else:
            if not os.path.exists(options.database):
                make(options, options.database)
            shutil.copyfile(options.database, path)
        print(ROW.format("", "p50 ms", "p95 ms", "cpu ms", "/ bare", "KB", "KB gz", "queries", ""))
        with targets(options.build, None) as port:
            result, missed = measure(options, work, path, port)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    if options.json:
        print(json.dumps(result, indent=1))
    for line in missed:
        print(f"over budget: {line}")
    return 1 if options.check and missed else 0


if __name__ == "__main__":
    sys.exit(main())
