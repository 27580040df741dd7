# SPDX-License-Identifier: MIT
"""The chart of latency, with scripts and without, under the strict policy."""
import pathlib
import re
import socket
import sqlite3
import sys
import time

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support_py"))

import live  # noqa: E402
from visitor import Client, shown  # noqa: E402
from window import browser  # noqa: E402

CONFIG = """
database: {f}/vigie.db
control: {f}/control
listen: 127.0.0.1:{port}
canaries: []
defaults: {{interval: 10s, timeout: 1s}}
services:
  - id: fleet
    regions: {{eu: {u}/eu}}
"""
DOWN = 4  # the bucket, as it is stored


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    """An endpoint with latencies of a day, and a gap in them."""
    folder = tmp_path_factory.mktemp("chart")
    config = folder / "vigie.yaml"
    with live.Target() as target:
        with socket.socket() as s:  # the same for both starts
            s.bind(("127.0.0.1", 0))
            port = s.getsockname()[1]
        config.write_text(CONFIG.format(f=folder, u=target.url, port=port))
        with live.Daemon(config) as daemon:
            shown(Client(daemon), "is up")
            assert daemon.stop() == 0
        with sqlite3.connect(folder / "vigie.db") as db:
            now = int(time.time()) // 300 * 300
            (endpoint,), = db.execute(
                "SELECT id FROM endpoint WHERE service IS NOT NULL")
            for i in range(200):
                if 80 <= i < 100:
                    continue
                # Ten good ones, in the bucket of 64 to 76 ms.
                db.execute(
                    "INSERT OR REPLACE INTO rollup VALUES "
                    "(0, ?, ?, 10, 10, 0, 700000, 65000, 75000, ?, ?)",
                    ((now - 300 * (i + 1)) * 1000, endpoint, b"\x00\x0a",
                     bytes([64, 10])))
            day = now // 86400 * 86400 - 2 * 86400
            db.execute("INSERT INTO span VALUES (?, ?, ?, ?)", (
                endpoint, (day + 36000) * 1000, (day + 43200) * 1000, DOWN))
        with live.Daemon(config) as daemon:
            client = Client(daemon)
            live.until(lambda: client.reaches("/readyz"))
            yield client
            assert daemon.stop() == 0


@pytest.fixture
def window():
    made = browser()
    yield made
    made.quit()


def test_without_scripts(scene):
    page = scene.get("/e/fleet~eu").body.decode()
    picture = re.search(r'<figure class="chart".*?</figure>', page, re.S)[0]
    line = re.search(r'class="p50" d="([^"]*)"', picture)[1]
    assert line.count("M") >= 2, "a gap is not joined"
    assert "half of the answers within" in picture
    rows = re.search(r'<details class="numbers">.*?</table>', page, re.S)[0]
    assert rows.count("<tr>") >= 180


def test_days_with_trouble_lead_to_theirs(scene):
    page = scene.get("/e/fleet~eu").body.decode()
    listed = re.search(r"Days with trouble.*?</details>", page, re.S)[0]
    links = re.findall(r'href="(/e/fleet~eu/day/[0-9-]+)"', listed)
    day = scene.get(links[-1])  # the oldest is last
    assert day.code == 200
    date, beside = links[-1][-10:], re.findall(
        r'href="/e/fleet~eu/day/([0-9-]+)">the day ', day.body.decode())
    assert f"<h1>fleet/eu, {date}</h1>" in day.body.decode()
    assert len(beside) == 2 and beside[0] < date < beside[1], beside
    said = re.search(r'<svg class="lane".*?<title>(.*?)</title>',
                     day.body.decode(), re.S)[1]
    assert "Down for 2 h" in said, said
    for wrong in ("2023-02-31", "2023-2-14", "yesterday"):
        assert scene.get(f"/e/fleet~eu/day/{wrong}").code == 404


@pytest.mark.parametrize("day", ["0001-01-01", "1970-01-01", "9999-12-31"])
def test_no_day_is_too_odd(scene, day):
    page = scene.get(f"/e/fleet~eu/day/{day}")
    assert page.code == 200
    axis = re.search(rb'<p class="axis">.*?</p>', page.body, re.S)[0].decode()
    assert f"<span>{day} </span>00:00Z" in axis, axis
    page.body.decode()  # nothing but text


def test_zoom_and_read(scene, window):
    window.set_window_size(1280, 900)
    window.get(f"http://{scene.where}/e/fleet~eu")
    figure = window.find_element(By.CSS_SELECTOR, "figure.chart")
    assert figure.find_elements(By.TAG_NAME, "svg")
    drawn = figure.find_element(By.CSS_SELECTOR, ".drawn")
    window.execute_script("arguments[0].focus()", drawn)
    live.until(lambda: figure.find_elements(By.CSS_SELECTOR, "canvas"), 20)

    drawn.send_keys(Keys.END)
    words = figure.find_element(By.CSS_SELECTOR, ".readout")
    first = words.text
    # The newest row of the table is what is read.
    row = window.execute_script(
        "const r = document.querySelector('.numbers tbody tr');"
        "return [...r.cells].map(c => c.textContent)")
    assert f"median {row[3]} ms, 95 % {row[4]} ms" in first, (first, row)
    drawn.send_keys(Keys.ARROW_LEFT)
    assert words.text and words.text != first

    def span():
        labels = [e.text for e in figure.find_elements(
            By.CSS_SELECTOR, ".dygraph-axis-label-x") if e.text]
        return labels
    wide = span()
    drawn.send_keys("+")
    drawn.send_keys("+")
    live.until(lambda: span() and span() != wide)
    drawn.send_keys(Keys.ESCAPE)
    live.until(lambda: span() == wide)
    assert not words.text
    for line in window.get_log("browser"):
        assert line["level"] not in ("SEVERE", "WARNING"), line


def test_it_goes_on_as_the_page_does(scene, window):
    """Before anybody reaches for it, and after, it is kept up to date."""
    window.get(f"http://{scene.where}/e/fleet~eu")
    figure = window.find_element(By.CSS_SELECTOR, "figure.chart")
    drawn = figure.find_element(By.CSS_SELECTOR, ".drawn")

    def ends():
        return int(figure.get_attribute("data-to"))
    first = ends()
    live.until(lambda: ends() > first, 40)
    window.execute_script("arguments[0].focus()", drawn)
    live.until(lambda: figure.find_elements(By.CSS_SELECTOR, "canvas"), 20)
    window.execute_script("""
        const was = Dygraph.prototype.updateOptions;
        Dygraph.prototype.updateOptions = function (o) {
            window.options = o;
            return was.apply(this, arguments);
        };""")
    live.until(lambda: window.execute_script(
        "return window.options?.dateWindow?.[1]") == ends(), 60)
    drawn.send_keys("+")
    zoomed = window.execute_script("return window.options.dateWindow")
    live.until(lambda: "file" in window.execute_script(
        "return window.options"), 60)
    assert window.execute_script("return window.options.dateWindow") is None
    assert zoomed[1] - zoomed[0] < 86400_000
    assert figure.find_elements(By.CSS_SELECTOR, "canvas")
    assert not figure.find_element(By.TAG_NAME, "svg").is_displayed()


def test_narrow_and_dark(scene, window):
    window.execute_cdp_cmd("Emulation.setEmulatedMedia", {
        "features": [{"name": "prefers-color-scheme", "value": "dark"}]})
    window.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
        "width": 320, "height": 640, "deviceScaleFactor": 1,
        "mobile": False})
    window.get(f"http://{scene.where}/e/fleet~eu")
    figure = window.find_element(By.CSS_SELECTOR, "figure.chart")
    drawn = figure.find_element(By.CSS_SELECTOR, ".drawn")
    window.execute_script("arguments[0].focus()", drawn)
    live.until(lambda: figure.find_elements(By.CSS_SELECTOR, "canvas"), 20)
    assert window.execute_script(
        "return document.documentElement.scrollWidth") <= 320
