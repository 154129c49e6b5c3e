"""Which configuration file counts, and what one must not do that came with the code."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from scanner.configuration.errors import ConfigError
from scanner.configuration.find import find
from scanner.configuration.load import load_found, load_named
from tests.configuration.configured import OURS, SECTION, configured, options
from tests.scans import write


def found_in(folder: Path, files: Mapping[str, str], directory: str = ".") -> str | None:
    write(folder, files)
    (folder / directory).mkdir(parents=True, exist_ok=True)
    found = find((folder / directory).resolve())
    return None if found is None else found.path.relative_to(folder).as_posix()


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, None),
        ({f"top/{OURS}": ""}, f"top/{OURS}"),
        ({f"top/a/{OURS}": "", f"top/{OURS}": ""}, f"top/a/{OURS}"),
        ({f"top/a/b/{OURS}": "", f"top/a/b/{OURS}x": ""}, f"top/a/b/{OURS}"),
        ({f"top/a/b/below/{OURS}": ""}, None),
        ({f"{OURS}": ""}, None),  # above the work tree
        ({"top/pyproject.toml": SECTION}, "top/pyproject.toml"),
        ({"top/a/pyproject.toml": "[tool.ruff]", f"top/{OURS}": ""}, f"top/{OURS}"),
        ({"top/a/pyproject.toml": "# aws-login-scan", f"top/{OURS}": ""}, f"top/{OURS}"),
        ({"top/a/pyproject.toml": "[ aws-login-scan", f"top/{OURS}": ""}, "top/a/pyproject.toml"),
        ({"top/a/pyproject.toml": SECTION, f"top/a/{OURS}": ""}, f"top/a/{OURS}"),
        ({"top/a/pyproject.toml": SECTION, f"top/{OURS}": ""}, "top/a/pyproject.toml"),
        ({"top/a/.aws-login-scan.yml": ""}, "top/a/.aws-login-scan.yml"),
    ],
)
def test_the_nearest_file_above_counts(tmp_path: Path, files: Mapping[str, str], expected: str | None) -> None:
    (tmp_path / "top" / ".git").mkdir(parents=True)
    assert found_in(tmp_path, files, "top/a/b") == expected


def test_outside_of_a_work_tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {OURS: "", "home/x/y.txt": ""})
    directory = tmp_path / "home" / "x"
    found = find(directory)
    assert found is not None
    assert found.tree == tmp_path
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert find(directory) is None
    monkeypatch.setenv("HOME", str(tmp_path / "nowhere"))
    tmp_path.chmod(0o1777)  # as /tmp is
    assert find(directory) is None
    assert find(tmp_path) is not None


def test_two_files_in_one_directory(tmp_path: Path) -> None:
    write(tmp_path, {OURS: "", ".aws-login-scan.yml": ""})
    with pytest.raises(ConfigError, match=r"\.aws-login-scan\.yml is beside it"):
        find(tmp_path)


def test_a_file_that_is_none(tmp_path: Path) -> None:
    (tmp_path / OURS).mkdir()
    found = find(tmp_path)
    assert found is not None
    with pytest.raises(ConfigError, match="it is a directory"):
        load_found(found, tmp_path)
    with pytest.raises(ConfigError, match=r"missing\.yaml: it does not exist"):
        load_named("missing.yaml", tmp_path)
    with pytest.raises(ConfigError, match=r"has no section \[tool.aws-login-scan\]"):
        configured(tmp_path, "[tool.ruff]\n", "pyproject.toml")


@pytest.mark.parametrize(
    "text",
    [
        "paths: [..]",
        "paths: [/]",
        "var_file: /etc/passwd",
        "rules: link",
        "scp: [[link/x]]",
        "accounts: {x: {rcp: [../x]}}",
        "source: ../../x",
        "output: {text: ../x}",
        "output: {text: .git/config}",
        "output: {text: inside/hooks/post-checkout}",
        "env_vars: true",
        "cache_dir: inside",
        "max_steps: 10000001",
    ],
)
def test_a_found_file_stays_in_its_tree(tmp_path: Path, text: str) -> None:
    tree = tmp_path / "tree"
    (tree / ".git").mkdir(parents=True)
    (tree / "link").symlink_to(tmp_path)
    (tree / "inside").symlink_to(tree / ".git")
    (tree / OURS).write_text(text)
    found = find(tree)
    assert found is not None
    with pytest.raises(ConfigError, match=r"^\.aws-login-scan\.yaml:1: "):
        load_found(found, tree)
    load_named(OURS, tree)


def test_a_found_file_that_is_a_link_out_of_its_tree(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    (tree / ".git").mkdir(parents=True)
    (tmp_path / "secrets.yaml").write_text("apiVersion: v1")
    (tree / OURS).symlink_to(tmp_path / "secrets.yaml")
    found = find(tree)
    assert found is not None
    with pytest.raises(ConfigError, match="a link that leads out"):
        load_found(found, tree)


def test_a_found_file_may_name_what_is_in_its_tree(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    write(tmp_path / "a", {OURS: "paths: [../b]\noutput: {json: [../r.json, '-']}\nenv_vars: false"})
    found = find(tmp_path / "a")
    assert found is not None
    assert options(tmp_path, load_found(found, tmp_path)).paths == ("b",)
