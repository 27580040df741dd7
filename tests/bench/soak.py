#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""soak - a long run with faults all the time: does anything grow?

500 endpoints are asked every second; of the answers one in twenty is late for
ever, reset, cut short or a 500, so that something always opens, recovers and
relapses.  Two receivers are told: one takes all, one refuses every other
notice.  Memory, descriptors and the write-ahead log are looked at every
half minute; slopes are least squares over the second half of the run.  Pages
that others map too would make the PSS move when those come and go, so the
program runs with libraries of its own, copied beside its database.
"""

import argparse
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from bench import ADDRESSES, kept, pinned, running, say, targets
from measure import anonymous_kb, pss_kb, tree

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support_py"))

from receiver import Receiver, new_secret  # noqa: E402

LOOK_EVERY = 30
GOALS = {"pss_slope_mb_per_h": 1.0, "anonymous_slope_mb_per_h": 1.0, "descriptors_grown": 8, "wal_mb": 64,
         "late_p99_us": 50000, "failed_above_faults": 0.02}
FAULTS = 0.05


def configuration(folder, port, count, hooks):
    lines = [f"database: {folder}/vigie.db", f"control: {folder}/control",
             "defaults: {interval: 1s, timeout: 900ms}", "canaries: []", "services:"]
    for s in range(10):
        lines += [f"  - id: soak{s}", "    expect: {status: 200}", "    regions:", "      loopback:"]
        lines += [f"        - {{name: t{n}, url: 'http://127.0.0.{n % ADDRESSES + 1}:{port}/mix/{n}'}}"
                  for n in range(s, count, 10)]
    lines += ["receivers:"]
    lines += [f"  - {{id: hook{i}, type: webhook, url: '{url}', secret_file: {folder}/key, "
              "allow_private: true}" for i, url in enumerate(hooks)]
    lines += ["routes:", "  - {to: [hook0, hook1], all: true}"]
    path = os.path.join(folder, "vigie.yaml")
    with open(path, "w", encoding="ascii") as f:
        f.write("\n".join(lines) + "\n")
    return path


def own_libraries(program, folder):
    """An environment in which the program maps copies that nobody else has."""
    libraries = pathlib.Path(folder, "lib")
    libraries.mkdir()
    listed = subprocess.run(["ldd", program], check=True, capture_output=True, text=True).stdout
    for path in re.findall(r"=> (/\S+)", listed):
        shutil.copy(path, libraries)
    return {**os.environ, "LD_LIBRARY_PATH": str(libraries)}


def descriptors(pids):
    return sum(len(os.listdir(f"/proc/{pid}/fd")) for pid in pids)


def size_mb(path):
    return os.path.getsize(path) / 1e6 if os.path.exists(path) else 0.0


def look(pid, folder):
    pids = tree(pid)
    return {"at": time.time(), "processes": len(pids), "pss_mb": pss_kb(pids) / 1024,
            "anonymous_mb": anonymous_kb(pids) / 1024,
            "descriptors": descriptors(pids), "wal_mb": size_mb(f"{folder}/vigie.db-wal"),
            "db_mb": size_mb(f"{folder}/vigie.db")}


def slope_per_hour(looks, what):
    """Least squares."""
    n = len(looks)
    mean_t = sum(x["at"] for x in looks) / n
    mean_y = sum(x[what] for x in looks) / n
    above = sum((x["at"] - mean_t) * (x[what] - mean_y) for x in looks)
    below = sum((x["at"] - mean_t) ** 2 for x in looks)
    return above / below * 3600 if below else 0.0


def settled(looks, what):
    """The median of the last quarter against that of the second one."""
    def median(part):
        return sorted(x[what] for x in part)[len(part) // 2]
    quarter = max(len(looks) // 4, 1)
    return median(looks[-quarter:]) - median(looks[quarter:2 * quarter] or looks)


def soak(options, folder):
    with targets(options.build, None) as port, Receiver([], ["200"]) as good, \
            Receiver([], ["500", "200"] * 100000) as bad, \
            open(os.path.join(folder, "said"), "wb") as said:
        path = configuration(folder, port, options.endpoints, [good.url, bad.url])
        program = shutil.copy(f"{options.build}/vigie", folder)
        with running(pinned(0, program, "run", "-c", path), stdout=said, stderr=said,
                     env=own_libraries(program, folder)) as child:
            begin, looks = time.time(), []
            while time.time() < begin + options.minutes * 60:
                time.sleep(LOOK_EVERY)
                if child.poll() is not None:
                    raise SystemExit(f"soak: vigie ended after {time.time() - begin:.0f} s")
                looks.append(look(child.pid, folder))
                if len(looks) % 10 == 0:
                    say("soak: {minutes:.0f} min, {pss_mb:.1f} MB, {descriptors} descriptors, "
                        "WAL {wal_mb:.1f} MB, {db_mb:.0f} MB kept".format(
                            minutes=(time.time() - begin) / 60, **looks[-1]))
            end = time.time()
            child.send_signal(signal.SIGTERM)
            child.wait(30)
        told = len(good.requests)
    probes, failed, late = kept(folder, (begin + 30) * 1000, (end - 2) * 1000)
    half = looks[len(looks) // 2:]
    return {"minutes": round((end - begin) / 60, 1), "probes": probes,
            "probes_per_s": round(probes / (end - begin - 32)), "failed": failed, "told": told,
            "pss_mb_first": looks[0]["pss_mb"], "pss_mb_last": looks[-1]["pss_mb"],
            "pss_slope_mb_per_h": slope_per_hour(half, "pss_mb"),
            "anonymous_mb_last": looks[-1]["anonymous_mb"],
            "anonymous_slope_mb_per_h": slope_per_hour(half, "anonymous_mb"),
            "descriptors_grown": settled(looks, "descriptors"),
            "processes": looks[-1]["processes"],
            "wal_mb": max(x["wal_mb"] for x in looks), "db_mb": looks[-1]["db_mb"],
            "late_p50_us": late[len(late) // 2], "late_p99_us": late[len(late) * 99 // 100],
            "failed_above_faults": max(failed / probes - FAULTS, 0)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default="build/bench", help="where vigie and the tools are")
    parser.add_argument("--minutes", type=int, default=60)
    parser.add_argument("--endpoints", type=int, default=500)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()

    os.makedirs(options.build, exist_ok=True)
    work = os.path.abspath(tempfile.mkdtemp(prefix="soak-", dir=options.build))
    key = pathlib.Path(work, "key")
    key.write_text(new_secret() + "\n", encoding="ascii")
    key.chmod(0o600)
    try:
        result = soak(options, work)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    if options.json:
        print(json.dumps(result, indent=1))
    else:
        for name, value in result.items():
            goal = f"  (at most {GOALS[name]})" if name in GOALS else ""
            print(f"{name:<26}{value:>14.2f}{goal}" if isinstance(value, float) else f"{name:<26}{value:>14}{goal}")
    missed = [name for name, most in GOALS.items() if result[name] > most]
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
