"""Repositories are fetched by the user's command, which is words and never a line for a shell."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from scanner.organization.item import Item, ItemError, Mirror
from scanner.organization.materialize import CommandError, Fetching, words_of
from scanner.span import Span
from tests.organization.organizations import COMMIT, manifest, organized, user
from tests.scans import write

GIT = shutil.which("git") or "git"
SPAN = Span("repositories.jsonl", 1, 1, 1, 2)


def program(folder: Path, code: str) -> tuple[str, ...]:
    """The words of a command that does this."""
    write(folder, {"fetch.py": textwrap.dedent(code)})
    return sys.executable, "-S", str(folder / "fetch.py"), "{git}", "{commit}", "{directory}"


def fetched(folder: Path, words: tuple[str, ...], git: str = "https://h/a", seconds: float = 60) -> Path | ItemError:
    (folder / "kept").mkdir(exist_ok=True)
    item = Item("name", Mirror(git, COMMIT), SPAN, "123456789012")
    ((_, found),) = Fetching(words, folder / "kept", seconds).fetched([item])
    return found


def test_what_a_command_is_told(tmp_path: Path) -> None:
    words = program(
        tmp_path,
        """
        import json, os, sys
        os.mkdir(sys.argv[3])
        told = {key: value for key, value in os.environ.items() if key.startswith("AWS_LOGIN_SCAN_")}
        open(sys.argv[3] + "/told", "w").write(json.dumps([sys.argv[1:], told, json.load(sys.stdin)]))
        """,
    )
    git = "https://h/{commit} $(touch x); `touch y`"
    found = fetched(tmp_path, words, git)
    assert isinstance(found, Path)
    arguments, environment, item = json.loads((found / "told").read_text())
    assert arguments == [git, COMMIT, str(found)]
    assert environment == {f"AWS_LOGIN_SCAN_{key.upper()}": item[key] for key in ("git", "commit", "directory")}
    assert item == {
        "name": "name",
        "account": "123456789012",
        "git": git,
        "commit": COMMIT,
        "directory": str(found),
    }
    assert not any(Path(name).exists() for name in "xy")


def test_a_command_may_say_where_it_is(tmp_path: Path) -> None:
    place = tmp_path / "elsewhere"
    place.mkdir()
    assert fetched(tmp_path, program(tmp_path, f"print('cloning'); print({str(place)!r}); print()")) == place


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("raise SystemExit(3)", "the command failed with status 3"),
        ("raise SystemExit('fatal: \\x1b[31mno\\n::error::x')", "status 1: fatal: \\x1b[31mno ::error::x"),
        ("raise SystemExit('x' * 5000 + 'end of it')", "end of it"),
        ("raise SystemExit('cannot read https://user:secret@h/a')", "cannot read https://h/a"),
        ("import os; os.kill(os.getpid(), 9)", "was ended by signal 9"),
        ("print('')", "is not a directory"),
        ("print('/none')", '"/none" is not a directory'),
        ("import time; time.sleep(60)", "the command took more than 0.5 seconds"),
    ],
)
def test_commands_that_fail(tmp_path: Path, code: str, said: str) -> None:
    found = fetched(tmp_path, program(tmp_path, code), seconds=0.5 if "sleep" in code else 60)
    assert isinstance(found, ItemError)
    assert said in str(found)
    assert len(str(found)) < 2_200


def test_a_command_that_is_not_there(tmp_path: Path) -> None:
    found = fetched(tmp_path, (str(tmp_path / "none"),))
    assert str(found) == "the command cannot be run: it does not exist"


def test_what_a_command_has_started_ends_with_it(tmp_path: Path) -> None:
    code = """
    import subprocess, sys, time
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(1.5); open('late', 'w')"])
    time.sleep(60)
    """
    assert isinstance(fetched(tmp_path, program(tmp_path, code), seconds=0.5), ItemError)
    time.sleep(1.5)
    assert not Path("late").exists()


def test_what_is_there_is_not_fetched_again_and_what_is_not_whole_is(tmp_path: Path) -> None:
    code = """
    import os, sys
    os.mkdir(sys.argv[3])
    open("count", "a").write("x")
    if not os.path.exists("ready"):
        open(sys.argv[3] + "/half", "w")
        sys.exit(1)
    """
    code = code.replace('"count"', repr(str(tmp_path / "count"))).replace('"ready"', repr(str(tmp_path / "ready")))
    words = program(tmp_path, code)
    assert isinstance(fetched(tmp_path, words), ItemError)
    (tmp_path / "ready").touch()
    for _ in range(2):
        found = fetched(tmp_path, words)
        assert isinstance(found, Path)
        assert not list(found.iterdir())
    assert (tmp_path / "count").read_text() == "xx"
    fetched(tmp_path, words, "https://h/other")
    assert (tmp_path / "count").read_text() == "xxx"


@pytest.mark.parametrize(("command", "said"), [("", "empty"), ("a 'b", "quotation marks")])
def test_commands_without_words(command: str, said: str) -> None:
    with pytest.raises(CommandError, match=said):
        words_of(command)


def test_words() -> None:
    assert words_of("git clone '{git} x' \"{directory}\"") == ("git", "clone", "{git} x", "{directory}")


def test_a_mirror_of_git(tmp_path: Path) -> None:
    source = tmp_path / "source"
    write(source, {"infra/main.tf": user("ada")})

    def git(*arguments: str) -> str:
        return subprocess.run([GIT, *arguments], cwd=source, check=True, capture_output=True, text=True).stdout.strip()

    git("init", "-q")
    git("add", ".")
    git("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "x")
    commit = git("rev-parse", "HEAD")
    write(source, {"infra/main.tf": ""})
    manifest(tmp_path, [{"git": str(source), "commit": commit, "name": "app"}, {"path": "source"}])
    words = words_of("""sh -c 'git clone -q "$1" "$3" && git -C "$3" checkout -q "$2"' sh {git} {commit} {directory}""")
    report = organized(tmp_path, materialize=words)
    assert [(one.root, one.span.path, one.source) for one in report.findings] == [
        ("app/infra", "app/infra/main.tf", "app/infra")
    ]


def test_what_is_above_a_fetched_repository_is_none_of_its_own(tmp_path: Path) -> None:
    write(tmp_path, {".aws-login-scan.yaml": "ignore: [user-cannot-aws-login]"})
    write(tmp_path / "own", {".aws-login-scan.yaml": "severity: {user-cannot-aws-login: note}"})
    code = f"""
    import os, sys
    os.mkdir(sys.argv[3])
    open(sys.argv[3] + "/main.tf", "w").write({user("ada")!r})
    if sys.argv[1] == "own":
        open(sys.argv[3] + "/.aws-login-scan.yaml", "w").write("severity: {{user-cannot-aws-login: note}}")
    """
    manifest(tmp_path, [{"git": name, "commit": COMMIT} for name in ("none", "own")])
    report = organized(tmp_path, materialize=program(tmp_path, code), resume=tmp_path / "kept")
    assert [(one.root, one.level.value) for one in report.findings] == [("none", "error"), ("own", "note")]
    assert [one.source for one in report.findings] == ["none", "own"]
