"""What a scan takes from the machine where nobody says it: how many processes, and where to keep outcomes."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from scanner import file_system

CACHE = "aws-login-scan"
"""The scanner's directory in the place where a user's programs keep what they can do without."""


def usable_processors() -> int:
    """How many processors this process may use: those that it is bound to, and what a container leaves of them."""
    affinity = getattr(os, "sched_getaffinity", None)
    number = len(affinity(0)) if affinity is not None else os.cpu_count() or 1
    allowed = quota(Path("/sys/fs/cgroup/cpu.max"))
    return max(1, number if allowed is None else min(number, allowed))


def quota(file: Path) -> int | None:
    """What a control group allows, in whole processors; None if it sets no bound, or if that is not known."""
    try:
        most, period = file_system.content(file, 1024).decode("ascii").split()
        return None if most == "max" else int(most) // int(period)
    except (OSError, ValueError, ZeroDivisionError, file_system.NotRegularError, file_system.TooLargeError):
        return None


def cache_directory(environment: Mapping[str, str], *, is_wanted: bool | None) -> Path | None:
    """Where outcomes are kept: in the user's place for such things, if there is one or if they are wanted."""
    given, home = environment.get("XDG_CACHE_HOME", ""), environment.get("HOME", "")
    place = Path(given) if given else Path(home, ".cache") if home else None
    if is_wanted is False or place is None or not place.is_absolute():
        return None
    return place / CACHE if is_wanted or file_system.is_directory(place) else None
