"""Finds, in infrastructure code, who can sign in to the AWS console and what they may do.

``scan(Options(paths=("infra",)))`` gives a ``Report``, ``render("json", report, Appearance(__version__))`` its text.
The names below are the programming interface (``docs/python.md``); everything else may change. Each is imported
when it is asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scanner.controls import DEFAULT_ACCOUNT, AccountControls
    from scanner.diagnostic import Diagnostic, Severity
    from scanner.finding import Finding, Level
    from scanner.fix import Applicability, Edit, Fix
    from scanner.globs import PathGlob
    from scanner.named_files import UsageError
    from scanner.options import Options
    from scanner.path_sections import PathSection
    from scanner.pipeline import scan
    from scanner.report import Appearance, render
    from scanner.report.report import Report, exit_status
    from scanner.root import Inputs, ValuesFile
    from scanner.rules.problems import RuleError
    from scanner.span import Span
    from scanner.suppress_entry import SuppressEntry

__all__ = [
    "DEFAULT_ACCOUNT",
    "AccountControls",
    "Appearance",
    "Applicability",
    "Diagnostic",
    "Edit",
    "Finding",
    "Fix",
    "Inputs",
    "Level",
    "Options",
    "PathGlob",
    "PathSection",
    "Report",
    "RuleError",
    "Severity",
    "Span",
    "SuppressEntry",
    "UsageError",
    "ValuesFile",
    "__version__",
    "exit_status",
    "render",
    "scan",
]
__version__ = "0.1.0"

_HOMES = {
    "DEFAULT_ACCOUNT": "scanner.controls",
    "AccountControls": "scanner.controls",
    "Appearance": "scanner.report",
    "Applicability": "scanner.fix",
    "Diagnostic": "scanner.diagnostic",
    "Edit": "scanner.fix",
    "Finding": "scanner.finding",
    "Fix": "scanner.fix",
    "Inputs": "scanner.root",
    "Level": "scanner.finding",
    "Options": "scanner.options",
    "PathGlob": "scanner.globs",
    "PathSection": "scanner.path_sections",
    "Report": "scanner.report.report",
    "RuleError": "scanner.rules.problems",
    "Severity": "scanner.diagnostic",
    "Span": "scanner.span",
    "SuppressEntry": "scanner.suppress_entry",
    "UsageError": "scanner.named_files",
    "ValuesFile": "scanner.root",
    "exit_status": "scanner.report.report",
    "render": "scanner.report",
    "scan": "scanner.pipeline",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
