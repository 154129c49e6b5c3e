"""What a manifest may say, line by line. What is wrong with one line is trouble of that line alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.organization.item import Mirror
from scanner.organization.manifest import ManifestError, read_manifest
from tests.organization.organizations import COMMIT, MANIFEST, manifest
from tests.scans import write


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("x", "It is not valid JSON"),
        ("[]", "It must be a JSON object"),
        ("[" * 100, "It is not valid JSON"),
        ('{"path": "a"} {}', "It is not valid JSON"),
        ('{"pth": "a"}', 'There is no key "pth", but there is path'),
        ('{"path": "a", "path": "b"}', '"path" is there twice'),
        ('{"path": 1}', '"path" must be a text'),
        ('{"path": ""}', '"path" must be a text'),
        ('{"path": "a\\u0000"}', '"path" must be a text'),
        ('{"account": "123456789012"}', 'It must have either "path" or "git"'),
        ('{"path": "a", "git": "b"}', 'It must have either "path" or "git"'),
        ('{"path": "a", "commit": "b"}', '"commit" goes with "git"'),
        ('{"path": "a", "account": "12"}', "an account ID has twelve digits"),
        ('{"path": "a", "region": "somewhere"}', "somewhere"),
        ('{"path": "a", "name": "/x"}', "cannot be a name"),
        ('{"path": "a", "name": "../x"}', "cannot be a name"),
        ('{"path": "a", "name": "x/"}', "cannot be a name"),
        ('{"git": "https://h/a"}', '"commit" must be the whole ID of a commit'),
        ('{"git": "https://h/a", "commit": "main"}', '"commit" must be the whole ID of a commit'),
        ('{"git": "--upload-pack=x", "commit": "' + COMMIT + '"}', "git would take it for an option"),
        ('{"git": "https://", "commit": "' + COMMIT + '"}', 'It takes a "name"'),
        ('{"path": "' + "a" * 17_000 + '"}', "the line has more than 16,384 characters"),
    ],
)
def test_lines_that_are_no_items(tmp_path: Path, line: str, said: str) -> None:
    manifest(tmp_path, [{"path": "good"}, line])
    found = read_manifest(MANIFEST, tmp_path)
    assert [item.name for item in found.items] == ["good"]
    (problem,) = found.problems
    assert problem.span.place == f"{MANIFEST}:2"
    assert said.lower() in problem.detail.lower()


@pytest.mark.parametrize(
    ("git", "name"),
    [
        ("https://example.com/team/app.git", "example.com/team/app"),
        ("https://example.com/team/app/?x=1", "example.com/team/app"),
        ("https://user:secret@example.com/app", "example.com/app"),
        ("git@example.com:team/app.git", "example.com/team/app"),
        ("ssh://git@example.com:22/team/app", "example.com:22/team/app"),
        ("/srv/mirrors/app.git", "srv/mirrors/app"),
        ("../mirrors/app.git", "mirrors/app"),
    ],
)
def test_names_of_what_is_fetched(tmp_path: Path, git: str, name: str) -> None:
    manifest(tmp_path, [{"git": git, "commit": COMMIT}])
    (item,) = read_manifest(MANIFEST, tmp_path).items
    assert item.name == name
    assert item.place == Mirror(git, COMMIT)


@pytest.mark.parametrize(
    "names", [["a", "a"], ["a", "a/b"], ["a/b", "a"], ["a/b/c", "a"], [".", "a"], ["a", "."], ["../x", ".."]]
)
def test_paths_of_two_items_can_be_told_apart(tmp_path: Path, names: list[str]) -> None:
    manifest(tmp_path, [{"path": name} for name in names])
    found = read_manifest(MANIFEST, tmp_path)
    assert [item.name for item in found.items] == names[:1]
    assert "is the name of line 1" in found.problems[0].detail


def test_names_beside_each_other(tmp_path: Path) -> None:
    names = ["a", "ab", "a.b", "b/a", "b/c", "../a"]
    manifest(tmp_path, ["", "  ", *({"path": name} for name in names)])
    found = read_manifest(MANIFEST, tmp_path)
    assert [item.name for item in found.items] == names
    assert [item.span.line for item in found.items] == [3, 4, 5, 6, 7, 8]


def test_paths_are_from_the_manifest_and_names_from_the_working_directory(tmp_path: Path) -> None:
    write(tmp_path, {f"lists/{MANIFEST}": '{"path": "../code/a", "config": "own.yaml"}\r\n'})
    (item,) = read_manifest(f"lists/{MANIFEST}", tmp_path).items
    assert (item.place, item.name, item.config) == (tmp_path / "code/a", "code/a", tmp_path / "lists/own.yaml")


def test_nobody_quotes_a_line_with_a_password(tmp_path: Path) -> None:
    manifest(tmp_path, ['{"git": "https://user:secret@example.com/app"}', '{"git": "https://example.com/app"}'])
    first, second = (problem.span for problem in read_manifest(MANIFEST, tmp_path).problems)
    assert first.column == first.end_column
    assert second.column < second.end_column


@pytest.mark.parametrize(("content", "said"), [(b"", "it has no items"), (b"\xff\xfe", "UTF-8"), (None, "not exist")])
def test_manifests_that_cannot_be_read(tmp_path: Path, content: bytes | None, said: str) -> None:
    if content is not None:
        write(tmp_path, {MANIFEST: content})
    with pytest.raises(ManifestError, match=said):
        read_manifest(MANIFEST, tmp_path)
