# SPDX-License-Identifier: MIT
"""Behind nginx, at a path of its own, in a real browser."""
import pathlib
import re
import socket
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support_py"))

import live  # noqa: E402
from visitor import Client  # noqa: E402
from window import browser  # noqa: E402

CONFIG = """
database: {f}/vigie.db
control: {f}/control
listen: unix:{f}/web
public_url: http://127.0.0.1:{port}/vigie
trusted_proxies: [unix]
canaries: []
defaults: {{interval: 10s, timeout: 1s}}
services:
  - id: fleet
    regions: {{eu: {u}/eu, na: {u}/na}}
"""
# /vigie/ is handed on as it is, /cut/ without its beginning.
NGINX = """
daemon off;
master_process off;
pid {f}/nginx.pid;
error_log stderr warn;
events {{ worker_connections 64; }}
http {{
  access_log {f}/access.log;
  client_body_temp_path {f}/body;
  proxy_temp_path {f}/proxy;
  fastcgi_temp_path {f}/fastcgi;
  uwsgi_temp_path {f}/uwsgi;
  scgi_temp_path {f}/scgi;
  server {{
    listen 127.0.0.1:{port};
    location /vigie/ {{
      proxy_pass http://unix:{f}/web;
      proxy_set_header Host $host;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_read_timeout 60s;
    }}
    location /cut/ {{
      proxy_pass http://unix:{f}/web:/;
      proxy_set_header Host $host;
    }}
  }}
}}
"""


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@pytest.fixture
def scene(tmp_path):
    port = free_port()
    config, nginx = tmp_path / "vigie.yaml", tmp_path / "nginx.conf"
    nginx.write_text(NGINX.format(f=tmp_path, port=port))
    with live.Target() as target:
        config.write_text(CONFIG.format(
            f=tmp_path, u=target.url, port=port))
        with live.Daemon(config, speed=live.FAST) as daemon:
            daemon.until_said("dashboard address=unix:")
            # What a proxy of another user may reach is for it to arrange.
            (tmp_path / "web").chmod(0o666)
            proxy = subprocess.Popen(
                ["/usr/sbin/nginx", "-c", nginx, "-p", tmp_path],
                stdin=subprocess.DEVNULL)
            try:
                client = Client.at(f"127.0.0.1:{port}")
                live.until(lambda: client.reaches("/vigie/healthz"))
                live.until(lambda: "All 2 endpoints are up" in client.get(
                    "/vigie/").page().text)
                yield client, target, tmp_path
            finally:
                proxy.terminate()
                proxy.wait(10)
            assert daemon.stop() == 0


def test_every_address_begins_with_it(scene):
    client, target, _ = scene
    seen, left = set(), ["/vigie/"]
    while left:
        path = left.pop()
        if path in seen or "=" in path or "/day/" in path:
            continue
        seen.add(path)
        answer = client.get(path)
        assert answer.code == 200, path
        if answer.headers["content-type"].startswith("text/html"):
            links = [link for link in answer.page().links
                     if not link.startswith("http")]
            assert all(link.startswith("/vigie/") or not link.startswith("/")
                       for link in links), (path, links)
            left += [link for link in links if link.startswith("/")]
    assert len(seen) > 10, seen
    assert client.get("/cut/").page().text == client.get(
        "/vigie/").page().text
    assert client.get("/cut/api/v1/status").json()["overall"] == "up"


def test_a_browser_is_kept_up_to_date(scene):
    client, target, folder = scene
    window = browser()
    try:
        window.get(f"http://{client.where}/vigie/")
        main = lambda: window.find_element("id", "main").text
        assert "All 2 endpoints are up" in main()
        target.pages["/eu"] = live.MAINTENANCE
        live.until(lambda: "Open incidents" in main(), 30)
        window.find_element("link text", "fleet/eu").click()
        live.until(lambda: re.search(
            r"/vigie/(i|e)/", window.current_url))
        assert not window.find_element("id", "link").is_displayed()
        assert not [line for line in window.get_log("browser")
                    if line["level"] == "SEVERE"]
    finally:
        window.quit()
    asked = (folder / "access.log").read_text()
    paths = re.findall(r'"(?:GET|POST) (\S+)', asked)
    assert paths and all(p.startswith("/vigie/") for p in paths), paths
    assert any("/api/v1/stream" in p for p in paths)
