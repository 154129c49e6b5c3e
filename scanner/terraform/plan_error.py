"""The one error of everything that reads plans and states."""

from __future__ import annotations


class PlanError(Exception):
    """The file is no plan and no state that we can read. The message is a sentence without its full stop."""
