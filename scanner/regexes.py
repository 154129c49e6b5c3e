"""The regular expressions of the scanner, none of which takes more than linear time, whatever it is searched in.

What an expression can do to a search depends on how it is used: ``\\s+:`` is harmless where a text begins, and takes
time that grows with the square of many blanks if it is looked for anywhere among them. So each says how it is used, and
``tests/test_regexes.py`` proves of every one that it is linear for that use. Nothing else compiles expressions.

An atomic group or a possessive quantifier, ``(?>…)`` or ``*+``, is what most often makes one linear.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import AnyStr


def anywhere(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """For ``search``, ``finditer``, ``findall``, ``split``, ``sub``, and ``match`` too."""
    return re.compile(pattern, flags)


def beginning(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """For ``match``."""
    return re.compile(pattern, flags)


def whole(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """For ``fullmatch``, and ``match`` too."""
    return re.compile(pattern, flags)
