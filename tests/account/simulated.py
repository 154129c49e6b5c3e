"""What a scan decides about an account, beside what iam-simulate says of the same requests."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from tests.scans import documents, scanned

FIXTURE = "fixtures/account"
RECORDED = "tests/account/simulated.json"
Key = tuple[str, str, str]
"""ARN, action and client."""


def decisions(directory: Path) -> dict[Key, str]:
    """What a scan says."""
    report = scanned(directory, ".")
    return {
        (address, permission["action"], permission["client"]): permission["decision"]
        for address, document in documents(report).items()
        for permission in document["permissions"]
    }


def agreement(ours: str, answers: Collection[str]) -> str:
    """``agrees`` or ``differs``; ``open`` where we do not know, or no context was found that makes the difference.

    A Deny that may hold or not is no explicit deny for us where nothing allows anything.
    """
    found = set(answers)
    denied = {"implicit_deny", "explicit_deny"}
    match ours:
        case "unknown":
            return "open"
        case "conditional":
            return "agrees" if "allowed" in found and found & denied else "open"
        case "implicit_deny":
            return "agrees" if found <= denied and found != {"explicit_deny"} else "differs"
    return "agrees" if found == {ours} else "differs"
