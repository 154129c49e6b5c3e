"""Each third-party library is imported in the one or two files that are named here; no file needs itself."""

from __future__ import annotations

import sys
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parent.parent / "scanner"
HOMES = {
    "cfn_tools": {"cloudformation/template/composer.py"},
    "dask": {"work/on_dask.py"},
    "distributed": {"work/on_dask.py"},
    "hcl2": {"terraform/language/grammar.py"},
    "jsonpath_ng": {f"rules/{name}.py" for name in ("bounded_match", "rule", "selector_check", "selector_syntax")},
    "lark": {f"terraform/language/{name}.py" for name in ("grammar", "syntax_tree", "table_parser")},
    # what it reads is described by types, which stand beside the readers
    "msgspec": {
        "changes/earlier_report.py",
        "report/encoding.py",
        "work/codec.py",
        *(f"terraform/plans/{name}.py" for name in ("dynamic_value", "json_sections", "plan_json")),
        *(f"account/{name}.py" for name in ("credential_report", "details", "entitlements", "entries", "fact_list")),
        *(f"account/{name}.py" for name in ("iam_collect", "identity_center", "organization_files", "sign_in_policy")),
    },
    "pathspec": {"globs.py", "ignored.py"},
    # graphemes, and what RE2 has and Python has not
    "regex": {
        *(f"terraform/language/functions/{name}.py" for name in ("patterns", "re2", "strings")),
        "rules/bounded_match.py",  # a search that ends after a while
    },
    "rich": {"progress.py"},
    "typer": {"cli.py", "help_page.py"},
    "yaml": {
        "configuration/yaml_tree.py",
        "rules/rule_file.py",
        *(f"cloudformation/template/{name}.py" for name in ("comments", "composer", "syntax")),
        "terraform/language/functions/yaml_values.py",
    },
}


@cache
def imports() -> grimp.ImportGraph:
    return grimp.build_graph("scanner", include_external_packages=True, cache_dir=None)


def is_ours(module: str) -> bool:
    return module.split(".")[0] == "scanner"


def file_of(module: str) -> str:
    path = module.removeprefix("scanner").removeprefix(".").replace(".", "/")
    return f"{path}/__init__.py" if (ROOT / path).is_dir() else f"{path}.py"


def third_party_imports() -> dict[str, set[str]]:
    libraries = {name for name in imports().modules if not is_ours(name)} - sys.stdlib_module_names
    return {name: {file_of(one) for one in imports().find_modules_that_directly_import(name)} for name in libraries}


def test_every_library_has_its_home() -> None:
    found = third_party_imports()
    for library, files in found.items():
        strays = sorted(files - HOMES.get(library, set()))
        assert not strays, f"{library} is imported in {strays}: use it where it is used, or name the file in HOMES"
    assert not HOMES.keys() - found.keys(), "HOMES here has libraries that nothing imports"


def test_no_file_needs_itself() -> None:
    """The contracts in ``pyproject.toml`` keep rooms in their order; inside a room there are no circles either."""
    ours = {module for module in imports().modules if is_ours(module)}
    assert len(ours) > 200
    needs = {module: imports().find_modules_directly_imported_by(module) & ours for module in ours}
    try:
        tuple(TopologicalSorter(needs).static_order())
    except CycleError as found:
        pytest.fail(f"these files import each other: {' -> '.join(found.args[1])}")
