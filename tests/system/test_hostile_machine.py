# SPDX-License-Identifier: MIT
"""Machines that lack what others have: each in namespaces of its own."""
import json
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support_py"))

import live  # noqa: E402

CONFIG = """
database: {f}/vigie.db
control: {f}/control
canaries: []
defaults: {{interval: 1s, timeout: 1s}}
services:
  - {{id: shop, regions: {{eu: {url}/}}}}
"""
# Nothing in it but loopback, and no address of the old family there.
IPV6_ONLY = """
set -e
ip link set lo up
ip -4 address flush dev lo
/usr/bin/env python3 -m http.server --bind ::1 --directory "$1" 18080 \
    >"$1/server.log" 2>&1 &
server=$!
until "$2" probe --json "http://[::1]:18080/" >"$1/answer" ||
    ! kill -0 $server; do :; done
kill $server
"$2" probe --json http://127.0.0.1:18080/ >"$1/other" || true
"""
NO_LOCALTIME = """
set -e
mount --make-rprivate /
mount --bind /dev/null /etc/localtime
exec "$@"
"""


def unshare(*flags):
    wrap = ["unshare", *flags]
    if subprocess.run([*wrap, "true"], check=False,
                      capture_output=True).returncode != 0:
        pytest.skip("no namespaces of our own: not root?")
    return wrap


def config_of(folder, target):
    path = folder / "vigie.yaml"
    path.write_text(CONFIG.format(f=folder, url=target.url))
    return path


def up(daemon):
    live.until(lambda: daemon.states() == {"shop/eu": "up"}, what="up")


def test_only_ipv6(tmp_path):
    done = subprocess.run(
        [*unshare("-n"), "sh", "-c", IPV6_ONLY, "sh", tmp_path, live.VIGIE],
        env=live.ENV, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    good = json.loads((tmp_path / "answer").read_text())
    assert (good["class"], good["code"]) == ("OK", 200), good
    other = json.loads((tmp_path / "other").read_text())
    assert (other["class"], other["reason"]) == ("LOCAL", "local_network"), \
        "our own machine cannot ask it: that says nothing of it"


def test_no_localtime(tmp_path):
    with live.Target() as target:
        daemon = live.Daemon(
            config_of(tmp_path, target),
            wrap=[*unshare("-m"), "sh", "-c", NO_LOCALTIME, "sh"])
        with daemon:
            up(daemon)
            assert daemon.stop() == 0
        assert not daemon.said("(?m)^(err|crit): ")


def test_a_host_that_is_renamed(tmp_path):
    with live.Target() as target:
        daemon = live.Daemon(config_of(tmp_path, target),
                             wrap=unshare("--uts"))
        with daemon:
            up(daemon)
            subprocess.run(["nsenter", "--uts", f"--target={daemon.pid}",
                            "hostname", "renamed"], check=True)
            before = daemon.json("status")["as_of"]
            live.until(lambda: daemon.json("status")["as_of"] > before)
            assert daemon.states() == {"shop/eu": "up"}
            assert daemon.stop() == 0
        assert not daemon.said("(?m)^(err|crit): ")
