"""Values that a CDK application hands to a stack in another region, by custom resources and parameters of SSM.

The stack that has the value holds a writer, which puts it as ``/cdk/exports/…`` into the region that it names. The
stack that wants it holds a reader: each of its imports is a dynamic reference to such a parameter, which CloudFormation
fills in, and an attribute of the reader gives it back.

https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib-readme.html#accessing-resources-in-a-different-stack-and-region
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from scanner.cloudformation.language.intrinsics import evaluate
from scanner.values import Unknown, Value

if TYPE_CHECKING:
    from scanner.cloudformation.language.names import Names
    from scanner.cloudformation.language.stack_outputs import Known
    from scanner.cloudformation.template.sections import Resource

WRITER = "Custom::CrossRegionExportWriter"
READER = "Custom::CrossRegionExportReader"


def written_by(writer: Resource) -> Iterator[tuple[str, Value]]:
    """The parameters that a writer makes, with the expressions for their values."""
    exports = _entries(_entries(writer.get("WriterProps")).get("exports"))
    yield from exports.items()


def region_of(writer: Resource, names: Names) -> Known:
    """The region that a writer writes into."""
    written = _entries(writer.get("WriterProps")).get("region")
    found = evaluate(written, names) if written is not None else None
    return found.data if found is not None and isinstance(found.data, str | Unknown) else names.region


def read_by(reader: Resource, attribute: str, names: Names) -> Value | None:
    """What an attribute of a reader gives back; None where that is not among its imports."""
    written = _entries(_entries(reader.get("ReaderProps")).get("imports")).get(attribute)
    return None if written is None else evaluate(written, names)


def _entries(value: Value | None) -> Mapping[str, Value]:
    return value.entries if value is not None else {}
