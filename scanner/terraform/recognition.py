"""Tells a plan or a state by the beginning of the file, whatever it is called.

Terraform writes the keys of its JSON in a fixed order, so the first lines are enough; other programs (``jq``,
formatters) may have changed the order or the spaces.
"""

from __future__ import annotations

import re

from scanner.root import RootKind

_SHOWN = re.compile(r'^\s*\{\s*"(?:format_version|terraform_version|applyable|checks|complete|configuration)"\s*:')
_PLANNED = re.compile(r'"(?:planned_values|resource_changes|configuration|output_changes|prior_state)"\s*:')
_KEYS = re.compile(r'"(\w+)"\s*:')
_PREAMBLE = frozenset({"format_version", "terraform_version", "applyable", "complete", "errored", "timestamp"})
_PLAN_KEYS = frozenset(
    {
        *("variables", "planned_values", "resource_drift", "resource_changes", "deferred_changes", "output_changes"),
        *("prior_state", "configuration", "relevant_attributes", "action_invocations"),
    }
)
_STORED = re.compile(r'^\s*\{\s*"(?:version|check_results|lineage|modules|outputs|resources|serial)"\s*:')
_STORED_KEYS = re.compile(r'"(?:serial"\s*:\s*\d|lineage"\s*:\s*")')
_VERSION_NUMBER = re.compile(r'"version"\s*:\s*\d')
_LINEAGE = re.compile(r'"lineage"\s*:\s*"[0-9a-fA-F-]{36}"')
_ENCRYPTED = re.compile(
    r'^\s*\{\s*"(?:meta|serial|lineage|encrypted_data)"\s*:.*"(?:encrypted_data|meta)"\s*:', re.DOTALL
)


def recognise_plan(head: str) -> RootKind | None:
    """Whether a file that begins like this is a plan or a state, of any version; None for everything else."""
    if _SHOWN.match(head) and '"format_version"' in head:
        return _shown(head)
    if is_encrypted(head):
        return RootKind.TERRAFORM_STATE if _STORED_KEYS.search(head) else RootKind.TERRAFORM_PLAN
    stored = _STORED.match(head) and _STORED_KEYS.search(head)
    if stored and (_VERSION_NUMBER.search(head) or _LINEAGE.search(head)):
        return RootKind.TERRAFORM_STATE
    return None


def _shown(head: str) -> RootKind | None:
    """The first key that says something decides: provider schemas and other output begin with a version as well.

    An empty state is a preamble and nothing else.
    """
    first = next((key for key in _KEYS.findall(head) if key not in _PREAMBLE), "values")
    if first in _PLAN_KEYS or (first == "checks" and _PLANNED.search(head)):
        return RootKind.TERRAFORM_PLAN
    return RootKind.TERRAFORM_STATE if first in ("values", "checks") else None


def is_encrypted(head: str) -> bool:
    """Whether it is what OpenTofu makes of a plan or a state when encryption is configured."""
    return '"encrypted_data"' in head and _ENCRYPTED.match(head) is not None
