# SPDX-License-Identifier: MIT
"""What the documents say is what the program does."""

import os
import pathlib
import re
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
VIGIE = os.environ["VIGIE"]
MANUAL = (ROOT / "man/vigie.1").read_text()
README = (ROOT / "README.md").read_text()


def _vigie(*arguments, **more):
    return subprocess.run([VIGIE, *arguments], text=True, timeout=120, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, **more)


def _commands():
    overview = _vigie("--help").stdout.partition("Usage:")[2].partition("Common options")[0]
    return re.findall(r"^  ([a-z-]+) ", overview, re.MULTILINE)


def test_the_manual_has_each_command_and_no_other():
    said = set(re.findall(r"^\.It Nm Cm ([a-z-]+)", MANUAL, re.MULTILINE))
    assert said == set(_commands()) - {"help"}


@pytest.mark.parametrize("command", [c for c in _commands() if c != "help"])
def test_the_manual_has_each_option(command):
    sections = re.split(rf"\n\.It Nm Cm {command}\b(?!-)", MANUAL)[1:]
    section = "".join(s.partition("\n.It Nm Cm ")[0] for s in sections)
    shared = {"config", "json", "no-color", "help"}
    said = set(re.findall(r"(?<![\w-])--([a-z][a-z-]+)", _vigie("help", command).stdout)) - shared
    assert said <= set(re.findall(r"Fl -([a-z-]+)", section)), said


def test_the_example_of_the_readme_is_accepted(tmp_path):
    example = README.partition("```yaml\n")[2].partition("```")[0]
    key = tmp_path / "hook.key"
    key.write_text("whsec_" + "QUJD" * 8 + "\n")
    key.chmod(0o600)
    config = tmp_path / "vigie.yaml"
    config.write_text(example.replace("/etc/vigie/hook.key", str(key)))
    done = _vigie("check", "-c", str(config))
    assert done.returncode == 0, done.stdout


def test_the_picture_is_what_replay_says():
    maker = ROOT / "docs/make_timeline.py"
    drawn = subprocess.run([sys.executable, "-B", maker, VIGIE], text=True, timeout=120,
                           stdout=subprocess.PIPE, check=True).stdout
    assert drawn == (ROOT / "docs/timeline.svg").read_text(), \
        "run docs/make_timeline.py build/release/vigie >docs/timeline.svg"


def test_the_paths_of_the_readme_exist():
    for path in set(re.findall(r"`((?:daemon|probes|schema|tests|docs)/[\w./]*)`", README)):
        assert (ROOT / path).exists(), path
