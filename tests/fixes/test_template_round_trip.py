"""Findings in templates are settled by what is offered for them: scanned, fixed, scanned again, and deployed with moto.

The fixtures with findings are cases, too. Where there is no patch, the snapshot has what is said instead.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import cfn_flip
import pytest
import yaml

from tests.fixes.fix_snapshots import check
from tests.fixes.fixed import edits_of, files_fixed, fixed, told

ROOT = Path(__file__).parent.parent
FIXTURES = ROOT.parent / "fixtures"
TABLE: dict[str, str | dict[str, str]] = yaml.safe_load((ROOT / "cases/fixes/cloudformation.yaml").read_text())
WRITTEN = {name: {"t.yaml": case} if isinstance(case, str) else case for name, case in TABLE.items()}
Files = Mapping[str, str]


def fixtures() -> dict[str, Files]:
    """The templates among the fixtures, with those that they nest, and the cloud assemblies."""
    templates = FIXTURES / "cloudformation"
    nested = {path.relative_to(templates).as_posix(): path for path in templates.glob("*/*") if path.is_file()}
    found = {}
    for path in sorted(templates.iterdir()):
        if path.is_file():
            beside = [one for name, one in nested.items() if name.startswith(f"{path.stem}/")]
            found[path.name] = {one.relative_to(templates).as_posix(): read(one) for one in (path, *beside)}
    for assembly in sorted((FIXTURES / "cdk").iterdir()):
        files = (one for one in sorted(assembly.rglob("*")) if one.is_file())
        found[f"CDK {assembly.name}"] = {one.relative_to(assembly).as_posix(): read(one) for one in files}
    return found


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


CASES: dict[str, Files] = {**WRITTEN, **fixtures()}


@pytest.mark.parametrize(
    "case", [*WRITTEN, *(pytest.param(case, marks=pytest.mark.slow) for case in CASES if case not in WRITTEN)]
)
def test_findings_are_gone_or_the_finding_says_what_to_do(case: str) -> None:
    files = CASES[case]
    found = fixed(files)
    offered = told(files, found)
    if offered or case in WRITTEN:
        assert offered, "there is no finding"
        check(case, offered, folder="cloudformation")
    by_hand = {finding.fingerprint for finding in found.before.findings if not any(one.edits for one in finding.fixes)}
    assert {finding.fingerprint for finding in found.after.findings} <= by_hand
    assert not edits_of(found.after)
    assert [one.message for one in found.after.diagnostics] == [one.message for one in found.before.diagnostics]


ONLY_YAML = {
    "a boundary that is a folded text",
    "a boundary that is a quoted text",
    "a boundary that is a text",
    "a change set",
    "a change set beside its template",
    "a list with an alias",
    "a scalar with empty lines",
    "an action misspelled in a text",
    "document markers",
    "JSON with comments",
    "one of the two actions in a text",
    "properties that are merged",
    "properties with an alias",
    "two documents",
}
"""In JSON, they mean something else or are changed otherwise."""


@pytest.mark.slow
@pytest.mark.parametrize("case", WRITTEN)
def test_however_a_template_is_written(case: str) -> None:
    """Line ends and byte order marks stay; JSON is changed as YAML is, and stays on one line or on several."""
    files = WRITTEN[case]
    plain = files_fixed(files)
    windows = files_fixed({path: "\ufeff" + text.replace("\n", "\r\n") for path, text in files.items()})
    assert windows == {path: b"\xef\xbb\xbf" + text.replace(b"\n", b"\r\n") for path, text in plain.items()}
    for separators in (None, (",", ":")) if case not in ONLY_YAML else ():
        indent = 2 if separators is None else None
        as_json = {
            path: json.dumps(json.loads(cfn_flip.to_json(text)), indent=indent, separators=separators)
            for path, text in files.items()
        }
        found = files_fixed(as_json)
        for path, text in plain.items():
            assert json.loads(found[path]) == json.loads(cfn_flip.to_json(text))
            assert (b"\n" in found[path]) is (separators is None)
