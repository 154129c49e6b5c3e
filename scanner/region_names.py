"""What a region is called: its form, since new ones come every year and a list would be wrong soon.

https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html
"""

from __future__ import annotations

import re

FORM = "[a-z]{2,4}(-[a-z]+)+-[0-9]{1,2}"


def mistake_in_region(text: str) -> str:
    """What is wrong with a name, as a clause; empty if nothing is."""
    if re.fullmatch(FORM, text):
        return ""
    near = _in_form(text)
    return f'"{text}" is not a region{f"; did you mean {near}?" if near else "; a region is written like eu-west-1"}'


def _in_form(text: str) -> str | None:
    """The same with hyphens, in lower case and without an availability zone, if that makes it a region."""
    hyphenated = re.sub(r"(?<=[a-z])(?=[0-9])", "-", re.sub(r"[\s_.-]+", "-", text.strip().lower()))
    found = re.sub(r"(?<=[0-9])[a-z]$", "", hyphenated)
    return found if re.fullmatch(FORM, found) else None
