# SPDX-License-Identifier: MIT
"""What is installed, and what of it systemd and bash make."""
import os
import pathlib
import re
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support_py"))

import live  # noqa: E402

BUILD = pathlib.Path(live.VIGIE).parent
FILES = """
usr/bin/vigie
usr/lib/systemd/system/vigie.service
usr/lib/systemd/system/vigie.socket
usr/lib/sysusers.d/vigie.conf
usr/lib/tmpfiles.d/vigie.conf
usr/share/bash-completion/completions/vigie
usr/share/doc/vigie/LICENSE
usr/share/man/man1/vigie.1
usr/share/man/man5/vigie.yaml.5
usr/share/vigie/compare.schema.json
usr/share/vigie/config.schema.json
usr/share/vigie/db.schema.json
usr/share/vigie/event.schema.json
""".split()


def run(*command, **more):
    return subprocess.run([str(c) for c in command], text=True, timeout=120,
                          capture_output=True, check=False, **more)


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    root = tmp_path_factory.mktemp("root")
    done = run("cmake", "--install", BUILD, "--prefix", "/usr",
               env={**os.environ, "DESTDIR": str(root)})
    assert done.returncode == 0, done.stdout + done.stderr
    return root


def test_every_file_is_where_admins_look(installed):
    found = {str(p.relative_to(installed)) for p in installed.rglob("*")
             if p.is_file()}
    examples = {str(pathlib.Path("usr/share/doc/vigie/examples", p.name))
                for p in (ROOT / "examples").iterdir()}
    assert found == set(FILES) | examples
    version = run(installed / "usr/bin/vigie", "--version").stdout
    assert re.fullmatch(r"vigie \d+\.\d+\.\d+\n", version)


def unit_for_here(installed, folder):
    """The unit with the program at its place here: verify looks for it."""
    text = (installed / "usr/lib/systemd/system/vigie.service").read_text()
    lines = [line for line in text.splitlines()
             if not line.startswith("Documentation=")]
    unit = folder / "vigie.service"
    unit.write_text(re.sub(r"=\S*/bin/vigie ",
                           f"={installed}/usr/bin/vigie ", "\n".join(lines))
                    + "\n")
    return unit


def test_the_unit_is_sound(installed, tmp_path):
    done = run("systemd-analyze", "verify", "--man=no",
               unit_for_here(installed, tmp_path))
    assert (done.stdout + done.stderr).strip() == ""
    assert done.returncode == 0
    done = run("systemd-analyze", "verify", "--man=no",
               unit_for_here(installed, tmp_path))
    assert done.returncode == 0


def test_the_unit_is_closed(installed, tmp_path):
    """An exposure of 1.2: what is left is the network itself."""
    unit = unit_for_here(installed, tmp_path)
    closed = run("systemd-analyze", "security", "--offline=yes",
                 "--threshold=12", unit)
    assert closed.returncode == 0, closed.stdout[-2000:] + closed.stderr
    unit.write_text(re.sub(r"^SystemCallFilter=.*\n", "", unit.read_text(),
                           flags=re.M))
    assert run("systemd-analyze", "security", "--offline=yes",
               "--threshold=12", unit).returncode != 0


def test_the_user_and_its_folders(installed, tmp_path):
    root = tmp_path / "etc"
    root.mkdir()
    conf = installed / "usr/lib/sysusers.d/vigie.conf"
    done = run("systemd-sysusers", f"--root={tmp_path}", conf)
    assert done.returncode == 0, done.stderr
    assert "vigie:" in (root / "passwd").read_text()
    assert "vigie:" in (root / "group").read_text()


@pytest.mark.parametrize("path", sorted((ROOT / "examples").glob("*.yaml")),
                         ids=lambda p: p.stem)
def test_examples_are_accepted(path):
    done = live.vigie("check", "-c", path)
    assert done.returncode == 0, done.stderr


COMPLETE = """
source "$1"
shift
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_vigie 2>&1
printf '%s\\n' "${COMPREPLY[@]}"
"""


def complete(*words, cwd=None):
    done = run("bash", "-c", COMPLETE, "bash",
               ROOT / "completion/vigie.bash", live.VIGIE, *words, cwd=cwd)
    assert done.stderr == "", done.stderr
    return done.stdout.split()


def test_completion_knows_what_the_program_says(tmp_path):
    commands = complete("")
    assert {"run", "status", "check", "replay"} <= set(commands)
    said = live.vigie("--help").stdout
    assert set(commands) == set(re.findall(r"^  ([a-z-]+)  ", said, re.M))
    assert complete("stat") == ["status"]
    assert "--json" in complete("status", "--")
    (tmp_path / "a.yaml").write_text("")
    assert complete("check", "-c", "a.", cwd=tmp_path) == ["a.yaml"]


def test_completion_knows_the_ids_of_the_database(tmp_path):
    config = tmp_path / "vigie.yaml"
    with live.Target() as target:
        config.write_text(
            f"database: {tmp_path}/vigie.db\ncontrol: {tmp_path}/control\n"
            "canaries: []\nservices:\n  - {id: known, regions: "
            f"{{eu: '{target.url}/', na: '{target.url}/'}}}}\n")
        with live.Daemon(config) as daemon:
            live.until(lambda: len(daemon.states()) == 2)
            assert complete("-c", str(config), "probe", "known/e") == \
                ["known/eu"]
            assert set(complete("-c", str(config), "pause", "k")) == \
                {"known", "known/eu", "known/na"}
            assert complete("-c", str(config), "incident", "2") == []
            assert daemon.stop() == 0
    nothing = tmp_path / "nothing.yaml"
    assert complete("-c", str(nothing), "probe", "") == []


def test_the_package_says_the_version_of_the_program():
    changelog = (ROOT / "debian/changelog").read_text()
    (project,) = re.findall(r"^project\(vigie VERSION (\S+)",
                            (ROOT / "CMakeLists.txt").read_text(), re.M)
    assert re.match(r"vigie \((\S+)\)", changelog).group(1) == project


def test_a_credential_of_systemd_signs(tmp_path):
    """The daemon itself, with what LoadCredential= would have passed."""
    from receiver import Receiver, new_secret
    secret = new_secret()
    passed = tmp_path / "passed"
    passed.mkdir(mode=0o700)
    (passed / "vigie_hook.key").write_text(secret + "\n")
    (passed / "vigie_hook.key").chmod(0o400)
    config = tmp_path / "vigie.yaml"
    with live.Target() as target, Receiver([secret], ["200"]) as receiver:
        config.write_text(
            f"database: {tmp_path}/vigie.db\ncontrol: {tmp_path}/control\n"
            "canaries: []\ndefaults: {interval: 1s, timeout: 1s}\n"
            f"services:\n  - {{id: s, regions: {{eu: '{target.url}/'}}}}\n"
            f"receivers:\n  - {{id: hook, type: webhook, url: '{receiver.url}'"
            ", secret_file: 'credential:hook.key', allow_private: true}\n"
            "routes:\n  - {to: [hook]}\n")
        assert live.vigie("check", "-c", config).returncode == 0
        env = {**live.ENV, "CREDENTIALS_DIRECTORY": str(passed)}
        done = subprocess.run(
            [live.VIGIE, "test-receiver", "-c", str(config), "hook"], env=env,
            capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        assert receiver.wait(1)[0].valid
        without = live.vigie("test-receiver", "-c", config, "hook")
        assert without.returncode != 0 and "hook.key" in without.stderr
