"""Reads every template below some directories with cfn-lint's parser and with ours, and says where they differ.

    python -m tools.compare_template_parsers DIRECTORY…

Compared are all values and the line of every key. ``tests/cloudformation/decoded.py`` says what is no difference.
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

from scanner.discovery import discover
from scanner.root import Inputs, RootKind
from scanner.source_file import UnreadableFileError, read_text
from tests.cloudformation.decoded import REFUSED, differences


def main() -> int:
    """Print a line for each directory and each template that differs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directories", nargs="+", type=Path)
    total: Counter[str] = Counter()
    for directory in parser.parse_args().directories:
        found: Counter[str] = Counter()
        for root in discover((".",), directory, Inputs()).roots:
            if root.kind is not RootKind.CLOUDFORMATION_TEMPLATE:
                continue
            try:
                different = differences(read_text(root.location, within=(root.boundary,)))
            except UnreadableFileError as problem:
                different = [REFUSED, str(problem)]
            answer = "same" if not different else REFUSED if different[0] == REFUSED else "different"
            found[answer] += 1
            if different:
                print(f"  {answer}: {directory.name}/{root.path}: {'; '.join(different[:4])}")
        total += found
        print(f"{directory.name}: {dict(found)}", flush=True)
    print(f"all: {dict(total)}")
    return int(total["different"] > 0)


if __name__ == "__main__":
    raise SystemExit(main())
