"""``scan --explain NAME``: the reasoning about the principals of that name or address, or the page of a rule."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from scanner.commands.messages import USAGE, fail, fail_with
from scanner.commands.scan import ScanError, scanned
from scanner.iam.pattern import literal
from scanner.output import print_text, width
from scanner.report.explain import render, render_json
from scanner.report.explain_rule import render as render_rule
from scanner.report.explain_rule import render_json as render_rule_json
from scanner.report.wording import told_once
from scanner.rules.loader import example_file, load_rule
from scanner.rules.problems import RuleError
from scanner.rules.selection import all_rules, rules_path

if TYPE_CHECKING:
    from scanner.configuration.settings import Settings
    from scanner.options import Options
    from scanner.report.report import Report
    from scanner.rules.rule import Rule

_MOST_ADDRESSES = 10


def run(options: Options, settings: Settings, wanted: str, *, as_json: bool, version: str, verbose: bool) -> int:
    """Explain the rule of that id; where there is none, scan, and explain the principals of that name or address."""
    try:
        rule = _rule(options, wanted)
        if rule is not None:
            print_text(render_rule_json(rule, version) if as_json else render_rule(rule, width()))
            return 0
        with scanned(options, settings, verbose=verbose) as report:
            return _explained(report, wanted, as_json=as_json, version=version)
    except ScanError as problem:
        return problem.status


def _rule(options: Options, wanted: str) -> Rule | None:
    """The rule of that id, followed or not. Raises ``ScanError``."""
    example = example_file(wanted)
    try:
        if example is not None:
            return load_rule(example, check=False)
        return all_rules([rules_path(path, options.directory) for path in options.rule_paths]).get(wanted)
    except RuleError as wrong:
        raise ScanError(fail_with(wrong, options)) from wrong


def _explained(report: Report, wanted: str, *, as_json: bool, version: str) -> int:
    found = [
        assessed
        for assessed in report.principals
        if wanted in (assessed.definition.address, literal(assessed.principal.name))
    ]
    if not found:
        return fail(*_whom_there_is(report, wanted))
    if as_json:
        print_text(render_json(found, report.diagnostics, version))
    else:
        print_text(render(found, told_once(report.diagnostics, report.roots), width()))
    return USAGE if report.errors else 0


def _whom_there_is(report: Report, wanted: str) -> list[str]:
    addresses = sorted({assessed.definition.address for assessed in report.principals})
    shown = get_close_matches(wanted, addresses, n=_MOST_ADDRESSES, cutoff=0.4) or addresses[:_MOST_ADDRESSES]
    if not shown:
        return [f"there is no principal {wanted}"]
    those = f"{len(addresses)} principals, among them" if len(addresses) > len(shown) else "the principals"
    return [f"there is no principal {wanted}; there are {those}:", *(f"  {address}" for address in shown)]
