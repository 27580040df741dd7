# SPDX-License-Identifier: MIT
"""cases - the table of hostile cases names tests that there are."""

import re

PAGE = "docs/hostile-cases.md"
SHOWN = re.compile(r"`([^`]+)::([^`]+)`")
OPEN = "*not yet shown*"


def _holds(path, text, name):
    """A function of Python or C by its name, anything else as it stands."""
    if path.endswith(".py") and name.startswith("test_"):
        return re.search(rf"^def {re.escape(name)}\(", text, re.M)
    if path.endswith(".c"):
        return re.search(rf"^{re.escape(name)}\(void \*\*", text, re.M)
    return name in text


def cases(tree):
    """Each row is played by a test that exists, or says that none does."""
    page = tree.root / PAGE
    if not page.is_file():
        return
    for number, line in enumerate(page.read_text().splitlines(), 1):
        if not line.startswith("| ") or line.startswith("| case "):
            continue
        last = line.rstrip(" |").rpartition(" | ")[2]
        shown = SHOWN.findall(last)
        if not shown and last != OPEN:
            yield f"{PAGE}:{number}: neither a test nor {OPEN}"
        for path, name in shown:
            file = tree.root / "tests" / path
            if not file.is_file():
                yield f"{PAGE}:{number}: there is no tests/{path}"
            elif not _holds(path, file.read_text(), name):
                yield f"{PAGE}:{number}: tests/{path} has no {name}"
