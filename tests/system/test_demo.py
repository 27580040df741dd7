# SPDX-License-Identifier: MIT
"""The demonstration: what it shows, that it can fail, and its recording."""
import os
import pathlib
import re
import subprocess
import sys
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parents[2]
VIGIE = os.environ["VIGIE"]
STORY = pathlib.Path(VIGIE).parent / "tests/story"
sys.path.insert(0, str(ROOT / "tests/demo"))

import day  # noqa: E402


def demo(*arguments):
    return subprocess.run(
        [sys.executable, "-B", ROOT / "tests/demo/demo.py", "--vigie", VIGIE, *map(str, arguments)],
        capture_output=True, text=True, timeout=100, check=False)


def test_one_cries_wolf_and_the_other_does_not(tmp_path):
    svg = tmp_path / "demo.svg"
    done = demo("--fast", STORY, "--width", 100, "--record", svg)
    assert done.returncode == 0, done.stderr
    assert max(map(len, done.stdout.partition("$ vigie incident")[0].splitlines())) <= 100
    text = re.sub(r"\s+", " ", done.stdout)
    assert text.count("UP: 2 checks passed. All clear!") == 3
    assert text.count("was false") == 2
    assert "stops: remote commands, sentry mode, scheduling" in text
    assert "still works: Bluetooth key, charging" in text
    assert "back since 15:30:28, stable: 5 h 07 min lost, 2 false recoveries" in text
    assert "$ vigie incident 20230214-1 20230214-1 outage, declared, closed" in text
    assert text.rstrip().endswith("6 messages, all of them loud, and 2 false all-clears; Vigie 3 loud and 5 quiet "
                                  "ones, all of one incident, and 0 false all-clears.")
    picture = xml.etree.ElementTree.parse(svg).getroot()
    shown = "".join(picture.itertext())
    assert "still works: Bluetooth key, charging" in shown and "incident.resolved" in shown
    assert "deciding" not in shown


def test_a_narrow_terminal_loses_nothing():
    done = demo("--fast", STORY, "--width", 60)
    assert done.returncode == 0, done.stderr
    assert max(map(len, done.stdout.partition("$ vigie incident")[0].splitlines())) <= 60
    assert done.stdout.count("was false") == 2


def test_a_false_all_clear_of_ours_would_count():
    sys.path.insert(0, str(ROOT / "tests/support_py"))
    from demo import Show
    from screen import Screen

    with open(os.devnull, "w", encoding="ascii") as nowhere:
        show = Show(Screen(out=nowhere, width=80))
        show.facts_until(day.at("13:05"))
        show.told({"t": "2023-02-14T13:06:00Z", "event": "incident.resolved", "loud": True, "relapses": 0,
                   "ended": "2023-02-14T13:04:00Z", "buckets_ms": {"maintenance": 0, "down": 0}}, {})
        show.facts_until(day.at("13:15"))
        assert show.false == 0
        show.facts_until(day.at("13:17"))
        assert show.false == 1


def test_the_pace_is_the_daemons():
    """Two programs map the same time; they agree."""
    pace = day.Pace(1000.0)
    for text, _ in day.PACE:
        assert abs(pace.at(pace.when(day.at(text))) - day.at(text)) < 1e-3
    assert 60 < pace.when(day.at(day.END)) - 1000 < 150


def test_over_real_sockets_for_a_moment(tmp_path):
    """The scaled daemon itself, until Europe has failed for a minute."""
    program = tmp_path / "short.py"
    program.write_text(
        f"import sys\nsys.path.insert(0, {str(ROOT / 'tests/demo')!r})\nimport day\n"
        "day.END = '10:01:30'\nimport demo\nsys.exit(demo.main())\n")
    done = subprocess.run([sys.executable, "-B", program, "--vigie", VIGIE], capture_output=True,
                          text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stderr
    text = re.sub(r"\s+", " ", done.stdout)
    assert "! tesla-fleet/eu down: the server claims maintenance, nobody announced it (503)" in text
    assert "$ vigie incident 20230214-1 20230214-1 maintenance, declared, open" in text


def test_the_recording_of_the_readme_shows_the_day():
    picture = xml.etree.ElementTree.parse(ROOT / "docs/demo.svg").getroot()
    text = re.sub(r"\s+", " ", " ".join(picture.itertext()))
    for words in ("was false", "failed again, same incident", "2 false recoveries",
                  "and 0 false all-clears."):
        assert words in text, words
    assert not list(picture.iter("{http://www.w3.org/2000/svg}script"))
