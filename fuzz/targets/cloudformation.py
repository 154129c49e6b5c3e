"""Templates: what is read on demand is what is read as a whole, and a scan of either notation holds."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping

from fuzz import seeds
from fuzz.folder import scanned
from fuzz.target import Target
from scanner.cloudformation.template.outline import Outline
from scanner.cloudformation.template.syntax import Parsed, parse, parse_once, parse_whole
from scanner.span import Span
from scanner.values import Value


def _reader(path: str) -> Callable[[bytes], object]:
    def read(data: bytes) -> object:
        text = data.decode("utf-8", "replace")
        parse_once.cache_clear()
        parsed = parse(text, path)
        found = _laid_open(parsed)
        if any(isinstance(document.data, Outline) for document in parsed.documents):
            assert found == _laid_open(parse_whole(text, path)), "the readers disagree"
        return found

    return read


def _laid_open(parsed: Parsed) -> object:
    """Everything, with the places that comparing values leaves out."""
    return [list(_values(document)) for document in parsed.documents], list(parsed.diagnostics)


def _values(value: Value, at: str = "") -> Iterator[tuple[str, Span | None, object]]:
    match value.data:
        case tuple() as items:
            yield at, value.span, len(items)
            for number, item in enumerate(items):
                yield from _values(item, f"{at}/{number}")
        case Mapping() as entries:
            yield at, value.span, tuple(entries)
            for key, entry in entries.items():
                yield from _values(entry, f"{at}/{key}")
        case data:
            yield at, value.span, (type(data), data)


def _yaml_scan(data: bytes) -> object:
    return scanned("yaml-template", {"t.yaml": data}, "t.yaml")


def _json_scan(data: bytes) -> object:
    return scanned("json-template", {"t.json": data}, "t.json")


def _yaml() -> Iterator[bytes]:
    yield from seeds.files(seeds.FIXTURES / "cloudformation", "*.yaml")
    yield from seeds.texts(seeds.CASES / "cloudformation", "template")
    yield from seeds.texts(seeds.CASES, "template", "t.yaml")


def _json() -> Iterator[bytes]:
    yield from seeds.files(seeds.FIXTURES / "cloudformation", "*.json")
    yield from seeds.files(seeds.FIXTURES / "cdk", "*.template.json")
    yield json.dumps(
        {
            "Parameters": {"Team": {"Type": "String", "Default": "ops"}},
            "Conditions": {"IsOps": {"Fn::Equals": [{"Ref": "Team"}, "ops"]}},
            "Resources": {
                "U": {
                    "Type": "AWS::IAM::User",
                    "Condition": "IsOps",
                    "Properties": {
                        "UserName": {"Fn::Sub": "${Team}-ada"},
                        "LoginProfile": {"Password": {"Ref": "Team"}},
                        "Policies": [
                            {
                                "PolicyName": "p",
                                "PolicyDocument": {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}},
                            }
                        ],
                    },
                }
            },
        }
    ).encode()


CLOUDFORMATION = (
    Target("yaml", _reader("t.yaml"), _yaml, seconds=2.0, seconds_per_byte=0.0005),
    Target("json", _reader("t.json"), _json, seconds=2.0, seconds_per_byte=0.0005),
    Target("yaml-template", _yaml_scan, _yaml, seconds=5.0, seconds_per_byte=0.001),
    Target("json-template", _json_scan, _json, seconds=5.0, seconds_per_byte=0.001),
)
