# SPDX-License-Identifier: MIT
"""external - checks that other programs make: format, shell, manual."""

import re
import subprocess


def _run(command, root):
    """Its lines of output if it failed, else none."""
    try:
        done = subprocess.run(command, cwd=root, text=True, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    except FileNotFoundError:
        return [f"{command[0]}: not installed (./dev install-deps)"]
    if done.returncode == 0:
        return []
    return done.stdout.splitlines() or [f"{command[0]}: exit {done.returncode}"]


def formatting(tree):
    """clang-format would change nothing."""
    paths = [source.path for source in tree.c_files()]
    for line in _run(["clang-format", "--dry-run", "-Werror", *paths], tree.root):
        if "error:" in line or "not installed" in line:
            yield line


def shell(tree):
    """shellcheck finds nothing in our scripts."""
    paths = [p for p in ("dev", ".ci/run") if (tree.root / p).exists()]
    paths += [source.path for source in tree.files(".sh")]
    if paths:
        yield from _run(["shellcheck", "-f", "gcc", *paths], tree.root)


def _exit_codes(tree):
    """Numbers in the program's table, and in the manual's list."""
    table = (tree.root / "schema/names.def").read_text()
    said = set(re.findall(r"^EXITCODE\(\w+, (\d+),", table, re.MULTILINE))
    page = tree.root / "man/vigie.1"
    if not page.exists():
        return said, set()
    section = page.read_text().partition(".Sh EXIT STATUS")[2].partition("\n.Sh ")[0]
    return said, set(re.findall(r"^\.It (\d+)", section, re.MULTILINE))


def manual(tree):
    """The manual is well formed and lists each exit code."""
    pages = [source.path for source in tree.files(".1", ".5", under=("man",))]
    if pages:
        yield from _run(["mandoc", "-Tlint", "-Wwarning", *pages], tree.root)
    table, page = _exit_codes(tree)
    for number in sorted(table - page, key=int):
        yield f"man/vigie.1:1: exit code {number} is missing"
    for number in sorted(page - table, key=int):
        yield f"man/vigie.1:1: exit code {number} is not in schema/names.def"
