# SPDX-License-Identifier: MIT
"""rules - who may include whom, what may be called, how long things get."""

import re

BASE = {"base"}
CORE = BASE | {"core"}
WIRE = CORE | {"wire"}
IO = WIRE | {"io"}
CONFIG = IO | {"config"}
STORE = WIRE | {"store"}
PROBES = IO | {"probes"}
VIEW = STORE | {"view"}

# Room of the includer -> rooms whose headers it may include.
ALLOWED = {
    "base": BASE,
    "core": CORE,
    "wire": WIRE,
    "io": IO,
    "config": CONFIG,
    "store": STORE,
    "probes": PROBES,
    "keeper": IO | CONFIG | STORE | {"keeper"},
    "prober": PROBES | {"prober"},
    "herald": IO | {"herald"},
    "log": IO | {"log"},
    "view": VIEW,
    "web": IO | VIEW | {"web"},
    "cli": PROBES | CONFIG | VIEW | {"cli"},
}

# The room "core" has no clock and no I/O, so its libc is this much.
PURE = {
    f"{name}.h"
    for name in "assert ctype errno inttypes limits stdarg stdbool stddef "
    "stdint stdio stdlib string".split()
}

JSON_ROOMS = r"(daemon/(wire|config|view|web|cli|herald|keeper)/|daemon/(main|requests)\.c$|probes/)"
# Header of another project (a prefix) -> where it may be included.
HOMES = {
    "event2/": r"daemon/io/(loop\.c|httpd(_govern)?\.c|httpd_inside\.h)$",
    "curl/": r"daemon/io/((fetch|url)\w*\.c|fetch_inside\.h)$",
    "ares": r"daemon/io/resolve\w*\.c$",
    "sqlite3": r"daemon/store/",
    "syslog": r"daemon/io/syslog\.c$",
    "openssl/": r"daemon/io/(crypto|staple)\.c$",
    "libfyaml": r"(daemon/config/yaml|schema/yaml_json)\.c$",
    "libical/": r"daemon/config/ical\.c$",
    "pcre2": r"daemon/io/pattern\.c$",
    "jansson": JSON_ROOMS,
    "zlib": r"daemon/(cli/trace\w*|io/gzip)\.c$",
    "zstd": r"daemon/cli/trace\w*\.c$",
}

# File under schema/ -> who may include it.
SCHEMA = {
    "schema/names.def": r"daemon/core/(names\.[ch]|classes\.h)$",
    "schema/assets.h": r"daemon/(store|cli|web)/",
}


def _room(path):
    """The room a file of ours is in; None for main.c, which joins them."""
    parts = path.split("/")
    if parts[0] == "probes":
        return "probes"
    return parts[1] if len(parts) > 2 else None


def _ours(source, number, header):
    where = f"{source.path}:{number}:"
    if header in SCHEMA:
        if not re.match(SCHEMA[header], source.path):
            yield f"{where} {header} is not for this room"
        return
    if "/" not in header and _room(source.path) is None:
        return
    if "/" not in header:
        yield f'{where} "{header}" needs its room: "room/{header}"'
        return
    room, target = _room(source.path), header.split("/")[0]
    if target not in ALLOWED:
        yield f"{where} {header}: no such room"
    elif room is not None and target not in ALLOWED[room]:
        yield f"{where} {room} may not include {header}"


def _foreign(source, number, header):
    where = f"{source.path}:{number}:"
    for prefix, home in HOMES.items():
        if header.startswith(prefix) and not re.match(home, source.path):
            yield f"{where} <{header}> has another home: {home}"
    if _room(source.path) in ("base", "core") and header not in PURE:
        yield f"{where} <{header}> does not belong in {_room(source.path)}"


def layers(tree):
    """The include lines keep the order of the rooms."""
    for source in tree.c_files("daemon", "probes"):
        room = _room(source.path)
        if room is not None and room not in ALLOWED:
            yield f"{source.path}:1: no rule for the room {room}"
            continue
        for number, kind, header in source.includes():
            check = _ours if kind == '"' else _foreign
            yield from check(source, number, header)


# Calls -> the one file that may make them; None for nobody.
BANNED = {
    None: "atoi atol atoll atof strcpy strcat sprintf vsprintf gets strtok "
    "gmtime localtime ctime asctime rand srand signal system popen sleep "
    "usleep nanosleep alloca",
    r"daemon/main\.c$": "exit",
    r"daemon/base/mem\.c$": "malloc calloc realloc strdup strndup free",
    r"daemon/io/loop\.c$": "time gettimeofday clock_gettime",
}
TESTS_MAY = re.compile(r"(exit|malloc|calloc|realloc|strn?dup|free|time|gettimeofday|clock_gettime)$")


def banned(tree):
    """Calls that are unsafe, or that only one file may make."""
    for source in tree.c_files("daemon", "probes", "tests"):
        if source.path.startswith("tests/bench/"):
            continue
        code = source.code()
        for home, calls in BANNED.items():
            if home is not None and re.match(home, source.path):
                continue
            pattern = rf"(?<![\w.>])({'|'.join(calls.split())})\s*\("
            for m in re.finditer(pattern, code):
                if source.path.startswith("tests/") and TESTS_MAY.match(m.group(1)):
                    continue
                line = code.count("\n", 0, m.start()) + 1
                yield f"{source.path}:{line}: {m.group(1)}() is banned here"


LONGEST_SOURCE, LONGEST_HEADER, LONGEST_FUNCTION = 600, 150, 70


def _functions(lines):
    """(line of the name, name, lines of the body); as clang-format lays it."""
    name, start, opened = None, 0, 0
    for number, line in enumerate(lines, 1):
        m = re.match(r"(\w+)\(", line)
        if m:
            name, start = m.group(1), number
        elif line.startswith("{"):
            opened = number
        elif line.startswith("}") and name and opened:
            yield start, name, number - opened - 1
            name, opened = None, 0


def size(tree):
    """Files and functions stay readable, and say first what they are."""
    for source in tree.c_files():
        lines = source.lines
        header = source.path.endswith(".h")
        limit = LONGEST_HEADER if header else LONGEST_SOURCE
        if len(lines) > limit:
            yield f"{source.path}:{limit + 1}: {len(lines)} lines, at most {limit}"
        if not lines or lines[0] != "/* SPDX-License-Identifier: MIT */":
            yield f"{source.path}:1: the first line is not the licence line"
        head = re.sub(r"^/\*\s*", "", "\n".join(lines[1:4]))
        head = re.sub(r"^\*\s*", "", head)
        if header and not re.match(r"\w+ - \S", head):
            yield f"{source.path}:2: no head comment 'name - purpose'"
        for line, name, length in _functions(lines):
            if length > LONGEST_FUNCTION:
                yield f"{source.path}:{line}: {name}() has {length} lines, at most {LONGEST_FUNCTION}"
    for source in tree.files(".py", ".sh", ".cmake", under=("tests", "docs", "schema")):
        if not any("SPDX-License-Identifier: MIT" in s for s in source.lines[:3]):
            yield f"{source.path}:1: no licence line"
        if len(source.lines) > LONGEST_SOURCE:
            yield f"{source.path}:1: {len(source.lines)} lines, at most {LONGEST_SOURCE}"
