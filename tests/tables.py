"""Tables of cases in YAML, read by PyYAML's fast loaders where it was built with them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

TABLES = Path(__file__).parent / "cases"
SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
BaseLoader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


def table(path: Path, loader: Any = SafeLoader) -> Any:
    """The content of a file below ``tests/cases``."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 # the callers' loaders are safe
