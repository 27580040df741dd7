# SPDX-License-Identifier: MIT
"""The script ./dev: what it installs, how it asks, what it says."""

import json
import os
import pathlib
import shutil
import stat
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOOLS = "bash sh env dirname readlink awk nproc mkdir tail cat sed basename rm ls git cp cmp".split()


def _script(path, text):
    path.write_text("#!/bin/sh\n" + text + "\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


@pytest.fixture
def machine(tmp_path):
    """A Debian with hardly a program, on which cmake and mandoc are missing."""
    bin_ = tmp_path / "bin"
    bin_.mkdir()
    for tool in TOOLS:
        os.symlink(shutil.which(tool), bin_ / tool)
    _script(bin_ / "id", "echo 0")
    _script(
        bin_ / "dpkg-query",
        'for p in "$@"; do last=$p; done\n'
        'case $last in cmake|mandoc) exit 1 ;; *) printf installed ;; esac',
    )
    _script(bin_ / "apt-get", f'echo "$@" >>{tmp_path}/apt')
    _script(bin_ / "npm", f'echo "$@" >>{tmp_path}/npm')
    shutil.copy(ROOT / "dev", tmp_path / "dev")
    (tmp_path / "tests/system").mkdir(parents=True)
    for name in "package.json", "package-lock.json":
        shutil.copy(ROOT / "tests/system" / name, tmp_path / "tests/system")
    return tmp_path


def _dev(machine, *arguments):
    return subprocess.run(
        [machine / "dev", *arguments], env={"PATH": str(machine / "bin")}, text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60,
    )


def test_says_what_is_missing_and_why_then_installs_it(machine):
    done = _dev(machine, "install-deps")
    assert done.returncode == 0, done.stdout
    assert "cmake                 configures the build" in done.stdout
    assert "mandoc                checks the manual" in done.stdout
    assert "ninja-build" not in done.stdout
    update, *installs = (machine / "apt").read_text().splitlines()
    assert update.endswith(" update")
    assert installs[0].endswith(" install --no-install-recommends cmake")


def test_a_failed_installation_shows_its_log(machine):
    _script(machine / "bin/apt-get", 'echo "E: no such mirror"; exit 100')
    done = _dev(machine, "install-deps")
    assert done.returncode == 1
    assert "E: no such mirror" in done.stdout
    assert "build/log/apt-update.log" in done.stdout


def test_uses_sudo_only_when_not_root(machine):
    _script(machine / "bin/id", "echo 1000")
    _script(machine / "bin/sudo", f'echo "sudo $@" >>{machine}/apt')
    assert _dev(machine, "install-deps").returncode == 0
    lines = (machine / "apt").read_text().splitlines()
    assert lines and all(line.startswith("sudo -n env ") for line in lines)


def test_without_root_and_sudo_it_says_what_to_do(machine):
    _script(machine / "bin/id", "echo 1000")
    done = _dev(machine, "run")
    assert done.returncode == 1
    assert "apt-get install --no-install-recommends cmake" in done.stdout
    assert not (machine / "apt").exists()


def test_nothing_missing_means_no_apt(machine):
    _script(machine / "bin/dpkg-query", "printf installed")
    assert _dev(machine, "install-deps").returncode == 0
    assert not (machine / "apt").exists()


def test_the_checker_of_pages_comes_once(machine):
    _script(machine / "bin/dpkg-query", "printf installed")
    (machine / "bin/npm").unlink()
    made = machine / "build/npm/node_modules/axe-core"
    _script(machine / "bin/apt-get", f"""echo "$@" >>{machine}/apt
        case $* in *' install '*) cat >{machine}/bin/npm <<'NPM'
#!/bin/sh
echo "$@" >>{machine}/npm
mkdir -p {made}
echo checks >{made}/axe.min.js
NPM
        chmod +x {machine}/bin/npm ;; esac""")
    os.symlink(shutil.which("chmod"), machine / "bin/chmod")
    for _ in range(2):
        done = _dev(machine, "install-deps")
        assert done.returncode == 0, done.stdout
    assert (machine / "apt").read_text().splitlines()[1].endswith(" npm")
    assert (machine / "npm").read_text() == (
        "ci --prefix build/npm --ignore-scripts --no-audit --no-fund\n")


def test_what_comes_by_npm_is_fixed():
    """By version and digest, and from wherever this machine has it from."""
    lock = json.loads((ROOT / "tests/system/package-lock.json").read_text())
    for name, package in lock["packages"].items():
        if name:
            assert package["integrity"].startswith("sha512-"), name
            assert "resolved" not in package, name


def test_help_and_wrong_usage(machine):
    done = _dev(machine, "help")
    assert done.returncode == 0 and "./dev COMMAND" in done.stdout
    done = _dev(machine, "dance")
    assert done.returncode == 64 and "./dev COMMAND" in done.stdout
