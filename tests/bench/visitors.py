#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""visitors - whether those who look, or do not let go, disturb those who probe.

1,000 endpoints are probed each second, first alone, then while 5,000
connections are held open: some say nothing, some say a byte a second, some ask
for the stream or a page and read nothing, some have closed their half.  Who is
thrown out comes again.  Lateness is that of the stored samples, the longest
turn is what the keeper says of itself; both are to be as before.
"""

import argparse
import contextlib
import json
import os
import re
import resource
import shutil
import socket
import sys
import tempfile
import time

from bench import WARM_SECONDS, kept, pinned, running, say, targets
from measure import pss_kb
from stress import control
from web import Client, child_named, configuration, cpu_ms, daemon, plain

HELPERS = 4
ADDRESSES = 64  # that they come from, so that no limit on one saves us
LATE_RATIO = 2  # p99 with them may be so much of p99 without, or
LATE_US = 10_000
TURN_MS = 50

STREAM = b"GET /api/v1/stream HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
PAGE = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
IDLE, SLOW, DEAF_STREAM, DEAF_PAGE, HALF = range(5)


class Visitor:
    """One of them; comes again when it is thrown out."""

    def __init__(self, port, kind, number):
        self.port, self.kind, self.number = port, kind, number
        self.socket = None

    def come(self):
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.socket.setblocking(False)
        self.socket.bind((f"127.0.1.{self.number % ADDRESSES + 1}", 0))
        with contextlib.suppress(BlockingIOError):
            self.socket.connect(("127.0.0.1", self.port))
        self.said = 0

    def turn(self):
        if self.socket is None:
            self.come()
            return
        try:
            if self.kind in (IDLE, SLOW, HALF) and self.socket.recv(1, socket.MSG_PEEK) == b"":
                raise ConnectionError
        except BlockingIOError:
            pass
        except OSError:
            self.socket.close()
            self.socket = None
            return
        with contextlib.suppress(BlockingIOError, OSError):
            if self.kind == SLOW:
                self.socket.send(PAGE[self.said % 16:self.said % 16 + 1])
                self.said += 1
            elif self.said == 0 and self.kind != IDLE:
                self.said = self.socket.send(STREAM if self.kind == DEAF_STREAM else PAGE)
                if self.kind == HALF:
                    self.socket.shutdown(socket.SHUT_WR)


def crowd(port, count, seconds):
    resource.setrlimit(resource.RLIMIT_NOFILE, (count + 64, count + 64))
    everybody = [Visitor(port, n % 5, n // 5) for n in range(count)]
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        began = time.monotonic()
        for one in everybody:
            one.turn()
        time.sleep(max(0.0, began + 1 - time.monotonic()))


def series(client):
    text = plain(*client.get("/metrics")[2:]).decode()
    return {name: float(value) for name, value in
            re.findall(r"^(vigie_web_\w+) (\S+)$", text, re.M)}


def window(options, folder, child, web, client):
    """What it was like for a while."""
    begin, turns, cpu, most = time.time(), 0, cpu_ms(web), 0
    while time.time() < begin + options.seconds:
        time.sleep(2)
        turns = max(turns, control(folder, {"act": "status"}).get("longest_turn_ms", 0))
        most = max(most, series(client)["vigie_web_connections"])
    end, cpu = time.time(), cpu_ms(web) - cpu
    time.sleep(3)
    probes, failed, late = kept(folder, begin * 1000, end * 1000)
    heard = series(client)
    if probes == 0 or child.poll() is not None:
        raise SystemExit("visitors: nothing was probed")
    return {"probes": probes, "asked_for": round(options.endpoints * (end - begin)),
            "failed": failed, "late_p50_us": late[len(late) // 2],
            "late_p99_us": late[len(late) * 99 // 100], "longest_turn_ms": turns,
            "connections": int(most), "cut": int(heard["vigie_web_cut_total"]),
            "refused": int(heard["vigie_web_refused_total"]),
            "web_cpu_percent": cpu / (end - begin) / 10, "web_pss_mb": pss_kb([web]) / 1024}


def measure(options, folder):
    with targets(options.build, None) as port:
        config = configuration(folder, options.endpoints, (), port, "1s")
        with daemon(options, folder, config) as (child, pages):
            client = Client(pages)  # opened before there is no room for it
            client.get("/healthz")
            web = child_named(child.pid, "web")
            time.sleep(WARM_SECONDS)
            say(f"{options.endpoints} endpoints at 1 s, alone, {options.seconds} s")
            result = {"alone": window(options, folder, child, web, client)}
            say(f"with {options.visitors} connections")
            with contextlib.ExitStack() as stack:
                for _ in range(HELPERS):
                    stack.enter_context(running(pinned(
                        1, sys.executable, "-B", __file__, "--crowd", str(pages), "--visitors",
                        str(options.visitors // HELPERS), "--seconds", str(3 * options.seconds))))
                time.sleep(WARM_SECONDS)
                result["visited"] = window(options, folder, child, web, client)
    return result


def missed(result):
    alone, visited = result["alone"], result["visited"]
    if visited["late_p99_us"] > max(LATE_US, LATE_RATIO * alone["late_p99_us"]):
        yield f"late p99: {visited['late_p99_us']} us, alone {alone['late_p99_us']} us"
    if visited["longest_turn_ms"] > max(TURN_MS, LATE_RATIO * alone["longest_turn_ms"]):
        yield f"longest turn: {visited['longest_turn_ms']} ms"
    if visited["probes"] < 0.99 * visited["asked_for"] or visited["failed"] > 0:
        yield (f"{visited['probes']} probes of {visited['asked_for']}, "
               f"{visited['failed']} failed")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default="build/bench", help="where vigie and the tools are")
    parser.add_argument("--endpoints", type=int, default=1000)
    parser.add_argument("--visitors", type=int, default=5000, help="connections (5000)")
    parser.add_argument("--seconds", type=int, default=60, help="of each of the two (60)")
    parser.add_argument("--crowd", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--check", action="store_true", help="exit 1 when they disturb")
    options = parser.parse_args()

    if options.crowd:
        crowd(options.crowd, options.visitors, options.seconds)
        return 0
    os.makedirs(options.build, exist_ok=True)
    work = os.path.abspath(tempfile.mkdtemp(prefix="visitors-", dir=options.build))
    try:
        result = measure(options, work)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    if options.json:
        print(json.dumps(result, indent=1))
    else:
        print(f"{'':<22}{'alone':>12}{'visited':>12}")
        for name, value in result["alone"].items():
            print(f"  {name:<20}{value:>12.1f}{result['visited'][name]:>12.1f}")
    lines = list(missed(result))
    for line in lines:
        print(f"missed: {line}")
    return 1 if options.check and lines else 0


if __name__ == "__main__":
    sys.exit(main())
