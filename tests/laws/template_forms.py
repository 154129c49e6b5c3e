"""A template says the same in YAML and JSON, in short and long form, and in any order."""

from __future__ import annotations

import yaml

from tests.laws.project import Change, Project
from tests.laws.template import (
    as_json,
    as_yaml,
    every,
    fresh,
    function,
    long_form,
    mapping,
    rewritten,
    section,
    sequence,
    short_form,
    text,
)


def in_json(project: Project) -> Change | None:
    return rewritten(project, lambda _: True, write=as_json)


def written_again(project: Project) -> Change | None:
    """YAML with other indentation, quotes and line breaks, without comments and anchors."""
    return rewritten(project, lambda _: True)


def in_long_form(project: Project) -> Change | None:
    return rewritten(project, lambda root: any(not node.tag.startswith("tag:") for node in every(root)), write=_long)


def in_short_form(project: Project) -> Change | None:
    if project.files.get(project.root, "").lstrip()[:1] == "{":
        return None
    return rewritten(project, lambda root: any(function(node) is not None for node in every(root)), write=_short)


def _long(root: yaml.Node) -> str:
    return as_yaml(long_form(root))


def _short(root: yaml.Node) -> str:
    return as_yaml(short_form(root))


def in_flow_style(project: Project) -> Change | None:
    """YAML with braces and brackets throughout."""
    if project.files.get(project.root, "").lstrip()[:1] == "{":
        return None

    def changed(root: yaml.MappingNode) -> bool:
        for node in every(root):
            if isinstance(node, yaml.CollectionNode):
                node.flow_style = node is not root
        return True

    return rewritten(project, changed)


def reordered(project: Project) -> Change | None:
    """Sections, resources and properties in reverse order; lists stay as they are."""

    def changed(root: yaml.MappingNode) -> bool:
        for node in every(root):
            if isinstance(node, yaml.MappingNode):
                node.value.reverse()
        return True

    return rewritten(project, changed)


_STRANGERS: dict[str, tuple[str, dict[str, yaml.Node]]] = {
    "bucket": ("AWS::S3::Bucket", {}),
    "custom-resource": ("Custom::Widget", {"ServiceToken": text("arn:aws:lambda:eu-west-1:123456789012:function:w")}),
    "third-party": ("Acme::Widget::Thing", {"Name": mapping({"Ref": text("AWS::StackName")})}),
    "policy-of-nobody": (
        "AWS::IAM::Group",
        {
            "Policies": sequence(
                mapping(
                    {
                        "PolicyName": text("deny"),
                        "PolicyDocument": mapping(
                            {
                                "Version": text("2012-10-17"),
                                "Statement": sequence(
                                    mapping({"Effect": text("Deny"), "Action": text("*"), "Resource": text("*")})
                                ),
                            }
                        ),
                    }
                )
            )
        },
    ),
}
STRANGERS = tuple(_STRANGERS)


def added(what: str, project: Project) -> Change | None:
    """A resource that nothing refers to."""
    kind, properties = _STRANGERS[what]

    def changed(root: yaml.MappingNode) -> bool:
        resource = mapping({"Type": text(kind), "Properties": mapping(properties)})
        section(root, "Resources").value.append((text(fresh(root, "Resources", "LawStranger")), resource))
        return True

    return rewritten(project, changed)


def with_unused_parameter(project: Project) -> Change | None:
    """A parameter without a value, a mapping and a condition that nothing refers to."""

    def changed(root: yaml.MappingNode) -> bool:
        parameter = fresh(root, "Parameters", "LawUnused")
        section(root, "Parameters").value.append((text(parameter), mapping({"Type": text("String")})))
        stages = mapping({"a": mapping({"b": text("c")}), "d": mapping({"b": text("e")})})
        section(root, "Mappings").value.append((text(fresh(root, "Mappings", "LawUnused")), stages))
        equal = mapping({"Fn::Equals": sequence(mapping({"Ref": text(parameter)}), text("x"))})
        section(root, "Conditions").value.append((text(fresh(root, "Conditions", "LawUnused")), equal))
        return True

    return rewritten(project, changed)
