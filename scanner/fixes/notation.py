"""In which notation a file is written, by its name."""

from __future__ import annotations

NATIVE = (".tf", ".tofu", ".hcl", ".tfvars")


def is_native(path: str) -> bool:
    """Whether it is Terraform's native syntax."""
    return path.endswith(NATIVE)
