"""``scan --show-config``: what is in force, and where it comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.commands.messages import fail, fail_with, with_place
from scanner.configuration.show import as_json as in_json
from scanner.configuration.show import as_text
from scanner.named_files import UsageError
from scanner.pipeline import chosen_rules
from scanner.rules.problems import RuleError
from scanner.streams import show

if TYPE_CHECKING:
    from scanner.configuration.settings import Settings
    from scanner.options import Options


def run(options: Options, settings: Settings, *, as_json: bool) -> int:
    """Show it, unless it names rules that there are not."""
    try:
        chosen_rules(options)
    except RuleError as wrong:
        return fail_with(wrong, options)
    except UsageError as problem:
        return fail(with_place(problem, settings, options))
    show(in_json(settings) if as_json else as_text(settings))
    return 0
