# SPDX-License-Identifier: MIT
"""Who may act does so from the pages, in a real browser."""
import pathlib
import sys

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support_py"))

import live  # noqa: E402
from window import (browser, complaints, resize, text,  # noqa: E402
                    too_wide, until_shown, violations)

CONFIG = """
database: {f}/vigie.db
control: {f}/control
listen: 127.0.0.1:0
tokens: {f}/tokens
canaries: []
defaults: {{interval: 10s, timeout: 1s}}
services:
  - id: fleet
    regions: {{eu: {u}/eu, na: {u}/na}}
maintenance:
  - {{service: fleet, title: of the file, from: "2098-01-01T00:00:00Z",
     to: "2098-01-01T02:00:00Z"}}
"""


@pytest.fixture
def window():
    made = browser()
    yield made
    made.quit()


@pytest.fixture
def scene(tmp_path):
    keys = {role: live.token(role, role, tmp_path / "tokens")
            for role in ("reader", "operator")}
    config = tmp_path / "vigie.yaml"
    with live.Target() as target:
        config.write_text(CONFIG.format(f=tmp_path, u=target.url))
        target.pages["/eu"] = (500, b"broken")
        with live.Daemon(config, speed=live.FAST) as daemon:
            daemon.target = target
            daemon.where = daemon.until_said(r"dashboard address=http://(\S+)/")[1]
            live.until(lambda: daemon.json("incidents"))
            daemon.number = daemon.json("incidents")[0]["id"]
            yield daemon, keys
            assert daemon.stop() == 0


def sign_in(window, daemon, name, key):
    """As a browser does once its user was asked."""
    window.get(f"http://{name}:{key}@{daemon.where}/login")
    until_shown(window, "Open incidents")


def fill(window, act, **values):
    form = window.find_element(By.CSS_SELECTOR, f"form[data-to$='{act}']")
    for name, value in values.items():
        field = form.find_element(By.NAME, name)
        if field.get_attribute("type") == "datetime-local":
            window.execute_script("arguments[0].value = arguments[1]",
                                  field, value)
        else:
            field.send_keys(value)
    return form


def send(form):
    form.find_element(By.TAG_NAME, "button").click()


def test_on_an_incident(scene, window):
    daemon, keys = scene
    page = f"http://{daemon.where}/i/{daemon.number}"
    sign_in(window, daemon, "operator", keys["operator"])
    window.get(page)
    send(fill(window, "/notes", note="<b>the disks</b> are \"full\""))
    until_shown(window, '<b>the disks</b> are "full"')
    send(fill(window, "/ack", why="on my way"))
    until_shown(window, "In charge")
    assert "on my way" in text(window)
    for width in 1280, 320:
        resize(window, width)
        assert violations(window) == []
        assert not too_wide(window)
    assert complaints(window) == []


def test_what_is_typed_stays_while_the_page_lives(scene, window):
    daemon, keys = scene
    sign_in(window, daemon, "operator", keys["operator"])
    window.get(f"http://{daemon.where}/i/{daemon.number}")
    form = fill(window, "/notes", note="half a sent")
    daemon.command("note", daemon.number, "from elsewhere")
    until_shown(window, "from elsewhere")
    assert form.find_element(By.NAME, "note").get_attribute(
        "value") == "half a sent"


def test_what_can_be_done_follows_what_happens(scene, window):
    daemon, keys = scene
    sign_in(window, daemon, "operator", keys["operator"])
    window.get(f"http://{daemon.where}/i/{daemon.number}")
    form = fill(window, "/notes", note="half a sent")

    def offered(act):
        return window.find_elements(By.CSS_SELECTOR, f"form[data-to$='{act}']")
    assert offered("/ack") and not offered("/resolve")
    daemon.target.pages.clear()
    live.until(lambda: offered("/resolve"))
    daemon.command("resolve", daemon.number, "--why", "seen")
    live.until(lambda: not offered("/resolve") and not offered("/ack"))
    field = form.find_element(By.NAME, "note")
    assert field.get_attribute("value") == "half a sent"
    assert field == window.switch_to.active_element
    assert window.find_element(By.ID, "operate").is_displayed()
    assert complaints(window) == []


def test_what_is_refused_is_said(scene, window):
    daemon, keys = scene
    sign_in(window, daemon, "operator", keys["operator"])
    window.get(f"http://{daemon.where}/maintenance")
    send(fill(window, "/maintenance", service="none", title="disks",
              **{"from": "2099-01-01T00:00", "to": "2098-01-01T00:00"}))
    told = window.find_element(By.CSS_SELECTOR, "#operate .told")
    live.until(lambda: "Not done" in told.text)
    complaints(window)  # the console names the refusal, too
    form = fill(window, "/maintenance",
                **{"to": "2099-01-01T02:00"})
    form.find_element(By.NAME, "service").clear()
    form.find_element(By.NAME, "service").send_keys("fleet")
    send(form)
    until_shown(window, "2099-01-01 00:00:00Z to 2099-01-01 02:00:00Z")
    assert complaints(window) == []


def test_a_window_is_cancelled(scene, window):
    """By who may, unless it is of the configuration."""
    daemon, keys = scene
    sign_in(window, daemon, "operator", keys["operator"])
    window.get(f"http://{daemon.where}/maintenance")
    until_shown(window, "of the file")
    assert not window.find_elements(By.CSS_SELECTOR, "form[id^=cancel]")
    for title in "old <b>disks</b>", "new disks":
        send(fill(window, "/maintenance", service="fleet", title=title,
                  **{"from": "2099-01-01T00:00", "to": "2099-01-01T02:00"}))
        until_shown(window, f": {title}")
    for width in 1280, 320:
        resize(window, width)
        assert violations(window) == []
        assert not too_wide(window)
    form = fill(window, "/maintenance/w1/cancel", why="not needed")
    assert form.find_element(By.TAG_NAME, "button").text == "Cancel w1"
    send(form)
    live.until(lambda: "old <b>" not in text(window)
               and "new disks" in text(window))
    assert [w["title"] for w in daemon.json("maintenance", "list")] == [
        "of the file", "new disks"]
    assert complaints(window) == []


# A server that takes its time; how often it was asked.
SLOW = """
    const real = window.fetch;
    window.posts = 0;
    window.fetch = async (to, how) => {
        if (how.method === "POST") {
            window.posts++;
            await new Promise(done => setTimeout(done, 3000));
        }
        return real(to, how);
    };
"""


def test_who_clicks_twice_acts_once(scene, window):
    daemon, keys = scene
    sign_in(window, daemon, "operator", keys["operator"])
    window.get(f"http://{daemon.where}/i/{daemon.number}")
    window.execute_script(SLOW)
    button = fill(window, "/notes", note="the disks are full").find_element(
        By.TAG_NAME, "button")
    ActionChains(window).double_click(button).perform()
    assert not button.is_enabled()
    daemon.command("note", daemon.number, "from elsewhere")
    until_shown(window, "from elsewhere")
    until_shown(window, "the disks are full")
    assert text(window).count("the disks are full") == 1
    assert window.find_element(By.CSS_SELECTOR, "#notes button").is_enabled()


def test_what_is_refused_is_sent_again(scene, window):
    daemon, keys = scene
    sign_in(window, daemon, "operator", keys["operator"])
    window.get(f"http://{daemon.where}/i/{daemon.number}")
    window.execute_script(SLOW)
    form = fill(window, "/notes", note="the disks are full")
    button = form.find_element(By.TAG_NAME, "button")
    window.execute_script("arguments[0].dataset.to += 'x'", form)
    ActionChains(window).double_click(button).perform()
    assert not button.is_enabled()
    told = window.find_element(By.CSS_SELECTOR, "#operate .told")
    live.until(lambda: len(told.text) > 1)
    assert window.execute_script("return window.posts") == 1
    assert button.is_enabled()
    assert window.switch_to.active_element == button
    window.execute_script(
        "arguments[0].dataset.to = arguments[0].dataset.to.slice(0, -1)", form)
    send(form)
    live.until(lambda: text(window).count("the disks are full") == 1)


def test_pause_and_resume(scene, window):
    daemon, keys = scene
    sign_in(window, daemon, "operator", keys["operator"])
    window.get(f"http://{daemon.where}/e/fleet~na")
    form = fill(window, "/pause", why="moved")
    Select(form.find_element(By.NAME, "for_ms")).select_by_visible_text("a day")
    send(form)
    until_shown(window, "Resume checks")
    assert daemon.states()["fleet/na"] == "unknown"
    send(fill(window, "/resume"))
    until_shown(window, "Pause checks")


def test_others_are_offered_nothing(scene, window):
    daemon, keys = scene
    for _ in range(2):
        for page in f"i/{daemon.number}", "e/fleet~eu", "maintenance":
            window.get(f"http://{daemon.where}/{page}")
            until_shown(window, "how time is counted")
            assert not window.find_elements(By.ID, "operate")
            assert "What you can do" not in window.page_source
        sign_in(window, daemon, "reader", keys["reader"])
