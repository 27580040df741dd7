# SPDX-License-Identifier: MIT
"""vocabulary - words that must not occur, and words with one home."""

import re

TEXT = (".c", ".h", ".def", ".sql", ".py", ".sh", ".cmake", ".txt", ".md", ".json",
        ".yaml", ".yml", ".svg", ".1", ".5", ".story", "")

# Written with a class of one letter, so that the list does not hit itself.
UNFINISHED = r"TOD[O]|FIXM[E]|XX[X]|HAC[K]|placeholde[r]|stu[b]|not implemente[d]"
ELSEWHERE = (
    r"/wor[k]/|\.librar[y]\b|/roo[t]/|far[m]-(bench|studio)|befor[e]-stop|subagen[t]|"
    r"artifac[t]registry|[a-z0-9.]*\.debia[n]\.org|pypi\.or[g]|registry\.npmj[s]"
)
PATTERN = re.compile(rf"\b({UNFINISHED})\b|({ELSEWHERE})")


# A page that is referred to.
PAGE = re.compile(r"\b([\w-]+\.md)\b")


def words(tree):
    """Nothing unfinished by its own words, no machine's paths, ASCII only.

    And no reference to a page that is not in the tree.
    """
    pages = {source.path.rpartition("/")[2] for source in tree.files(".md")}
    for source in tree.files(*TEXT):
        if source.path.startswith("tests/fuzz/corpus/"):
            continue  # bytes for parsers, not text of ours
        if source.path == "debian/copyright":
            continue  # its first line is prescribed, and names a host
        for number, line in enumerate(source.lines, 1):
            m = PATTERN.search(line)
            if m:
                yield f"{source.path}:{number}: the word '{m.group()}'"
            for page in PAGE.findall(line):
                if page not in pages:
                    yield f"{source.path}:{number}: there is no {page}"
            if not line.isascii():
                yield f"{source.path}:{number}: not ASCII"


ROW = re.compile(r'^([A-Z]+)\(\w+, (?:\d+, )?"([^"]+)"', re.MULTILINE)


def wire_names(tree):
    """The names of schema/names.def, by the macro that lists them."""
    rows = {}
    text = (tree.root / "schema/names.def").read_text()
    for macro, name in ROW.findall(text):
        if macro != "EXITCODE":
            rows.setdefault(macro, []).append(name)
    return rows


def _patterns(rows):
    """Names of several parts anywhere in a literal, classes standing alone.

    Single lower-case words ("up", "timeout") are also plain English, names of
    columns and keys of the configuration: they are beyond a check of words.
    """
    parts = [n for names in rows.values() for n in names if re.search(r"[._]", n)]
    alone = rows["CLASS"]
    return re.compile(
        rf"(?<![\w.])({'|'.join(map(re.escape, parts))})(?![\w.])"
        rf"|(?:^|['\"]|\\\")({'|'.join(alone)})(?:$|['\"]|\\\")"
    )


def names(tree):
    """A name of a wire is spelled in schema/names.def and nowhere in C."""
    pattern = _patterns(wire_names(tree))
    for source in tree.c_files("daemon", "probes"):
        for number, literal in source.strings():
            m = pattern.search(literal)
            if m:
                name = m.group(1) or m.group(2)
                yield f'{source.path}:{number}: "{name}" is spelled in schema/names.def'
