# SPDX-License-Identifier: MIT
"""All pages in a real browser: for everybody, by any means, in any light."""
import os
import pathlib
import re
import signal
import sys
import time

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support_py"))

import live  # noqa: E402
from window import (PAGES, asked, browser, colours, complaints,  # noqa: E402
                    resize, text, too_wide, until_shown, violations)

CONFIG = """
database: {f}/vigie.db
control: {f}/control
listen: 127.0.0.1:0
canaries: []
defaults: {{interval: 10s, timeout: 1s}}
services:
  - id: fleet
    name: Fleet API
    functions: [remote commands, sentry mode]
    unaffected: [Bluetooth key, {{name: charging, endpoints: [fleet/na]}}]
    advice: no need to reinstall the app
    regions: {{eu: {u}/eu, na: {u}/na}}
  - id: a-service-with-a-rather-long-name-that-has-no-place-to-break
    regions: {{eu: {u}/long}}
"""
EVERYBODY = pytest.mark.parametrize("page", PAGES, ids=lambda p: p or "status")


class Scene:
    """A daemon, what it watches, and where its pages are."""

    def __init__(self, folder, target):
        config = folder / "vigie.yaml"
        config.write_text(CONFIG.format(f=folder, u=target.url))
        self.target = target
        self.daemon = live.Daemon(config, speed=live.FAST)
        self.incident = None

    def __enter__(self):
        self.daemon.start()
        self.url = self.daemon.until_said(r"dashboard address=(http://\S+)")[1]
        return self

    def __exit__(self, *_exc):
        assert self.daemon.stop() == 0

    def address(self, page):
        return self.url + page.format(
            incident=self.incident,
            yesterday=time.strftime("%F", time.gmtime(time.time() - 86400)))


@pytest.fixture(scope="module")
def window():
    made = browser()
    yield made
    made.quit()


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    """One service fails in one region, another says maintenance."""
    with live.Target() as target:
        target.pages |= {"/eu": (500, b"broken"), "/long": live.MAINTENANCE}
        with Scene(tmp_path_factory.mktemp("walk"), target) as made:
            live.until(lambda: sorted(made.daemon.states().values()) == [
                "down", "maintenance", "up"])
            made.incident = next(
                e["incident"] for e in made.daemon.json("status", code=2)[
                    "endpoints"] if e["id"] == "fleet/eu")
            made.daemon.command("note", made.incident, "seen <b>by</b> us")
            yield made


@pytest.fixture(autouse=True)
def as_it_was(window):
    yield
    window.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    window.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    window.execute_cdp_cmd("Emulation.setTimezoneOverride", {"timezoneId": ""})


@EVERYBODY
def test_for_everybody(window, scene, page):
    """axe-core finds nothing, light or dark, wide or narrow, whatever is
    unfolded."""
    window.get(scene.address(page))
    window.execute_script("for (const d of document.querySelectorAll("
                          "'details')) d.open = true")
    for scheme in "light", "dark":
        colours(window, scheme)
        for width in 1280, 320:
            resize(window, width)
            assert violations(window) == [], (page, scheme, width)


def test_who_looks_for_faults_finds_them(window, scene):
    """In each of the places where others would be."""
    window.get(scene.url)
    live.until(lambda: window.find_elements(By.ID, "main"), 20,
               f"content in {window.page_source!r}")
    window.execute_script("""
        const bad = document.createElement("p");
        bad.innerHTML = "<img src='data:,'><a href='/x'></a>"
            + "<span class='poor'>faint</span><h6>deep</h6>";
        document.getElementById("main").append(bad);
        bad.querySelector(".poor").style.color = "#eee";
    """)
    found = {name for name, _ in violations(window)}
    assert {"image-alt", "link-name", "color-contrast",
            "heading-order"} <= found, found


@EVERYBODY
def test_nothing_wider_than_the_screen(window, scene, page):
    """Nor at twice the size: 640 of 1280."""
    for width, scale in (1280, 1), (640, 2), (320, 1), (320, 4):
        resize(window, width, scale=scale)
        window.get(scene.address(page))
        assert not too_wide(window), (page, width)


@EVERYBODY
def test_by_keyboard(window, scene, page):
    """The first key leads past the navigation.  Everything that can be used is
    reached in the order in which it stands, and seen when it is."""
    window.get(scene.address(page))
    everything = window.execute_script("""
        window.all = [...document.querySelectorAll(
            "a[href], button, summary, input, select, textarea, [tabindex]")]
            .filter(n => n.checkVisibility({visibilityProperty: true})
                && n.getAttribute("tabindex") !== "-1");
        return window.all.length;""")
    assert everything > 4
    place = """
        const n = document.activeElement;
        const box = n.getBoundingClientRect(), look = getComputedStyle(n);
        return [window.all.indexOf(n), box.width > 0 && box.height > 0
            && box.left >= 0 && box.top >= 0 && box.bottom <= innerHeight + 1,
            look.outlineStyle !== "none" && parseFloat(look.outlineWidth) >= 2];
    """
    for i in range(everything):
        # A date has a stop for each of its parts.
        for _ in range(6):
            window.switch_to.active_element.send_keys(Keys.TAB)
            at, seen, marked = window.execute_script(place)
            if at != i - 1 or i == 0:
                break
        assert at == i, (i, at)
        assert seen and marked, (i, window.switch_to.active_element.text)
    window.get(scene.address(page))
    window.switch_to.active_element.send_keys(Keys.TAB)
    first = window.switch_to.active_element
    assert first.text == "To the content" and first.is_displayed()
    first.send_keys(Keys.ENTER)
    assert window.current_url.endswith("#main")
    window.switch_to.active_element.send_keys(Keys.TAB)
    assert window.execute_script(
        "return document.activeElement.closest('main, footer') !== null")


def test_from_bar_to_bar_by_arrows(window, scene):
    """One stop for the keyboard; each leads to the page of its day."""
    window.get(scene.url + "e/fleet~eu")
    bars = window.find_elements(By.CSS_SELECTOR, ".bars a")
    assert len(bars) == 90
    assert [b.get_dom_attribute("tabindex") for b in bars].count("-1") == 89
    window.execute_script("arguments[0].focus()", bars[-1])

    def press(key):
        window.switch_to.active_element.send_keys(key)
        return window.execute_script(
            "return [...document.querySelectorAll('.bars a')]"
            ".indexOf(document.activeElement)")
    assert press(Keys.ARROW_LEFT) == 88
    assert press(Keys.ARROW_RIGHT) == 89
    assert press(Keys.ARROW_RIGHT) == 89
    assert press(Keys.HOME) == 0
    assert press(Keys.END) == 89
    day = bars[-1].get_dom_attribute("href")
    press(Keys.ENTER)
    live.until(lambda: window.current_url.endswith(day))
    assert window.find_element(By.TAG_NAME, "h1").text == \
        "fleet/eu, " + day[-10:]
    hours = window.find_elements(By.CSS_SELECTOR, ".bars a")
    assert len(hours) == 24


@EVERYBODY
def test_with_and_without_scripts(window, plain, scene, page):
    """The same is said, nobody complains, nobody else is asked."""
    def found(one):
        one.get(scene.address(page))
        # Links to other times are as of the moment.
        return [(n.tag_name, re.sub(r"=[^&=]+Z", "=", n.get_dom_attribute("href")
                                    or n.text))
                for n in one.find_elements(
                    By.CSS_SELECTOR, "main :is(h1, h2, h3, a, th, dt)")]

    asked(window)
    complaints(window)
    with_scripts = found(window)
    assert with_scripts
    assert complaints(window) == []
    requests = asked(window)
    assert requests and all(r.startswith((scene.url, "data:")) for r in requests)
    assert found(plain) == with_scripts


@pytest.fixture(scope="module")
def plain():
    made = browser("--blink-settings=scriptEnabled=false")
    yield made
    made.quit()


@EVERYBODY
def test_times_are_also_those_of_the_reader(window, scene, page):
    """In a place of their own: what is read stays as it was, and where."""
    window.execute_cdp_cmd("Emulation.setTimezoneOverride",
                           {"timezoneId": "Asia/Kolkata"})
    window.get(scene.address(page))
    times = [(t.get_attribute("datetime"), t.get_attribute("title"), t.text)
             for t in window.find_elements(By.CSS_SELECTOR, "main time")]
    for machine, title, people in times:
        if machine.startswith("P"):
            assert not title
        elif people:
            hour, minute = map(int, machine[11:16].split(":"))
            there = (hour * 60 + minute + 330) % 1440
            assert f"{(there // 60 + 11) % 12 + 1}:{there % 60:02}" in title
            assert "5:30" in title
            assert people.endswith("Z") and machine[11:16] in people
    assert page in ("matrix", "nothing-is-here", "accounting") or times


def paper(window):
    return window.execute_script(
        "return getComputedStyle(document.body).backgroundColor")


def test_light_and_dark_by_choice(window, scene):
    light, dark = "rgb(255, 255, 255)", "rgb(18, 22, 28)"
    colours(window, "light")
    window.get(scene.url)
    assert paper(window) == light
    window.get(scene.url + "?theme=dark")
    assert paper(window) == dark
    window.get(scene.url + "matrix")
    assert paper(window) == dark

    def choose(theme):
        window.find_element(
            By.CSS_SELECTOR, f"[data-theme={theme}]:not(html)").click()

    choose("light")
    assert paper(window) == light
    colours(window, "dark")
    window.refresh()
    assert paper(window) == light
    choose("auto")
    assert paper(window) == dark
    window.get(scene.url + "?theme=light")
    window.get(scene.url + "?theme=auto")
    assert paper(window) == dark
    assert complaints(window) == []


def test_as_many_as_one_likes(window, scene):
    """One after the other, and side by side: no page waits for a connection
    that another has and nobody looks at."""
    first = window.current_window_handle
    window.set_page_load_timeout(20)
    try:
        for _ in range(4):
            for page in PAGES:
                window.get(scene.address(page))
        for _ in range(8):
            window.switch_to.new_window("tab")
            window.get(scene.url)
    finally:
        window.set_page_load_timeout(300)
        for tab in set(window.window_handles) - {first}:
            window.switch_to.window(tab)
            window.close()
        window.switch_to.window(first)


@pytest.mark.parametrize("who", ["keeper", "prober"])
def test_what_is_old_is_said_to_be(window, tmp_path, who):
    """Whoever it is that stands still; that is no state of a service."""
    with live.Target() as target, Scene(tmp_path, target) as scene:
        window.get(scene.url)
        until_shown(window, "All 3 endpoints are up")
        assert "Nothing new is known" not in text(window)
        daemon = scene.daemon.pid
        pid = daemon if who == "keeper" else live.children(daemon)[who]
        os.kill(pid, signal.SIGSTOP)
        try:
            until_shown(window, "Nothing new is known since ")
            said = text(window)
            told = window.find_element(By.ID, "news")
            live.until(lambda: "Nothing new is known" in told.get_attribute(
                "textContent"))
            stripes = window.execute_script(
                "return getComputedStyle(document.getElementById('stale'))"
                ".backgroundImage")
            for page in "matrix", "e/fleet~eu", "incidents":
                window.get(scene.url + page)
                assert "Nothing new is known" in text(window), page
        finally:
            os.kill(pid, signal.SIGCONT)
        assert "gradient" in stripes
        assert not re.search(r"\bdown\b", said), said
        assert who == "prober" or "All 3 endpoints are up" in said
        window.get(scene.url)
        live.until(lambda: "Nothing new is known" not in text(window))
        until_shown(window, "All 3 endpoints are up")
