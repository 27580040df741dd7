#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""make_timeline - the picture of README.md, from what Vigie itself says.

usage: docs/make_timeline.py build/release/vigie >docs/timeline.svg

Scripts the samples of 14 February 2023 (tests/demo/day.py), has `vigie replay --json` judge
them, and draws the samples and each event with the time at which it was said.
"""

import csv
import html
import io
import json
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests/demo"))

from day import REGIONS, at, clock, count, seconds, sentence  # noqa: E402

LADDER = (3, 5, 10, 15, 20, 30)  # seconds to the next probes after a change
BEGIN, END = "09:30", "19:00"

WIDTH, LEFT, RIGHT = 960, 96, 16
LANE_TOP, LANE_HEIGHT, LANE_STEP, LIST_TOP, LIST_STEP = 66, 26, 36, 204, 23
MARK_OF = {"up": "#2f8f4e", "maintenance": "#c98a00", "down": "#c0362c", "recovering": "#4a78b5"}
PATTERN_OF = {"maintenance": "url(#stripes)", "down": "url(#cross)", "recovering": "url(#dots)"}


def samples(region, second, spells):
    """(time, code, ms, body) as the prober would have asked."""
    t, good_before, step = at(BEGIN) + second, True, len(LADDER)
    while t < at(END):
        good = not any(at(a) <= t < at(b) for a, b in spells)
        if good != good_before:
            step = 0
        good_before = good
        yield (t, 200, 180, "") if good else (t, 503, 95, "Error 503: server maintenance")
        if step < len(LADDER):
            t, step = t + LADDER[step], step + 1
        else:
            t += 60 - (t - second) % 60


def trace():
    """All samples of the day, and the same as CSV."""
    rows = [(f"tesla-fleet/{region}", *sample)
            for region, second, spells in REGIONS
            for sample in samples(region, second, spells)]
    rows.sort(key=lambda row: row[1])
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow(["endpoint", "ts", "code", "ms", "body"])
    out.writerows(rows)
    return rows, text.getvalue()


def replay(vigie, text):
    done = subprocess.run([vigie, "replay", "--json", "-"], input=text, text=True,
                          stdout=subprocess.PIPE, check=True)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return [line for line in lines if "event" in line], lines[-1]["summary"]


def x_of(t):
    return LEFT + (t - at(BEGIN)) / (at(END) - at(BEGIN)) * (WIDTH - LEFT - RIGHT)


def spans(events):
    """(from, to, bucket) of the endpoint with the incident."""
    found, since, bucket = [], at(BEGIN), "up"
    for event in events:
        name = event["event"].partition(".")[2]
        t = seconds(event["t"])
        if name == "opened":
            t = seconds(event["onset"])
        new = {"opened": event.get("kind"), "changed": event.get("kind"), "relapsed": event.get("kind"),
               "recovering": "recovering", "resolved": "up"}.get(name, bucket)
        new = "down" if new == "outage" else new
        found.append((since, t, bucket))
        since, bucket = t, new
    found.append((since, at(END), bucket))
    return [span for span in found if span[1] > span[0]]


def lane(out, y, name, parts):
    out.append(f'<text x="{LEFT - 10}" y="{y + 18}" text-anchor="end">{name}</text>')
    for begin, end, bucket in parts:
        x, width = x_of(begin), max(x_of(end) - x_of(begin), 1)
        box = f'x="{x:.1f}" y="{y}" width="{width:.1f}" height="{LANE_HEIGHT}"'
        out.append(f'<rect {box} fill="{MARK_OF[bucket]}"/>')
        if bucket in PATTERN_OF:
            out.append(f'<rect {box} fill="{PATTERN_OF[bucket]}"/>')
        if width > 8 * len(bucket):
            out.append(f'<text x="{x + width / 2:.1f}" y="{y + 17}" class="in">{bucket}</text>')


def hours(out, bottom):
    for hour in range(10, 20):
        x = x_of(at(f"{hour}:00"))
        out.append(f'<line x1="{x:.1f}" y1="{LANE_TOP - 6}" x2="{x:.1f}" y2="{bottom}" class="hour"/>')
        out.append(f'<text x="{x:.1f}" y="{LANE_TOP - 12}" text-anchor="middle" class="small">{hour}:00</text>')


def legend(out):
    x = WIDTH - RIGHT - 372
    for bucket, colour in MARK_OF.items():
        out.append(f'<rect x="{x}" y="15" width="14" height="14" fill="{colour}"/>')
        if bucket in PATTERN_OF:
            out.append(f'<rect x="{x}" y="15" width="14" height="14" fill="{PATTERN_OF[bucket]}"/>')
        out.append(f'<text x="{x + 19}" y="26" class="small">{bucket}</text>')
        x += 38 + 7 * len(bucket)


HEAD = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w} {h}" width="{w}" height="{h}" role="img">
<!-- SPDX-License-Identifier: MIT; made by docs/make_timeline.py -->
<title>14 February 2023, as Vigie tells it</title>
<style>
text {{ font: 13px sans-serif; fill: #222 }}
.head {{ font-weight: bold; font-size: 15px }}
.small {{ font-size: 11px; fill: #555 }}
.in {{ fill: #fff; font-size: 11px; text-anchor: middle; paint-order: stroke; stroke: #0006; stroke-width: 2px }}
.loud {{ font-weight: bold }}
.hour {{ stroke: #ccc }}
.time {{ font-family: monospace }}
</style>
<defs>
<pattern id="stripes" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="2" height="8" fill="#fff5"/></pattern>
<pattern id="cross" width="8" height="8" patternUnits="userSpaceOnUse"><path d="M0 0L8 8M8 0L0 8" stroke="#fff4"/></pattern>
<pattern id="dots" width="7" height="7" patternUnits="userSpaceOnUse"><circle cx="3" cy="3" r="1.2" fill="#fff8"/></pattern>
</defs>
<rect width="{w}" height="{h}" fill="#fff"/>"""


def draw(rows, events, summary):
    mine = [e for e in events if e.get("endpoint") == "tesla-fleet/eu"]
    height = LIST_TOP + LIST_STEP * len(mine) + 30
    out = [HEAD.format(w=WIDTH, h=height)]
    out.append('<text x="16" y="26" class="head">14 February 2023, replayed: '
               'what is said, and when (local time)</text>')
    legend(out)
    hours(out, LANE_TOP + 3 * LANE_STEP - 4)
    whole = [(at(BEGIN), at(END), "up")]
    for number, (region, _, _) in enumerate(REGIONS):
        parts = spans(mine) if region == "eu" else whole
        lane(out, LANE_TOP + number * LANE_STEP, f"tesla/{region}", parts)
    for number, event in enumerate(mine, 1):
        x, y = x_of(seconds(event["t"])), LIST_TOP + (number - 1) * LIST_STEP
        kind = "loud" if event["loud"] else "quiet"
        out.append(f'<line x1="{x:.1f}" y1="{LANE_TOP + LANE_STEP - 4}" x2="{x:.1f}" '
                   f'y2="{LANE_TOP + LANE_STEP + LANE_HEIGHT + 4}" stroke="#222"/>')
        out.append(f'<text x="16" y="{y}" class="time {kind}">{clock(seconds(event["t"]))}</text>')
        out.append(f'<text x="{LEFT}" y="{y}" class="{kind}">{html.escape(sentence(event))}</text>')
    out.append(f'<text x="16" y="{height - 12}" class="small">{summary["samples"]} samples of '
               f'{summary["endpoints"]} regions, judged by vigie replay: '
               f'{count(summary["incidents"], "incident", "incidents")}, {summary["loud"]} loud notices '
               f'(bold), {summary["quiet"]} quiet ones</text>')
    out.append("</svg>")
    return "\n".join(out) + "\n"


def main():
    if len(sys.argv) == 3 and sys.argv[1] == "--trace":
        with open(sys.argv[2], "w", encoding="ascii") as f:
            f.write(trace()[1])
        return 0
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 64
    rows, text = trace()
    sys.stdout.write(draw(rows, *replay(sys.argv[1], text)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
