# SPDX-License-Identifier: MIT
"""A real browser, and what it is shown."""
import json
import pathlib

from selenium import webdriver
from selenium.common.exceptions import (NoSuchElementException,
                                        StaleElementReferenceException,
                                        WebDriverException)
from selenium.webdriver.common.by import By

import live

ROOT = pathlib.Path(__file__).resolve().parents[2]
AXE = ROOT / "build/npm/node_modules/axe-core/axe.min.js"

# Every page there is, for the checks that hold for all of them; {incident} is
# one that is open, {yesterday} a day that is over.
PAGES = [
    "",
    "matrix",
    "incidents",
    "i/{incident}",
    "e/fleet~eu",
    "e/fleet~eu/day/{yesterday}",
    "timeline",
    "s/fleet?grain=hour&n=24",
    "r/eu",
    "maintenance",
    "search?q=fleet",
    "accounting",
    "about",
    "nothing-is-here",
]


def browser(*arguments):
    options = webdriver.ChromeOptions()
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu",
                     "--disable-dev-shm-usage", *arguments):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs",
                           {"browser": "ALL", "performance": "ALL"})
    return webdriver.Chrome(
        options=options, service=webdriver.chrome.service.Service(
            "/usr/bin/chromedriver"))


def text(window):
    """All that is shown; nothing while the page is being loaded."""
    try:
        return window.find_element(By.TAG_NAME, "body").text
    except (StaleElementReferenceException, NoSuchElementException):
        return ""
    except WebDriverException as e:  # the same, of a document that is gone
        if "does not belong to the document" not in str(e):
            raise
        return ""


def until_shown(window, words, seconds=60):
    live.until(lambda: words in text(window), seconds, f"{words!r} shown")


def complaints(window):
    """Of the console, but for a server that was killed, or a page that is
    not there."""
    return [entry for entry in window.get_log("browser")
            if "ERR_" not in entry["message"] and "404" not in entry["message"]]


def resize(window, width, height=800, scale=1):
    window.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
        "width": width, "height": height, "deviceScaleFactor": scale,
        "mobile": False})


def colours(window, scheme):
    """What the system is set to: light, dark."""
    window.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [
        {"name": "prefers-color-scheme", "value": scheme}]})


def too_wide(window):
    return window.execute_script(
        "return document.documentElement.scrollWidth - innerWidth") > 0


def asked(window):
    """Addresses of all requests since the last call."""
    found = []
    for entry in window.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            found.append(message["params"]["request"]["url"])
    return found


def violations(window):
    """What axe-core finds, of WCAG 2.2 A and AA and of good practice."""
    assert AXE.exists(), "./dev install-deps brings axe-core"
    window.execute_script(AXE.read_text())
    found = window.execute_async_script("""
        const done = arguments[0];
        axe.run(document, {resultTypes: ["violations"]})
            .then(r => done(r.violations), e => done([{id: String(e),
                                                        nodes: []}]));
    """)
    return [(v["id"], [node["html"][:120] for node in v["nodes"]])
            for v in found]
