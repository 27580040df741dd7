# SPDX-License-Identifier: MIT
"""From a target that fails to a receiver that is told: the whole daemon."""
import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support_py"))

import json_schema  # noqa: E402
import live  # noqa: E402
from receiver import Receiver, new_secret  # noqa: E402

SCHEMA = json.loads((ROOT / "schema/event.schema.json").read_text())


def test_an_opening_is_told_until_it_is_taken(tmp_path):
    secret = new_secret()
    key = tmp_path / "hook.key"
    key.write_text(secret + "\n")
    key.chmod(0o600)
    script = ["503 retry-after=1", "500", "200"]
    with live.Target() as target, Receiver([secret], script) as receiver:
        target.pages["/"] = (500, b"")
        config = tmp_path / "vigie.yaml"
        config.write_text(f"""
database: {tmp_path}/vigie.db
public_url: https://status.example.org
canaries: []
services:
  - id: shop
    name: The shop
    functions: [buying]
    regions:
      eu: {{url: "{target.url}/", interval: 10s}}
receivers:
  - id: hook
    type: webhook
    url: {receiver.url}
    secret_file: {key}
    allow_private: true
routes:
  - {{to: [hook]}}
""")
        with live.Daemon(config, speed=live.FAST) as daemon:
            first, second, third = receiver.wait(3, timeout=150)[:3]
            assert daemon.stop() == 0, daemon.said()
    requests = [first, second, third]
    assert all(r.valid for r in requests), [r.faults for r in requests]
    # Every try is the same notice, under the same id, at its own time.
    assert len({r.id for r in requests}) == 1
    assert len({r.body for r in requests}) == 1
    assert (second.at - first.at) * live.FAST >= 1
    assert (third.at - second.at) * live.FAST >= 8
    body = first.json()
    assert json_schema.faults(SCHEMA, body) == []
    assert body["type"] == "incident.opened"
    assert body["data"]["endpoint"] == "shop/eu"
    assert body["data"]["service"]["functions"] == ["buying"]
    assert body["data"]["url"].startswith("https://status.example.org/i/20")
