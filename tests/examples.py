"""How many examples a law is tried with: few wherever all tests run, ``EXAMPLES`` times as many where it is set.

``make laws`` sets it. The few have to reach what a law is about: break the scanner there when you choose their number.
"""

from __future__ import annotations

import os
from typing import Any

from hypothesis import settings

TIMES = int(os.environ.get("EXAMPLES", "1"))


def examples(number: int, **others: Any) -> settings:
    """Settings for a law of which ``number`` examples are enough to begin with."""
    return settings(max_examples=number * TIMES, deadline=None, **others)
