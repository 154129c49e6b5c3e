"""Resources of a plan file are where the configuration beside it has them, as long as it is the same."""

from __future__ import annotations

from pathlib import Path

from scanner.verdicts.document import principal_document
from tests.scans import ROOT, scanned
from tests.terraform.plan_archives import SOURCE, beside, packed, plan_bytes


def test_resources_are_where_their_blocks_are(tmp_path: Path) -> None:
    sources = beside(tmp_path, ROOT / "fixtures/plan/team-module.tfplan")
    report = scanned(tmp_path, "tfplan")
    for assessed in report.principals:
        span = assessed.definition.span
        first = sources[span.path].splitlines()[span.line - 1]
        address = assessed.definition.address.split(".")
        assert first.startswith(f'resource "{address[-2]}" "{address[-1].split("[")[0]}"')
    assert {assessed.definition.span.path for assessed in report.principals} == {"modules/user/main.tf"}
    reasons = [
        reason["location"]
        for assessed in report.principals
        for permission in principal_document(assessed)["permissions"]
        for reason in permission["reasons"]
    ]
    statements = {sources[place["path"]].splitlines()[place["start_line"] - 1] for place in reasons}
    assert "    Statement = [{" in statements


def test_a_file_that_has_changed_is_not_pointed_at(tmp_path: Path) -> None:
    beside(tmp_path, ROOT / "fixtures/plan/team-module.tfplan")
    with (tmp_path / "modules/user/main.tf").open("a", encoding="utf-8") as file:
        file.write("# later\n")
    report = scanned(tmp_path, "tfplan")
    assert {assessed.definition.span.path for assessed in report.principals} == {"tfplan"}


def test_nothing_outside_the_tree_is_looked_at(tmp_path: Path) -> None:
    plan = packed(plan_bytes(), directory="../outside")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "main.tf").write_text(SOURCE, encoding="utf-8")
    for boundary, path in (("tree", "tfplan"), (".", "outside/main.tf")):
        (tmp_path / "tree" / ".git").mkdir(parents=True, exist_ok=True)
        if boundary == ".":
            (tmp_path / "tree" / ".git").rmdir()
            (tmp_path / ".git").mkdir()
        (tmp_path / "tree" / "tfplan").write_bytes(plan)
        report = scanned(tmp_path, "tree/tfplan")
        assert [assessed.definition.span.path for assessed in report.principals] == [
            path if boundary == "." else "tree/tfplan"
        ]
