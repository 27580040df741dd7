# SPDX-License-Identifier: MIT
"""dns://name: do the name servers answer, and what?"""
import json
import pathlib
import re
import socket
import struct
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support_py"))

import live  # noqa: E402
import names as dns  # noqa: E402

GOOD, PARTLY, BAD = 0, 1, 2
NAME = b"\4Mail\7example\4test\0"
FORGED = b"Nov 22 10:00:00 host sshd: accepted"
NASTY = b"\x1b[31m<script>\n" + FORGED + b"\xff\0\xe2\x80\xae"
RECORDS = {
    "www": [(1, b"\xc0\0\2\2"), (1, b"\xc0\0\2\1"),
            (28, b"\x20\1\x0d\xb8" + b"\0" * 11 + b"\1")],
    "mail": [(15, b"\0\x0a" + NAME), (15, b"\0\x14\xc0\x0c")],
    "txt": [(16, b"\6v=spf1\5 -all"), (16, bytes([len(NASTY)]) + NASTY)],
    "soa": [(6, NAME + b"\5admin\0" + struct.pack(">5I", 7, 1, 2, 3, 4))],
    "srv": [(33, struct.pack(">HHH", 1, 2, 443) + NAME)],
    "caa": [(257, b"\0\5issueexample.org")],
    "alias": [(5, NAME)], "zone": [(2, NAME)], "ptr": [(12, NAME)],
    "short": [(1, b"\xc0\0\2")], "long": [(1, b"\xc0\0\2\1\0")],
    "far": [(15, b"\0\x0a\xff\xff")], "self": [(5, b"\xc0\x27")],
    "label": [(5, b"\x3fabc\0")], "over": [(16, b"\xffabc")],
}


@pytest.fixture(scope="module")
def server():
    with dns.NameServer("127.0.0.1", 0) as server:
        server.records = RECORDS
        yield server


def run(folder, url, more="", prefix=()):
    config = folder / "vigie.yaml"
    config.write_text("defaults: {timeout: 1s}\nservices:\n  - id: s\n"
                      f"    regions: {{eu: {{url: '{url}'{more}}}}}\n")
    done = subprocess.run(
        [*prefix, live.VIGIE, "probe", "--json", "-c", str(config), "s/eu"],
        env=live.ENV, capture_output=True, text=True, timeout=60, check=False)
    assert done.stderr == "", done.stderr
    got = json.loads(done.stdout)
    return (done.returncode, got["class"], got["reason"]), got


def probe(server, folder, label, kind="A", more=""):
    host, port = server.at
    return run(folder, f"dns://{label}.test?type={kind}&server={host}:{port}",
               more)


@pytest.mark.parametrize("label,kind,records", [
    ("www", "A", ["192.0.2.2", "192.0.2.1"]),
    ("www", "AAAA", ["2001:DB8:0::1"]),
    ("mail", "MX", ["20 mail.test", "10 Mail.Example.test."]),
    ("soa", "SOA", ["mail.example.test admin 7 1 2 3 4"]),
    ("srv", "srv", ["1 2 443 mail.example.test"]),
    ("caa", "CAA", ["0 issue example.org"]),
    ("alias", "CNAME", ["mail.example.test"]),
    ("zone", "NS", ["mail.example.test"]),
    ("ptr", "PTR", ["mail.example.test"])])
def test_records(server, tmp_path, label, kind, records):
    short, got = probe(server, tmp_path, label, kind)
    assert short == (GOOD, "OK", "ok"), got
    assert got["path_proven"] is True
    (step,) = got["steps"]
    assert (step["address"], step["port"]) == server.at
    assert step["phases_us"]["wait"] > 0
    more = f", expect: {{records: {json.dumps(records)}}}"
    short, got = probe(server, tmp_path, label, kind, more)
    assert short == (GOOD, "OK", "ok"), got
    more = f", expect: {{records: {json.dumps(records + ['192.0.2.77'])}}}"
    short, got = probe(server, tmp_path, label, kind, more)
    assert short == (BAD, "CONTENT", "body_mismatch"), got
    assert got["detail"] == "no record 192.0.2.77"
    if len(records) > 1:
        more = f", expect: {{records: {json.dumps(records[:1])}}}"
        short, got = probe(server, tmp_path, label, kind, more)
        assert short == (BAD, "CONTENT", "body_forbidden"), got
        assert got["detail"].startswith("unexpected record ")


def test_patterns_see_a_line_for_each_record(server, tmp_path):
    for rule, short in (("body: '(?m)^192[.]0[.]2[.]1$'", GOOD),
                        ("body: '(?m)^10[.]'", BAD),
                        ("not_body: '^10[.]'", GOOD),
                        ("not_body: '192'", BAD)):
        assert probe(server, tmp_path, "www", "A",
                     f", expect: {{{rule}}}")[0][0] == short, rule
    short, got = probe(server, tmp_path, "txt", "TXT",
                       ", expect: {body: '(?m)^v=spf1 -all$'}")
    assert short == (GOOD, "OK", "ok"), got


@pytest.mark.parametrize("label,reason", [
    ("nxdomain", "dns_nxdomain"), ("servfail", "dns_servfail"),
    ("refused", "dns_refused"), ("empty", "dns_empty")])
def test_four_ways_to_have_no_record(server, tmp_path, label, reason):
    short, got = probe(server, tmp_path, label)
    assert short == (BAD, "DNS", reason), got
    assert got["path_proven"] is True, "the server that was named said so"


@pytest.mark.parametrize("label", ["silent", "wrong-id", "garbage"])
def test_no_answer(server, tmp_path, label):
    short, got = probe(server, tmp_path, label)
    assert short == (BAD, "DNS", "dns_timeout"), got
    assert got["path_proven"] is False
    assert 900_000 < got["total_us"] < 5_000_000


@pytest.mark.parametrize("label,kind", [
    ("short", "A"), ("long", "A"), ("far", "MX"), ("self", "CNAME"),
    ("label", "CNAME"), ("over", "TXT"), ("cut", "A")])
def test_a_broken_message(server, tmp_path, label, kind):
    short, got = probe(server, tmp_path, label, kind)
    assert short == (BAD, "PROTOCOL", "protocol_error"), got


def test_a_long_answer_comes_by_tcp(server, tmp_path):
    server.records["many"] = [(16, b"\xc8" + bytes([65 + i % 26]) * 200)
                              for i in range(300)]
    short, got = probe(server, tmp_path, "many", "TXT",
                       ", expect: {body: 'Z{200}'}")
    assert short == (GOOD, "OK", "ok"), got


def test_what_a_record_says_stays_text(server, tmp_path):
    _, got = probe(server, tmp_path, "txt", "TXT",
                   ", expect: {records: [x, 'v=spf1 -all']}")
    assert not re.search("[\x00-\x1f\x7f-\x9f\u202e]", got["detail"]), got
    _, got = probe(server, tmp_path, "txt", "TXT",
                   ", expect: {records: ['v=spf1 -all']}")
    assert got["reason"] == "body_forbidden"
    assert not re.search("[\x00-\x1f\x7f-\x9f\u202e]", got["detail"]), got


def test_a_server_that_is_not_there(tmp_path):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
    short, got = run(tmp_path, f"dns://a.test?server=127.0.0.1:{port}")
    assert short == (BAD, "CONNECT", "connection_refused"), got


def test_a_server_that_must_not_be_asked(tmp_path):
    for address in ("169.254.169.254", "[fe80::1]", "224.0.0.1", "0.0.0.0"):
        short, got = run(tmp_path, f"dns://a.test?server={address}")
        assert short == (PARTLY, "CONFIG", "blocked_by_policy"), got


@pytest.mark.skipif(not dns.may_be_private(),
                    reason="port 53 and a mount namespace are for root")
def test_the_servers_of_the_system(server, tmp_path):
    with dns.NameServer() as own:
        own.address["www"] = ["192.0.2.9"]
        prefix = dns.privately(tmp_path)
        short, got = run(tmp_path, "dns://www.test?type=A",
                         ", expect: {records: 192.0.2.9}", prefix)
        assert short == (GOOD, "OK", "ok"), got
        short, got = run(tmp_path, "dns://nxdomain.test", "", prefix)
        assert short == (BAD, "DNS", "dns_nxdomain"), got
        assert got["path_proven"] is False, "it may be our own resolver"
        # One that is named is asked even where the others know an answer.
        host, port = server.at
        short, got = run(
            tmp_path, f"dns://www.test?server={host}:{port}",
            ", expect: {records: [192.0.2.1, 192.0.2.2]}", prefix)
        assert short == (GOOD, "OK", "ok"), got


def test_what_makes_no_sense(tmp_path):
    config = tmp_path / "vigie.yaml"
    config.write_text(
        "services:\n  - id: s\n    regions:\n"
        "      a: {url: 'dns://a.test', ip: 4, expect: {status: 200}}\n"
        "      b: {url: 'https://a.test', expect: {records: [x]}}\n"
        "      c: {url: 'dns://a.test?type=XX'}\n"
        "      d: {url: 'dns://a.test?server=ns.test'}\n"
        "      e: {url: 'dns://192.0.2.1'}\n")
    said = live.vigie("check", "-c", config).stderr
    for part in ("4:32: 'ip' has no meaning for dns:",
                 "4:48: 'status' has no meaning for dns:",
                 "5:43: 'records' has no meaning for https:",
                 "type 'XX' is none of A, AAAA",
                 "server 'ns.test' is not an address like",
                 "dns://name takes a name"):
        assert part in said, said


def test_it_travels_whole_through_a_dump(tmp_path):
    config = tmp_path / "vigie.yaml"
    config.write_text(
        "defaults: {expect: {status: 200, type: text/html}}\n"
        "services:\n  - id: s\n    regions:\n"
        "      a: {url: 'dns://a.test?type=TXT&server=192.0.2.53',\n"
        "          expect: {records: ['a b', \"it's\"], latency: 1s}}\n")
    first = live.vigie("check", "--dump", "-c", config)
    assert first.returncode == 0, first.stderr
    assert "records:" in first.stdout and "text/html" not in first.stdout
    config.write_text(first.stdout)
    again = live.vigie("check", "--dump", "-c", config)
    assert again.stdout == first.stdout, again.stderr


def test_it_is_watched(server, tmp_path):
    host, port = server.at
    config = tmp_path / "vigie.yaml"
    config.write_text(
        f"database: {tmp_path}/vigie.db\ncontrol: {tmp_path}/control\n"
        "canaries: []\ndefaults: {interval: 1s}\nservices:\n  - id: s\n"
        f"    regions: {{eu: 'dns://www.test?server={host}:{port}'}}\n"
        "receivers: [{id: log, type: syslog}]\n")
    with live.Daemon(config) as daemon:
        live.until(lambda: daemon.states().get("s/eu") == "up", 60, "up")
        assert daemon.stop() == 0
