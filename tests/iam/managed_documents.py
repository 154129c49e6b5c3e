"""AWS managed policies of the shipped data, as tests look at them."""

from __future__ import annotations

import importlib.metadata
import json
from typing import Any

import pytest

from scanner.iam import managed

POLICY = "arn:aws:iam::aws:policy/"
MOTO = f"moto {importlib.metadata.version('moto')}"
same_source = pytest.mark.skipif(
    managed.source() != MOTO, reason="the data file was made from something else than the installed moto"
)


def document_of(arn: str) -> managed.ManagedDocument:
    found = managed.document(arn)
    assert found is not None
    return found


def statements_of(arn: str) -> list[dict[str, Any]]:
    statements: list[dict[str, Any]] = json.loads(document_of(arn).text)["Statement"]
    return statements
