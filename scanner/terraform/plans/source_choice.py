"""Which configuration a plan is read with: the one in the plan, the one that the user names, or the one beside.

Most plans in JSON are scanned without any, and nothing that evaluates one is imported for them.
"""

from __future__ import annotations

from pathlib import Path

from scanner import file_system
from scanner.root import ScanRoot
from scanner.terraform.configuration.files import is_configuration
from scanner.terraform.plans.plan_document import PlanDocument, PlanError
from scanner.terraform.plans.plan_source import Source


def source_of(document: PlanDocument, root: ScanRoot) -> Source:
    """The configuration in the plan, the one that the user names, or the one beside; nothing if there is none."""
    given = root.inputs.source
    directory = file_system.real(given) if given is not None else root.directory
    if given is not None and not _has_configuration(directory):
        raise PlanError(f"there is no Terraform configuration in {given} (--source)")
    if document.snapshot is None and not _has_configuration(directory):
        return Source(references=document.configuration)
    from scanner.terraform.plans.plan_evaluation import packed_source, unpacked_source

    if document.snapshot is not None:
        return packed_source(document, document.snapshot, root, directory)
    return unpacked_source(document, root, directory)


def _has_configuration(directory: Path) -> bool:
    return any(is_configuration(entry.name) for entry in file_system.entries_if_any(directory))
