#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""demo - 14 February 2023 again, in two minutes.

usage: demo.py --vigie FILE [--fast STORY] [--record SVG] [--picture PNG] [--album FOLDER] [--width N]

Three servers on loopback answer as those of a car maker did that day, region
by region.  Two monitors ask them: one that calls three failures down and two
successes up, and the real daemon with its time scaled (fast in silence, slow
in the drama), whose webhooks are shown as they arrive.  --fast plays the same
in virtual time with the STORY program of the tests.  Ends with exit code 0
when Vigie gave no false all-clear, else 1.
"""

import argparse
import collections
import http.server
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

import day
import record
from picture import Camera
from screen import Screen

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support_py"))

from receiver import Receiver, new_secret  # noqa: E402

FACTS = [("10:00:20", "Europe begins to answer 503 \"server maintenance\". The others are fine."),
         ("13:04", "Europe answers again."),
         ("13:16", "Europe fails again, after 12 minutes."),
         ("13:41", "Europe answers again."),
         ("13:52", "Europe fails again, after 11 minutes."),
         ("15:30", "Europe answers again. This time it will hold.")]
CONFIG = """database: {folder}/vigie.db
control: {folder}/control
canaries: []
services:
  - id: tesla-fleet
    name: Tesla Fleet API
    functions: [{stops}]
    unaffected: [{works}]
    regions:
      na: {na}
      eu: {eu}
      cn: {cn}
receivers:
  - {{id: hook, type: webhook, url: '{hook}', secret_file: {key}, allow_private: true}}
routes:
  - {{to: [hook], all: true}}
"""


def configuration(folder, urls, hook, key):
    return CONFIG.format(folder=folder, hook=hook, key=key, stops=", ".join(day.STOPS),
                         works=", ".join(day.WORKS), **urls)


class Show:
    """What is on the screen, and the score."""

    def __init__(self, screen):
        self.screen, self.simple = screen, day.Simple()
        self.sent, self.loud, self.false, self.cleared, self.incident = 0, 0, 0, None, None
        self.facts = collections.deque((day.at(t), text) for t, text in FACTS)

    def begin(self):
        s = self.screen
        s.line("14 February 2023: the servers of a car maker, asked by two monitors.", "head")
        s.line()
        s.row("", "3 failures / 2 successes", "Vigie", "head")
        s.row("", "-" * (s.left - 2), "-" * 24, "plain")

    def facts_until(self, t):
        while self.facts and self.facts[0][0] <= t:
            when, text = self.facts.popleft()
            self.screen.fact(day.clock(when), text)
            if self.cleared is not None and day.answer("eu", when)[0] != 200:
                self.false += 1
                self.cleared = None

    def score(self):
        return f"false all-clears: {self.simple.false}, Vigie {self.false}"

    def asked(self, t, good):
        """The other monitor got an answer from Europe."""
        for kind, text in self.simple.take(t, good):
            bad = kind == "false"
            self.screen.row(day.clock(t), ("" if bad else "! ") + text, "", "bad" if bad else "loud")
            if bad:
                self.screen.row("", "(" + self.score() + ")", "", "bad")

    def told(self, event, service):
        """Vigie's webhook has arrived."""
        t, loud = day.seconds(event["t"]), event["loud"]
        self.sent += 1
        self.loud += loud
        self.incident = event.get("incident", self.incident)
        self.screen.row(day.clock(t), "", f"{'!' if loud else '-'} {event.get('endpoint', '')} {day.sentence(event)}",
                        "loud" if loud else "quiet")
        if event["event"] == "incident.opened":
            self.screen.row("", "", f"  stops: {', '.join(service['functions'])}", "quiet")
            self.screen.row("", "", f"  still works: {', '.join(service['unaffected'])}", "quiet")
        if event["event"] == "incident.resolved":
            self.cleared = t

    def end(self, report):
        s = self.screen
        s.end_status()
        s.line()
        s.line(f"$ vigie incident {self.incident}", "head")
        s.verbatim(report)
        s.line()
        s.line(f"The other monitor sent {self.simple.sent} messages, all of them loud, and "
               f"{day.count(self.simple.false, 'false all-clear', 'false all-clears')}; "
               f"Vigie {self.loud} loud and {self.sent - self.loud} quiet ones, all of one incident, and "
               f"{day.count(self.false, 'false all-clear', 'false all-clears')}.", "head")


class Server(http.server.ThreadingHTTPServer):
    """One region; answers by the daemon's clock once that runs."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, region):
        super().__init__(("127.0.0.1", 0), Page)
        self.region, self.pace = region, None
        self.url = f"http://127.0.0.1:{self.server_address[1]}/status"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, _request, _client_address):
        pass  # who asked has gone: the end of the show


class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        code, body = 200, day.GOOD
        if self.server.pace is not None:
            code, body = day.answer(self.server.region, self.server.pace.at(now()))
        self.send_response(code)
        self.send_header("Content-Type", "application/json" if code == 200 else "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_args):
        pass


def now():
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def good(url):
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status == 200
    except OSError:
        return False


def watch(daemon, server, receiver, show, camera, page):
    """Until the day is over: show what both say, as they say it."""
    pace, shown, minute = server.pace, 0, day.at(day.BEGIN) + 30
    while True:
        t = pace.at(now())
        camera.look(t, page)
        show.facts_until(t)
        if t >= minute:
            show.asked(t, good(server.url))
            minute += 60 * max(1, int((pace.at(now()) - minute) / 60) + (pace.at(now()) >= minute))
        for request in receiver.requests[shown:]:
            if not request.valid:
                raise SystemExit(f"demo: a webhook is wrong: {request.faults}")
            body = request.json()
            show.told(body["data"], body["data"]["service"])
            shown += 1
        show.screen.status(f"{day.clock(t)}  {'x' + str(pace.step(now())[2]):<5} {show.score()}")
        if t >= day.at(day.END):
            return
        if daemon.poll() is not None:
            raise SystemExit(f"demo: vigie ended, exit code {daemon.returncode}")
        time.sleep(0.01)


def said(pattern, log, daemon):
    """What the daemon says of that when it starts."""
    for _ in range(1000):
        found = re.search(pattern, log.read_text(errors="replace"))
        if found:
            return found.group(1)
        if daemon.poll() is not None:
            break
        time.sleep(0.01)
    raise SystemExit(f"demo: vigie did not start:\n{log.read_text(errors='replace')}")


def play(vigie, folder, show, camera):
    """In real time, over real sockets."""
    servers = {region: Server(region) for region, _, _ in day.REGIONS}
    secret = new_secret()
    key, config, log = folder / "key", folder / "vigie.yaml", folder / "log"
    key.write_text(secret + "\n")
    key.chmod(0o600)
    with Receiver(secrets=[secret]) as receiver, open(log, "wb") as out:
        config.write_text("listen: 127.0.0.1:0\n" + configuration(
            folder, {r: s.url for r, s in servers.items()}, receiver.url, key))
        daemon = subprocess.Popen([vigie, "run", "-c", config, "--stderr", "--time-scale", day.Pace.spec()],
                                  stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        try:
            begin = int(said(r"time-scaled .*boot_us=(\d+)", log, daemon)) / 1e6
            page = said(r"dashboard address=(\S+)", log, daemon)
            print("the same on a page:", page, file=sys.stderr, flush=True)
            for server in servers.values():
                server.pace = day.Pace(begin)
            watch(daemon, servers["eu"], receiver, show, camera, page)
            camera.done()
            return incident(vigie, folder, show.incident)
        finally:
            daemon.terminate()
            daemon.wait(10)


def story_text(config):
    urls = {region: f"https://{region}.test/status" for region, _, _ in day.REGIONS}
    lines = [f"start {day.rfc3339(day.at(day.BEGIN))}", "config", config("@", urls).rstrip("\n"), "end"]
    for begin, end in day.spells("eu"):
        lines.append(f"{day.clock(begin)} https://eu.test/ 503 body=\"{day.PAGE.strip()}\"")
        lines.append(f"{day.clock(end)} https://eu.test/ ok")
    return "\n".join([*lines, f"{day.END} stop", ""])


def play_fast(vigie, story, folder, show):
    """The same in virtual time: the daemon's own code, and no clock at all."""
    text = story_text(lambda at, urls: configuration(at, urls, "https://hook.test/in", "hook.key"))
    (folder / "day.story").write_text(text)
    done = subprocess.run([story, folder / "day.story", folder / "vigie.db"], text=True,
                          capture_output=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"demo: the story failed:\n{done.stderr}")
    events = collections.deque(json.loads(line) for line in done.stdout.splitlines() if line.startswith("{"))
    for t in range(day.at(day.BEGIN) + 30, day.at(day.END), 60):
        while events and day.seconds(events[0]["t"]) <= t:
            show.facts_until(day.seconds(events[0]["t"]))
            show.told(events[0], events[0]["service"])
            events.popleft()
        show.facts_until(t)
        show.asked(t, day.answer("eu", t)[0] == 200)
    return incident(vigie, folder, show.incident)


def incident(vigie, folder, name):
    done = subprocess.run([vigie, "incident", "--no-color", "--database", folder / "vigie.db", str(name)],
                          text=True, capture_output=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"demo: vigie incident: {done.stderr}")
    return done.stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--vigie", required=True, type=os.path.abspath)
    parser.add_argument("--fast", metavar="STORY", type=os.path.abspath)
    parser.add_argument("--record", metavar="SVG")
    parser.add_argument("--picture", metavar="PNG", type=os.path.abspath)
    parser.add_argument("--album", metavar="FOLDER", type=os.path.abspath, help="pictures of every page")
    parser.add_argument("--at", metavar="HH:MM", default="13:47", help="of --picture and --album")
    parser.add_argument("--width", type=int)
    options = parser.parse_args()
    show = Show(Screen(width=options.width))
    with tempfile.TemporaryDirectory(prefix="vigie-demo-") as folder:
        folder = pathlib.Path(folder)
        show.begin()
        if options.fast:
            report = play_fast(options.vigie, options.fast, folder, show)
        else:
            report = play(options.vigie, folder, show, Camera(day.at(options.at), options.picture, options.album))
        show.end(report)
    if options.record:
        pathlib.Path(options.record).write_text(record.svg(show.screen), encoding="ascii")
    return 0 if show.false == 0 else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
