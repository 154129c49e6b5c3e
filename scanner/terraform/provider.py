"""What the ``aws`` provider's configuration says about everything that it creates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from scanner.facts import Home
from scanner.root import Inputs
from scanner.terraform.module import Module
from scanner.terraform.resources import block_entries
from scanner.terraform.scope import Namespace, Scope
from scanner.values import NULL, Value


@dataclass(frozen=True, slots=True)
class Provider:
    """The account, partition and region that resources are created in, and the tags that all of them get."""

    home: Home = Home()  # noqa: RUF009 # frozen
    default_tags: Value = NULL


def read_provider(module: Module, scope: Scope, inputs: Inputs) -> Provider:
    """The default ``aws`` provider of a root module. What it does not say is what the user says."""
    entries = _default_provider(module, scope)
    region = entries["region"].text if entries is not None else None
    account = inputs.account
    if account is None and entries is not None:
        allowed = entries["allowed_account_ids"].data
        if isinstance(allowed, tuple) and len(allowed) == 1:
            account = allowed[0].text
    home = Home(partition_of(region or inputs.region), account, region)
    return Provider(home, _default_tags(entries) if entries is not None else NULL)


def _default_provider(module: Module, scope: Scope) -> Namespace | None:
    for block in module.providers:
        parsed = module.parsed(block) if block.labels == ("aws",) else None
        if parsed is not None and "alias" not in parsed.body.attributes:
            return block_entries(parsed.body, scope)
    return None


def _default_tags(entries: Namespace) -> Value:
    blocks = entries["default_tags"].data
    if isinstance(blocks, tuple) and blocks and isinstance(blocks[0].data, Mapping):
        tags: Value = blocks[0].data["tags"]
        return tags
    return NULL


def partition_of(region: str | None) -> str:
    """The partition of a region; ``aws`` when the region is not known.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
    """
    if region is not None and region.startswith("cn-"):
        return "aws-cn"
    if region is not None and region.startswith("us-gov-"):
        return "aws-us-gov"
    return "aws"
