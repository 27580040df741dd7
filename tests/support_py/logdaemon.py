# SPDX-License-Identifier: MIT
"""A log daemon of our own, in a /dev of our own."""
import os
import re
import shutil
import signal
import subprocess

import live

RSYSLOGD = shutil.which("rsyslogd", path=os.environ["PATH"] + ":/usr/sbin")
# Its own /dev, so that a log daemon of the machine is not asked.
PRIVATE_DEV = """
set -e
mount --make-rprivate /
mkdir -p "$1/dev"
mount -t tmpfs -o mode=755 none "$1/dev"
for f in null zero full random urandom; do
    : >"$1/dev/$f"
    mount --bind "/dev/$f" "$1/dev/$f"
done
ln -s "$1/log.socket" "$1/dev/log"
mount --rbind "$1/dev" /dev
shift
exec "$@"
"""
RSYSLOG_CONF = """
module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="{f}/log.socket" CreatePath="off"
      RateLimit.Interval="0")
global(workDirectory="{f}")
template(name="full" type="string"
    string="%syslogfacility-text%|%syslogseverity-text%|%programname%|%msg%\\n")
action(type="omfile" file="{f}/messages" template="full")
"""


def private_dev(folder):
    return ["unshare", "-m", "sh", "-c", PRIVATE_DEV, "sh", str(folder)]


class LogDaemon:
    """Debian's rsyslogd, of our own, with a private socket."""

    def __init__(self, folder):
        self.file = folder / "messages"
        conf = folder / "rsyslog.conf"
        conf.write_text(RSYSLOG_CONF.format(f=folder))
        self.process = subprocess.Popen(
            [RSYSLOGD, "-n", "-f", conf, "-i", folder / "rsyslog.pid"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        live.until((folder / "log.socket").exists, what="rsyslogd")

    def lines(self, facility):
        if not self.file.exists():
            return []
        rows = [line.split("|", 3) for line in
                self.file.read_text(errors="replace").splitlines()]
        return [(severity, program, text.strip())
                for f, severity, program, text in rows if f == facility]

    def until(self, facility, severity, pattern):
        return live.until(
            lambda: [t for s, p, t in self.lines(facility)
                     if s == severity and p == "vigie"
                     and re.search(pattern, t)],
            what=f"{facility}.{severity} {pattern!r} in\n"
                 + self.file.read_text(errors="replace"))

    def freeze(self):
        """It reads no more, and is not gone."""
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self):
        self.process.send_signal(signal.SIGCONT)

    def stop(self):
        self.thaw()
        self.process.terminate()
        self.process.wait(30)


def may_have_own_dev(folder):
    return subprocess.run([*private_dev(folder), "true"], check=False,
                          capture_output=True).returncode == 0
