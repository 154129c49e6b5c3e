"""Which construct of a CDK application made a resource, by the resource's address.

Templates say it in their metadata, unless the application was run without (``--no-path-metadata``, ``app.synth()`` by
itself). The assembly says it too: for each construct the logical ID of what it made. A logical ID is unique in one
template, so it matters in which stack the construct lies: a nested stack ``N`` is made by the construct
``N.NestedStack/N.NestedStackResource`` beside it, and what is made inside of ``N`` is in the nested stack.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator

from scanner.lazy_dataclass import dataclass

_NESTED = ".NestedStack"


@dataclass(frozen=True, slots=True)
class Construct:
    """What the application says about something that it makes."""

    path: str
    logical_id: str | None = None
    """Of the resource that it is; None where the assembly leaves that to the template."""
    frames: tuple[str, ...] = ()
    """The stack of calls in which it was made, innermost first."""


def by_address(label: str, constructs: Iterable[Construct]) -> Iterator[tuple[str, Construct]]:
    """The constructs of a stack, with the addresses of the resources that they are."""
    known = tuple(construct for construct in constructs if construct.logical_id is not None)
    nested = {scope: construct for construct in known if (scope := _nested_by(construct.path)) is not None}
    for construct in known:
        ids = [construct.logical_id or ""]
        around = _around(construct.path, nested)
        while around is not None:
            ids.append(nested[around].logical_id or "")
            around = _around(nested[around].path, nested)
        yield "/".join((label, *reversed(ids))), construct


def _nested_by(path: str) -> str | None:
    """The path of the nested stack that a construct is the resource of."""
    scope, _, name = path.rpartition("/")
    stack = posixpath.basename(scope).removesuffix(_NESTED)
    is_resource = scope.endswith(_NESTED) and name == f"{stack}{_NESTED}Resource"
    return scope.removesuffix(_NESTED) if is_resource else None


def _around(path: str, nested: dict[str, Construct]) -> str | None:
    """The innermost nested stack that a construct is in."""
    scope = path.rpartition("/")[0]
    while scope and scope not in nested:
        scope = scope.rpartition("/")[0]
    return scope or None
