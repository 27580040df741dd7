# SPDX-License-Identifier: MIT
"""Two columns on a terminal, or on whatever takes lines."""

import os
import shutil
import sys
import textwrap
import time

CLOCK = 9
STYLES = {"loud": "1", "quiet": "", "bad": "31;1", "fact": "2", "head": "1", "plain": ""}


class Screen:
    """Rows are kept as (seconds since the begin, [(style, text), ...])."""

    def __init__(self, out=sys.stdout, width=None):
        self.out, self.rows, self.begin = out, [], time.monotonic()
        self.live = out.isatty()
        self.colour = self.live and "NO_COLOR" not in os.environ
        self.width = min(width or shutil.get_terminal_size((100, 24)).columns, 110)
        self.left = (self.width - CLOCK) * 2 // 5
        self._status = ""

    def _put(self, parts):
        self.clear()
        self.rows.append((time.monotonic() - self.begin, parts))
        text = "".join(f"\033[{STYLES[style]}m{words}\033[0m" if self.colour and STYLES[style] else words
                       for style, words in parts)
        self.out.write(text.rstrip() + "\n")
        if self._status:
            self._write_status()
        self.out.flush()

    def line(self, text="", style="plain"):
        for part in textwrap.wrap(text, self.width) or [""]:
            self._put([(style, part)])

    def verbatim(self, text):
        for part in text.splitlines():
            self._put([("plain", part)])

    def row(self, clock, left="", right="", style="quiet"):
        """One time, and what one of the two says then."""
        lefts = textwrap.wrap(left, self.left - 1) or [""]
        rights = textwrap.wrap(right, self.width - CLOCK - self.left) or [""]
        for n in range(max(len(lefts), len(rights))):
            a = lefts[n] if n < len(lefts) else ""
            b = rights[n] if n < len(rights) else ""
            self._put([("fact", f"{clock if n == 0 else '':<{CLOCK}}"),
                       (style if left else "plain", f"{a:<{self.left}}"), (style, b)])

    def fact(self, clock, text):
        """What really happens; neither has said it."""
        for n, part in enumerate(textwrap.wrap(text, self.width - CLOCK - 4)):
            self._put([("fact", f"{clock if n == 0 else '':<{CLOCK}}" + ("=== " if n == 0 else "    ") + part)])

    def _write_status(self):
        self.out.write("\r\033[K" + self._status[:self.width - 1])

    def status(self, text):
        if not self.live:
            return
        self._status = text
        self._write_status()
        self.out.flush()

    def clear(self):
        if self._status:
            self.out.write("\r\033[K")

    def end_status(self):
        self.clear()
        self._status = ""
