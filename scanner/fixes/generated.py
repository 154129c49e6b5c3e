"""Files that a program writes again and again, so that a change of them is lost: what the AWS CDK has synthesized.

A directory that it writes into has a file ``cdk.out``, whatever the directory is called. A template that was copied out
of there still names its constructs, or has what the CDK puts into each stack.

https://docs.aws.amazon.com/cdk/v2/guide/configure-synth.html
"""

from __future__ import annotations

from pathlib import Path

from scanner import file_system
from scanner.fixes.notation import is_template
from scanner.fixes.source import Source
from scanner.regexes import anywhere

COPIES = frozenset(
    {".aws-sam", ".git", ".serverless", ".terraform", ".terragrunt-cache", "cdk.out", "cdktf.out", "node_modules"}
)
"""Directories of what others have written, or programs."""
_ASSEMBLY = "cdk.out"
_MARK = anywhere(r"""aws:cdk:path["']?:|\bAWS::CDK::Metadata\b|\bCheckBootstrapVersion\b""")


def copies_in(parts: tuple[str, ...]) -> str | None:
    """The directory among the parts of a path that has what others have written; None without one."""
    return next((part for part in parts if part.lower() in COPIES), None)


def is_generated(place: Path, source: Source) -> bool:
    """Whether a program has written a template, by its neighbours and by what is in it."""
    if not is_template(source.path):
        return False
    return file_system.is_file(place.parent / _ASSEMBLY) or _MARK.search(source.text) is not None
