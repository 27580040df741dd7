# SPDX-License-Identifier: MIT
"""What the command line reads from the database, while the daemon runs and
after; VIGIE names the program."""
import http.server
import json
import os
import signal
import subprocess
import threading
import time

import pytest

VIGIE = os.environ.get('VIGIE', 'vigie')
# Children may not be looked into, which a leak check at exit would do.
ENV = {**os.environ, 'ASAN_OPTIONS': 'detect_leaks=0'}


class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header('Content-Length', '2')
        self.end_headers()
        self.wfile.write(b'ok')

    def log_message(self, *args):
        pass


def vigie(*args):
    return subprocess.run([VIGIE, *map(str, args)], env=ENV,
                          capture_output=True, text=True, timeout=60)


def until(condition, seconds=60):
    end = time.monotonic() + seconds
    while not (result := condition()):
        assert time.monotonic() < end, 'waited too long'
        time.sleep(0.2)
    return result


@pytest.fixture(scope='module')
def conf(tmp_path_factory):
    """A daemon that watches two endpoints, both good."""
    folder = tmp_path_factory.mktemp('status')
    server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f'http://127.0.0.1:{server.server_port}'
    conf = folder / 'vigie.yaml'
    conf.write_text(
        f'database: {folder}/vigie.db\ncontrol: {folder}/control\n'
        'defaults: {interval: 5s, timeout: 2s}\n'
        'services:\n  - id: shop\n'
        f'    regions: {{eu: {base}/, na: {base}/na}}\n')
    with open(folder / 'log', 'wb') as log:
        daemon = subprocess.Popen([VIGIE, 'run', '-c', conf], env=ENV,
                                  stdout=log, stderr=log)
    try:
        until(lambda: vigie('status', '-c', conf).returncode == 0)
        yield conf
    finally:
        daemon.send_signal(signal.SIGTERM)
        try:
            daemon.wait(20)
        except subprocess.TimeoutExpired:
            daemon.kill()
        server.shutdown()


def test_all_up(conf):
    p = vigie('status', '-c', conf)
    assert p.returncode == 0
    lines = p.stdout.splitlines()
    assert [line.split()[:3] for line in lines[:2]] == [
        ['#', 'UP', 'shop/eu'], ['#', 'UP', 'shop/na']]
    assert lines[2].startswith('2 endpoints, as of ')


def test_json_and_filter(conf):
    p = vigie('status', '-c', conf, '--json', '*/na')
    assert p.returncode == 0
    whole = json.loads(p.stdout)
    assert whole['overall'] == 'up'
    assert whole['counts']['up'] == 1
    one, = whole['endpoints']
    assert (one['id'], one['region'], one['state'], one['last_class']) == \
        ('shop/na', 'na', 'up', 'OK')
    assert 'incident' not in one
    assert vigie('status', '-c', conf, 'nowhere').returncode == 64


def test_no_incidents(conf):
    assert vigie('incidents', '-c', conf, '--json').stdout == '[]\n'
    assert 'no incidents' in vigie(
        'incidents', '--open', '-c', conf, '--since', '7d').stdout
    p = vigie('incident', '-c', conf, '20230214-1')
    assert p.returncode == 65
    assert 'no incident 20230214-1' in p.stderr
    assert vigie('incident', '-c', conf, 'yesterday').returncode == 64
    assert vigie('incidents', '-c', conf, '--since', '7').returncode == 64


def test_no_notices(conf):
    p = vigie('notices', '-c', conf, '--json', '--owed')
    assert json.loads(p.stdout) == {
        'sent': 0, 'owed': 0, 'failed': 0, 'notices': []}
    assert vigie('notices', '--owed', '--failed').returncode == 64


def test_without_a_database(tmp_path):
    p = vigie('status', '--database', tmp_path / 'none.db')
    assert p.returncode == 69
    assert p.stdout == ''
    assert 'none.db' in p.stderr
    junk = tmp_path / 'junk.db'
    junk.write_bytes(b'not a database, but long enough to be looked at' * 40)
    p = vigie('status', '--database', junk)
    assert p.returncode == 78
    assert 'junk.db' in p.stderr
