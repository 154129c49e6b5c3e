"""A fixed choice of cases: the same everywhere, and spread over all projects."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from tests.laws.law import Law
from tests.laws.project import Project


def order(*names: str) -> str:
    """A number for some names that has nothing to do with what they mean, as text."""
    return hashlib.sha256("\0".join(names).encode()).hexdigest()


def shuffled(law: Law, projects: Iterable[Project]) -> list[Project]:
    """The projects in an order that differs from law to law and is the same each time."""
    return sorted(projects, key=lambda project: order(law.name, project.name))
