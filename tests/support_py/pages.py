# SPDX-License-Identifier: MIT
"""The pages of a database: which of them hold a table, and spoiling one."""
import contextlib
import os
import signal
import sqlite3
import struct
import time

INTERIOR, LEAF = 0x05, 0x0d


def size(path):
    with open(path, "rb") as f:
        return struct.unpack(">H", f.read(18)[16:])[0]


def leaves(path, table):
    """Numbers of the leaf pages of a table, in the order of its rows."""
    with contextlib.closing(sqlite3.connect(path)) as db:
        (root,) = db.execute("SELECT rootpage FROM sqlite_schema "
                             "WHERE name = ?", (table,)).fetchone()
    step = size(path)
    with open(path, "rb") as f:
        return list(_walk(f, step, root))


def _walk(f, step, number):
    f.seek((number - 1) * step)
    page = f.read(step)
    if page[0] == LEAF:
        yield number
        return
    assert page[0] == INTERIOR, page[0]
    cells, = struct.unpack_from(">H", page, 3)
    for at in struct.unpack_from(f">{cells}H", page, 12):
        yield from _walk(f, step, struct.unpack_from(">I", page, at)[0])
    yield from _walk(f, step, struct.unpack_from(">I", page, 8)[0])


def spoil(path, number):
    step = size(path)
    with open(path, "r+b") as f:
        f.seek((number - 1) * step)
        f.write(b"\xa5" * step)


def move_log(db):
    """All of the log into the file; False while somebody is in the way."""
    busy, log, moved = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy and log == moved


@contextlib.contextmanager
def held(pid, path):
    """The daemon stands still with nothing in its log, nor in its cache
    afterwards: another has written."""
    with contextlib.closing(sqlite3.connect(path, timeout=0.1)) as db:
        end = time.monotonic() + 30
        while True:
            os.kill(pid, signal.SIGSTOP)
            with contextlib.suppress(sqlite3.OperationalError):
                if move_log(db):
                    break
            os.kill(pid, signal.SIGCONT)
            assert time.monotonic() < end
            time.sleep(0.02)
        try:
            yield
            db.execute("UPDATE counter SET value = value")
            db.commit()
        finally:
            os.kill(pid, signal.SIGCONT)
