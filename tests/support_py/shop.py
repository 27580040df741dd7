# SPDX-License-Identifier: MIT
"""A daemon that watches a shop and a bank, and how to look at it."""
import contextlib
import json

import live
from receiver import Receiver, new_secret

CONFIG = """
database: {f}/vigie.db
control: {f}/control
canaries: []
defaults: {{interval: {interval}, timeout: 800ms}}
services:
  - id: shop
    regions: {{eu: {t}/eu, na: {t}/na}}
  - id: bank
    regions: {{eu: {t}/bank}}
"""
HOOK = """
receivers:
  - {{id: hook, type: webhook, url: {url}, secret_file: {f}/hook.key,
     allow_private: true}}
routes:
  - {{to: [hook], all: true}}
"""


class Scene:
    """speed as that of live.Daemon; secret: of the receiver, if there is one."""

    def __init__(self, folder, target, speed, receiver=None, secret=""):
        self.folder, self.target, self.receiver = folder, target, receiver
        self.config, self.database = folder / "vigie.yaml", folder / "vigie.db"
        text = CONFIG.format(f=folder, t=target.url, interval=f"{speed}s")
        if receiver is not None:
            key = folder / "hook.key"
            key.write_text(secret + "\n")
            key.chmod(0o600)
            text += HOOK.format(url=receiver.url, f=folder)
        self.config.write_text(text)
        self.daemon = live.Daemon(self.config, speed=speed)

    def restart(self):
        """After a kill."""
        starts = self.daemon.said().count("start version")
        self.daemon.start()
        live.until(lambda: self.daemon.said().count("start version") > starts,
                   what="another start")

    def run(self, *arguments):
        return live.vigie(*arguments, "-c", self.config)

    def refused(self, code, *arguments):
        done = self.run(*arguments)
        assert done.returncode == code, (arguments, done)
        return done.stderr

    def rows(self):
        return {e["id"]: e for e in
                json.loads(self.run("status", "--json").stdout)["endpoints"]}

    def until_state(self, name, state):
        live.until(lambda: self.daemon.states().get(name) == state,
                   what=f"{name} {state}")

    def until_asked(self, path, times=1):
        before = len(self.target.asked)
        live.until(lambda: self.target.asked[before:].count(path) >= times,
                   what=f"a probe of {path}")

    def query(self, sql):
        with contextlib.closing(live.reader(self.database)) as db:
            return db.execute(sql).fetchall()

    def told(self, event):
        """The data of each notice of that event; what a kill has told twice
        has one id."""
        def look():
            return {r.id: r.json()["data"] for r in self.receiver.requests
                    if r.json()["type"] == event}
        return list(live.until(look, what=event).values())


@contextlib.contextmanager
def scene(folder, speed=1, hook=True, kind=Scene):
    """One whose daemon runs; hook: notices go to its receiver."""
    secret = new_secret()
    with live.Target() as target, contextlib.ExitStack() as more:
        receiver = more.enter_context(Receiver([secret])) if hook else None
        made = kind(folder, target, speed, receiver, secret)
        with made.daemon:
            made.daemon.until_said("start version")
            yield made
