"""Files that Terragrunt writes into a module before it runs Terraform there: most often the provider's configuration.

https://terragrunt.gruntwork.io/docs/reference/hcl/blocks/#generate
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from scanner.diagnostic import Diagnostic, warning
from scanner.lazy_dataclass import dataclass
from scanner.regexes import anywhere
from scanner.span import Span
from scanner.terraform.configuration.files import is_configuration
from scanner.terraform.configuration.module import GeneratedFile
from scanner.terraform.configuration.terragrunt.config import Config
from scanner.values import Value, pieces

_MATTERS = anywhere(r"^[ \t]*(?:resource|module|data|variable|locals)\b", re.MULTILINE)
"""What a module does not go without; the configuration of a provider or a backend it does."""


@dataclass(frozen=True, slots=True)
class Generated:
    """One ``generate`` block."""

    name: str
    contents: Value
    span: Span
    gives_way: bool
    """Whether a file that is there already stays."""


def generated_by(config: Config) -> tuple[Generated, ...]:
    """The configuration files that a unit writes; a block of an included file may be replaced by one of its label."""
    found: dict[tuple[str, ...], Generated | None] = {}
    for one, _ in config.merged():
        for block in one.body.blocks if one is not None else ():
            if one is not None and block.type == "generate":
                path, contents = one.argument(block, "path"), one.argument(block, "contents")
                disabled, exists = one.argument(block, "disable"), one.argument(block, "if_exists")
                name = path.text if path is not None else None
                is_off = disabled is not None and disabled.data is True
                found[block.labels] = None
                if name is not None and contents is not None and is_configuration(name) and not is_off:
                    gives_way = exists is not None and exists.text == "skip"
                    found[block.labels] = Generated(name, contents, block.body.attributes["contents"].span, gives_way)
    return tuple(one for one in found.values() if one is not None)


def generated_files(units: Sequence[Sequence[Generated]], report: Callable[[Diagnostic], None]) -> list[GeneratedFile]:
    """The files that all units write alike. Others, and unknown ones, are reported if they may matter."""
    by_name: dict[str, list[Generated]] = {}
    for unit in units:
        for one in unit:
            by_name.setdefault(one.name, []).append(one)
    return [file for found in by_name.values() for file in _file(found, len(units), report)]


def _file(found: Sequence[Generated], units: int, report: Callable[[Diagnostic], None]) -> Iterator[GeneratedFile]:
    first = found[0]
    text = first.contents.text
    if text is not None and len(found) == units and all(one.contents == first.contents for one in found):
        # A heredoc begins on the line after its mark, so its lines are those of the file that it is in.
        yield GeneratedFile(first.name, first.span.path, "\n" * first.span.line + text, first.gives_way)
    elif any(_MATTERS.search(_known(one.contents)) for one in found):
        why = "is not known" if text is None else "differs between units"
        detail = f"What Terragrunt writes into {first.name} {why}, so what that declares is left out."
        report(warning("Generated file not read", detail, first.span))


def _known(contents: Value) -> str:
    return "".join(piece for piece in pieces(contents) or () if isinstance(piece, str))
