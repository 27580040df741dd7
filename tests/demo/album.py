#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Pictures of every page of a running Vigie, to be looked at.

usage: album.py URL FOLDER

Each page at 1280 and 320 pixels, light and dark, as FOLDER/NAME-WIDTH-LOOK.png.
Of incidents and endpoints, those of what is not up at present.
"""
import json
import os
import sys
import urllib.request

from selenium import webdriver

SIZES = (1280, 900), (320, 640)
LOOKS = "light", "dark"
WALL = (1920, 1080)


def pages(url):
    """By name: what there is to look at."""
    with urllib.request.urlopen(f"{url}/api/v1/status") as answer:
        status = json.load(answer)
    worst = max(status["endpoints"], key=lambda e: "incident" in e)
    found = {"status": "/", "matrix": "/matrix", "timeline": "/timeline",
             "incidents": "/incidents", "maintenance": "/maintenance",
             "about": "/about", "accounting": "/accounting",
             "service": "/s/" + worst["service"],
             "region": "/r/" + worst["region"],
             "endpoint": "/e/" + worst["id"].replace("/", "~")}
    found["day"] = f"{found['endpoint']}/day/{status['as_of'][:10]}"
    if "incident" in worst:
        found["incident"] = "/i/" + worst["incident"]
    return found


def browser():
    options = webdriver.ChromeOptions()
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu",
                     "--disable-dev-shm-usage", "--hide-scrollbars"):
        options.add_argument(argument)
    return webdriver.Chrome(
        options=options, service=webdriver.chrome.service.Service(
            "/usr/bin/chromedriver"))


def take(window, url, size, look, file, whole=True):
    """The whole page, however long it is, or what is on the screen."""
    window.execute_cdp_cmd("Emulation.setEmulatedMedia", {
        "features": [{"name": "prefers-color-scheme", "value": look}]})
    window.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
        "width": size[0], "height": size[1], "deviceScaleFactor": 1,
        "mobile": False})
    window.get(url)
    if whole:
        height = window.execute_script(
            "return document.documentElement.scrollHeight")
        window.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": size[0], "height": max(size[1], min(height, 8000)),
            "deviceScaleFactor": 1, "mobile": False})
    window.save_screenshot(file)


def main(url, folder):
    os.makedirs(folder, exist_ok=True)
    window = browser()
    try:
        for name, path in pages(url).items():
            for size in SIZES:
                for look in LOOKS:
                    take(window, url + path, size, look,
                         f"{folder}/{name}-{size[0]}-{look}.png")
        for size in WALL, *SIZES:
            for look in LOOKS:
                take(window, url + "/?kiosk=1", size, look,
                     f"{folder}/kiosk-{size[0]}-{look}.png", whole=False)
    finally:
        window.quit()


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(sys.argv[1].rstrip("/"), sys.argv[2])
