# SPDX-License-Identifier: MIT
"""How long a large configuration takes to be checked, and to be begun with.

    python3 tests/bench/crowd.py build/release/vigie

Prints milliseconds for 5,000 and 50,000 endpoints and their ratio: 10 is
linear.  The goals for 50,000 are 1 s to check and 3 s until it is ready.
"""
import pathlib
import subprocess
import sys
import tempfile
import time

SIZES = (5000, 50000)
REGIONS = 5


def write(folder, endpoints):
    lines = [f"database: {folder}/{endpoints}.db",
             f"control: {folder}/control", "canaries: []", "services:"]
    for service in range(endpoints // REGIONS):
        lines += [f"  - id: s{service}", "    regions:"]
        lines += [f"      r{region}: http://127.0.0.1:9/{service}/{region}"
                  for region in range(REGIONS)]
    path = folder / f"{endpoints}.yaml"
    path.write_text("\n".join(lines) + "\n")
    return path


def check(vigie, config):
    began = time.monotonic()
    subprocess.run([vigie, "check", "-c", config], check=True,
                   stdout=subprocess.DEVNULL)
    return time.monotonic() - began


def start(vigie, config):
    log = config.with_suffix(".log")
    with open(log, "w", encoding="utf-8") as out:
        began = time.monotonic()
        daemon = subprocess.Popen([vigie, "run", "-c", config], stderr=out)
    try:
        while "start version" not in log.read_text():
            if daemon.poll() is not None:
                sys.exit(log.read_text()[-2000:])
            time.sleep(0.01)
        return time.monotonic() - began
    finally:
        daemon.terminate()
        daemon.wait(60)


def main():
    vigie = pathlib.Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        configs = [write(folder, size) for size in SIZES]
        for what, measure in (("check", check), ("start", start),
                              ("start again", start)):
            small, large = (measure(vigie, config) for config in configs)
            print(f"{what:12} {SIZES[0]}: {small * 1000:5.0f} ms   "
                  f"{SIZES[1]}: {large * 1000:5.0f} ms   "
                  f"ratio {large / small:.1f}")


if __name__ == "__main__":
    main()
