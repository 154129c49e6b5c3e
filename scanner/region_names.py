"""What a region is called: its form, since new ones come every year and a list would be wrong soon.

https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html
"""

from __future__ import annotations

from scanner.regexes import anywhere, whole

FORM = "[a-z]{2,4}(-[a-z]+)+-[0-9]{1,2}"


def mistake_in_region(text: str) -> str:
    """What is wrong with a name, as a clause; empty if nothing is."""
    if whole(FORM).fullmatch(text):
        return ""
    near = _in_form(text)
    return f'"{text}" is not a region{f"; did you mean {near}?" if near else "; a region is written like eu-west-1"}'


def _in_form(text: str) -> str | None:
    """The same with hyphens, in lower case and without an availability zone, if that makes it a region."""
    hyphenated = anywhere(r"(?<=[a-z])(?=[0-9])").sub("-", anywhere(r"[\s_.-]+").sub("-", text.strip().lower()))
    found = anywhere(r"(?<=[0-9])[a-z]$").sub("", hyphenated)
    return found if whole(FORM).fullmatch(found) else None
