# SPDX-License-Identifier: MIT
"""`addresses: all`: a name with several servers, of which some fail."""
import contextlib
import http.server
import json
import pathlib
import socket
import subprocess
import sys
import threading

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support_py"))

import json_schema  # noqa: E402
import live  # noqa: E402
import names as dns  # noqa: E402
import tokens as servers  # noqa: E402
from receiver import Receiver, new_secret  # noqa: E402

GOOD, PARTLY, BAD, CONFIG = 0, 1, 2, 78
OK, REFUSES, HANGS, BROKEN, AGAIN = (f"127.0.0.{n}" for n in range(21, 26))
FORBIDDEN = "169.254.1.1"
SCHEMA = json.loads((ROOT / "schema/event.schema.json").read_text())
WATCHED = """
database: {f}/vigie.db
control: {f}/control
canaries: []
defaults: {{interval: 1s, timeout: 2s}}
services:
  - {{id: s, regions: {{eu: {{url: "http://each.test:{port}/",
                              addresses: all}}}}}}
receivers:
  - {{id: hook, type: webhook, url: "{hook}", secret_file: {f}/hook.key,
      allow_private: true}}
routes: [{{to: [hook], all: true}}]
"""
pytestmark = pytest.mark.skipif(
    not dns.may_be_private(), reason="a name server at port 53 is for root")


class Page(http.server.BaseHTTPRequestHandler):
    asked = []

    def do_GET(self):
        at = self.server.server_address[0]
        self.asked.append(at)
        self.send_response(500 if at == BROKEN else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_args):
        pass


@pytest.fixture(scope="module")
def port():
    """Of all: one that is free at REFUSES, and bound everywhere else."""
    first = http.server.ThreadingHTTPServer((OK, 0), Page)
    number = first.server_address[1]
    servers = [first] + [http.server.ThreadingHTTPServer((at, number), Page)
                         for at in (BROKEN, AGAIN)]
    hanging = socket.create_server((HANGS, number))
    for server in servers:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True,
                         kwargs={"poll_interval": 0.05}).start()
    yield number
    for server in servers:
        server.shutdown()
        server.server_close()
    hanging.close()


@pytest.fixture(scope="module")
def names():
    with dns.NameServer() as server:
        yield server


def vigie(folder, *arguments):
    return subprocess.run(
        [*dns.privately(folder), live.VIGIE, "probe", *arguments],
        env=live.ENV, capture_output=True, text=True, timeout=60, check=False)


def configure(folder, url, more=", addresses: all"):
    config = folder / "vigie.yaml"
    config.write_text("defaults: {timeout: 2s}\nservices:\n  - id: s\n"
                      f"    regions: {{eu: {{url: '{url}'{more}}}}}\n")
    return config


def probe(folder, url, more=", addresses: all"):
    done = vigie(folder, "--json", "-c", configure(folder, url, more), "s/eu")
    assert done.stderr == "", done.stderr
    got = json.loads(done.stdout)
    return (done.returncode, got["class"], got["reason"]), got


def steps(got):
    return [(s["address"], s["reason"]) for s in got["steps"]]


ROWS = pytest.mark.parametrize("addresses,code,reason,detail", [
    ([AGAIN, OK], GOOD, "ok", ""),
    ([REFUSES, AGAIN, OK], GOOD, "ok",
     f"1 of 3 addresses failing: {REFUSES} connection_refused"),
    ([BROKEN, REFUSES, OK], GOOD, "ok",
     f"2 of 3 addresses failing: {REFUSES} connection_refused, "
     f"{BROKEN} server_error"),
    ([HANGS, OK], GOOD, "ok", f"1 of 2 addresses failing: {HANGS} timeout"),
    ([FORBIDDEN, OK], GOOD, "ok",
     f"1 of 2 addresses failing: {FORBIDDEN} blocked_by_policy"),
    ([HANGS, BROKEN, REFUSES], BAD, "connection_refused",
     f"3 of 3 addresses failing: {REFUSES} connection_refused, "
     f"{HANGS} timeout, {BROKEN} server_error")])


@ROWS
def test_each_address_is_asked(names, port, tmp_path, addresses, code, reason,
                               detail):
    """In whatever order they come; one that hangs eats its share only."""
    for order in (addresses, addresses[::-1]):
        names.address["each"] = order
        short, got = probe(tmp_path, f"http://each.test:{port}/")
        assert (short[0], short[2]) == (code, reason), got
        assert got["detail"] == detail
        want = sorted(addresses, key=socket.inet_aton)
        assert [at for at, _ in steps(got)] == want
        assert sum(f"{at} " in detail for at in want) == sum(
            why != "ok" for _, why in steps(got))
        assert got["total_us"] < 5_000_000


def test_the_first_is_enough_by_default(names, port, tmp_path):
    names.address["each"] = [OK, AGAIN]
    Page.asked.clear()
    short, got = probe(tmp_path, f"http://each.test:{port}/", "")
    assert short == (GOOD, "OK", "ok"), got
    assert len(got["steps"]) == len(Page.asked) == 1


def test_the_family_is_that_of_the_endpoint(names, port, tmp_path):
    names.address["each"] = [OK, AGAIN, "::1"]
    short, got = probe(tmp_path, f"http://each.test:{port}/",
                       ", addresses: all, ip: 4")
    assert short == (GOOD, "OK", "ok"), got
    assert [at for at, _ in steps(got)] == [OK, AGAIN]
    assert got["detail"] == ""


def test_tcp_and_sixteen_addresses(names, port, tmp_path):
    many = [f"127.0.1.{n}" for n in range(1, 40)]
    names.address["each"] = many
    short, got = probe(tmp_path, f"tcp://each.test:{port}")
    assert short == (BAD, "CONNECT", "connection_refused"), got
    assert len(got["steps"]) == 16
    assert got["detail"].startswith("16 of 16 addresses failing: 127.0.1.")
    assert got["detail"].endswith(" more")


def test_people_read_each_address(names, port, tmp_path):
    names.address["each"] = [REFUSES, OK]
    config = configure(tmp_path, f"http://each.test:{port}/")
    done = vigie(tmp_path, "-c", config, "s/eu")
    assert done.returncode == GOOD
    assert f"at {OK} port {port}  status 200" in done.stdout
    assert f"at {REFUSES} port {port}  connection refused" in done.stdout
    assert f"1 of 2 addresses failing: {REFUSES}" in done.stdout


@pytest.fixture
def apis():
    """A token server, and the same API at three addresses."""
    with contextlib.ExitStack() as stack:
        given = stack.enter_context(servers.Tokens("vigie", "secret"))
        many = [stack.enter_context(servers.Api(given, (OK, 0)))]
        number = many[0].server.server_address[1]
        many += [stack.enter_context(servers.Api(given, (at, number)))
                 for at in (BROKEN, AGAIN)]
        yield given, many, number


def with_token(folder, names, given, number):
    (folder / "client").write_text("secret\n")
    (folder / "client").chmod(0o600)
    names.address["each"] = [AGAIN, OK, BROKEN]
    return probe(folder, f"http://each.test:{number}/",
                 ", addresses: all, auth: {oauth2: {client_id: vigie, "
                 f"token_url: '{given.url}/token', "
                 f"client_secret_file: {folder}/client}}}}")


def test_one_token_serves_all_addresses(names, apis, tmp_path):
    given, many, number = apis
    short, got = with_token(tmp_path, names, given, number)
    assert short == (GOOD, "OK", "ok") and got["detail"] == "", got
    assert len(given.asked) == 1
    assert [api.shown for api in many] == [given.given] * 3


def test_one_that_does_not_know_our_token(names, apis, tmp_path):
    """It is asked once more, with a fresh one; the others take that too."""
    given, many, number = apis
    with servers.Tokens("vigie", "secret") as another:
        many[1].tokens = another
        short, got = with_token(tmp_path, names, given, number)
    assert short == (GOOD, "OK", "ok"), got
    assert got["detail"] == f"1 of 3 addresses failing: {BROKEN} auth"
    assert len(given.asked) == 2
    assert [len(api.shown) for api in many] == [1, 2, 1]
    assert many[2].shown == given.given[-1:]


def test_a_token_that_came_late_is_not_their_fault(names, apis, tmp_path):
    """Two seconds in all, and a third of what is left for each."""
    given, many, number = apis
    given.takes = 1.4
    many[0].takes = many[1].takes = 0.5
    short, got = with_token(tmp_path, names, given, number)
    assert short == (GOOD, "OK", "ok"), got
    assert [reason for _, reason in steps(got)] == [
        "token_unreachable", "token_unreachable", "ok"]
    assert got["detail"] == ""
    many[2].takes = 0.7
    short, got = with_token(tmp_path, names, given, number)
    assert short == (PARTLY, "LOCAL", "token_unreachable"), got


def test_a_proxy_would_choose(tmp_path):
    config = configure(tmp_path, "http://each.test/",
                       ", addresses: all, proxy: 'http://127.0.0.1:1'")
    done = live.vigie("check", "-c", config)
    assert done.returncode == CONFIG
    assert "through a proxy, it is the proxy that chooses" in done.stderr


def watch(folder, port, hook, secret):
    key = folder / "hook.key"
    key.write_text(secret + "\n")
    key.chmod(0o600)
    config = folder / "vigie.yaml"
    config.write_text(WATCHED.format(f=folder, port=port, hook=hook))
    return live.Daemon(config, wrap=dns.privately(folder))


def said(receiver, n):
    """The n-th notice, as people and as machines read it."""
    body = receiver.wait(n, timeout=30)[n - 1].json()
    assert json_schema.faults(SCHEMA, body) == []
    assert body["type"] == "endpoint.partial", body
    return {key: body["data"].get(key)
            for key in ("loud", "failing", "addresses", "detail")}


def lines(folder):
    with contextlib.closing(live.reader(folder / "vigie.db")) as db:
        return [row[0] for row in
                db.execute("SELECT line FROM notice ORDER BY id")]


def test_a_daemon_tells_which_fail(names, port, tmp_path):
    """Quietly, once: also after a restart; and that it is whole again."""
    names.address["each"] = [REFUSES, OK, AGAIN]
    words = f"1 of 3 addresses failing: {REFUSES} connection_refused"
    secret = new_secret()
    with Receiver([secret]) as receiver:
        with watch(tmp_path, port, receiver.url, secret) as daemon:
            assert said(receiver, 1) == {
                "loud": False, "failing": 1, "addresses": 3, "detail": words}
            live.until(lambda: daemon.states() == {"s/eu": "up"})
            assert words in daemon.command("status")
            (row,) = daemon.json("status")["endpoints"]
            assert (row["state"], row["partial"]) == ("up", words)
            assert words in " ".join(daemon.command("explain", "s/eu").split())
            assert daemon.json("explain", "s/eu")["partial"] == words
            assert lines(tmp_path) == [f"s/eu: {words}"]
        names.address["each"] = [REFUSES, BROKEN, OK]
        with watch(tmp_path, port, receiver.url, secret) as daemon:
            assert said(receiver, 2) == {
                "loud": False, "failing": 2, "addresses": 3,
                "detail": f"2 of 3 addresses failing: {REFUSES} "
                          f"connection_refused, {BROKEN} server_error"}
            names.address["each"] = [OK, AGAIN]
            assert said(receiver, 3) == {"loud": False, "failing": 0,
                                         "addresses": None, "detail": None}
            assert lines(tmp_path)[2:] == [
                "s/eu: all its addresses answer again"]
            live.until(lambda: "partial" not in
                       daemon.json("status")["endpoints"][0], what="the end")
            assert "failing" not in daemon.command("explain", "s/eu")
        assert len(receiver.requests) == 3
