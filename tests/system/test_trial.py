# SPDX-License-Identifier: MIT
"""An operator has a receiver told a test, by the daemon itself."""
import json
import pathlib
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support_py"))

import json_schema  # noqa: E402
import live  # noqa: E402
from receiver import Receiver, new_secret  # noqa: E402
from visitor import Client  # noqa: E402

SCHEMA = json.loads((ROOT / "schema/event.schema.json").read_text())
CONFIG = """
database: {f}/vigie.db
control: {f}/control
listen: 127.0.0.1:0
tokens: {f}/tokens
canaries: []
services:
  - id: shop
    regions: {{eu: {{url: "{u}/", interval: 10s}}}}
receivers:
  - {{id: hook, type: webhook, url: {hook}, secret_file: {f}/key,
     allow_private: true}}
  - {{id: other, type: webhook, url: {other}, secret_file: {f}/key,
     allow_private: true}}
  - {{id: beat, type: heartbeat, url: {beat}, allow_private: true}}
routes:
  - {{to: [hook, other], all: true}}
"""


class Scene:
    def __init__(self, folder, script):
        self.folder, self.secret = folder, new_secret()
        self.hook = Receiver([self.secret], script)
        self.other, self.beat = Receiver([self.secret]), Receiver([])
        done = live.vigie("token", "ann", "--role", "operator", "--append",
                          folder / "tokens")
        self.token = done.stdout.strip()
        (folder / "key").write_text(self.secret + "\n")
        (folder / "key").chmod(0o600)
        self.config = folder / "vigie.yaml"

    def test(self, receiver, **headers):
        headers.setdefault("Authorization", f"Bearer {self.token}")
        return Client(self.daemon).send(
            f"/api/v1/receivers/{receiver}/test", "{}",
            Content_Type="application/json", **headers)

    def delivery(self, number):
        told = self.daemon.json("notices")["notices"]
        return [n for n in told if n["notice"] == number]


@pytest.fixture
def scene(tmp_path, request):
    s = Scene(tmp_path, request.param)
    with live.Target() as target, s.hook, s.other, s.beat:
        s.config.write_text(CONFIG.format(
            f=tmp_path, u=target.url, hook=s.hook.url, other=s.other.url,
            beat=s.beat.url))
        with live.Daemon(s.config, speed=live.FAST) as s.daemon:
            live.until(lambda: "up" in s.daemon.states().values())
            yield s
            assert s.daemon.stop() == 0


@pytest.mark.parametrize("scene", [["503", "500", "200"]], indirect=True)
def test_it_is_told_until_it_is_taken(scene):
    answer = scene.test("hook")
    assert answer.code == 202, answer.body
    number = answer.json()["notice"]
    # It is on disk, whatever happens now.
    (owed,) = scene.delivery(number)
    assert (owed["receiver"], owed["event"]) == ("hook", "test")
    told = scene.hook.wait(3, timeout=150)
    assert all(r.valid for r in told), [r.faults for r in told]
    assert len({r.id for r in told}) == len({r.body for r in told}) == 1
    body = told[0].json()
    assert json_schema.faults(SCHEMA, body) == []
    assert (body["type"], body["data"]["receiver"]) == ("test", "hook")
    live.until(lambda: scene.delivery(number)[0]["state"] == "sent")
    assert scene.delivery(number)[0]["attempts"] == 3
    assert scene.delivery(number)[0]["webhook_id"] == told[0].id
    assert scene.other.requests == []
    assert "receiver-tested receiver=hook" in scene.daemon.said()

    # Another is another notice, for the other.
    second = scene.test("other")
    assert second.code == 202 and second.json()["notice"] == number + 1
    assert scene.other.wait(1)[0].valid
    assert len(scene.hook.requests) == 3


@pytest.mark.parametrize("scene", [["410"]], indirect=True)
def test_who_cannot_be_told(scene):
    for receiver, code in (("none", 404), ("beat", 409), ("HOOK", 404)):
        answer = scene.test(receiver)
        assert answer.code == code, (receiver, answer.body)
        assert answer.headers["content-type"] == "application/problem+json"
    assert scene.test("hook", Authorization="Bearer x").code == 401
    assert scene.test("hook", Authorization="").code == 401
    assert scene.daemon.json("notices")["notices"] == []
    assert scene.hook.requests == []
    # It says it wants no more; the others hear of that, as of any such.
    assert scene.test("hook").code == 202
    scene.hook.wait(1)
    live.until(lambda: scene.test("hook").code == 409)
    (told,) = scene.other.wait(1)
    assert told.json()["type"] == "receiver.gone"
    count = len(scene.hook.requests)
    assert b"410" in scene.test("hook").body
    assert len(scene.hook.requests) == count
