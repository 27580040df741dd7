# SPDX-License-Identifier: MIT
"""tree - the files of a source tree, and what of a C file is code."""

import pathlib
import re

# Never part of the tree: what is built, written by a run, or git's own.
OUTSIDE = {".git", "build", "run", "__pycache__", ".pytest_cache"}

LEXEME = re.compile(
    r"""(?P<comment>/\*.*?\*/|//[^\n]*)
      | (?P<string>"(?:\\.|[^"\\\n])*")
      | (?P<char>'(?:\\.|[^'\\\n])*')""",
    re.DOTALL | re.VERBOSE,
)


def _blank(text):
    """The same number of lines, with nothing on them."""
    return "\n" * text.count("\n")


class Source:
    """One file, by its path from the root of the tree."""

    def __init__(self, root, path):
        self.path = path.relative_to(root).as_posix()
        self.full = path

    @property
    def text(self):
        return self.full.read_text(encoding="utf-8", errors="surrogateescape")

    @property
    def lines(self):
        return self.text.splitlines()

    def code(self):
        """Without comments; strings and characters are empty."""

        def replace(m):
            if m.lastgroup == "comment":
                return " " + _blank(m.group())
            return '""' if m.lastgroup == "string" else "' '"

        return LEXEME.sub(replace, self.text)

    def strings(self):
        """(line number, contents) of each string literal outside #include."""
        text = self.text
        for m in LEXEME.finditer(text):
            if m.lastgroup != "string":
                continue
            start = text.rfind("\n", 0, m.start()) + 1
            if not text[start : m.start()].lstrip().startswith("#include"):
                yield text.count("\n", 0, m.start()) + 1, m.group()[1:-1]

    def includes(self):
        """(line number, "<" or '"', header) of each #include."""
        for number, line in enumerate(self.lines, 1):
            m = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
            if m:
                yield number, m.group(1), m.group(2)


class Tree:
    def __init__(self, root):
        self.root = pathlib.Path(root).resolve()

    def files(self, *suffixes, under=("",)):
        """Sources below the given folders, by suffix; all without one."""
        found = []
        for folder in under:
            self._walk(self.root / folder, suffixes, found)
        return sorted(found, key=lambda source: source.path)

    def _walk(self, folder, suffixes, found):
        if not folder.is_dir():
            return
        for path in folder.iterdir():
            if path.name in OUTSIDE or path.is_symlink():
                continue
            if path.is_dir():
                self._walk(path, suffixes, found)
            elif not suffixes or path.suffix in suffixes:
                found.append(Source(self.root, path))

    def c_files(self, *under):
        return self.files(".c", ".h", under=under or ("daemon", "probes", "schema", "tests"))
