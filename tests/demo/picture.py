# SPDX-License-Identifier: MIT
"""A picture of the page, taken by a browser at a time of that day."""

import subprocess

WIDTH, HEIGHT = 1120, 760


class Camera:
    def __init__(self, at, file):
        self.at, self.file, self.taking = at, file, None

    def look(self, t, url):
        """Once, when it is time; it takes a moment, which the day goes on."""
        if self.file is not None and self.taking is None and t >= self.at:
            self.taking = subprocess.Popen(
                ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
                 f"--window-size={WIDTH},{HEIGHT}", f"--screenshot={self.file}", url],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def done(self):
        if self.taking is not None and self.taking.wait(60) != 0:
            raise SystemExit("demo: the browser took no picture")
