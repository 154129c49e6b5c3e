"""Finds, in infrastructure code, who can sign in to the AWS console and what they may do.

``scan(Options(paths=("infra",)))`` gives a ``Report``. These three names are the programming interface; everything else
may change. Each is imported when it is asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scanner.options import Options
    from scanner.pipeline import scan
    from scanner.report.report import Report

__all__ = ["Options", "Report", "__version__", "scan"]
__version__ = "0.1.0"

_HOMES = {"Options": "scanner.options", "Report": "scanner.report.report", "scan": "scanner.pipeline"}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
