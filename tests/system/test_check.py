# SPDX-License-Identifier: MIT
"""`vigie check` and `vigie init` as their users meet them."""

import json
import os
import re
import stat
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
VIGIE = os.environ.get("VIGIE", "build/dev/vigie")
VIGIE = str(Path(VIGIE).resolve())


def vigie(*arguments, cwd=None):
    return subprocess.run([VIGIE, *map(str, arguments)], capture_output=True, text=True,
                          timeout=60, check=False, cwd=cwd)


def manual_examples():
    text = (ROOT / "man/vigie.yaml.5").read_text()
    return re.findall(r"\.Bd -literal -offset indent\n(.*?)\.Ed", text, re.S)


def test_what_init_writes_is_accepted_and_never_overwritten(tmp_path):
    done = vigie("init", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    path = tmp_path / "vigie.yaml"
    assert stat.S_IMODE(path.stat().st_mode) & 0o007 == 0
    assert vigie("check", "-c", path).returncode == 0
    before = path.read_text()
    again = vigie("init", path)
    assert again.returncode == 74
    assert "there already" in again.stderr
    assert path.read_text() == before
    assert vigie("init", "-").stdout == before


def test_every_commented_line_of_the_example_is_right(tmp_path):
    """Take the comment signs away: each key shown must be one there is."""
    for name in ("example.token", "hook.key"):
        (tmp_path / name).write_text("x\n")
        (tmp_path / name).chmod(0o600)
    lines = []
    for line in vigie("init", "-").stdout.splitlines():
        if not re.match(r" *# ", line) or re.match(r"#  ", line) or re.match(r" +#  ", line):
            line = re.sub(r"^( *)#(?=[^ ]|  )", r"\1", line)
        lines.append(line.replace("/etc/vigie/", f"{tmp_path}/"))
    path = tmp_path / "all.yaml"
    path.write_text("\n".join(lines) + "\n")
    done = vigie("check", "-c", path, "--json")
    assert done.returncode == 0, done.stderr
    counts = json.loads(done.stdout)
    assert counts["windows"] == 1 and counts["receivers"] == 3 and counts["routes"] == 2
    assert len(counts["endpoints"]) == 4


@pytest.mark.parametrize("text", manual_examples())
def test_examples_of_the_manual_are_accepted(tmp_path, text):
    path = tmp_path / "v.yaml"
    path.write_text(text.replace("\\&", ""))
    done = vigie("check", "-c", path)
    assert done.returncode == 0, done.stderr


def test_errors_go_to_stderr_with_their_place(tmp_path):
    path = tmp_path / "v.yaml"
    path.write_text("databse: x\nservices: [{id: s, regions: {r: 'https://x/', R: a}}]\n")
    done = vigie("check", "-c", path)
    assert done.returncode == 78
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert lines[0] == f"{path}:1:1: unknown key 'databse', did you mean 'database'?"
    assert [line.split(":")[1] for line in lines] == ["1", "2", "2"]
    answer = json.loads(vigie("check", "-c", path, "--json").stdout)
    assert answer == {"valid": False, "errors": lines}


def test_a_dump_is_a_configuration_without_secrets(tmp_path):
    path = tmp_path / "v.yaml"
    path.write_text("defaults: {headers: {Authorization: Bearer hush, Accept: x/y}}\n"
                    "services: [{id: s, regions: {r: https://x/}}]\n")
    dump = vigie("check", "-c", path, "--dump")
    assert dump.returncode == 0
    assert "hush" not in dump.stdout and "x/y" in dump.stdout
    again = tmp_path / "again.yaml"
    again.write_text(dump.stdout)
    assert vigie("check", "-c", again, "--dump").stdout == dump.stdout


def test_the_schema_agrees_with_the_parser(tmp_path):
    jsonschema = pytest.importorskip("jsonschema")
    yaml = pytest.importorskip("yaml")
    schema = json.loads((ROOT / "schema/config.schema.json").read_text())
    validator = jsonschema.Draft202012Validator
    validator.check_schema(schema)
    base = {"services": [{"id": "s", "regions": {"r": "https://x/"}}]}
    good = [yaml.safe_load(t.replace("\\&", "")) for t in manual_examples()]
    good += [yaml.safe_load(vigie("init", "-").stdout), base,
             {**base, "defaults": {"ip": 4, "ladder": "off", "redirects": 0}},
             {**base, "maintenance": [{"service": "*", "every": "Sun 02:00-04:00"}]}]
    # No file must hold services: those of conf.d may.
    bad = [{"services": []}, {**base, "databse": "x"}, {**base, "defaults": {"interval": 30}},
           {**base, "defaults": {"timeout": "s"}}, {**base, "defaults": {"redirects": 6}},
           {**base, "receivers": [{"id": "a", "type": "webhook"}]},
           {**base, "receivers": [{"id": "A", "type": "syslog"}]},
           {**base, "maintenance": [{"service": "*"}]},
           {**base, "defaults": {"expect": {"status": 99}}},
           {**base, "defaults": {"expect": {"json": {"a": 1}}}},
           {**base, "services": [{"id": "s", "regions": {"r": "x"}}]}]
    for wanted, documents in ((0, good), (78, bad)):
        for document in documents:
            path = tmp_path / "v.json"
            path.write_text(json.dumps(document))
            done = vigie("check", "-c", path)
            assert done.returncode == wanted, (document, done.stderr)
            assert validator(schema).is_valid(document) == (wanted == 0), document
