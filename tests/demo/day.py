# SPDX-License-Identifier: MIT
"""14 February 2023 as data: what each server answered, and how it is told.

Times are the local ones of that day, kept as if they were UTC.  10:00 to 15:30
is the day as it was told; the two breaks after 13:00 are assumed.
"""

import datetime

DAY = datetime.datetime(2023, 2, 14, tzinfo=datetime.timezone.utc)
SERVICE = "tesla-fleet"
# Region, second of the minute of its probes, failing spells as (from, to).
REGIONS = [
    ("na", 5, []),
    ("eu", 20, [("10:00:20", "13:04"), ("13:16", "13:41"), ("13:52", "15:30")]),
    ("cn", 40, []),
]
GOOD, PAGE = '{"status":"ok"}\n', "Error 503: server maintenance\n"
STOPS = ["remote commands", "sentry mode", "scheduling"]
WORKS = ["Bluetooth key", "charging"]
# How fast the demonstration runs, from when on: slow in the drama.
PACE = [("09:59:00", 20), ("10:02", 300), ("10:29:30", 20), ("10:31:30", 900), ("13:03", 30),
        ("13:05:30", 120), ("13:15:30", 30), ("13:18:30", 300), ("13:40", 30), ("13:43:30", 120),
        ("13:51:30", 30), ("13:55", 600), ("15:29", 30), ("15:33", 900), ("17:29", 30)]
BEGIN, END = "09:59:00", "17:32:00"


def at(text):
    """Unix seconds of a time of that day."""
    parts = [int(p) for p in text.split(":")] + [0]
    return int(DAY.timestamp()) + parts[0] * 3600 + parts[1] * 60 + parts[2]


def rfc3339(t):
    return datetime.datetime.fromtimestamp(t, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def seconds(stamp):
    return datetime.datetime.fromisoformat(stamp.replace("Z", "+00:00")).timestamp()


def clock(t):
    return datetime.datetime.fromtimestamp(t, datetime.timezone.utc).strftime("%H:%M:%S")


def spells(region):
    return next([(at(a), at(b)) for a, b in s] for name, _, s in REGIONS if name == region)


def answer(region, t):
    """What its server says at t: code and body."""
    if any(a <= t < b for a, b in spells(region)):
        return 503, PAGE
    return 200, GOOD


def count(n, one, many):
    return f"{n} {one if n == 1 else many}"


def span_text(ms):
    return f"{ms // 3600000} h {ms // 60000 % 60:02d} min"


def sentence(event):
    """What an event says, in the words of its own fields."""
    name = event["event"].partition(".")[2]
    claimed = "claims maintenance, nobody announced it" if event.get("origin") == "declared" else "fails"
    if name == "opened":
        return f"down: the server {claimed} ({event.get('code', event['class'])})"
    if name == "changed":
        return f"worse: now an {event['kind']} ({event['cause'].replace('_', ' ')})"
    if name == "recovering":
        return f"answering again, {event['chance']} % to hold for the next hour"
    if name == "relapsed":
        return f"failed again, same incident (relapse {event['relapses']})"
    if name == "resolved":
        return (f"back since {clock(seconds(event['ended']))}, stable: "
                f"{span_text(event['buckets_ms']['maintenance'] + event['buckets_ms']['down'])} lost, "
                f"{count(event['relapses'], 'false recovery', 'false recoveries')}")
    return name


class Pace:
    """The axis of the daemon, as its --time-scale makes it run."""

    def __init__(self, begin):
        self.begin, self.steps, real = begin, [], 0.0
        for number, (text, factor) in enumerate(PACE):
            if number > 0:
                real += (at(text) - self.steps[-1][1]) / self.steps[-1][2]
            self.steps.append((real, at(text), factor))

    @staticmethod
    def spec():
        return ",".join(f"{rfc3339(at(text))}={factor}" for text, factor in PACE)

    def step(self, boot):
        return next(s for s in reversed(self.steps) if boot - self.begin >= s[0] or s is self.steps[0])

    def at(self, boot):
        """Unix seconds of that day, at seconds of CLOCK_BOOTTIME."""
        real, axis, factor = self.step(boot)
        return axis + (boot - self.begin - real) * factor

    def when(self, t):
        real, axis, factor = next(s for s in reversed(self.steps) if t >= s[1] or s is self.steps[0])
        return self.begin + real + (t - axis) / factor


class Simple:
    """The monitor that everybody has: down after 3 failures, up after 2 successes."""

    def __init__(self):
        self.down, self.run, self.sent, self.false = False, 0, 0, 0
        self.cleared = None  # its last all-clear, while nothing has failed since

    def take(self, t, good):
        """One answer; yields what it sends, and what that turns out to be worth."""
        if not good and self.cleared is not None:
            self.false += 1
            yield "false", f"its all-clear of {clock(self.cleared)} was false"
            self.cleared = None
        self.run = self.run + 1 if good == self.down else 0
        if self.run < (2 if self.down else 3):
            return
        self.down, self.run = not self.down, 0
        self.cleared = None if self.down else t
        self.sent += 1
        yield "sent", "DOWN: 3 checks failed" if self.down else "UP: 2 checks passed. All clear!"
