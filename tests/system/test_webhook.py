# SPDX-License-Identifier: MIT
"""What receivers get, sent by the program itself over real sockets."""
import json
import os
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support_py"))

import json_schema  # noqa: E402
from receiver import Receiver, new_secret  # noqa: E402

VIGIE = os.environ.get("VIGIE", str(ROOT / "build/debug/vigie"))
SCHEMA = json.loads((ROOT / "schema/event.schema.json").read_text())

DELIVERED, IO_ERROR, USAGE, CONFIG = 0, 74, 64, 78


class Bench:
    def __init__(self, folder):
        self.folder = folder
        self.secret = new_secret()
        self.key = folder / "hook.key"
        self.write_key(self.secret + "\n")

    def write_key(self, text):
        self.key.write_text(text)
        self.key.chmod(0o600)

    def run(self, url, *args, allow_private=True, timeout="5s"):
        config = self.folder / "vigie.yaml"
        config.write_text(f"""
database: {self.folder}/vigie.db
services:
  - {{id: shop, regions: {{eu: http://127.0.0.1:1/}}}}
receivers:
  - id: hook
    type: webhook
    url: {url}
    secret_file: {self.key}
    allow_private: {str(allow_private).lower()}
    timeout: {timeout}
routes:
  - {{to: [hook]}}
""")
        done = subprocess.run(
            [VIGIE, "test-receiver", *args, "-c", str(config), "--json"],
            capture_output=True, text=True, timeout=60)
        return done, [json.loads(line) for line in done.stdout.splitlines()]

    def once(self, *script, **options):
        """One test notice to a receiver that plays the script."""
        with Receiver([self.secret], script) as receiver:
            done, results = self.run(receiver.url, "hook", **options)
        assert len(results) == 1, done.stderr
        return done.returncode, results[0], receiver.requests


@pytest.fixture
def bench(tmp_path):
    return Bench(tmp_path)


def test_a_test_notice_is_signed_and_taken(bench):
    code, result, requests = bench.once("204")
    assert (code, result["result"], result["code"]) == (
        DELIVERED, "delivered", 204)
    (request,) = requests
    assert request.faults == []
    assert request.headers["user-agent"].startswith("Vigie/")
    body = request.json()
    assert json_schema.faults(SCHEMA, body) == []
    assert body["type"] == "test" and body["data"]["loud"] is False


def test_every_active_secret_signs(bench):
    old, new = new_secret(24), new_secret(64)
    bench.write_key(f"# rotation\n{new}\n{old}\n")
    with Receiver([old], ["200", "200"]) as receiver:
        bench.run(receiver.url, "hook")
        receiver.secrets = [new]
        bench.run(receiver.url, "hook")
        receiver.secrets = [new_secret()]
        bench.run(receiver.url, "hook")
    assert [r.valid for r in receiver.requests] == [True, True, False]
    signatures = receiver.requests[0].headers["webhook-signature"].split(" ")
    assert [s[:3] for s in signatures] == ["v1,", "v1,"]


def test_the_day_in_february(bench):
    with Receiver([bench.secret]) as receiver:
        done, results = bench.run(receiver.url, "hook", "--story", "tesla")
    assert done.returncode == DELIVERED, done.stderr
    requests = receiver.requests
    assert all(r.valid for r in requests), [r.faults for r in requests]
    bodies = [r.json() for r in requests]
    assert [b["type"] for b in bodies] == [r["event"] for r in results]
    assert bodies[0]["type"] == "incident.opened"
    assert bodies[0]["timestamp"] == "2023-02-14T10:00:53.180Z"
    assert bodies[0]["data"]["kind"] == "maintenance"
    assert bodies[0]["data"]["service"]["unaffected"] == [
        "Bluetooth key", "charging"]
    assert bodies[1]["type"] == "incident.changed"
    assert bodies[1]["data"]["kind"] == "outage"
    assert bodies[-1]["type"] == "incident.resolved"
    assert bodies[-1]["timestamp"].startswith("2023-02-14T17:3")
    assert len({r.id for r in requests}) == len(requests)
    for request, body in zip(requests, bodies):
        assert json_schema.faults(SCHEMA, body) == []
        assert len(request.body) < 20000
    assert [b["data"]["seq"] for b in bodies] == list(
        range(1, len(bodies) + 1))


@pytest.mark.parametrize("step, result, code", [
    ("500", "retry", 500),
    ("408", "retry", 408),
    ("425", "retry", 425),
    ("404", "misconfigured", 404),
    ("304", "misconfigured", 304),
    ("410", "gone", 410),
    ("redirect http://127.0.0.1:1/elsewhere", "misconfigured", 302),
    ("large 100000", "delivered", 200),
    ("slow 0.3", "delivered", 200),
])
def test_answers(bench, step, result, code):
    status, got, requests = bench.once(step)
    assert (got["result"], got["code"]) == (result, code)
    assert status == (DELIVERED if result == "delivered" else IO_ERROR)
    assert len(requests) == 1


@pytest.mark.parametrize("header, seconds", [
    ("2", 2), ("0", 1), ("86400", 3600), ("soon", None)])
def test_retry_after(bench, header, seconds):
    _, got, _ = bench.once(f"503 retry-after={header}")
    assert got["result"] == "retry"
    assert got.get("retry_after_s") == seconds


@pytest.mark.parametrize("step", ["reset", "garbage"])
def test_broken_answers(bench, step):
    status, got, requests = bench.once(step)
    assert status == IO_ERROR
    assert got["result"] == "retry" and "code" not in got
    assert got["detail"] != ""
    assert len(requests) == 1


def test_a_receiver_that_hangs(bench):
    status, got, _ = bench.once("hang", timeout="1s")
    assert status == IO_ERROR and got["result"] == "retry"
    assert 900 <= got["took_ms"] <= 10_000


def test_nobody_listens(bench):
    with Receiver() as receiver:
        url = receiver.url
    done, (got,) = bench.run(url, "hook")
    assert done.returncode == IO_ERROR and got["result"] == "retry"


@pytest.mark.parametrize("host", [
    "127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]"])
def test_private_addresses_need_leave(bench, host):
    with Receiver([bench.secret]) as receiver:
        url = f"http://{host}:{receiver.port}/hook"
        done, (got,) = bench.run(url, "hook", allow_private=False)
    assert done.returncode == IO_ERROR
    assert got["result"] == "misconfigured", got
    assert "forbidden" in got["detail"]
    assert receiver.requests == []


@pytest.mark.parametrize("text", [
    "hunter2hunter2hunter2\n", "whsec_hunter2@@\n", "", "whsec_c2hvcnQ=\n"])
def test_a_bad_secret_is_not_told(bench, text):
    bench.write_key(text)
    with Receiver() as receiver:
        done, results = bench.run(receiver.url, "hook")
    assert done.returncode != DELIVERED and results == []
    assert str(bench.key) in done.stderr
    assert "hunter" not in done.stderr + done.stdout
    assert receiver.requests == []


def test_wrong_names(bench):
    done, _ = bench.run("http://127.0.0.1:1/", "phone")
    assert done.returncode == USAGE and "phone" in done.stderr
    done, _ = bench.run("http://127.0.0.1:1/", "hook", "--story", "x")
    assert done.returncode == USAGE
    done, _ = bench.run("http://127.0.0.1:1/")
    assert done.returncode == USAGE
