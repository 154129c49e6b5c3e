"""Which partition the ARNs of a text name."""

from __future__ import annotations

from scanner.regexes import anywhere

_PARTITION = anywhere(r"arn(?<!\warn):(aws(?:-[a-z]{1,10}){0,3}):")
"""It begins with a literal, which is found faster than the beginning of a word."""


def named_partition(text: str) -> str | None:
    """The only partition that the ARNs in a text name; None when there is none, or more than one."""
    found = set(_PARTITION.findall(text))
    return found.pop() if len(found) == 1 else None
