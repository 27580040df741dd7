# SPDX-License-Identifier: MIT
"""lint - what this tree promises about itself, checked.

usage: lint.py [--root DIR] [CHECK...]      without CHECK: all of them
Prints FILE:LINE: message for each fault; exits 1 if there was one.
"""

import argparse
import sys

import cases
import external
import rules
import vocabulary
from tree import Tree

CHECKS = {
    "layers": rules.layers,
    "banned": rules.banned,
    "size": rules.size,
    "words": vocabulary.words,
    "names": vocabulary.names,
    "cases": cases.cases,
    "format": external.formatting,
    "shell": external.shell,
    "manual": external.manual,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", default=".")
    parser.add_argument("checks", nargs="*", metavar="CHECK")
    options = parser.parse_args()
    unknown = [name for name in options.checks if name not in CHECKS]
    if unknown:
        parser.error(f"no such check: {unknown[0]}; known: {', '.join(CHECKS)}")

    tree = Tree(options.root)
    faults = 0
    for name in options.checks or CHECKS:
        for fault in CHECKS[name](tree):
            print(fault)
            faults += 1
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
