"""Tells a plan or a state by the beginning of the file, whatever it is called.

Terraform writes the keys of its JSON in a fixed order, so the first lines are enough; other programs (``jq``,
formatters) may have changed the order or the spaces.
"""

from __future__ import annotations

import re

from scanner.regexes import anywhere, beginning
from scanner.root import RootKind
from scanner.source_file import wide_encoding

ARCHIVE = b"PK\x03\x04"
"""How a zip archive begins that has a member."""
PLAN_MARKS = ('"format_version"', '"encrypted_data"', 'serial"', 'lineage"')
"""A plan or a state in JSON has one of these words: what ``recognise_plan`` asks for."""
_FIRST_MEMBER = slice(30, 36)

_SHOWN = beginning(r'^\s*\{\s*"(?:format_version|terraform_version|applyable|checks|complete|configuration)"\s*:')
_PLANNED = anywhere(r'"(?:planned_values|resource_changes|configuration|output_changes|prior_state)"\s*:')
_KEYS = anywhere(r'"(\w+)"\s*:')
_PREAMBLE = frozenset({"format_version", "terraform_version", "applyable", "complete", "errored", "timestamp"})
_PLAN_KEYS = frozenset(
    {
        *("variables", "planned_values", "resource_drift", "resource_changes", "deferred_changes", "output_changes"),
        *("prior_state", "configuration", "relevant_attributes", "action_invocations"),
    }
)
_STORED = beginning(r'^\s*\{\s*"(?:version|check_results|lineage|modules|outputs|resources|serial)"\s*:')
_STORED_KEYS = anywhere(r'"(?:serial"\s*:\s*\d|lineage"\s*:\s*")')
_VERSION_NUMBER = anywhere(r'"version"\s*:\s*\d')
_LINEAGE = anywhere(r'"lineage"\s*:\s*"[0-9a-fA-F-]{36}"')
_ENCRYPTED = beginning(
    r'^\s*\{\s*"(?:meta|serial|lineage|encrypted_data)"\s*:.*"(?:encrypted_data|meta)"\s*:', re.DOTALL
)


def recognise_plan(head: bytes) -> RootKind | None:
    """Whether a file that begins like this is a plan or a state, of any version; None for everything else."""
    if head.startswith(ARCHIVE):  # Terraform puts the planned changes first
        return RootKind.TERRAFORM_PLAN if head[_FIRST_MEMBER] == b"tfplan" else None
    text = as_text(head)
    if _SHOWN.match(text) and '"format_version"' in text:
        return _shown(text)
    if '"encrypted_data"' in text and _ENCRYPTED.match(text) is not None:
        return RootKind.TERRAFORM_STATE if _STORED_KEYS.search(text) else RootKind.TERRAFORM_PLAN
    stored = _STORED.match(text) and _STORED_KEYS.search(text)
    if stored and (_VERSION_NUMBER.search(text) or _LINEAGE.search(text)):
        return RootKind.TERRAFORM_STATE
    return None


def as_text(head: bytes) -> str:
    """The beginning of a file as text; empty for what is not text. Windows PowerShell writes UTF-16.

    What is not UTF-8 is told apart here too, so that its reader can say what is wrong with it.
    """
    encoding = wide_encoding(head)
    if encoding is not None:
        return head.decode(encoding, "replace").removeprefix("\ufeff")
    return "" if b"\0" in head else head.decode("utf-8-sig", "replace")


def mistaken_for_plan(head: bytes) -> str | None:
    """What a file is that people take for a plan, and what would be one: a sentence without its full stop."""
    return next((message for beginning, message in _MISTAKEN if beginning.match(head)), None)


_MISTAKEN = (
    (beginning(rb"\s*\Z"), "it is empty"),
    (beginning(rb"PK\x05\x06"), "it is an empty zip archive"),
    (
        beginning(rb'\s*\{"@level"'),
        "it is the log of `terraform plan -json`; a plan is what `terraform show -json PLANFILE` prints",
    ),
    (
        beginning(rb'\s*\{\s*"remote_plan_format"'),
        "it only names a plan in HCP Terraform; `terraform show -json FILE > plan.json` gets it",
    ),
    (beginning(rb"tfplan"), "it is a plan of Terraform 0.11 or earlier"),
    (
        beginning(rb"\[command\]"),
        "an old hashicorp/setup-terraform has written into it; set `terraform_wrapper: false` there",
    ),
)


def _shown(head: str) -> RootKind | None:
    """The first key that says something decides: provider schemas and other output begin with a version as well.

    An empty state is a preamble and nothing else.
    """
    first = next((key for key in _KEYS.findall(head) if key not in _PREAMBLE), "values")
    if first in _PLAN_KEYS or (first == "checks" and _PLANNED.search(head)):
        return RootKind.TERRAFORM_PLAN
    return RootKind.TERRAFORM_STATE if first in ("values", "checks") else None
