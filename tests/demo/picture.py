# SPDX-License-Identifier: MIT
"""Pictures of the pages, taken by a browser at a time of that day."""

import pathlib
import subprocess

WIDTH, HEIGHT = 1120, 760
ALBUM = pathlib.Path(__file__).with_name("album.py")


class Camera:
    """One picture of the first page into a file, all of them into a folder; or neither."""

    def __init__(self, at, file, folder):
        self.at, self.file, self.folder, self.taking = at, file, folder, None

    def look(self, t, url):
        """Once, when it is time; it takes a moment, which the day goes on."""
        if self.taking is not None or t < self.at:
            return
        self.taking = []
        if self.file is not None:
            self.start("chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
                       f"--window-size={WIDTH},{HEIGHT}", f"--screenshot={self.file}", url)
        if self.folder is not None:
            self.start("/usr/bin/python3", "-B", ALBUM, url, self.folder)

    def start(self, *command):
        self.taking.append(subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                            stderr=subprocess.DEVNULL))

    def done(self):
        for one in self.taking or ():
            if one.wait(300) != 0:
                raise SystemExit("demo: the browser took no picture")
