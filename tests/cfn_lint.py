"""What cfn-lint finds in a template, by rules that are made once: they are thousands of files of JSON."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

pytest.importorskip("cfnlint", reason="cfn-lint is not installed")

from cfnlint.config import ConfigMixIn
from cfnlint.decode.decode import decode_str
from cfnlint.helpers import REGIONS
from cfnlint.runner import Runner, run_template_by_data


def linted(template: str) -> list[Any]:
    """What it finds for the region in which most things are there."""
    return _found(template, ConfigMixIn(regions=["us-east-1"]))


def linted_everywhere(template: str) -> list[Any]:
    """What it finds for all regions, hints and experimental rules included."""
    return _found(template, ConfigMixIn(include_checks=["I"], include_experimental=True, regions=REGIONS))


def _found(template: str, config: Any) -> list[Any]:
    decoded, wrong = decode_str(template)
    return list(wrong or run_template_by_data(decoded, config, _rules()))


@cache
def _rules() -> Any:
    return Runner(ConfigMixIn()).rules
