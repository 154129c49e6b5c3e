"""What ignore files exclude, told by one expression for all patterns of a file."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from pathspec import GitIgnoreSpec

from scanner import globs, ignored
from scanner.globs import PathGlob
from scanner.ignored import Ignored, IgnoreFile
from tests.examples import examples

NAMES = st.sampled_from(["a", "b", "ab", "a.tf", ".x", "a|b", "^", "a b", "é", "build", "x.pyc", "(", "$", "1"])
PATHS = st.builds("{}{}".format, st.lists(NAMES, min_size=1, max_size=4).map("/".join), st.sampled_from(["", "/"]))
STEPS = (
    st.sampled_from(["*", "**", "?", "[ab]", "[!a]", "[a|b]", "*.pyc", "a*", "\\#", "\\!", "a\\ ", "!", "#"]) | NAMES
)
PATTERNS = st.builds(
    "{}{}{}".format,
    st.sampled_from(["", "/", "!", "!/", "**/"]),
    st.lists(STEPS, min_size=1, max_size=4).map("/".join),
    st.sampled_from(["", "/", "/**", "/*"]),
)


def spec_of(lines: list[str]) -> GitIgnoreSpec | None:
    try:
        return GitIgnoreSpec.from_lines(lines)
    except ValueError:
        return None


@given(st.lists(PATTERNS, min_size=1, max_size=6), st.lists(PATHS, min_size=1, max_size=6))
@examples(150)
def test_law_one_expression_says_what_all_patterns_say(lines: list[str], paths: list[str]) -> None:
    spec = spec_of(lines)
    if spec is None:
        return
    together = IgnoreFile("", spec)
    for _ in range(ignored.OFTEN):
        together.verdict("z")
    for path in paths:
        assert together.verdict(path) == spec.check_file(path).include


ODD_PATTERNS = st.sampled_from([".", "./", "*", "**", "/", "../a", "../../r/a", "./a/*"])


@given(PATTERNS | ODD_PATTERNS, PATHS, st.sampled_from([None, Path("/r/a")]))
@examples(150)
def test_law_the_quick_look_passes_over_nothing_that_is_excluded(pattern: str, path: str, base: Path | None) -> None:
    glob, directory = PathGlob(pattern, base), Path("/r")
    try:
        glob.check()
        may_match = glob.may_match(directory)
    except ValueError:
        return
    for below in ("/r", "/r/a", "/other", ""):
        absolute = f"{below}/{path}"
        assert may_match(absolute) or not glob.matches(Path(absolute), directory, is_directory=path.endswith("/"))


def test_usual_patterns_are_put_together() -> None:
    """Otherwise the law would say nothing."""
    spec = GitIgnoreSpec.from_lines(["*.pyc", "/build/", "!keep", "a/**/b", "# c", "", "foo/", "[ab]*.t", "**/z/**"])
    assert globs.union_of(spec) is not None


def test_many_files_are_excluded_as_few_are(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("*.log\n!keep.log\n/out/\n")
    found = Ignored().below(tmp_path, tmp_path)
    for number in range(3 * ignored.OFTEN):
        assert found.covers(f"{tmp_path}/d/{number}.log", is_directory=False)
        assert not found.covers(f"{tmp_path}/d/{number}.tf", is_directory=False)
        assert not found.covers(f"{tmp_path}/d/keep.log", is_directory=False)
        assert found.covers(f"{tmp_path}/out", is_directory=True)
        assert not found.covers(f"{tmp_path}/d/out", is_directory=True)
