#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""stress - how late probes become, and how long a turn of a loop takes, while
something around the daemon is broken.

Each trouble is a run of its own of 1,000 endpoints, and one without trouble
comes first to compare with.  Lateness is that of the stored samples of the
window; the longest turn is what the processes say of themselves each minute.
Needs root: the daemon gets a /dev/log and a resolv.conf of its own, in a
mount namespace.
"""

import argparse
import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

from bench import ADDRESSES, WARM_SECONDS, kept, pinned, running, say, targets
from measure import tree

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support_py"))

from names import AT, NameServer  # noqa: E402
from receiver import Receiver, new_secret  # noqa: E402

MINUTE_AND_A_BIT = 75  # the processes speak of their turns once a minute
STALL_GOAL_MS = 50
FLAPPING = 20  # endpoints that break and recover, so that there is news
EDGE = 1  # second at each end of a trouble in which a sample may see both
KNOWN = 5  # seconds that an answer is used, and none is, however short its TTL

PRIVATE = """
mount --make-rprivate /
mount --bind "$0/resolv.conf" /etc/resolv.conf
mount -t tmpfs -o mode=755 none "$0/dev"
for f in null zero full random urandom; do
    : >"$0/dev/$f"
    mount --bind "/dev/$f" "$0/dev/$f"
done
ln -s "$0/log.socket" "$0/dev/log"
mount --rbind "$0/dev" /dev
exec "$@"
"""


def control(folder, request):
    """What the daemon answers to a request; {} when it does not."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as s:
        s.settimeout(10)
        try:
            s.connect(f"{folder}/control")
            s.send(json.dumps(request).encode())
            return json.loads(s.recv(65536))
        except (OSError, ValueError):
            return {}


def configuration(options, folder, port, trouble, hooks):
    host = "t{n}.bench.test" if trouble.named else "127.0.0.{a}"
    lines = [f"database: {folder}/disk/vigie.db", f"control: {folder}/control",
             f"defaults: {{interval: {options.interval}s, timeout: 900ms}}",
             "canaries: []", "services:", "  - id: bench",
             "    expect: {status: 200}", "    regions:", "      loopback:"]
    for n in range(options.endpoints):
        where = host.format(n=n, a=n % ADDRESSES + 1)
        path = "hang" if n < trouble.hang else "mix" if n < trouble.hang + trouble.flapping else "t"
        lines.append(f"        - {{name: t{n}, url: 'http://{where}:{port}/{path}/{n}'}}")
    lines += ["receivers:", "  - {id: log, type: syslog, facility: local0}"]
    lines += [f"  - {{id: hook{i}, type: webhook, url: '{url}', "
              f"secret_file: {folder}/key, allow_private: true}}" for i, url in enumerate(hooks)]
    names = ", ".join(["log"] + [f"hook{i}" for i in range(len(hooks))])
    lines += ["routes:", f"  - {{to: [{names}], all: true}}"]
    path = os.path.join(folder, "vigie.yaml")
    with open(path, "w", encoding="ascii") as f:
        f.write("\n".join(lines) + "\n")
    return path


@contextlib.contextmanager
def scene(options, work, name, size="2g"):
    """A folder with a disk of its own, a log socket and a resolv.conf."""
    folder = os.path.join(work, name)
    os.makedirs(os.path.join(folder, "disk"))
    os.makedirs(os.path.join(folder, "dev"))
    pathlib.Path(folder, "resolv.conf").write_text(
        f"nameserver {AT}\noptions timeout:1 attempts:2\n", encoding="ascii")
    key = pathlib.Path(folder, "key")
    key.write_text(new_secret() + "\n", encoding="ascii")
    key.chmod(0o600)
    log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    log.bind(os.path.join(folder, "log.socket"))
    log.setblocking(True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "none", f"{folder}/disk"], check=True)
    try:
        yield folder, log
    finally:
        log.close()
        subprocess.run(["umount", "-l", f"{folder}/disk"], check=True)


def drain(log):
    """A log daemon that takes all."""
    def serve():
        with contextlib.suppress(OSError):
            while True:
                log.recv(65536)
    threading.Thread(target=serve, daemon=True).start()


def threads(pid):
    return sum(len(os.listdir(f"/proc/{p}/task")) for p in tree(pid)
               if os.path.exists(f"/proc/{p}/task"))


def fill(folder):
    """Every byte that is left; gives the file to remove."""
    path = os.path.join(folder, "disk", "filler")
    with open(path, "ab", buffering=0) as f, contextlib.suppress(OSError):
        for size in (1 << 20, 4096, 1):
            with contextlib.suppress(OSError):
                while True:
                    f.write(b"\0" * size)
    return path


def reasons(folder, begin_ms, end_ms):
    """Of the samples of a window: each reason, and how many endpoints had it."""
    base = sqlite3.connect(f"file:{folder}/vigie.db?mode=ro", uri=True)
    rows = base.execute(
        "SELECT w.word, count(DISTINCT s.endpoint) FROM sample s"
        " JOIN word w ON w.kind = 'reason' AND w.number = s.reason"
        " WHERE s.start_ms >= ? AND s.start_ms < ? GROUP BY 1", (begin_ms, end_ms)).fetchall()
    base.close()
    return dict(rows)


class Trouble:
    """What is broken: begin() when the window opens, end() when it closes."""

    named = False   # endpoints have names to look up
    hang = 0        # of the endpoints, never answered
    flapping = FLAPPING
    deaf = False    # the log daemon does not read
    receivers = ()
    disk = "2g"

    def begin(self, folder):
        pass

    def end(self):
        pass

    def missed(self, r, endpoints):
        """What was promised of this trouble and is not so."""
        return []


class Dark(Trouble):
    named = True
    flapping = 0

    def __init__(self, names):
        self.names = names

    def begin(self, folder):
        self.names.dark = True

    def end(self):
        self.names.dark = False

    def missed(self, r, endpoints):
        if r["reasons"] != {"dns_timeout": endpoints}:
            yield f"not dns_timeout everywhere, and nothing else: {r['reasons']}"
        if r["reasons_after"] != {"ok": endpoints}:
            yield f"not well within one interval: {r['reasons_after']}"


class Full(Trouble):
    disk = "96m"
    path = None

    def begin(self, folder):
        self.path = fill(folder)

    def end(self):
        os.unlink(self.path)


def troubles(options, names):
    calm, hanging, deaf, receivers = Trouble(), Trouble(), Trouble(), Trouble()
    hanging.hang = options.endpoints // 10
    deaf.deaf = True
    receivers.receivers = ("hang",) * 8
    named = Trouble()
    named.named = True
    return {"calm": calm, "names, answered": named, "resolver black-holed": Dark(names),
            "10 % of targets time out": hanging, "log daemon stopped": deaf,
            "all receivers hang": receivers, "disk full": Full()}


def one(options, work, name, trouble, port):
    with contextlib.ExitStack() as stack:
        folder, log = stack.enter_context(scene(options, work, name.replace(" ", "-").replace("%", "percent"),
                                                trouble.disk))
        if not trouble.deaf:
            drain(log)
        hooks = [stack.enter_context(Receiver([], [step])).url for step in trouble.receivers]
        path = configuration(options, folder, port, trouble, hooks)
        said = open(os.path.join(folder, "said"), "wb")
        stack.callback(said.close)
        command = ["unshare", "-m", "sh", "-ec", PRIVATE, folder,
                   *pinned(0, os.path.abspath(f"{options.build}/vigie"), "run", "-c", path)]
        child = stack.enter_context(running(command, stdout=said, stderr=said))
        time.sleep(WARM_SECONDS)
        if child.poll() is not None:
            raise SystemExit(f"stress: vigie ended: {pathlib.Path(said.name).read_text()[-2000:]}")
        trouble.begin(folder)
        begin, turns, most, degraded = time.time(), 0, 0, False
        while time.time() < begin + options.seconds:
            time.sleep(2)
            answer = control(folder, {"act": "status"})
            turns = max(turns, answer.get("longest_turn_ms", 0))
            most = max(most, threads(child.pid))
            degraded = degraded or answer.get("degraded", False)
        end = time.time()
        trouble.end()
        time.sleep(WARM_SECONDS + KNOWN + EDGE + options.interval)
        alive = child.poll() is None
        probes, failed, late = kept(f"{folder}/disk", begin * 1000, end * 1000)
        meanwhile = reasons(f"{folder}/disk", (begin + KNOWN + EDGE) * 1000, (end - EDGE) * 1000)
        regained = reasons(f"{folder}/disk", (end + KNOWN + EDGE) * 1000,
                           (end + KNOWN + EDGE + options.interval) * 1000)
        _, after, _ = kept(f"{folder}/disk", (time.time() - 5 - options.interval) * 1000,
                           (time.time() - 2) * 1000)
        child.send_signal(signal.SIGTERM)
        child.wait(30)
        stalled = re.findall(r"stalled (?:role=(\w+) )?longest_turn_ms=(\d+)",
                             pathlib.Path(said.name).read_text(errors="replace"))
    return {"probes": probes, "failed": failed, "failed_after": after,
            "reasons": meanwhile, "reasons_after": regained,
            "late_p50_us": late[len(late) // 2] if late else None,
            "late_p99_us": late[len(late) * 99 // 100] if late else None,
            "longest_turn_ms": max([turns] + [int(ms) for _, ms in stalled]),
            "threads": most, "unwritable": degraded, "alive": alive}


def goals_missed(result, all_troubles, endpoints):
    """One line for each goal that a trouble did not reach."""
    for name, r in result.items():
        if not r["alive"]:
            yield f"{name}: the daemon ended"
        if r["longest_turn_ms"] > STALL_GOAL_MS:
            yield f"{name}: a turn of {r['longest_turn_ms']} ms"
        for line in all_troubles[name].missed(r, endpoints):
            yield f"{name}: {line}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default="build/bench", help="where vigie and the tools are")
    parser.add_argument("--seconds", type=int, default=MINUTE_AND_A_BIT, help="of each trouble (75)")
    parser.add_argument("--endpoints", type=int, default=1000)
    parser.add_argument("--interval", type=int, default=2, help="seconds between probes (2)")
    parser.add_argument("--only", help="the troubles whose name holds this")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()

    if os.geteuid() != 0:
        raise SystemExit("stress: needs root, for a /dev/log and a resolv.conf of its own")
    os.makedirs(options.build, exist_ok=True)
    work = os.path.abspath(tempfile.mkdtemp(prefix="stress-", dir=options.build))
    result = {}
    try:
        with targets(options.build, None) as port, NameServer() as names:
            names.default = "127.0.0.1"
            everything = troubles(options, names)
            for name, trouble in everything.items():
                if options.only is None or options.only in name:
                    say(f"{name}: {options.endpoints} endpoints at {options.interval} s, {options.seconds} s")
                    result[name] = one(options, work, name, trouble, port)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    if options.json:
        print(json.dumps(result, indent=1))
    else:
        row = "{:<26}{:>8}{:>8}{:>10}{:>10}{:>8}{:>9}{:>7}{}"
        print(row.format("", "probes", "failed", "late p50", "late p99", "turn", "threads", "after", ""))
        for name, r in result.items():
            print(row.format(name, r["probes"], r["failed"], f"{r['late_p50_us'] or 0} us",
                             f"{r['late_p99_us'] or 0} us", f"{r['longest_turn_ms']} ms",
                             r["threads"], r["failed_after"], "  unwritable meanwhile" if r["unwritable"] else ""))
    missed = list(goals_missed(result, everything, options.endpoints))
    for line in missed:
        say(f"missed: {line}")
    return 1 if missed or not result else 0


if __name__ == "__main__":
    sys.exit(main())
