"""Cases in which a law is known not to hold, each with the fault of the scanner in a word.

The fixed sample leaves them out. The long run tries them all the same and
says which of them hold by now, so that they can be taken off the list.
"""

from __future__ import annotations

KNOWN: dict[tuple[str, str], str] = {}
"""By law and project; ``*`` is any project."""


def known(law: str, project: str) -> str | None:
    """The fault, if the law, or one of two that are tried together, is known not to hold for the project."""
    for one in law.split(" + "):
        for place in (project, "*"):
            if (one, place) in KNOWN:
                return KNOWN[one, place]
    return None
