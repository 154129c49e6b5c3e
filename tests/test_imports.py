"""Each third-party library is imported in the one or two files that are named here; no file needs itself."""

from __future__ import annotations

import ast
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parent.parent / "scanner"
HOMES = {
    "cfn_tools": {"cloudformation/template/syntax.py"},
    "hcl2": {"terraform/language/syntax.py"},
    "jsonpath_ng": {"rules/rule.py"},
    "lark": {"terraform/language/syntax.py", "terraform/language/syntax_tree.py"},
    # what it reads is described by types, which stand beside the readers
    "msgspec": {
        "report/json.py",
        *(f"terraform/plans/{name}.py" for name in ("dynamic_value", "plan_json", "state_file")),
    },
    "pathspec": {"ignored.py"},
    # graphemes, and what RE2 has and Python has not
    "regex": {f"terraform/language/functions/{name}.py" for name in ("patterns", "re2", "strings")},
    "rich": {"progress.py"},
    "typer": {"cli.py"},
    "yaml": {"cloudformation/template/syntax.py", "rules/loader.py", "terraform/language/functions/yaml_text.py"},
}


def third_party_imports() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for file in sorted(ROOT.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names = [node.module]
            for name in names:
                top = name.split(".")[0]
                if top not in sys.stdlib_module_names and top != "scanner":
                    found.setdefault(top, set()).add(file.relative_to(ROOT).as_posix())
    return found


def test_every_library_has_its_home() -> None:
    found = third_party_imports()
    assert set(found) == set(HOMES)
    strays = {library: files - HOMES[library] for library, files in found.items() if files - HOMES[library]}
    assert strays == {}


def test_no_file_needs_itself() -> None:
    """The contracts in ``pyproject.toml`` keep rooms in their order; inside a room there are no circles either."""
    graph = grimp.build_graph("scanner", cache_dir=None)
    assert len(graph.modules) > 200
    needs = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    try:
        tuple(TopologicalSorter(needs).static_order())
    except CycleError as found:
        pytest.fail(f"these files import each other: {' -> '.join(found.args[1])}")
