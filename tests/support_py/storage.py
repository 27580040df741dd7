# SPDX-License-Identifier: MIT
"""A daemon whose database is somewhere difficult."""
import contextlib
import pathlib
import subprocess
import tempfile

import pytest

import live
from receiver import Receiver, new_secret

CONFIG = """
database: {database}
control: {f}/control
canaries: []
defaults: {{interval: {interval}, timeout: 1s, ladder: false}}
services:
{services}
receivers:
  - {{id: hook, type: webhook, url: "{hook}", secret_file: {f}/key,
     allow_private: true}}
{more}
routes:
  - {{to: [hook], all: true}}
{routes}
"""
LOUD = """
  - {{id: loud, type: webhook, url: "{url}", secret_file: {f}/key,
     allow_private: true}}
"""


@contextlib.contextmanager
def tmpfs(folder, options):
    folder.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none",
                           folder], capture_output=True, text=True,
                          check=False)
    if done.returncode != 0:
        pytest.skip(f"cannot mount: not root? {done.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


class Scene:
    def __init__(self, folder, target, receiver, secret):
        self.folder, self.target, self.receiver = folder, target, receiver
        (folder / "key").write_text(secret + "\n")
        (folder / "key").chmod(0o600)
        self.config = folder / "vigie.yaml"

    def configure(self, database, endpoints=1, loud=None, speed=1):
        """loud: the address of a receiver of loud notices only; speed: as
        that of live.Daemon."""
        self.database = database
        more = LOUD.format(url=loud, f=self.folder) if loud else ""
        self.config.write_text(CONFIG.format(
            f=self.folder, database=database, interval=f"{speed}s", hook=self.receiver.url,
            more=more, routes="  - {to: [loud]}" if loud else "",
            services="\n".join(
                f"  - {{id: s{i}, regions: {{eu: {self.target.url}/{i}}}}}"
                for i in range(endpoints))))
        return live.Daemon(self.config, speed=speed)

    def event(self, name, timeout=90):
        """The first notice of that event; its data."""
        def found(requests):
            return [r for r in requests if r.json()["type"] == name]
        request = self.receiver.wait_for(found, timeout)[0]
        assert request.faults == []
        return request.json()["data"]

    def refused(self, code, *words):
        """It ends at once, says why, and makes nothing."""
        done = live.vigie("run", "-c", self.config, timeout=30)
        assert done.returncode == code, done.stderr
        for word in words:
            assert word in done.stderr
        assert not (self.folder / "control").exists()


def fill(path):
    """To the last byte; gives how much that was."""
    size = 0
    with open(path, "ab", buffering=0) as ballast:
        for step in (65536, 4096, 1):
            with contextlib.suppress(OSError):
                while True:
                    size += ballast.write(b"x" * step)
    return size


@contextlib.contextmanager
def public_folder():
    """One that every user may look into.  Those of pytest are not: a run that
    begins meanwhile takes that right away from the folder of all of them."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        folder.chmod(0o755)
        yield folder


@contextlib.contextmanager
def scene(folder):
    secret = new_secret()
    with live.Target() as target, Receiver([secret]) as receiver:
        yield Scene(folder, target, receiver, secret)
