#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Write the scripted day of 14 February 2023, as a prober would have seen it.

  make_tesla.py [FOLDER]

tesla-2023-02-14.csv: tesla-fleet/eu failing 10:00-13:04, 13:16-13:41 and
13:52-15:30 local time (UTC+1), 503 "server maintenance" while failing; probed
every 60 s, 20 s past the minute, with the quick probes of the ladder.
tesla-2023-02-14-others.csv: na and cn, good all day.  The spells after 13:00
are invented for the test; no random numbers, so the files never change.
"""
import csv
import datetime
import os
import sys

UTC = datetime.timezone.utc
DAY = datetime.datetime(2023, 2, 14, tzinfo=UTC)
LOCAL = datetime.timedelta(hours=1)
INTERVAL = 60
LADDER = (3, 5, 10, 15, 20, 30)  # after a first failing sample
PHASE = 20  # seconds past the minute
BODY = '{"error":"server maintenance"}'


def local(hour, minute, second=0):
    clock = datetime.timedelta(hours=hour, minutes=minute, seconds=second)
    return int((DAY + clock - LOCAL).timestamp())


FROM, UNTIL = local(6, 0, PHASE), local(22, 0)
FAILING = [(local(10, 0), local(13, 4)), (local(13, 16), local(13, 41)),
           (local(13, 52), local(15, 30))]


def fails(t):
    return any(a <= t < b for a, b in FAILING)


def probes():
    """Times of the probes of eu: the timetable, and what changes add."""
    t, last, ladder = FROM, True, []
    due = FROM
    while t < UNTIL:
        good = not fails(t)
        yield t, good
        if not good and last:
            ladder = list(LADDER)
        elif good and not last:
            ladder = [5]
        last = good
        while due <= t:
            due += INTERVAL
        t = min(due, t + ladder.pop(0)) if ladder else due


def latency(t):
    """Milliseconds that wander a little, the same at every run."""
    return 180 + t // INTERVAL * 37 % 41


def write(path, rows):
    with open(path, 'w', newline='') as f:
        w = csv.writer(f, lineterminator='\n')
        w.writerow(['ts', 'endpoint', 'code', 'ms', 'body'])
        w.writerows(rows)


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(
        os.path.abspath(__file__))
    eu = [(t, 'tesla-fleet/eu', 200 if good else 503, latency(t),
           '' if good else BODY) for t, good in probes()]
    others = [(t, 'tesla-fleet/' + region, 200, latency(t + shift), '')
              for t in range(FROM, UNTIL, INTERVAL)
              for region, shift in (('na', 0), ('cn', 600))]
    write(os.path.join(folder, 'tesla-2023-02-14.csv'), eu)
    write(os.path.join(folder, 'tesla-2023-02-14-others.csv'), others)


if __name__ == '__main__':
    main()
