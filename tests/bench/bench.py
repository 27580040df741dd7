#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""bench - Vigie beside a bare libcurl loop, at the same rate, in the same run.

Targets are served on loopback from core 1; what is measured runs on core 0.
The bare loop (no history, no rules) is run before and after Vigie, so that a
machine which grows slower meanwhile is seen.  Costs are of all processes
together, from /proc; the first seconds of each run do not count.

Without sockets: a long trace replayed, and storms of 10,000 endpoints that the
core alone judges in virtual time (tests/bench/storm.c).
"""

import argparse
import contextlib
import json
import math
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

from measure import Window

ADDRESSES = 8
WARM_SECONDS = 15
REPLAYS = 5  # what a busy machine adds is left out
SYSTEM_CA = "/etc/ssl/certs/ca-certificates.crt"

# What a figure may be at most; ratios are to the bare loop of this run.
GOALS = {
    ("http", "cpu_ratio"): 1.25,
    ("http", "written_bytes_per_probe"): 150,
    ("http", "late_p99_us"): 10000,
    ("tls", "cpu_ratio"): 1.10,
    ("tls", "cpu_us_per_probe"): 3000,
}

# How many causes each storm has; one is told once, and once more if it widens.
# Without a goal: "spread", in which many are told before it is seen as one.
CAUSES = {"calm": 0, "all": 1, "region": 1, "service": 1, "one_by_one": 10_000,
          "all_third_unknown": 1}
WIDENINGS = 1
# What a step of a storm with one cause may cost, to one of calm.
STORM_STEP_RATIO = 3


def pinned(core, *command):
    if shutil.which("taskset") and (os.cpu_count() or 1) > 1:
        return ["taskset", "-c", str(core), *command]
    return list(command)


def say(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


@contextlib.contextmanager
def running(command, **more):
    """A child, ended by its own pid whatever happens."""
    child = subprocess.Popen(command, **more)
    try:
        yield child
    finally:
        if child.poll() is None:
            child.send_signal(signal.SIGTERM)
            try:
                child.wait(20)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def certificate(folder):
    """(certificate, key, bundle): ours, and the system's with ours added."""
    names = ",".join(f"IP:127.0.0.{n}" for n in range(1, ADDRESSES + 1))
    cert, key, bundle = (os.path.join(folder, n) for n in ("cert.pem", "key.pem", "bundle.pem"))
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-keyout", key, "-out", cert, "-days", "2", "-subj", "/CN=bench",
         "-addext", f"subjectAltName={names}"],
        check=True, stderr=subprocess.DEVNULL)
    with open(bundle, "w", encoding="utf-8") as out:
        for path in (SYSTEM_CA, cert):
            with contextlib.suppress(OSError), open(path, encoding="utf-8") as f:
                out.write(f.read())
    return cert, key, bundle


@contextlib.contextmanager
def targets(build, tls):
    """The port of a server of endless patience."""
    command = [f"{build}/tests/bench/target_server", "0", str(ADDRESSES), *(tls[:2] if tls else [])]
    with running(pinned(1, *command), stdout=subprocess.PIPE, text=True) as child:
        yield json.loads(child.stdout.readline())["port"]


def bare(options, scheme, port, count, seconds, bundle):
    """One run of the bare loop, as measured from outside."""
    seconds += WARM_SECONDS
    command = [f"{options.build}/tests/bench/bare_loop", str(count), "1000", str(seconds), scheme,
               str(port), str(ADDRESSES), *([bundle] if bundle else [])]
    with running(pinned(0, *command), stdout=subprocess.PIPE, text=True) as child:
        time.sleep(WARM_SECONDS)
        window = Window(child.pid)
        time.sleep(seconds - WARM_SECONDS - 1)
        costs = window.end()
        said = json.loads(child.communicate()[0])
    probes = count * (seconds - WARM_SECONDS - 1)
    return {
        "cpu_us_per_probe": costs["cpu_us"] / probes,
        "pss_mb": costs["pss_mb"],
        "failed": said["failed"],
        "late_p50_us": said["late_p50_us"],
        "late_p99_us": said["late_p99_us"],
    }


def configuration(folder, scheme, port, count, bundle):
    tls = f", tls: {{ca_file: {bundle}}}" if bundle else ""
    lines = [
        f"database: {folder}/vigie.db",
        f"control: {folder}/control",
        f"defaults: {{interval: 1s, timeout: 900ms{tls}}}",
        "canaries: []",
        "services:",
        "  - id: bench",
        "    expect: {status: 200}",
        "    regions:",
        "      loopback:",
    ]
    lines += [
        f"        - {{name: t{n}, url: '{scheme}://127.0.0.{n % ADDRESSES + 1}:{port}/t/{n}'}}"
        for n in range(count)
    ]
    path = os.path.join(folder, "vigie.yaml")
    with open(path, "w", encoding="ascii") as f:
        f.write("\n".join(lines) + "\n")
    return path


def lateness_us(phases):
    """The last byte is in eighths of an octave (store/samplerow.h)."""
    return 0 if not phases or phases[-1] == 0 else round(2 ** (phases[-1] / 8))


def kept(folder, begin_ms, end_ms):
    """(probes, failed, sorted lateness) of a window, from the database."""
    base = sqlite3.connect(f"file:{folder}/vigie.db?mode=ro", uri=True)
    rows = base.execute(
        "SELECT s.phases, w.word FROM sample s"
        " JOIN word w ON w.kind = 'class' AND w.number = s.class"
        " WHERE s.start_ms >= ? AND s.start_ms < ?", (begin_ms, end_ms)).fetchall()
    base.close()
    late = sorted(lateness_us(phases) for phases, _ in rows)
    return len(rows), sum(1 for _, word in rows if word != "OK"), late


def vigie(options, scheme, port, count, bundle, folder):
    """One run of the daemon, all its processes together."""
    path = configuration(folder, scheme, port, count, bundle)
    log = open(os.path.join(folder, "log"), "w", encoding="utf-8")
    command = pinned(0, f"{options.build}/vigie", "run", "-c", path)
    with log, running(command, stdout=log, stderr=log) as child:
        time.sleep(WARM_SECONDS)
        if child.poll() is not None:
            with open(os.path.join(folder, "log"), encoding="utf-8") as f:
                raise SystemExit(f"bench: vigie ended: {f.read()[-2000:]}")
        window, begin = Window(child.pid), time.time()
        time.sleep(options.seconds)
        costs, end = window.end(), time.time()
        time.sleep(2)
    probes, failed, late = kept(folder, begin * 1000, end * 1000)
    if probes == 0:
        raise SystemExit("bench: vigie made no probe in the window")
    return {
        "probes": probes,
        "failed": failed,
        "asked_for": round(count * (end - begin)),
        "cpu_us_per_probe": costs["cpu_us"] / probes,
        "written_bytes_per_probe": costs["written_bytes"] / probes,
        "pss_mb": costs["pss_mb"],
        "processes": costs["processes"],
        "late_p50_us": late[len(late) // 2],
        "late_p99_us": late[len(late) * 99 // 100],
    }


def side_by_side(options, scheme, count, work):
    folder = os.path.join(work, scheme)
    os.makedirs(folder)
    tls = certificate(folder) if scheme == "https" else None
    bundle = tls[2] if tls else None
    half = max(options.seconds // 2, 5)
    with targets(options.build, tls) as port:
        say(f"{scheme}: {count} endpoints at 1 s; bare loop, {half} s")
        before = bare(options, scheme, port, count, half, bundle)
        say(f"{scheme}: vigie, {options.seconds} s")
        ours = vigie(options, scheme, port, count, bundle, folder)
        say(f"{scheme}: bare loop again, {half} s")
        after = bare(options, scheme, port, count, half, bundle)
    mean = (before["cpu_us_per_probe"] + after["cpu_us_per_probe"]) / 2
    ours["cpu_ratio"] = ours["cpu_us_per_probe"] / mean
    return {"vigie": ours, "bare_before": before, "bare_after": after}


def write_trace(path, rows):
    """A year of minutes of 50 endpoints' kind of life, seeded."""
    dice = random.Random(20230214)
    down = [0] * 50
    with open(path, "w", encoding="ascii") as f:
        f.write("endpoint,ts,code,ms\n")
        for n in range(rows):
            e = n % 50
            if down[e] > 0:
                down[e] -= 1
            elif dice.random() < 0.0005:
                down[e] = dice.randrange(1, 60)
            code = 503 if down[e] else 200
            f.write(f"bench/e{e},{1_600_000_000 + n // 50 * 60 + e},{code},{dice.randrange(80, 400)}\n")


def replay(options, work):
    path = os.path.join(work, "trace.csv")
    write_trace(path, options.rows)
    say(f"replay of {options.rows} samples, the fastest of {REPLAYS}")
    took = math.inf
    for _ in range(REPLAYS):
        begin = time.monotonic()
        done = subprocess.run(pinned(0, f"{options.build}/vigie", "replay", "--json", path),
                              stdout=subprocess.PIPE, check=True, text=True)
        took = min(took, time.monotonic() - begin)
    summary = json.loads(done.stdout.splitlines()[-1])["summary"]
    return {"samples": summary["samples"], "incidents": summary["incidents"],
            "seconds": round(took, 2), "samples_per_second": round(summary["samples"] / took)}


def storm(options):
    say("storms in virtual time")
    done = subprocess.run(pinned(0, f"{options.build}/tests/bench/storm"),
                          stdout=subprocess.PIPE, check=True, text=True)
    return json.loads(done.stdout)


def storm_missed(storms):
    for name, causes in CAUSES.items():
        s = storms[name]
        exact = {"loud_opened": causes, "loud_resolved": causes, "loud_other": 0,
                 "told_as_part": s["incidents"] - causes}
        for figure, wanted in exact.items():
            if s[figure] != wanted:
                yield f"storm {name} {figure}: {s[figure]}, goal {wanted}"
        if s["loud_changed"] > (WIDENINGS if causes == 1 else 0):
            yield f"storm {name} loud_changed: {s['loud_changed']}"
        ratio = s["ns_per_step"] / storms["calm"]["ns_per_step"]
        if causes == 1 and ratio > STORM_STEP_RATIO:
            yield f"storm {name} step: {ratio:.2f} of calm, goal at most {STORM_STEP_RATIO}"


def missed(result):
    if "storm" in result:
        yield from storm_missed(result["storm"]["storms"])
    for (part, figure), at_most in GOALS.items():
        if part in result and result[part]["vigie"][figure] > at_most:
            yield f"{part} {figure}: {result[part]['vigie'][figure]:.2f}, goal at most {at_most}"


def show_storm(result):
    row = "{:<20}{:>10}{:>8}{:>9}{:>10}{:>8}{:>10}{:>9}{:>10}"
    print(row.format("storm", "incidents", "opened", "changed", "resolved", "part", "widest",
                     "ns/step", "worst us"))
    for name, s in result["storms"].items():
        print(row.format("  " + name, s["incidents"], s["loud_opened"], s["loud_changed"],
                         s["loud_resolved"], s["told_as_part"], s["widest"], s["ns_per_step"],
                         s["worst_step_us"]))
    print(f"  opened, changed, resolved: loud ones; {result['kept_bytes_per_endpoint']} bytes kept "
          f"and {result['heap_bytes_per_endpoint']} in memory per endpoint; "
          f"groups found in {result['grouping_us']} us")


def show(result):
    row = "{:<26}{:>12}{:>14}{:>14}"
    for part in ("http", "tls"):
        if part not in result:
            continue
        r = result[part]
        print(row.format(part, "vigie", "bare before", "bare after"))
        for figure in ("cpu_us_per_probe", "pss_mb", "late_p50_us", "late_p99_us", "failed"):
            print(row.format("  " + figure, *(f"{r[who][figure]:.1f}" for who in
                                              ("vigie", "bare_before", "bare_after"))))
        print(f"  cpu ratio {r['vigie']['cpu_ratio']:.2f}; "
              f"{r['vigie']['probes']} probes of {r['vigie']['asked_for']} asked for; "
              f"{r['vigie']['written_bytes_per_probe']:.0f} bytes written per probe; "
              f"{r['vigie']['processes']} processes")
    if "replay" in result:
        print(f"replay  {result['replay']['samples_per_second']} samples/s "
              f"({result['replay']['samples']} in {result['replay']['seconds']} s)")
    if "storm" in result:
        show_storm(result["storm"])
    for line in missed(result):
        print(f"missed: {line}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default="build/bench", help="where vigie and the tools are")
    parser.add_argument("--seconds", type=int, default=180, help="measured for so long (180)")
    parser.add_argument("--endpoints", type=int, default=1000, help="over HTTP (1000)")
    parser.add_argument("--tls-endpoints", type=int, default=400, help="over TLS (400)")
    parser.add_argument("--rows", type=int, default=5_000_000, help="of the replayed trace")
    parser.add_argument("--only", choices=("http", "tls", "replay", "storm"))
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--check", action="store_true", help="exit 1 when a goal is missed")
    options = parser.parse_args()

    os.makedirs(options.build, exist_ok=True)
    work = os.path.abspath(tempfile.mkdtemp(prefix="work-", dir=options.build))
    result = {}
    try:
        if options.only in (None, "http"):
            result["http"] = side_by_side(options, "http", options.endpoints, work)
        if options.only in (None, "tls"):
            result["tls"] = side_by_side(options, "https", options.tls_endpoints, work)
        if options.only in (None, "replay"):
            result["replay"] = replay(options, work)
        if options.only in (None, "storm"):
            result["storm"] = storm(options)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    if options.json:
        print(json.dumps(result, indent=1))
    else:
        show(result)
    return 1 if options.check and list(missed(result)) else 0


if __name__ == "__main__":
    sys.exit(main())
