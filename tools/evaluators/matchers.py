"""Asks policyuniverse and parliament what a wildcard matches. Runs in an environment of its own that has both.

Reads one JSON object from standard input: ``actions`` (patterns) and ``globs`` (pairs of a pattern and a text).
"""

from __future__ import annotations

import json
import logging
import sys
from importlib.metadata import version
from typing import Any

logging.disable(logging.CRITICAL)


def main() -> None:
    """Answer the one question."""
    import parliament  # only this environment has it
    from policyuniverse.expander_minimizer import _expand, all_permissions  # the same

    question = json.load(sys.stdin)
    services = {pattern.split(":")[0].lower() for pattern in question["actions"]}
    universe = sorted(name for name in all_permissions if name.split(":")[0] in services)
    known = sorted(
        f"{service['prefix']}:{privilege['privilege']}".lower()
        for service in parliament.iam_definition
        if service["prefix"] in services
        for privilege in service["privileges"]
    )

    def policyuniverse_matches(pattern: str) -> list[str]:
        return sorted(set(_expand(pattern)) & set(universe))

    def parliament_matches(pattern: str) -> list[str]:
        found: list[dict[str, Any]] = parliament.expand_action(pattern, raise_exceptions=False)
        return sorted({f"{item['service']}:{item['action']}".lower() for item in found} & set(known))

    answer = {
        "versions": {name: version(name) for name in ("policyuniverse", "parliament")},
        "policyuniverse": {
            "universe": universe,
            "matches": {pattern: policyuniverse_matches(pattern) for pattern in question["actions"]},
        },
        "parliament": {
            "universe": sorted(set(known)),
            "matches": {pattern: parliament_matches(pattern) for pattern in question["actions"]},
        },
        "globs": [bool(parliament.is_glob_match(pattern, text)) for pattern, text in question["globs"]],
    }
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
