# SPDX-License-Identifier: MIT
"""The pages in a real browser: read, kept up to date, and when the link is
lost."""
import os
import pathlib
import re
import signal
import sys

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support_py"))

import live  # noqa: E402
from window import browser, complaints, resize, text, until_shown  # noqa: E402

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
    unaffected: [Bluetooth key]
    regions: {{eu: {u}/eu, na: {u}/na}}
  - id: a-service-with-a-rather-long-name-that-has-no-place-to-break
    regions: {{eu: {u}/long}}
"""
SIZES = (1280, 800), (320, 640)
# As WCAG 2.2 has it, of two colours "rgb(r, g, b)".
CONTRAST = """
    const light = c => {
        const [r, g, b] = c.match(/[0-9.]+/g).slice(0, 3).map(v => {
            const s = v / 255;
            return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const paper = node => {
        for (; node; node = node.parentElement) {
            const c = getComputedStyle(node).backgroundColor;
            if (!c.startsWith("rgba(0, 0, 0, 0")) return c;
        }
        return "rgb(255, 255, 255)";
    };
    const poor = [];
    for (const node of document.querySelectorAll("body *")) {
        const own = [...node.childNodes].some(
            n => n.nodeType === 3 && n.nodeValue.trim());
        if (!own || node.closest("title, svg, [hidden]")) continue;
        const a = light(getComputedStyle(node).color);
        const b = light(paper(node));
        const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        if (ratio < 4.5) poor.push([node.outerHTML.slice(0, 80), ratio]);
    }
    return poor;
"""


@pytest.fixture(scope="module")
def window():
    made = browser()
    yield made
    made.quit()


@pytest.fixture
def scene(tmp_path):
    with live.Target() as target:
        config = tmp_path / "vigie.yaml"
        config.write_text(CONFIG.format(f=tmp_path, u=target.url))
        with live.Daemon(config, speed=live.FAST) as daemon:
            daemon.url = daemon.until_said(
                r"dashboard address=(http://\S+)")[1]
            daemon.target = target
            yield daemon
            assert daemon.stop() == 0


def opened(window, scene):
    """The page once all is up, kept up to date by itself from then on."""
    window.get(scene.url)
    until_shown(window, "All 3 endpoints are up")


def test_it_keeps_itself_up_to_date(window, scene):
    """In its place: nothing is loaded anew, what is open stays open."""
    opened(window, scene)
    window.execute_script("window.mark = 1;"
                          "document.querySelector('details').open = true")
    scene.target.pages["/eu"] = (500, b"broken")
    until_shown(window, "fleet/eu: 500 server error")
    assert "Open incidents" in text(window)
    assert "stops: remote commands (declared)" in text(window)
    said = window.find_element(By.ID, "news")
    assert "fleet/eu: 500" in said.get_attribute("textContent")
    scene.target.pages.clear()
    until_shown(window, "% to hold for an hour")
    assert window.execute_script("return window.mark") == 1
    assert window.find_element(By.TAG_NAME, "details").get_attribute("open")
    assert complaints(window) == []


@pytest.mark.parametrize("held", [0, 1])
def test_what_changes_places_keeps_the_focus(window, scene, held):
    """Whichever of the two has it: cards and services stand side by side."""
    opened(window, scene)
    places = "[...document.querySelectorAll('article')].map(a => a.id)"
    before = window.execute_script(f"return {places}")
    assert len(before) == 2
    link = window.execute_script("""
        const [one, other] = document.querySelectorAll("article");
        other.after(one);
        const link = [one, other][arguments[0]].querySelector("a");
        link.focus();
        window.lost = 0;
        link.addEventListener("blur", () => window.lost++);
        return link;
    """, held)
    live.until(lambda: window.execute_script(f"return {places}") == before)
    assert window.switch_to.active_element == link
    assert window.execute_script("return window.lost") == 0
    assert complaints(window) == []


def test_within_a_second(window, scene):
    """From the commit to the page; the daemon says when that was."""
    opened(window, scene)
    window.execute_async_script("""
        const done = arguments[0];
        const own = new EventSource("/api/v1/stream");
        let first = true;
        own.addEventListener("change", () => {
            if (first) { first = false; done(); return; }
            window.told = window.told || performance.now();
        });
        new MutationObserver(() => {
            if (document.querySelector(".banner").innerText.includes("fleet/eu: 500"))
                window.shown = window.shown || performance.now();
        }).observe(document.getElementById("main"),
            {subtree: true, childList: true, characterData: true});
    """)
    scene.target.pages["/eu"] = (500, b"broken")
    until_shown(window, "fleet/eu: 500")
    took = window.execute_script("return window.shown - window.told")
    assert took < 1000, took


def test_a_lost_link_is_said_as_that(window, scene):
    opened(window, scene)
    warning = window.find_element(By.ID, "link")
    assert not warning.is_displayed()
    web = live.children(scene.pid)["web"]
    os.kill(web, signal.SIGKILL)
    live.until(warning.is_displayed, 10, "the warning")
    assert "All 3 endpoints are up" in text(window)
    live.until(lambda: not warning.is_displayed(), 30, "the link again")
    assert complaints(window) == []


def test_who_comes_back_sees_what_is_now(window, scene):
    """At once, and nothing is done twice from then on."""
    opened(window, scene)
    window.execute_script("""
        window.reads = window.streams = 0;
        const fetch = window.fetch;
        window.fetch = (...asked) => { window.reads++; return fetch(...asked); };
        window.EventSource = class extends EventSource {
            constructor(to) { super(to); window.streams++; }
        };
        const turn = name => dispatchEvent(
            new PageTransitionEvent(name, {persisted: true}));
        for (let i = 0; i < 5; i++) { turn("pagehide"); turn("pageshow"); }
        document.querySelector(".asof").firstChild.nodeValue = "old ";
    """)
    found = window.execute_script("return [window.reads, window.streams]")
    assert 1 <= found[0] <= 5 and found[1] == 5, found
    until_shown(window, "Data as of", 10)
    assert complaints(window) == []


def test_what_hangs_is_tried_again(window, scene):
    """A stream that is refused, which a browser gives up, and an answer that
    never comes."""
    opened(window, scene)
    window.execute_script("""
        const Real = EventSource, real = window.fetch;
        window.EventSource = function () {
            window.EventSource = Real;
            return new Real("/nothing-is-here");
        };
        window.fetch = (to, how) => new Promise((done, no) => {
            window.fetch = real;
            how.signal?.addEventListener("abort", no);
        });
        dispatchEvent(new PageTransitionEvent("pagehide"));
        dispatchEvent(new PageTransitionEvent("pageshow"));
    """)
    warning = window.find_element(By.ID, "link")
    live.until(warning.is_displayed, 60, "the warning")
    live.until(lambda: not warning.is_displayed(), 60, "the link again")
    scene.target.pages["/eu"] = (500, b"broken")
    until_shown(window, "fleet/eu: 500", 90)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_any_size_and_colour(window, scene, scheme):
    """No sideways scroll, and contrast enough, of each page."""
    scene.target.pages |= {"/eu": (500, b"broken"), "/long": live.MAINTENANCE}
    window.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [
        {"name": "prefers-color-scheme", "value": scheme}]})
    window.get(scene.url)
    until_shown(window, "Open incidents")
    link = window.find_element(By.CSS_SELECTOR, ".card a").get_attribute("href")
    for page in (scene.url, scene.url + "matrix", scene.url + "incidents", link,
                 scene.url + "e/fleet~eu"):
        window.get(page)
        for width, height in SIZES:
            window.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
                "width": width, "height": height, "deviceScaleFactor": 1,
                "mobile": False})
            wide = window.execute_script(
                "return document.documentElement.scrollWidth")
            assert wide <= width, (page, width, wide)
            assert window.execute_script(CONTRAST) == [], page
    named = window.execute_script(
        "return getComputedStyle(document.querySelector('#availability td'),"
        " '::before').content")
    assert "The last" in named  # narrow: each cell says what it is
    window.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    assert complaints(window) == []


def test_by_the_keyboard(window, scene):
    """The first key leads past the navigation; each link can be reached."""
    opened(window, scene)
    body = window.find_element(By.TAG_NAME, "body")
    body.send_keys(Keys.TAB)
    first = window.switch_to.active_element
    assert first.text == "To the content" and first.is_displayed()
    first.send_keys(Keys.ENTER)
    assert window.current_url.endswith("#main")
    reached = set()
    for _ in range(40):
        window.switch_to.active_element.send_keys(Keys.TAB)
        reached.add(window.switch_to.active_element.get_attribute("href"))
    links = set(window.execute_script(
        "return [...document.querySelectorAll('a')].filter("
        "a => a.checkVisibility()).map(a => a.href)"))
    assert links <= reached, links - reached


def test_without_scripts(scene):
    """Complete, and read again by itself."""
    plain = browser("--blink-settings=scriptEnabled=false")
    try:
        plain.get(scene.url)
        live.until(lambda: plain.refresh() or "All 3 endpoints are up"
                   in text(plain))
        scene.target.pages["/eu"] = (500, b"broken")
        until_shown(plain, "fleet/eu: 500", 90)
    finally:
        plain.quit()


WALLS = (1920, 1080), (1280, 720)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_wall(window, scene, scheme):
    """All of it on the screen, in contrast; its clock goes on."""
    scene.target.pages |= {"/eu": (500, b"broken"), "/long": live.MAINTENANCE}
    window.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [
        {"name": "prefers-color-scheme", "value": scheme}]})
    for width, height in WALLS:
        window.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": height, "deviceScaleFactor": 1,
            "mobile": False})
        window.get(scene.url + "?kiosk=1")
        until_shown(window, "fleet/eu")
        until_shown(window, ", 0 of 2 services in full")
        size = window.execute_script(
            "const r = document.documentElement;"
            "return [r.scrollWidth, r.scrollHeight]")
        assert size[0] <= width and size[1] <= height, size
        assert window.execute_script(CONTRAST) == []
        assert not window.find_elements(By.CSS_SELECTOR, "nav, form")
    clock = window.find_element(By.ID, "clock")
    before = clock.text
    live.until(lambda: clock.text != before, 10, "the clock to go on")
    window.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    assert complaints(window) == []


MANY = """
database: {f}/vigie.db
control: {f}/control
listen: 127.0.0.1:0
canaries: []
defaults: {{interval: 10s, timeout: 1s}}
services:
"""
SHOWN = {"": ".rows li", "matrix": ".matrix tbody tr",
         "timeline": ".over h2"}


def test_a_wall_of_more_than_fits(window, tmp_path):
    """What is not up comes first, the rest is counted, nothing scrolls."""
    names = [f"s{i:02}{'-with-a-long-name' * (i % 3)}" for i in range(20)]
    config = tmp_path / "vigie.yaml"
    with live.Target() as target:
        config.write_text(MANY.format(f=tmp_path) + "".join(
            f"  - {{id: {n}, regions: {{eu: {target.url}/eu,"
            f" na: {target.url}/{n}}}}}\n" for n in names))
        with live.Daemon(config, speed=live.FAST) as daemon:
            url = daemon.until_said(r"dashboard address=(http://\S+)")[1]
            window.get(url)
            until_shown(window, "All 40 endpoints are up")
            target.pages |= {f"/{n}": (500, b"broken") for n in names[-9:]}
            live.until(lambda: list(daemon.states().values()).count("down")
                       == 9)
            for page, row in SHOWN.items():
                for width, height in WALLS:
                    resize(window, width, height)
                    window.get(f"{url}{page}?kiosk=1")
                    until_shown(window, "Data as of")
                    size = window.execute_script(
                        "const r = document.documentElement;"
                        "return [r.scrollWidth, r.scrollHeight]")
                    assert size == [width, height], (page, size)
                rows = [r.text for r in
                        window.find_elements(By.CSS_SELECTOR, row)]
                down = ["Down" in r for r in rows]
                assert any(down) and down == sorted(down, reverse=True), rows
                assert page == "" or sum(down) == 9, rows
                assert page == "" or re.search(r"and \d+ more", text(window)), (
                    page)
            window.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
            assert complaints(window) == []
            assert daemon.stop() == 0


def test_from_one_wall_to_the_next(window, scene):
    """And all over again; a link that is lost is seen from afar."""
    window.get(scene.url + "?kiosk=1&rotate=5&filter=fleet*")
    for page in ("/matrix", "/timeline", "/"):
        live.until(lambda: page + "?kiosk=1&rotate=5&filter=fleet*"
                   in window.current_url, 60, page)
    stripes = ("const s = getComputedStyle(document.getElementById('link'),"
               " '::after'); return [s.position, s.opacity]")
    window.get(scene.url + "?kiosk=1")
    until_shown(window, "All 3 endpoints are up")
    assert window.execute_script(stripes)[0] == "static"
    window.execute_script("document.getElementById('link').hidden = false")
    assert window.execute_script(stripes) == ["fixed", "0"]
    window.execute_script(
        "document.getAnimations().forEach(a => { a.currentTime = 30001; })")
    assert window.execute_script(stripes) == ["fixed", "0.6"]
    assert complaints(window) == []


def test_another_build_is_loaded_on_a_wall(window, scene):
    """By itself; what is kept up to date is of the build that is running."""
    window.get(scene.url + "?kiosk=1")
    until_shown(window, "All 3 endpoints are up")
    window.execute_script("""
        window.mark = 1;
        document.querySelector("link[rel=stylesheet]").href = "/assets/0/old";
    """)
    live.until(lambda: window.execute_script("return window.mark") is None,
               60, "the page to be loaded anew")


def test_nothing_from_elsewhere(window, scene):
    """Every request goes to the host of the page."""
    window.get_log("performance")
    opened(window, scene)
    asked = [e["message"] for e in window.get_log("performance")
             if '"Network.requestWillBeSent"' in e["message"]]
    assert asked
    for message in asked:
        assert f'"url":"{scene.url}' in message, message
