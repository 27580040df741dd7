# SPDX-License-Identifier: MIT
"""Planned windows as instants, compared with Python's own zone rules."""

import json
import os
import subprocess
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

VIGIE = os.environ.get("VIGIE", "build/dev/vigie")
DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
OCCURRENCES = 20

ZONES = [
    "Europe/Paris",
    "Australia/Lord_Howe",  # half an hour of summer time
    "America/Sao_Paulo",  # none any more; midnight was skipped once
    "America/New_York",
    "Europe/Dublin",  # winter time is the exception
    "Africa/Casablanca",  # summer time around Ramadan
    "Asia/Kathmandu",
    "Pacific/Apia",  # skipped a whole day in 2011
    "America/Nuuk",
    "UTC",
]
TIMES = [
    "00:00-24:00",
    "00:30-01:30",
    "01:30-02:15",
    "02:00-03:00",
    "02:15-02:45",
    "02:45-03:15",
    "22:00-02:30",
    "23:59-00:01",
]
SINCE = [
    "2011-12-20",  # Apia
    "2017-10-01", "2018-02-10", "2018-10-28", "2018-11-01",  # Brazil, table
    "2024-03-09", "2024-04-01", "2024-10-20", "2026-03-20", "2026-04-01",
    "2026-10-01", "2026-10-20", "2037-10-20",
    "2045-03-20", "2060-10-25",  # behind the table, by rule
]


def minutes(text):
    hours, rest = text.split(":")
    return int(hours) * 60 + int(rest)


def instant(naive, zone):
    return naive.replace(tzinfo=zone).astimezone(timezone.utc)


def expected(zone, days, times, since):
    begin, end = (minutes(t) for t in times.split("-"))
    length = timedelta(minutes=end - begin)
    if length <= timedelta(0):
        length += timedelta(days=1)
    day = since.replace(tzinfo=None) - timedelta(days=4)
    found = []
    while len(found) < OCCURRENCES:
        if day.weekday() in days:
            local = day + timedelta(minutes=begin)
            opens, closes = instant(local, zone), instant(local + length, zone)
            if closes <= opens:
                closes = opens + length
            # The next one is asked for from the end of this one.
            if closes > (found[-1][1] if found else since):
                found.append((opens, closes))
        day += timedelta(days=1)
    return found


def run(path, *arguments):
    return subprocess.run([VIGIE, "check", "-c", str(path), *arguments],
                          capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    """Every zone with every time, on all days and on Sundays."""
    path = tmp_path_factory.mktemp("plan") / "vigie.yaml"
    windows = {}
    lines = ["services: [{id: s, regions: {r: https://example.org/}}]", "maintenance:"]
    for zone in ZONES:
        for times in TIMES:
            for every, days in (("Mon-Sun", range(7)), ("Sun", [6]), ("Sat-Mon", [5, 6, 0])):
                title = f"{zone} {every} {times}"
                windows[title] = (ZoneInfo(zone), days, times)
                lines.append(f'  - {{service: s, every: "{every} {times}", '
                             f"timezone: {zone}, title: {title!r}}}")
    path.write_text("\n".join(lines) + "\n")
    return path, windows


@pytest.mark.parametrize("day", SINCE)
def test_weekly_windows_are_those_of_python(plan, day):
    path, windows = plan
    since = datetime.fromisoformat(day).replace(tzinfo=timezone.utc)
    done = run(path, "--json", "--windows", f"{day}T00:00:00Z")
    assert done.returncode == 0, done.stderr
    got = {}
    for line in done.stdout.splitlines():
        row = json.loads(line)
        got.setdefault(row["title"], []).append(
            tuple(datetime.fromisoformat(row[k].replace("Z", "+00:00")) for k in ("from", "to")))
    assert set(got) == set(windows)
    for title, (zone, days, times) in windows.items():
        assert got[title] == expected(zone, days, times, since), title


def one_window(tmp_path, text):
    path = tmp_path / "vigie.yaml"
    path.write_text("services: [{id: s, regions: {r: https://example.org/}}]\n"
                    f"maintenance: [{{service: s, {text}}}]\n")
    return path


def test_a_single_window_in_its_zone(tmp_path):
    path = one_window(tmp_path, 'from: "2026-07-01 02:00", to: "2026-07-01T06:30:00", '
                      "timezone: Europe/Paris")
    done = run(path, "--json", "--windows", "2026-01-01T00:00:00Z")
    row = json.loads(done.stdout)
    assert (row["from"], row["to"]) == ("2026-07-01T00:00:00.000Z", "2026-07-01T04:30:00.000Z")
    assert run(path, "--windows", "2026-07-01T04:30:00Z").stdout == ""


def test_a_misspelt_zone_is_not_utc(tmp_path):
    path = one_window(tmp_path, 'every: "Sun 02:00-04:00", timezone: Europe/Pariss')
    done = run(path)
    assert done.returncode == 78
    assert f"{path}:2:" in done.stderr
    assert "did you mean 'Europe/Paris'?" in done.stderr


@pytest.mark.parametrize("name", ["../etc/passwd", "/etc/passwd", "Europe", "zone.tab", ""])
def test_what_is_no_zone_file_is_refused(tmp_path, name):
    path = one_window(tmp_path, f'every: "Sun 02:00-04:00", timezone: "{name}"')
    done = run(path)
    assert done.returncode == 78
    assert "timezone" in done.stderr
