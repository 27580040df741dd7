# SPDX-License-Identifier: MIT
"""A Prometheus that reads /metrics as the example has it: boards made for the
blackbox exporter find what they ask for, and the rules hold."""
import contextlib
import json
import pathlib
import re
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support_py"))

import live  # noqa: E402
from receiver import new_secret  # noqa: E402

EXAMPLE = ROOT / "examples/prometheus.yml"
RULES = ROOT / "examples/prometheus-rules.yml"
CONFIG = """
database: {f}/vigie.db
control: {f}/control
listen: 127.0.0.1:0
canaries: []
defaults: {{interval: 10s, timeout: 1s}}
services:
  - id: fleet
    regions: {{eu: {u}/eu, na: {u}/na}}
receivers:
  - id: hook
    type: webhook
    url: {u}/hook
    secret_file: {f}/hook.key
    allow_private: true
routes:
  - {{to: [hook], all: true}}
"""
# Of the boards for the blackbox exporter that most people have; "{i}" is what
# they call an instance, or a pattern of several.
BOARD = [
    'probe_success{{instance=~"{i}"}}',
    'probe_duration_seconds{{instance=~"{i}"}}',
    'avg(probe_duration_seconds{{instance=~"{i}"}}) by (instance)',
    'sum(probe_http_duration_seconds{{instance=~"{i}"}}) by (phase)',
    'sum(probe_http_duration_seconds{{instance=~"{i}"}}) by (instance)',
    'avg_over_time(probe_duration_seconds{{instance=~"{i}"}}[1m])',
    'probe_http_status_code{{instance=~"{i}"}}',
    'probe_http_ssl{{instance=~"{i}"}}',
    'probe_dns_lookup_time_seconds{{instance=~"{i}"}}',
    'avg(probe_dns_lookup_time_seconds{{instance=~"{i}"}}) by (instance)',
    'probe_ip_protocol{{instance=~"{i}"}}',
    'probe_failed_due_to_regex{{instance=~"{i}"}}',
    'avg_over_time(probe_success{{instance=~"{i}"}}[1m]) * 100',
    'count(probe_success == 1)',
    'label_values(probe_success, instance)',
]


class Prometheus:
    """One of our own on loopback, which forgets all at the end."""

    def __init__(self, folder, target):
        self.folder = folder
        self.config = folder / "prometheus.yml"
        text = EXAMPLE.read_text()
        assert "127.0.0.1:8090" in text and "15s" in text
        self.config.write_text(text.replace("127.0.0.1:8090", target)
                               .replace("15s", "500ms")
                               .replace(RULES.name, str(RULES)))
        self.log = folder / "prometheus.log"

    def __enter__(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                ["/usr/bin/prometheus", f"--config.file={self.config}",
                 f"--storage.tsdb.path={self.folder}/tsdb",
                 "--web.listen-address=127.0.0.1:0"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        address = live.until(lambda: re.search(
            r'msg="Listening on" address=(\S+)', self.log.read_text()), 60,
            "Prometheus")
        self.url = f"http://{address[1]}/api/v1/"
        return self

    def __exit__(self, *_exc):
        self.process.terminate()
        self.process.wait(60)

    def get(self, path, **parameters):
        url = self.url + path + "?" + urllib.parse.urlencode(parameters)
        with contextlib.suppress(urllib.error.HTTPError):  # 503: not yet
            with urllib.request.urlopen(url, timeout=10) as answer:
                return json.load(answer)["data"]
        return None

    def ask(self, query):
        """Rows of a query: labels and value; of label_values(), as boards
        have it, just what those are."""
        asked = re.fullmatch(r"label_values\((\w+), (\w+)\)", query)
        if asked:
            return self.get(f"label/{asked[2]}/values",
                            **{"match[]": asked[1]}) or []
        data = self.get("query", query=query)
        return [(row["metric"], float(row["value"][1]))
                for row in data["result"]] if data else []

    def until(self, query, seconds=60):
        return live.until(lambda: self.ask(query), seconds, query)

    def one(self, query):
        rows = self.until(query)
        assert len(rows) == 1, rows
        return rows[0][1]

    def alerts(self):
        return {(a["labels"]["alertname"], a["labels"].get("endpoint"))
                for a in (self.get("alerts") or {"alerts": []})["alerts"]}


def promtool(*arguments, stdin=None):
    return subprocess.run(["/usr/bin/promtool", *map(str, arguments)],
                          input=stdin, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=60, check=False)


@pytest.fixture
def scene(tmp_path):
    key = tmp_path / "hook.key"
    key.write_text(new_secret() + "\n")
    key.chmod(0o600)
    with live.Target() as target:
        config = tmp_path / "vigie.yaml"
        config.write_text(CONFIG.format(f=tmp_path, u=target.url))
        with live.Daemon(config, speed=live.FAST) as daemon:
            daemon.where = daemon.until_said(
                r"dashboard address=http://(\S+)/")[1]
            daemon.target = target
            yield daemon
            assert daemon.stop() == 0


def test_examples_are_sound():
    done = promtool("check", "config", EXAMPLE)
    assert done.returncode == 0 and b"SUCCESS" in done.stdout, done.stdout
    done = promtool("check", "rules", "--lint=all", "--lint-fatal", RULES)
    assert done.returncode == 0 and b"SUCCESS" in done.stdout, done.stdout


def test_boards_and_rules(scene, tmp_path):
    """Every panel of a board has rows; what fails is alerted of."""
    with Prometheus(tmp_path, scene.where) as prometheus:
        live.until(lambda: len(prometheus.ask("probe_success == 1")) == 2)
        for query in BOARD:
            for instance in "fleet/eu", ".*":
                rows = prometheus.until(query.format(i=instance))
                assert rows, query
        assert prometheus.ask("label_values(probe_success, instance)") == [
            "fleet/eu", "fleet/na"]
        assert prometheus.one("vigie_build_info") == 1
        assert prometheus.one('up{job="vigie"}') == 1

        scene.target.pages["/eu"] = (500, b"broken")
        live.until(lambda: ("EndpointDown", "fleet/eu") in prometheus.alerts(),
                   90, "an alert")
        assert ("EndpointDown", "fleet/na") not in prometheus.alerts()
        assert prometheus.one('probe_success{instance="fleet/eu"}') == 0
        assert prometheus.one(
            'probe_http_status_code{instance="fleet/eu"}') == 500
        assert prometheus.one('vigie_incidents_total{kind="outage"}') == 1
        # Whom we tell does not take a POST: 501.
        assert prometheus.one(
            'vigie_delivery_failures_total{reason="server"} > 0') >= 1
        assert prometheus.one('vigie_receiver_owed{receiver="hook"}') >= 1
        states = prometheus.ask('vigie_state{instance="fleet/eu"} == 1')
        assert [labels["vigie_state"] for labels, _ in states] == ["down"]


def test_its_own_checker_finds_nothing(scene):
    """promtool, of names, types and helps."""
    live.until(lambda: scene.states().get("fleet/na") == "up")
    with urllib.request.urlopen(f"http://{scene.where}/metrics") as answer:
        text = answer.read()
    done = promtool("check", "metrics", stdin=text)
    assert done.returncode == 0, done.stdout.decode()
