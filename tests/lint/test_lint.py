# SPDX-License-Identifier: MIT
"""Each check finds a fault planted in a copy of the tree, and only there."""

import pathlib
import shutil
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE))

import lint  # noqa: E402
from tree import Tree  # noqa: E402

HEAD = "/* SPDX-License-Identifier: MIT */\n"
LONG_BODY = "\tn++;\n" * 71

# check, file, its text, what must be said of it
PLANTED = [
    # layers: each rule of the house once
    ("layers", "daemon/base/f.c", '#include "core/core.h"', "base may not include core/core.h"),
    ("layers", "daemon/core/f.c", '#include "io/loop.h"', "core may not include io/loop.h"),
    ("layers", "daemon/core/f.c", "#include <time.h>", "<time.h> does not belong in core"),
    ("layers", "daemon/core/f.c", "#  include <unistd.h>", "<unistd.h> does not belong in core"),
    ("layers", "daemon/wire/f.c", '#include "store/store.h"', "wire may not include store"),
    ("layers", "daemon/io/f.c", '#include "probes/http.h"', "io may not include probes"),
    ("layers", "daemon/store/f.c", '#include "io/loop.h"', "store may not include io/loop.h"),
    ("layers", "daemon/keeper/f.c", '#include "herald/herald.h"', "keeper may not include herald"),
    ("layers", "daemon/prober/f.c", '#include "keeper/keeper.h"', "prober may not include keeper"),
    ("layers", "daemon/herald/f.c", '#include "store/store.h"', "herald may not include store"),
    ("layers", "daemon/log/f.c", '#include "cli/cli.h"', "log may not include cli"),
    ("layers", "probes/f.c", '#include "prober/prober.h"', "probes may not include prober"),
    ("layers", "daemon/keeper/f.c", '#include "schema/names.def"', "is not for this room"),
    ("layers", "daemon/keeper/f.c", '#include "keeper.h"', "needs its room"),
    ("layers", "daemon/keeper/f.c", '#include "util/list.h"', "no such room"),
    ("layers", "daemon/util/f.c", "int x;", "no rule for the room util"),
    ("layers", "daemon/prober/f.c", "#include <event2/event.h>", "has another home"),
    ("layers", "probes/f.c", "#include <curl/curl.h>", "has another home"),
    ("layers", "daemon/io/f.c", "#include <ares.h>", "has another home"),
    ("layers", "daemon/keeper/f.c", "#include <sqlite3.h>", "has another home"),
    ("layers", "daemon/log/f.c", "#include <syslog.h>", "has another home"),
    ("layers", "daemon/herald/f.c", "#include <openssl/evp.h>", "has another home"),
    ("layers", "daemon/config/f.c", "#include <libfyaml.h>", "has another home"),
    ("layers", "probes/f.c", "#include <pcre2.h>", "has another home"),
    ("layers", "daemon/store/f.c", "#include <jansson.h>", "has another home"),
    ("layers", "daemon/store/f.c", "#include <zlib.h>", "has another home"),
    # banned: what only one file may call, and what nobody may
    ("banned", "daemon/core/f.c", "int x(void) { return atoi(s); }", "atoi() is banned"),
    ("banned", "daemon/core/f.c", "strcpy (a, b);", "strcpy() is banned"),
    ("banned", "daemon/keeper/f.c", "p = malloc(4);", "malloc() is banned"),
    ("banned", "daemon/keeper/f.c", "free(p);", "free() is banned"),
    ("banned", "daemon/keeper/f.c", "exit(1);", "exit() is banned"),
    ("banned", "daemon/keeper/f.c", "clock_gettime(0, &t);", "clock_gettime() is banned"),
    ("banned", "tests/unit/f.c", "usleep(10);", "usleep() is banned"),
    # size: files, functions, and how they begin
    ("size", "daemon/core/f.c", HEAD + "\n" * 600, "601 lines, at most 600"),
    ("size", "daemon/core/f.h", HEAD + "/* f - f */\n" + "\n" * 149, "151 lines, at most 150"),
    ("size", "daemon/core/f.c", HEAD + "void\nf(void)\n{\n" + LONG_BODY + "}\n", "f() has 71 lines"),
    ("size", "daemon/core/f.c", "int x;\n", "not the licence line"),
    ("size", "daemon/core/f.h", HEAD + "#ifndef F_H\n", "no head comment"),
    ("size", "tests/system/f.py", "x = 1\n", "no licence line"),
    # words
    ("words", "daemon/core/f.c", "/* TO" + "DO: later */", "TO" + "DO"),
    ("words", "docs/f.txt", "see /wo" + "rk/main", "/wo" + "rk/"),
    ("words", "daemon/core/f.h", "/* see plan" + ".md */", "there is no plan"),
    ("words", "f.txt", "as in \u201cquotes\u201d", "not ASCII"),
    # names
    ("names", "daemon/herald/f.c", 'const char *x = "incident.opened";', '"incident.opened"'),
    ("names", "daemon/herald/f.c", 'x = "{\\"type\\": \\"endpoint.glitch\\"}";', "endpoint.glitch"),
    ("names", "probes/f.c", 'x = "connection_refused";', '"connection_refused"'),
    ("names", "daemon/store/f.c", 'sql = "WHERE class = \'MAINT\'";', '"MAINT"'),
    ("names", "daemon/store/f.c", 'x = "TIMEOUT";', '"TIMEOUT"'),
    # other programs
    ("format", "daemon/core/f.c", "int   x ;\n", "clang-format"),
    ("shell", "tests/f.sh", "#!/bin/sh\nrm $1\n", "SC2086"),
    ("cases", "docs/hostile-cases.md", "| a | b | c |", "neither a test nor"),
    ("cases", "docs/hostile-cases.md", "| a | b | `unit/no.c::x` |", "there is no tests/unit/no.c"),
    ("manual", "man/f.1", ".Dd x\n.Sh NOPE\n.Xx\n", "mandoc"),
]

# Text that looks like a fault and is none.
INNOCENT = [
    ("layers", "daemon/keeper/f.c", '#include "core/core.h"\n#include "io/loop.h"\n#include <unistd.h>'),
    ("layers", "daemon/io/loop.c", "#include <event2/event.h>"),
    ("layers", "daemon/main.c", '#include "roles.h"\n#include "keeper/keeper.h"\n#include "prober/prober.h"'),
    ("banned", "daemon/core/f.c", '/* free(p) */ x = "malloc(4)"; // exit(1)'),
    ("banned", "daemon/core/f.c", "mem_free(p); v->free(p); timer_sleep(t); _exit(0);"),
    ("banned", "daemon/base/mem.c", "p = malloc(4); free(p);"),
    ("banned", "tests/unit/f.c", "p = malloc(4); free(p); exit(0);"),
    ("size", "daemon/core/f.c", HEAD + "void\nf(void)\n{\n" + "\tn++;\n" * 70 + "}\n"),
    ("size", "daemon/core/f.h", HEAD + "/*\n * f - what it is for\n */\n"),
    ("names", "daemon/cli/f.c", 'x = "no TLS here, not OK"; y = "timeout"; /* "incident.opened" */'),
    ("cases", "docs/hostile-cases.md", "| case | b | c |\n|---|---|---|\n| a | b | *not yet shown* |"),
    ("names", "daemon/cli/f.c", "x = event_name(EVENT_OPENED);"),
]


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """A small tree of the same shape, without faults."""
    root = tmp_path_factory.mktemp("tree")
    for folder in ("schema", "man"):
        if (ROOT / folder).is_dir():
            shutil.copytree(ROOT / folder, root / folder)
    shutil.copy(ROOT / ".clang-format", root)
    for folder in ("daemon/core", "probes", "tests/unit", "docs"):
        (root / folder).mkdir(parents=True)
    return root


def _faults(check, root, path):
    return [line for line in lint.CHECKS[check](Tree(root)) if path in line]


def _plant(root, path, text):
    target = root / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text + "\n" if not text.endswith("\n") else text)
    return target


@pytest.mark.parametrize("check,path,text,said", PLANTED)
def test_fault_is_found(copy, check, path, text, said):
    target = _plant(copy, path, text)
    try:
        found = _faults(check, copy, path)
        assert any(said in line for line in found) or (
            said in ("clang-format", "mandoc") and found
        ), found
    finally:
        target.unlink()
    assert not _faults(check, copy, path)


@pytest.mark.parametrize("check,path,text", INNOCENT)
def test_innocent_text_passes(copy, check, path, text):
    target = _plant(copy, path, text)
    try:
        assert _faults(check, copy, path) == []
    finally:
        target.unlink()


def test_a_test_that_a_case_names_is_looked_for(tmp_path):
    (tmp_path / "docs").mkdir()
    (tmp_path / "tests/unit").mkdir(parents=True)
    (tmp_path / "tests/unit/t.c").write_text("static void\nis_there(void **state)\n{\n}\n")
    (tmp_path / "tests/t.py").write_text("def test_it(tmp_path):\n    test_other()\n")
    (tmp_path / "tests/t.story").write_text("07:00:00 clock 24h\n")
    (tmp_path / "docs/hostile-cases.md").write_text(
        "| a | b | `unit/t.c::is_there` `t.py::test_it` `t.story::clock 24h` |\n"
        "| a | b | `unit/t.c::void` `t.py::test_other` `t.story::clock 25h` |\n")
    said = list(lint.CHECKS["cases"](Tree(tmp_path)))
    assert said == [
        "docs/hostile-cases.md:2: tests/unit/t.c has no void",
        "docs/hostile-cases.md:2: tests/t.py has no test_other",
        "docs/hostile-cases.md:2: tests/t.story has no clock 25h",
    ]


def test_exit_codes_of_the_manual_are_compared(tmp_path):
    (tmp_path / "schema").mkdir()
    (tmp_path / "man").mkdir()
    (tmp_path / "schema/names.def").write_text('EXITCODE(A, 0, "x")\nEXITCODE(B, 64, "x")\n')
    (tmp_path / "man/vigie.1").write_text(".Sh EXIT STATUS\n.It 0\n.It 99\n.Sh FILES\n.It 64\n")
    said = [line for line in lint.CHECKS["manual"](Tree(tmp_path)) if "exit code" in line]
    assert said == [
        "man/vigie.1:1: exit code 64 is missing",
        "man/vigie.1:1: exit code 99 is not in schema/names.def",
    ]
