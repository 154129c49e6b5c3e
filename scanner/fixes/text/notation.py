"""In which notation a file is written, by its name."""

from __future__ import annotations

NATIVE = (".tf", ".tofu", ".hcl", ".tfvars")


def is_native(path: str) -> bool:
    """Whether it is Terraform's native syntax."""
    return path.endswith(NATIVE)


def is_json(path: str) -> bool:
    """Whether it is Terraform's JSON syntax."""
    return path.endswith(tuple(f"{suffix}.json" for suffix in NATIVE))


def is_template(path: str) -> bool:
    """Whether it is neither, so that it is a template of CloudFormation, or something that belongs to one."""
    return not is_native(path) and not is_json(path)
