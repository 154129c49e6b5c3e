"""The JSON Schema of configuration files, made from the table of options. ``schema.json`` beside this file is its text.

It is for editors. What a file may say is decided by the loader, which also gives places.
"""

from __future__ import annotations

import json
from typing import Any

from scanner.configuration.keys import KEYS, Key

_DIALECT = "http://json-schema.org/draft-07/schema#"
"""The one that the YAML and TOML servers of editors know."""


def schema_text() -> str:
    """The content of ``schema.json``."""
    return json.dumps(configuration_schema(), indent=2, ensure_ascii=False) + "\n"


def configuration_schema() -> dict[str, Any]:
    """The schema as an object."""
    return {
        "$schema": _DIALECT,
        "title": "Configuration of aws-login-scan",
        "description": "`.aws-login-scan.yaml`, or the section [tool.aws-login-scan] of `pyproject.toml`.",
        "type": "object",
        "properties": {key.name: _property(key) for key in KEYS},
        "additionalProperties": False,
    }


def _property(key: Key[Any]) -> dict[str, Any]:
    default = {} if key.default is None else {"default": key.default}
    return {"description": key.meaning, **key.shape.schema(), **default}
