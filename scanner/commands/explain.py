"""``scan --explain NAME``: the reasoning about the principals of that name or address, or the page of a rule."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from scanner.commands.meant import MOST_NEAR, meant_by, near
from scanner.commands.messages import USAGE, fail, fail_with
from scanner.commands.scan import ScanError, scanned
from scanner.output import width
from scanner.report.explain import render, render_json
from scanner.report.explain_rule import render as render_rule
from scanner.report.explain_rule import render_json as render_rule_json
from scanner.report.wording import counted, told_once
from scanner.rules.loader import example_file, example_rules, load_rule
from scanner.rules.problems import RuleError
from scanner.rules.selection import all_rules, rules_path
from scanner.streams import show

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scanner.configuration.settings import Settings
    from scanner.options import Options
    from scanner.report.report import Report
    from scanner.rules.rule import Rule


def run(options: Options, settings: Settings, wanted: str, *, as_json: bool, version: str, verbose: bool) -> int:
    """Explain the rule of that id; where there is none, scan, and explain the principals of that name or address."""
    try:
        rules = _rules(options)
        example = example_file(wanted)
        rule = load_rule(example, check=False) if example is not None else rules.get(wanted)
        if rule is not None:
            show(render_rule_json(rule, version) if as_json else render_rule(rule, width()))
            return 0
        with scanned(replace(options, offers_fixes=False), settings, verbose=verbose) as report:
            known = (*rules, *(example.id for example in example_rules()))
            return _explained(report, wanted, known, as_json=as_json, version=version)
    except ScanError as problem:
        return problem.status


def _rules(options: Options) -> dict[str, Rule]:
    """All rules by id, followed or not. Raises ``ScanError``."""
    try:
        return all_rules([rules_path(path, options.directory) for path in options.rule_paths], options.directory)
    except RuleError as wrong:
        raise ScanError(fail_with(wrong, options)) from wrong


def _explained(report: Report, wanted: str, rules: Iterable[str], *, as_json: bool, version: str) -> int:
    found = meant_by(wanted, report.principals)
    if not found:
        return fail(*_whom_there_is(report, wanted, rules))
    if as_json:
        show(render_json(found, report.diagnostics, version))
    else:
        show(render(found, told_once(report.diagnostics, report.roots), width()))
    return USAGE if report.errors else 0


def _whom_there_is(report: Report, wanted: str, rules: Iterable[str]) -> list[str]:
    nobody = f'there is no principal "{wanted}" and no such rule'
    errors = counted(len(report.errors), "error")
    incomplete = [f"The scan is incomplete: {errors} in the input."] if report.errors else []
    addresses = sorted({assessed.definition.address for assessed in report.principals})
    found = near(wanted, report.principals, rules)
    if not found and not addresses:
        return [nobody, *incomplete]
    shown = found or addresses[:MOST_NEAR]
    those = "near to it" if found else "there are the principals"
    if len(addresses) > len(shown) and not found:
        those = f"there are {len(addresses)} principals, among them"
    return [f"{nobody}; {those}:", *(f"  {one}" for one in shown), *incomplete]
