"""What is kept is believed, so it is not kept where the code could bring it along."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from scanner.cache_place import mistake_in_cache
from scanner.named_files import UsageError
from scanner.options import Options
from scanner.pipeline import scan

GIT = shutil.which("git") or "git"


def _git(*arguments: str, within: Path) -> None:
    subprocess.run([GIT, *arguments], cwd=within, check=True, capture_output=True)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    place = tmp_path / "tree"
    (place / "tracked/deep").mkdir(parents=True)
    (place / "empty").mkdir()
    (place / "partly").mkdir()
    (place / "partly/own").write_text("x")
    (place / "tracked/deep/file").write_text("x")
    (place / "inside").symlink_to("tracked")
    (place / "outside").symlink_to(tmp_path)
    _git("init", "-q", within=place)
    _git("add", "tracked", "inside", "outside", within=place)
    return place


@pytest.mark.parametrize(
    ("cache", "wrong"),
    [
        ("empty", None),
        ("empty/below", None),
        ("not-there", None),
        ("partly", None),
        ("tracked", "git tracks files in it"),
        ("tracked/deep", "git tracks files in it"),
        ("tracked/other", None),
        ("inside", "git tracks files in it"),
        ("inside/deep", "git tracks files in it"),
        ("outside", "a link leads out"),
        ("outside/x", "a link leads out"),
        ("../elsewhere", None),
    ],
)
def test_where_outcomes_may_be_kept(tree: Path, cache: str, wrong: str | None) -> None:
    for place in (Path(cache), tree / cache):
        found = mistake_in_cache(place, tree)
        assert (found is None) is (wrong is None)
        assert wrong is None or wrong in str(found)


def test_an_index_that_cannot_be_read_may_track_anything(tree: Path) -> None:
    (tree / ".git/index").unlink()
    (tree / ".git/index").mkdir()
    assert "its index cannot be read" in str(mistake_in_cache(Path("empty"), tree))


def test_a_scan_refuses_it(tree: Path) -> None:
    with pytest.raises(UsageError, match="git tracks files in it"):
        scan(Options(directory=tree, cache=tree / "tracked"))
