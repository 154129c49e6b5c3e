"""Tells the manifest of a cloud assembly by its text, without parsing it.

https://github.com/cdklabs/cloud-assembly-schema
"""

from __future__ import annotations

MANIFEST = "manifest.json"
STACK = "aws:cloudformation:stack"
NESTED = "cdk:cloud-assembly"
ASSETS = "cdk:asset-manifest"
_KINDS = (STACK, NESTED, "cdk:tree", ASSETS)


def is_manifest(text: str) -> bool:
    """Whether the text of a file of that name is the manifest of a cloud assembly."""
    return '"artifacts"' in text and any(f'"{kind}"' in text for kind in _KINDS)
