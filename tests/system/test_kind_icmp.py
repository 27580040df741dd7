# SPDX-License-Identifier: MIT
"""icmp://host, in networks that these tests make for themselves."""
import json
import os
import pathlib
import re
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support_py"))

import live  # noqa: E402

GOOD, PARTLY, BAD = 0, 1, 2
NOBODY = "1 0"
pytestmark = pytest.mark.skipif(
    os.geteuid() != 0, reason="a network namespace is for root")
HOSTS = pytest.mark.parametrize("host", ["127.0.0.1", "[::1]"])


def within(mode, *command, groups=None):
    return subprocess.run(
        ["unshare", "-n", sys.executable, "-B",
         ROOT / "tests/support_py/echoes.py", mode,
         *([groups] if groups else []), "--", *map(str, command)],
        env=live.ENV, capture_output=True, text=True, timeout=60, check=False)


def probe(folder, mode, host, more="", groups=None):
    config = folder / "vigie.yaml"
    config.write_text("defaults: {timeout: 1s}\nservices:\n  - id: s\n"
                      f"    regions: {{eu: {{url: 'icmp://{host}'{more}}}}}\n")
    done = within(mode, live.VIGIE, "probe", "--json", "-c", config, "s/eu",
                  groups=groups)
    assert done.stderr == "", done.stderr
    got = json.loads(done.stdout)
    return (done.returncode, got["class"], got["reason"]), got


@HOSTS
def test_who_answers(tmp_path, host):
    short, got = probe(tmp_path, "kernel", host)
    assert short == (GOOD, "OK", "ok"), got
    assert got["path_proven"] is True
    (step,) = got["steps"]
    assert step["address"] == host.strip("[]")
    assert 0 < step["phases_us"]["wait"] < 900_000


@HOSTS
def test_how_long_it_takes(tmp_path, host):
    short, got = probe(tmp_path, "late", host)
    assert short == (GOOD, "OK", "ok"), got
    assert 200_000 <= got["total_us"] < 900_000
    short, got = probe(tmp_path, "late", host, ", expect: {latency: 150ms}")
    assert short == (GOOD, "SLOW", "too_slow"), got


@HOSTS
@pytest.mark.parametrize("mode", ["silent", "wrong", "flood"])
def test_what_is_no_answer(tmp_path, mode, host):
    """Of another ident, sequence, cookie, length, code or host."""
    short, got = probe(tmp_path, mode, host)
    assert short == (BAD, "TIMEOUT", "timeout"), got
    assert got["path_proven"] is False
    assert 950_000 < got["total_us"] < 5_000_000


@HOSTS
def test_the_right_one_counts_all_the_same(tmp_path, host):
    short, got = probe(tmp_path, "wrong-then-right", host)
    assert short == (GOOD, "OK", "ok"), got
    assert got["total_us"] >= 200_000


@HOSTS
def test_a_router_that_finds_nobody(tmp_path, host):
    short, got = probe(tmp_path, "unreachable", host)
    assert short == (BAD, "CONNECT", "no_route"), got
    assert got["total_us"] < 900_000


def test_no_way_out_of_here(tmp_path):
    short, got = probe(tmp_path, "kernel", "192.0.2.1")
    assert short == (PARTLY, "LOCAL", "local_network"), got


@HOSTS
def test_where_it_is_not_permitted(tmp_path, host):
    short, got = probe(tmp_path, "kernel", host, groups=NOBODY)
    assert short == (PARTLY, "CONFIG", "not_permitted"), got
    assert 'sysctl -w net.ipv4.ping_group_range="0 2147483647"' in \
        got["detail"]
    done = within("kernel", live.VIGIE, "check", "-c",
                  tmp_path / "vigie.yaml", groups=NOBODY)
    assert done.returncode == 0 and "net.ipv4.ping_group_range" in done.stderr
    done = within("kernel", live.VIGIE, "check", "-c",
                  tmp_path / "vigie.yaml")
    assert (done.returncode, done.stderr) == (0, "")


def test_what_must_not_be_asked(tmp_path):
    for host in ("169.254.169.254", "224.0.0.1", "255.255.255.255",
                 "[ff02::1]"):
        short, got = probe(tmp_path, "kernel", host)
        assert short == (PARTLY, "CONFIG", "blocked_by_policy"), got


def test_what_makes_no_sense(tmp_path):
    config = tmp_path / "vigie.yaml"
    config.write_text(
        "services:\n  - id: s\n    regions:\n"
        "      a: {url: 'icmp://a.test:7'}\n"
        "      b: {url: 'icmp://a.test/x'}\n"
        "      c: {url: 'icmp://a.test', tls: {insecure: true}}\n"
        "      d: {url: 'icmp://a.test', expect: {body: x}}\n")
    said = live.vigie("check", "-c", config).stderr
    for part in ("icmp://host takes no port", "icmp: takes no path",
                 "'tls' has no meaning for icmp:",
                 "'body' has no meaning for icmp:"):
        assert part in said, said


CLASSES = re.findall(r'^CLASS\(\w+, "(\w+)"',
                     (ROOT / "schema/names.def").read_text(), re.M)
WATCH = """
import contextlib, pathlib, sys
sys.path.insert(0, sys.argv[1])
import live
with live.Daemon(sys.argv[2]) as daemon:
    live.until(lambda: daemon.states() == {"s/eu": "up", "s/na": "up"}, 60,
               "both up")
    pathlib.Path("/proc/sys/net/ipv4/icmp_echo_ignore_all").write_text("1")
    def failing():
        with contextlib.closing(live.reader(sys.argv[3])) as db:
            return db.execute("SELECT e.name, count(*) FROM sample s JOIN "
                "endpoint e ON e.id = s.endpoint WHERE s.class = "
                + sys.argv[4] + " GROUP BY 1").fetchall()
    found = live.until(failing, 30, "a timeout")
    assert [name for name, _ in found] == ["s/eu"], found
    assert daemon.stop() == 0
"""


def test_it_is_watched(tmp_path):
    """A host falls silent, and another one does not."""
    config = tmp_path / "vigie.yaml"
    config.write_text(
        f"database: {tmp_path}/vigie.db\ncontrol: {tmp_path}/control\n"
        "canaries: []\ndefaults: {interval: 1s, timeout: 1s}\n"
        "services:\n  - id: s\n    regions:\n"
        "      eu: icmp://127.0.0.1\n      na: 'icmp://[::1]'\n"
        "receivers: [{id: log, type: syslog}]\n")
    done = within("kernel", sys.executable, "-B", "-c", WATCH,
                  ROOT / "tests/support_py", config, tmp_path / "vigie.db",
                  CLASSES.index("TIMEOUT"))
    assert done.returncode == 0, done.stdout + done.stderr
