# SPDX-License-Identifier: MIT
"""Names that lie, vanish or never come: what a probe makes of them."""
import json
import pathlib
import shutil
import socket
import subprocess
import sys
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support_py"))

import live  # noqa: E402
import names as dns  # noqa: E402

GOOD = 0
pytestmark = pytest.mark.skipif(
    not dns.may_be_private(),
    reason="port 53 and a mount namespace are for root")


@pytest.fixture(scope="module")
def names():
    with dns.NameServer() as server:
        yield server


@pytest.fixture
def target():
    with live.Target() as target:
        yield target


def port_of(target):
    return int(target.url.rpartition(":")[2])


def probe(folder, url, timeout="2s", more=""):
    config = folder / "vigie.yaml"
    config.write_text(f"defaults: {{timeout: {timeout}}}\nservices:\n"
                      f"  - id: s\n    regions: {{eu: {{url: '{url}'{more}}}}}\n")
    done = subprocess.run(
        [*dns.privately(folder), live.VIGIE, "probe", "--json", "-c",
         str(config), "s/eu"], env=live.ENV, capture_output=True, text=True,
        timeout=60, check=False)
    assert done.stderr == "", done.stderr
    return done.returncode, json.loads(done.stdout)


def trap(host="127.0.0.1"):
    """Somebody who must never be asked."""
    sock = socket.socket()
    sock.bind((host, 0))
    sock.listen(8)
    sock.setblocking(False)
    return sock


def knocked(sock):
    try:
        sock.accept()[0].close()
        return True
    except BlockingIOError:
        return False


@pytest.mark.parametrize("label,reason", [
    ("nxdomain", "dns_nxdomain"), ("servfail", "dns_servfail"),
    ("refused", "dns_refused"), ("empty", "dns_empty")])
def test_four_ways_to_have_no_address(names, target, tmp_path, label, reason):
    code, got = probe(tmp_path, f"http://{label}.test:{port_of(target)}/")
    assert (code, got["class"], got["reason"]) == (2, "DNS", reason), got
    assert got["path_proven"] is False


@pytest.mark.parametrize("label", ["silent", "wrong-id", "garbage", "loop",
                                   "cut"])
def test_answers_that_are_none(names, target, tmp_path, label):
    """Bounded by the timeout, and never taken for an address."""
    began = time.monotonic()
    code, got = probe(tmp_path, f"http://{label}.test:{port_of(target)}/",
                      timeout="1s")
    assert time.monotonic() - began < 20
    assert code != GOOD and got["class"] == "DNS", got
    assert got["total_us"] < 5_000_000


def test_two_hundred_addresses(names, target, tmp_path):
    code, got = probe(tmp_path, f"http://huge.test:{port_of(target)}/")
    assert code == GOOD, json.dumps(got)


def test_the_second_address_answers(names, target, tmp_path):
    names.address["two"] = ["127.0.0.2", "127.0.0.1"]
    code, got = probe(tmp_path, f"http://two.test:{port_of(target)}/")
    assert (code, got["class"]) == (GOOD, "OK"), got
    tried = [step["address"] for step in got["steps"]]
    assert "127.0.0.1" in tried[-1]


def test_a_broken_family_does_not_excuse_or_blame_the_other(
        names, target, tmp_path):
    names.address["both"] = ["::1", "127.0.0.1"]
    url = f"http://both.test:{port_of(target)}/"
    assert probe(tmp_path, url)[0] == GOOD
    assert probe(tmp_path, url, more=", ip: 4")[0] == GOOD
    code, got = probe(tmp_path, url, more=", ip: 6")
    assert (code, got["reason"]) == (2, "connection_refused"), got


def test_a_name_that_leads_to_link_local(names, target, tmp_path):
    names.address["meta"] = ["169.254.169.254"]
    code, got = probe(tmp_path, "http://meta.test/latest/meta-data/")
    assert code != GOOD and got["reason"] == "blocked_by_policy", got
    names.address["mixed"] = ["169.254.169.254", "127.0.0.1"]
    code, got = probe(tmp_path, f"http://mixed.test:{port_of(target)}/")
    assert all("169.254" not in s.get("address", "") for s in got["steps"]), got


def test_rebinding(names, tmp_path):
    """The address that was checked is the one that is asked, once."""
    checked, other = trap(), trap("127.0.0.1")
    turns = []

    def turning():
        turns.append(1)
        return ["127.0.0.1"] if len(turns) == 1 else ["169.254.169.254"]
    names.address["rebind"] = turning
    port = checked.getsockname()[1]
    code, got = probe(tmp_path, f"http://rebind.test:{port}/", timeout="1s",
                      more=", ip: 4")
    assert code != GOOD  # it accepts and says nothing
    assert knocked(checked) and not knocked(other)
    assert [s["address"].rpartition(":")[0] or s["address"]
            for s in got["steps"]][0].startswith("127.0.0.1")
    assert len(turns) == 1, "asked again between check and connect"
    checked.close()
    other.close()


def test_a_redirect_to_a_name_that_leads_to_link_local(names, tmp_path):
    names.address["inner"] = ["169.254.169.254"]
    names.address["outer"] = ["127.0.0.1"]
    with live.Target() as away:
        away.pages["/"] = (302, b"")
        original = away._server.RequestHandlerClass

        class Redirect(original):
            def end_headers(self):
                self.send_header("Location", "http://inner.test/x")
                super().end_headers()
        away._server.RequestHandlerClass = Redirect
        code, got = probe(tmp_path, f"http://outer.test:{port_of(away)}/")
    assert code != GOOD and got["reason"] == "blocked_by_policy", got


CONFIG = """
database: {f}/vigie.db
control: {f}/control
canaries: []
defaults: {{interval: 1s, timeout: 900ms, ladder: false}}
services:
  - id: named
    regions:
      eu: http://www.test:{port}/
      na: http://old.test:{port}/
receivers:
  - {{id: log, type: syslog, facility: local0}}
routes:
  - {{to: [log]}}
"""


def test_changes_of_resolv_conf_and_hosts_are_seen(names, target, tmp_path):
    """Within half a minute, while the daemon runs."""
    names.address["www"] = ["127.0.0.1"]
    (tmp_path / "hosts").write_text("127.0.0.1 localhost\n")
    config = tmp_path / "vigie.yaml"
    config.write_text(CONFIG.format(f=tmp_path, port=port_of(target)))
    with live.Daemon(config, wrap=dns.privately(tmp_path)) as daemon:
        live.until(lambda: daemon.states().get("named/eu") == "up",
                   what="the known name")
        assert daemon.states()["named/na"] != "up"
        # In place: what is mounted over /etc/hosts is this very file.
        with open(tmp_path / "hosts", "a", encoding="ascii") as hosts:
            hosts.write("127.0.0.1 old.test\n")
        live.until(lambda: daemon.states().get("named/na") in
                   ("up", "recovering"), 40, "the change of hosts")

        conf = tmp_path / "resolv.conf"
        text = conf.read_text()
        conf.write_text(text.replace(dns.AT, dns.NOBODY_AT))
        # Nobody answers there: that is our fault, and so we do not know.
        live.until(lambda: daemon.states().get("named/eu") == "unknown", 60,
                   "a server that is not there")
        conf.write_text(text)
        live.until(lambda: daemon.states().get("named/eu") == "up", 40,
                   "the old server")
        assert daemon.json("incidents") == []
        assert daemon.stop() == 0


def etc_of(folder):
    """A copy of /etc in which files can be replaced, not only rewritten."""
    etc = folder / "etc"
    shutil.copytree("/etc", etc, symlinks=True,
                    ignore=shutil.ignore_patterns("*.socket"))
    for name in ("resolv.conf", "hosts"):
        (etc / name).unlink(missing_ok=True)
    return etc


def put(etc, name, text):
    """As whoever writes such files does it: all of it, or nothing."""
    new = etc / f"{name}.new"
    new.write_text(text)
    new.replace(etc / name)


def test_files_that_are_replaced_are_seen(names, target, tmp_path):
    """A rule of Landlock holds for the old file; the new one is read too."""
    names.address["www"] = ["127.0.0.1"]
    etc = etc_of(tmp_path)
    put(etc, "hosts", "127.0.0.1 localhost\n")
    put(etc, "resolv.conf", f"nameserver {dns.NOBODY_AT}\noptions timeout:1\n")
    config = tmp_path / "vigie.yaml"
    config.write_text(CONFIG.format(f=tmp_path, port=port_of(target)))
    wrap = ["unshare", "-m", "sh", "-ec", dns.PRIVATE, str(tmp_path)]
    with live.Daemon(config, wrap=wrap) as daemon:
        live.until(lambda: daemon.states().get("named/eu") == "unknown",
                   what="a server that is not there")
        before = live.children(daemon.pid)
        put(etc, "resolv.conf", f"nameserver {dns.AT}\noptions timeout:1\n")
        live.until(lambda: daemon.states().get("named/eu") == "up", 40,
                   "the server of the new file")
        assert daemon.states()["named/na"] != "up"
        put(etc, "hosts", "127.0.0.1 localhost old.test\n")
        live.until(lambda: daemon.states().get("named/na") in
                   ("up", "recovering"), 40, "the new hosts")
        after = live.children(daemon.pid)
        assert daemon.said("children-renewed why=files-replaced")
        assert before["log"] == after["log"]
        assert before["prober"] != after["prober"]
        assert not daemon.said("child-ended|child-exit")
        assert daemon.stop() == 0
