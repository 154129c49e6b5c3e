"""Documents that rules select from, made by hand or of the schema, and whom a selector selects in them."""

from __future__ import annotations

import json
from random import Random
from typing import Any

from jsonpath_ng.ext.parser import parse

from scanner.rules.document_shape import SCHEMA

_SCHEMA = json.loads(SCHEMA.read_text(encoding="utf-8"))
_LOCATION = {"path": "main.tf", "start_line": 1, "end_line": 2}
_DENIED = {"localhost": "implicit_deny", "remote": "implicit_deny"}

PRINCIPAL: dict[str, Any] = {
    "kind": "user",
    "name": "name",
    "address": "aws_iam_user.name",
    "origin": "terraform",
    "root": ".",
    "location": _LOCATION,
    "console": {"access": "no", "via": []},
    "aws_login": _DENIED,
    "permissions": [
        {
            "action": action,
            "client": client,
            "resource": f"arn:aws:signin:*:*:oauth2/public-client/{client}",
            "decision": "implicit_deny",
            "reasons": [{"text": "no statement allows it", "location": _LOCATION}],
            "depends_on": [],
            "without_mfa": "implicit_deny",
        }
        for client in ("localhost", "remote")
        for action in ("signin:AuthorizeOAuth2Access", "signin:CreateOAuth2Token")
    ],
    "access_keys": [],
    "sign_in_grants": [],
    "account": None,
    "tags": {},
    "tags_known": "yes",
    "session_duration": None,
    "groups": [],
    "policies": [],
    "boundaries": [],
    "trust": [],
    "depends_on": [],
    "without_mfa": _DENIED,
}
"""One of whom little is to be said."""


def selected(text: str, document: dict[str, Any]) -> set[int]:
    """The places in the list of the principals that a selector selects, or inside of which it selects something."""
    found: set[int] = set()
    for match in parse(text).find(document):
        way = [match]
        while way[-1].context is not None:
            way.append(way[-1].context)
        if len(way) > 2 and way[-2].value is document["principals"]:
            found.add(way[-3].path.indices[0])
    return found


_TAG_KEYS = ("Team", "Cost-Center", "aws:Name")
"""Unlike every key of the document, so that it is clear what a name means after ``..``."""


def sample(random: Random, schema: dict[str, Any] = _SCHEMA) -> Any:
    """A value that satisfies a schema; a whole document without one."""
    if "$ref" in schema:
        return sample(random, _SCHEMA["$defs"][schema["$ref"].removeprefix("#/$defs/")])
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return random.choice(schema["enum"])
    kind = random.choice(schema["type"]) if isinstance(schema["type"], list) else schema["type"]
    match kind:
        case "null":
            return None
        case "boolean":
            return random.random() < 0.5
        case "integer":
            return random.choice([1, 2, 3600, 7200])
        case "string" if "pattern" in schema:
            return random.choice(["123456789012", "210987654321"])
        case "string":
            return random.choice(["a", "admin", "iam:PassRole"])
        case "array":
            number = schema.get("minItems", 0) + random.choice([0, 1, 2])
            found = [sample(random, schema["items"]) for _ in range(number)]
            return list(dict.fromkeys(found)) if schema.get("uniqueItems") else found
        case _ if "properties" in schema:
            return {key: sample(random, each) for key, each in schema["properties"].items()}
        case _:
            keys = random.sample(_TAG_KEYS, random.choice([0, 1, 2]))
            return {key: sample(random, schema["additionalProperties"]) for key in keys}


def sample_principals(random: Random, number: int) -> dict[str, Any]:
    """A document with so many principals."""
    return {"version": 1, "principals": [sample(random, _SCHEMA["$defs"]["principal"]) for _ in range(number)]}
