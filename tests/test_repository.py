"""Where files are in their repository, wherever the scan was started and the repository checked out."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from scanner.repository import RealPaths, outlook, path_in_repository


@pytest.mark.parametrize(
    ("tops", "workspace", "directory", "scanned", "shown", "seen"),
    [
        (["repo"], None, "repo", "repo/infra", "infra/main.tf", "infra/main.tf"),
        (["repo"], None, "repo/infra", "repo/infra", "main.tf", "infra/main.tf"),
        (["repo"], None, "repo/infra", "repo/modules", "../modules/main.tf", "modules/main.tf"),
        (["repo"], None, ".", "repo/infra", "repo/infra/main.tf", "infra/main.tf"),
        (["repo"], None, ".", "repo/infra", "repository/main.tf", "repository/main.tf"),
        (["repo"], "repo", ".", "repo/infra", "repo/infra/main.tf", "infra/main.tf"),
        (["work/repo"], "work", "work/repo", "work/repo/infra", "infra/main.tf", "infra/main.tf"),
        (["work", "work/part"], "work", "work/part", "work/part", "main.tf", "part/main.tf"),
        ([], "work", "work/infra", "work/infra", "main.tf", "infra/main.tf"),
        ([], None, "infra", "infra", "main.tf", "main.tf"),
    ],
    ids=[
        "at the top",
        "below it",
        "beside",
        "started above",
        "what only begins like the repository",
        "started above the workspace",
        "a repository in the workspace",
        "a submodule in the workspace",
        "a workspace that is no work tree",
        "no repository",
    ],
)
def test_paths_of_reports(
    tops: list[str], workspace: str | None, directory: str, scanned: str, shown: str, seen: str, tmp_path: Path
) -> None:
    for top in tops:
        (tmp_path / top / ".git").mkdir(parents=True)
    for name in (directory, scanned):
        (tmp_path / name).mkdir(parents=True, exist_ok=True)
    given = tmp_path / workspace if workspace is not None else None
    assert outlook(tmp_path / directory, [tmp_path / scanned], given).path(shown) == seen


def test_a_link_to_the_workspace_is_the_workspace(tmp_path: Path) -> None:
    (tmp_path / "repo" / "infra").mkdir(parents=True)
    (tmp_path / "linked").symlink_to(tmp_path / "repo")
    assert path_in_repository(tmp_path / "repo" / "infra", tmp_path / "linked") == "infra"


def test_many_paths_are_followed_as_each_is(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "file").write_text("")
    (tmp_path / "link").symlink_to("a")
    (tmp_path / "a" / "to").symlink_to(tmp_path / "link" / "b")
    (tmp_path / "a" / "file").symlink_to("b/file")
    (tmp_path / "circle").symlink_to("circle")
    (tmp_path / "gone").symlink_to("nowhere/at/all")
    real = RealPaths()
    for path in (
        "a",
        "a/b/file",
        "link/b/file",
        "link/to/file",
        "a/file",
        "circle",
        "circle/x",
        "gone",
        "gone/x",
        "no/x",
    ):
        for written in (tmp_path / path, tmp_path / path / ".." / "a", Path(os.path.relpath(tmp_path / path))):
            assert real.of(written) == os.path.realpath(written)
    assert real.of(Path("/")) == "/"
