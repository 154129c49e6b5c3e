"""Configuration files that tests write, and what becomes of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from scanner.configuration.load import Configuration, load_named
from scanner.configuration.scan_options import scan_options
from scanner.configuration.settings import command_line, settle
from scanner.options import Options

OURS = ".aws-login-scan.yaml"
SECTION = "[tool.aws-login-scan]\n"


def configured(folder: Path, text: str, name: str = "scan.yaml") -> Configuration:
    """What a file of this text says when the user names it."""
    (folder / name).write_text(text, encoding="utf-8")
    return load_named(name, folder)


def options(folder: Path, configuration: Configuration | None, **given: Any) -> Options:
    """What a scan in a folder has for options, with options of the command line in this order."""
    order = [name for name, value in given.items() for _ in (value if isinstance(value, list) else [value])]
    settings = settle(command_line(given, order), configuration)
    return scan_options(settings, folder, {"TF_VAR_team": "from the environment"}, None, debug=True)
