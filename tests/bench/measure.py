# SPDX-License-Identifier: MIT
"""measure - what a tree of processes costs, read from /proc."""

import os

TICK_US = 1_000_000 // os.sysconf("SC_CLK_TCK")


def _read(path):
    try:
        with open(path, encoding="ascii", errors="replace") as f:
            return f.read()
    except OSError:
        return ""


def _stat(pid):
    """The fields of /proc/PID/stat after the name, or nothing."""
    return _read(f"/proc/{pid}/stat").rpartition(")")[2].split()


def tree(root):
    """The process and all below it."""
    children = {}
    for name in os.listdir("/proc"):
        fields = _stat(name) if name.isdigit() else []
        if fields:
            children.setdefault(int(fields[1]), []).append(int(name))
    found, todo = [], [root]
    while todo:
        pid = todo.pop()
        found.append(pid)
        todo += children.get(pid, [])
    return found


def cpu_us(pids):
    """User and system time so far; of ended children that were waited for too."""
    total = 0
    for pid in pids:
        fields = _stat(pid)
        total += sum(int(n) for n in fields[11:15]) if fields else 0
    return total * TICK_US


def _counter(path, name):
    for line in _read(path).splitlines():
        if line.startswith(name):
            return int(line.split()[1])
    return 0


def pss_kb(pids):
    """Memory, shared pages counted by share."""
    return sum(_counter(f"/proc/{pid}/smaps_rollup", "Pss:") for pid in pids)


def anonymous_kb(pids):
    """Memory of our own: what others map beside us does not change it."""
    return sum(_counter(f"/proc/{pid}/smaps_rollup", "Pss_Anon:") for pid in pids)


def written_bytes(pids):
    """Bytes that these processes caused to be sent to the disk."""
    return sum(_counter(f"/proc/{pid}/io", "write_bytes:") for pid in pids)


class Window:
    """Costs between its making and its end."""

    def __init__(self, root):
        self.pids = tree(root)
        self.cpu, self.written = cpu_us(self.pids), written_bytes(self.pids)

    def end(self):
        return {
            "cpu_us": cpu_us(self.pids) - self.cpu,
            "written_bytes": written_bytes(self.pids) - self.written,
            "pss_mb": round(pss_kb(self.pids) / 1024, 1),
            "processes": len(self.pids),
        }
