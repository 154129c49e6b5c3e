"""Made-up templates, half of their text YAML and half JSON.

One of four has people. One of eight has a stack nested in it, with one of them, and one of six is a SAM template.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.corpora.expected import EVERYWHERE, OPEN, Expected, write_facts
from benchmarks.corpora.template_others import OTHERS, base, serverless
from benchmarks.corpora.template_people import PATTERNS, READ_ONLY, SIGN_IN, user
from benchmarks.corpora.template_text import as_json, as_yaml
from benchmarks.corpora.text import Tree

TEMPLATE_SIZE = 25_000
"""Bytes of a template, on average."""
STEMS = ("Owner", "Operator")
SIZES = {
    "production": {"Cpu": "1024", "Memory": "4096"},
    "staging": {"Cpu": "512", "Memory": "1024"},
    "development": {"Cpu": "256", "Memory": "512"},
}


def write_cloudformation(top: Path, megabytes: float, seed: int = 13) -> None:
    """Write templates until the tree has the size, and the facts beside it."""
    chosen = random.Random(f"cloudformation {seed}")  # noqa: S311
    tree = Tree(top)
    found: list[Expected] = []
    written = {"yaml": 0, "json": 0}
    number = 0
    while tree.size < megabytes * 1e6:
        form = "yaml" if written["yaml"] <= written["json"] else "json"
        before = tree.size
        found += _write_template(tree, chosen, number, form)
        written[form] += tree.size - before
        number += 1
    write_facts(top, found)


def write_conditions(path: Path, depth: int) -> None:
    """A template whose conditions each name the one before twice, which who forgets answers decides again and again."""
    template = _head("Many conditions")
    template["Parameters"] |= {f"Wish{number}": {"Type": "String"} for number in range(depth)}
    conditions = template["Conditions"]
    conditions["Step0"] = {"Fn::Equals": [{"Ref": "Wish0"}, "yes"]}
    for number in range(1, depth):
        before = {"Condition": f"Step{number - 1}"}
        wish = {"Fn::Equals": [{"Ref": f"Wish{number}"}, "yes"]}
        conditions[f"Step{number}"] = {"Fn::Or": [{"Fn::And": [before, wish]}, {"Fn::Not": [before]}]}
    arns = {"Fn::If": [f"Step{depth - 1}", [SIGN_IN], [READ_ONLY]]}
    template["Resources"] = {
        "Settled": user(ManagedPolicyArns=[SIGN_IN]),
        "Open": user(ManagedPolicyArns=arns),
        **{f"Topic{number}": {"Type": "AWS::SNS::Topic", "Condition": f"Step{number}"} for number in range(depth)},
    }
    path.write_text(as_yaml(template, "Conditions on conditions."), encoding="utf-8")
    write_facts(path, [Expected(path.name, "Settled", EVERYWHERE), Expected(path.name, "Open", OPEN)])


def _write_template(tree: Tree, chosen: random.Random, number: int, form: str) -> Iterator[Expected]:
    directory = f"stacks/team-{number % 40}"
    path = f"{directory}/service-{number}.{form}"
    resources = base()
    if chosen.random() < 1 / 4:
        for stem in STEMS[: chosen.choice((1, 1, 2))]:
            people = chosen.choice(PATTERNS)
            resources |= people.resources(stem)
            for end, verdict in people.found:
                yield Expected(path, stem + end, verdict)
    if number % 8 == 0:
        nested = f"nested/people-{number}.{form}"
        resources["People"] = {
            "Type": "AWS::CloudFormation::Stack",
            "Properties": {
                "TemplateURL": f"./{nested}",
                "Parameters": {"PolicyArn": "arn:aws:iam::aws:policy/SignInLocalDevelopmentAccess"},
            },
        }
        _write(tree, f"{directory}/{nested}", _nested(), form)
        yield Expected(path, "People/Member", EVERYWHERE)
    template = _head(f"Service {number}")
    if number % 6 == 0:
        template["Transform"] = "AWS::Serverless-2016-10-31"
        resources |= serverless(number)
    _fill_up(resources, chosen, form)
    template["Resources"] = dict(chosen.sample(sorted(resources.items()), len(resources)))
    template["Outputs"] = {
        "Function": {
            "Value": {"Fn::GetAtt": ["Worker", "Arn"]},
            "Export": {"Name": {"Fn::Sub": "${AWS::StackName}-Function"}},
        }
    }
    _write(tree, path, template, form)


def _write(tree: Tree, path: str, template: dict[str, Any], form: str) -> None:
    tree.write(path, as_json(template) if form == "json" else as_yaml(template, f"The stack of {path}."))


def _head(description: str) -> dict[str, Any]:
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": description,
        "Parameters": {
            "Stage": {"Type": "String", "Default": "production", "AllowedValues": list(SIZES)},
            "Alarms": {"Type": "String", "AllowedValues": ["wanted", "none"]},
            "CodeBucket": {"Type": "String"},
            "SignInPolicyArn": {"Type": "String"},
        },
        "Mappings": {"Sizes": SIZES},
        "Conditions": {
            "IsProduction": {"Fn::Equals": [{"Ref": "Stage"}, "production"]},
            "WantsAlarms": {"Fn::Equals": [{"Ref": "Alarms"}, "wanted"]},
            "HasAlarms": {"Fn::Or": [{"Condition": "IsProduction"}, {"Condition": "WantsAlarms"}]},
        },
    }


def _nested() -> dict[str, Any]:
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Parameters": {"PolicyArn": {"Type": "String"}},
        "Resources": {"Member": user(ManagedPolicyArns=[{"Ref": "PolicyArn"}])},
    }


def _fill_up(resources: dict[str, Any], chosen: random.Random, form: str) -> None:
    """More resources, until the template has its size."""
    room = TEMPLATE_SIZE + chosen.randrange(-8000, 8000)
    room -= len(_text(resources, form))
    for number in chosen.sample(range(1, 250), 60):
        if room <= 0:
            break
        more = chosen.choice(OTHERS)(number)
        resources |= more
        room -= len(_text(more, form))


def _text(resources: dict[str, Any], form: str) -> str:
    return as_json(resources) if form == "json" else as_yaml(resources, "")
