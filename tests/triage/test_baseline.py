"""Baselines: what is known does not count, what is gone is said, and what is written can be read, merged and moved."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from scanner.named_files import UsageError
from scanner.report.report import Report
from tests.scans import scanned, write
from tests.triage.triage_files import IGNORE, RULE, TEAM, TEMPLATE, TODAY, USER, open_ones, triaged, warnings

MOVED = "Baseline entry taken for moved"
ADA, BOB, ONE = 'aws_iam_user.team["ada"]', 'aws_iam_user.team["bob"]', "aws_iam_user.ada"
FILE = "baseline.json"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """The top of one."""
    (tmp_path / ".git").mkdir()
    return tmp_path


def entries(folder: Path, file: str = FILE) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads((folder / file).read_text())["findings"]
    return found


def principals(folder: Path) -> list[str]:
    return [entry["principal"] for entry in entries(folder)]


def rescanned(folder: Path, *paths: str, baseline: str = FILE) -> Report:
    return scanned(folder, *paths, today=TODAY, baseline=baseline)


def test_what_was_written_is_known(repository: Path) -> None:
    files = {"a/main.tf": TEAM, "b/main.tf": USER, "t.yaml": TEMPLATE}
    first = triaged(repository, files, write_baseline=FILE)
    assert len(open_ones(first)) == 5  # what is written is still shown
    second = rescanned(repository)
    assert (open_ones(second), second.baselined, second.suppressed) == ([], 5, 0)
    assert [replaced.principal for replaced in second.findings] == [one.principal for one in first.findings]
    assert warnings(second) == []


def test_the_file_is_sorted_with_one_finding_on_a_line(repository: Path) -> None:
    triaged(repository, {"b/main.tf": USER, "a/main.tf": TEAM}, write_baseline=FILE)
    text = (repository / FILE).read_text()
    lines = text.splitlines()
    assert lines[:3] == ["{", '  "version": 1,', '  "findings": [']
    assert [json.loads(line.rstrip(","))["principal"] for line in lines[3:-2]] == [ADA, BOB, ONE]
    first = json.loads(lines[3].rstrip(","))
    assert {key: first[key] for key in ("rule", "principal", "name", "path", "source")} == {
        "rule": RULE,
        "principal": ADA,
        "name": "ada",
        "path": "a/main.tf",
        "source": "a",
    }
    triaged(repository, {}, write_baseline=FILE)
    assert (repository / FILE).read_text() == text


def test_an_empty_baseline(repository: Path) -> None:
    report = triaged(repository, {"main.tf": "locals {}"}, write_baseline=FILE)
    assert json.loads((repository / FILE).read_text()) == {"version": 1, "findings": []}
    assert (warnings(report), warnings(rescanned(repository))) == ([], [])


def test_moved_lines_and_files_change_nothing(repository: Path) -> None:
    triaged(repository, {"infra/main.tf": USER}, write_baseline=FILE)
    (repository / "infra" / "main.tf").unlink()
    write(repository, {"infra/people.tf": "\n\n# moved\n" + USER})
    report = rescanned(repository)
    assert (open_ones(report), warnings(report)) == ([], [])


@pytest.mark.parametrize("directory", [".", "infra", "infra/prod"])
def test_it_does_not_matter_where_a_scan_is_started(directory: str, repository: Path) -> None:
    triaged(repository, {"infra/prod/main.tf": USER}, write_baseline=FILE)
    up = os.path.relpath(repository / FILE, repository / directory)
    report = rescanned(repository / directory, baseline=up)
    assert (open_ones(report), warnings(report)) == ([], [])


def test_a_new_finding_is_not_known(repository: Path) -> None:
    triaged(repository, {"main.tf": USER}, write_baseline=FILE)
    report = triaged(repository, {"team.tf": TEAM}, baseline=FILE)
    assert (open_ones(report), report.baselined) == ([ADA, BOB], 1)


def test_stale_entries(repository: Path) -> None:
    triaged(repository, {"a/main.tf": TEAM, "b/main.tf": USER}, write_baseline=FILE)
    write(repository, {"a/main.tf": TEAM.replace('"ada", ', "")})
    report = rescanned(repository)
    (warning,) = report.warnings
    assert (warning.span.path, warning.span.line) == (FILE, 4)
    assert warning.message == (
        f'Baseline entry is stale: {ADA} has no finding of "{RULE}" any more. Write the baseline again '
        "(--write-baseline)."
    )
    assert warnings(rescanned(repository, "b")) == []
    assert warnings(scanned(repository, baseline=FILE, select=("aws-login-denied",))) == []
    write(repository, {"a/broken.tf": "locals {"})
    assert warnings(rescanned(repository)) == []


def test_of_many_stale_entries_some_are_named(repository: Path) -> None:
    team = ", ".join(f'"u{number:02}"' for number in range(40))
    triaged(repository, {"main.tf": TEAM.replace('"ada", "bob"', team)}, write_baseline=FILE)
    report = triaged(repository, {"main.tf": TEAM}, baseline=FILE)
    assert len(report.warnings) == 10
    assert "31 more of its entries are not found any more." in report.warnings[-1].message


def test_a_root_that_is_gone_is_stale_where_it_was_scanned(repository: Path) -> None:
    triaged(repository, {"a/main.tf": TEAM, "b/main.tf": "locals {}", "c/main.tf": "locals {}"}, write_baseline=FILE)
    shutil.rmtree(repository / "a")
    assert len(warnings(rescanned(repository, "b", "c"))) == 0
    assert len(warnings(rescanned(repository))) == 2


def test_writing_merges(repository: Path) -> None:
    files = {"a/main.tf": TEAM, "b/main.tf": USER}
    triaged(repository, files, write_baseline=FILE)
    write(repository, {"a/main.tf": TEAM.replace('"ada"', '"eve"'), "b/main.tf": "locals {}"})
    report = scanned(repository, "a", write_baseline=FILE)
    eve = 'aws_iam_user.team["eve"]'
    assert open_ones(report) == [eve]  # what was known is not shown again
    assert warnings(report) == []
    assert principals(repository) == [BOB, eve, ONE]  # b was not scanned
    scanned(repository, write_baseline=FILE)
    assert principals(repository) == [BOB, eve]


def test_what_could_not_be_read_stays(repository: Path) -> None:
    triaged(repository, {"a/main.tf": TEAM}, write_baseline=FILE)
    write(repository, {"a/main.tf": "locals {"})
    scanned(repository, write_baseline=FILE)
    assert principals(repository) == [ADA, BOB]


def test_rules_that_were_not_followed_stay(repository: Path) -> None:
    triaged(repository, {"a/main.tf": TEAM}, write_baseline=FILE)
    scanned(repository, write_baseline=FILE, select=("aws-login-denied",))
    assert principals(repository) == [ADA, BOB]


def test_suppressed_findings_are_not_written(repository: Path) -> None:
    triaged(repository, {"main.tf": TEAM}, write_baseline=FILE)
    ignored = TEAM.replace("resource", f'# scan:ignore[{RULE} @ "ada"] a robot\nresource', 1)
    report = triaged(repository, {"main.tf": ignored}, baseline=FILE)
    assert (report.suppressed, report.baselined, warnings(report)) == (1, 1, [])
    triaged(repository, {}, write_baseline=FILE)
    assert principals(repository) == [BOB]


def test_two_baselines(repository: Path) -> None:
    """What is known from one is written to the other as well."""
    triaged(repository, {"main.tf": TEAM}, write_baseline=FILE)
    report = triaged(repository, {"more.tf": USER}, baseline=FILE, write_baseline="other.json")
    assert open_ones(report) == [ONE]
    assert [entry["principal"] for entry in entries(repository, "other.json")] == [ADA, BOB, ONE]
    assert principals(repository) == [ADA, BOB]


@pytest.mark.parametrize("old", ["infra/old", "old"])
def test_a_directory_that_was_moved(old: str, repository: Path) -> None:
    triaged(repository, {f"{old}/main.tf": TEAM}, write_baseline=FILE)
    (repository / old).rename(repository / "new")
    report = rescanned(repository)
    assert (open_ones(report), warnings(report)) == ([], [f"4: {MOVED}"])
    said = f"2 findings in new are taken for what the baseline has of {old}, which is gone. They count as known."
    assert report.warnings[0].detail == f"{said} Write the baseline again (--write-baseline)."
    (warning,) = scanned(repository, write_baseline=FILE).warnings
    assert warning.detail == said
    assert {entry["source"] for entry in entries(repository)} == {"new"}
    assert warnings(rescanned(repository)) == []


def test_of_many_moves_some_are_named(repository: Path) -> None:
    users = {number: USER.replace('"ada"', f'"u{number:02}"') for number in range(40)}
    triaged(repository, {f"old{number}/main.tf": text for number, text in users.items()}, write_baseline=FILE)
    for number in users:
        (repository / f"old{number}").rename(repository / f"new{number}")
    report = rescanned(repository)
    assert (open_ones(report), len(report.warnings)) == ([], 10)
    assert "31 more of its entries are taken for moved." in report.warnings[-1].message


def test_a_directory_that_was_moved_is_known_in_a_scan_of_it_alone(repository: Path) -> None:
    """What is still where the baseline has it was not moved, scanned or not."""
    triaged(repository, {"infra/a/main.tf": USER, "infra/b/main.tf": USER}, write_baseline=FILE)
    (repository / "infra/b").rename(repository / "infra/c")
    for paths in ((), ("infra/c",)):
        report = rescanned(repository, *paths)
        assert (open_ones(report), warnings(report)) == ([], [f"5: {MOVED}"])


def test_a_directory_that_is_no_root_any_more_is_stale_where_it_was_scanned(repository: Path) -> None:
    files = {"a/main.tf": USER, "a/README.md": "", "b/main.tf": "locals {}", "t.yaml": TEMPLATE}
    triaged(repository, files, write_baseline=FILE)
    (repository / "a/main.tf").unlink()
    write(repository, {"t.yaml": "a: 1"})
    assert warnings(rescanned(repository)) == [f"{line}: Baseline entry is stale" for line in (4, 5, 6)]
    assert warnings(rescanned(repository, "b")) == []


@pytest.mark.parametrize("out", ["ignored", "node_modules/a"])
def test_what_is_only_scanned_by_name_is_not_stale(out: str, repository: Path) -> None:
    files = {f"{out}/main.tf": USER, "main.tf": "locals {}", ".gitignore": "ignored"}
    triaged(repository, files, out, write_baseline=FILE)
    assert warnings(rescanned(repository)) == []
    assert open_ones(rescanned(repository, out)) == []


def test_a_repository_is_known_by_no_entry_of_another(tmp_path: Path) -> None:
    """Such as a submodule, or a clone of somebody's code."""
    write(tmp_path, {"a/.git/x": "", "b/.git/x": "", "a/main.tf": USER, "b/main.tf": USER})
    for holds_it in ("", "a/", "b/"):
        file = f"{holds_it}{FILE}"
        scanned(tmp_path, "a", write_baseline=file)
        assert open_ones(rescanned(tmp_path, "a", baseline=file)) == []
        other = rescanned(tmp_path, "b", baseline=file)
        assert (open_ones(other), warnings(other)) == ([ONE], [])


@pytest.mark.parametrize("inside", [False, True])
def test_a_baseline_can_be_taken_elsewhere(inside: bool, tmp_path: Path) -> None:
    """To another machine, in or out of a repository: paths are as seen from it."""
    write(
        tmp_path, {"x/infra/main.tf": TEAM, "x/t.yaml": TEMPLATE, "x/ci/y": "", **({"x/.git/y": ""} if inside else {})}
    )
    file = f"x/ci/{FILE}"
    scanned(tmp_path, "x", write_baseline=file)
    assert [entry["source"] for entry in entries(tmp_path, file)] == (
        ["infra", "infra", "t.yaml", "t.yaml"] if inside else ["../infra", "../infra", "../t.yaml", "../t.yaml"]
    )
    shutil.copytree(tmp_path / "x", tmp_path / "deep" / "z")
    shutil.rmtree(tmp_path / "x")
    report = rescanned(tmp_path / "deep" / "z", baseline=f"ci/{FILE}")
    assert (open_ones(report), warnings(report)) == ([], [])


def test_entries_of_earlier_versions(repository: Path) -> None:
    """Those had absolute paths outside of repositories, sources from the top of another one, or none."""
    triaged(repository, {"a/main.tf": USER, "sub/.git/x": "", "sub/main.tf": USER}, "a", write_baseline=FILE)
    (entry,) = entries(repository)
    for source, known in (("a", True), (str(repository / "a"), True), ("", True), (".", False), ("b", True)):
        content = {"version": 1, "findings": [{**entry, "source": source}]}
        (repository / FILE).write_text(json.dumps(content))
        assert (open_ones(rescanned(repository, "a")) == []) == known, source
        assert open_ones(rescanned(repository, "sub")) == [ONE][: source != "b"], source
    del entry["source"]
    (repository / FILE).write_text(json.dumps({"version": 1, "findings": [entry]}))
    assert open_ones(rescanned(repository, "a")) == []
    (fingerprint,) = {one.fingerprint for one in scanned(repository, "sub").findings}
    (repository / FILE).write_text(json.dumps({"version": 1, "findings": [{**entry, "fingerprint": fingerprint}]}))
    assert open_ones(rescanned(repository, "sub")) == [ONE]


def plan(form: str = "json", name: str = "minimal-user") -> bytes:
    return Path(f"fixtures/plan/minimal-user.{form}").read_bytes().replace(b"minimal-user", name.encode())


MINIMAL = "aws_iam_user.minimal"


def test_two_plans_of_one_directory(repository: Path) -> None:
    """As people keep them for two environments."""
    triaged(repository, {"m/prod.json": plan(name="prod")}, write_baseline=FILE)
    (entry,) = entries(repository)
    assert (entry["root"], entry["form"]) == ("m/prod.json", "plan")
    write(repository, {"m/dev.json": plan(name="dev")})
    both = rescanned(repository)
    assert [(one.root, one.baselined) for one in both.findings] == [("m/dev.json", False), ("m/prod.json", True)]
    assert warnings(both) == []
    assert open_ones(rescanned(repository, "m/dev.json")) == [MINIMAL]
    assert open_ones(rescanned(repository, "m/prod.json")) == []
    scanned(repository, "m/dev.json", write_baseline=FILE)
    report = rescanned(repository)
    assert (open_ones(report), warnings(report), len(entries(repository))) == ([], [], 2)
    (repository / "m/prod.json").unlink()
    assert warnings(rescanned(repository, "m/dev.json")) == []
    assert warnings(rescanned(repository)) == ["5: Baseline entry is stale"]


def test_two_plans_of_one_principal(repository: Path) -> None:
    """Each may be scanned alone."""
    triaged(repository, {"m/a.json": plan()}, write_baseline=FILE)
    write(repository, {"m/b.json": plan()})
    assert open_ones(rescanned(repository, "m/b.json")) == [MINIMAL]
    scanned(repository, write_baseline=FILE)
    assert [entry["root"] for entry in entries(repository)] == ["m/a.json", "m/b.json"]
    for paths in ((), ("m/a.json",), ("m/b.json",)):
        report = rescanned(repository, *paths)
        assert (len(report.findings), open_ones(report), warnings(report)) == (len(paths) or 2, [], [])


def test_a_plan_with_another_name(repository: Path) -> None:
    triaged(repository, {"m/1.json": plan()}, write_baseline=FILE)
    (repository / "m/1.json").rename(repository / "m/2.json")
    report = rescanned(repository)
    assert (open_ones(report), warnings(report)) == ([], [f"4: {MOVED}"])
    assert "A finding in m/2.json is taken for what the baseline has of m/1.json" in report.warnings[0].message
    write(repository, {"m/2.json": plan(name="other")})
    assert open_ones(rescanned(repository)) == [MINIMAL]


@pytest.mark.parametrize("before", ["main.tf", "plan.json", "terraform.tfstate"])
@pytest.mark.parametrize("after", ["main.tf", "plan.json", "terraform.tfstate"])
def test_any_form_knows_any_other(before: str, after: str, repository: Path) -> None:
    source = Path("fixtures/terraform/minimal-user/main.tf").read_bytes()
    forms = {"main.tf": source, "plan.json": plan(), "terraform.tfstate": plan("tfstate")}
    write(repository, {f"m/{name}": content for name, content in forms.items()})
    scanned(repository, f"m/{before}", write_baseline=FILE)
    for paths in ((f"m/{after}",), ("m",)):
        report = rescanned(repository, *paths)
        assert (len(report.findings), open_ones(report), warnings(report)) == (1, [], []), paths
    scanned(repository, f"m/{after}", write_baseline=FILE)
    scanned(repository, write_baseline=FILE)
    assert len(entries(repository)) == 1
    assert open_ones(rescanned(repository, f"m/{before}")) == []


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_merge_conflict_that_was_resolved_by_keeping_both_sides(end: str, repository: Path) -> None:
    triaged(repository, {"a/main.tf": TEAM, "b/main.tf": USER}, write_baseline=FILE)
    lines = (repository / FILE).read_text().splitlines()
    bare = [line.rstrip(",") for line in lines[3:-2]]
    for number, kept in enumerate(
        (
            [*bare[:2], "", bare[2]],
            [f"{line} ," for line in bare],
            [bare[0], f"{bare[1]},", f"{bare[2]},", ""],
            [bare[2], *bare, bare[1]],
        )
    ):
        (repository / FILE).write_text(end.join([*lines[:3], *kept, *lines[-2:], ""]))
        report = rescanned(repository)
        assert (open_ones(report), warnings(report)) == ([], []), number
    conflict = ["<<<<<<< HEAD", bare[0], "||||||| 1234", "=======", *bare[1:], ">>>>>>> theirs"]
    (repository / FILE).write_text(end.join([*lines[:3], *conflict, *lines[-2:]]))
    with pytest.raises(UsageError, match=r"^baseline.json:4: it has a merge conflict: delete the lines that begin "):
        rescanned(repository)


def test_an_entry_never_hides_what_could_be_another(repository: Path) -> None:
    """bridgecrewio/checkov#7647: mended in one place, made anew in another, under the same address."""
    triaged(repository, {"a/main.tf": USER}, write_baseline=FILE)
    mended = (
        USER
        + 'resource "aws_iam_user_policy_attachment" "p" {\n  user = aws_iam_user.ada.name\n'
        + ('  policy_arn = "arn:aws:iam::aws:policy/SignInLocalDevelopmentAccess"\n}\n')
    )
    report = triaged(repository, {"a/main.tf": mended, "b/main.tf": USER}, baseline=FILE)
    assert open_ones(report) == [ONE]
    shutil.rmtree(repository / "a")
    for files, known in (
        ({"b/main.tf": USER, "c/main.tf": USER}, 0),  # which of the two was it?
        ({"b/main.tf": USER.replace('"ada"\n}', '"eve"\n}'), "c/main.tf": "locals {}"}, 0),  # somebody else
        ({"b/main.tf": USER}, 1),
    ):
        report = triaged(repository, files, baseline=FILE)
        assert report.baselined == known, files


def test_of_two_entries_that_may_have_moved_neither_counts(repository: Path) -> None:
    triaged(repository, {"a/main.tf": USER, "b/main.tf": USER}, write_baseline=FILE)
    shutil.rmtree(repository / "a")
    (repository / "b").rename(repository / "c")
    report = rescanned(repository)
    assert (open_ones(report), report.baselined) == ([ONE], 0)


def test_order_does_not_matter(repository: Path) -> None:
    triaged(repository, {"a/main.tf": TEAM, "b/main.tf": USER}, write_baseline=FILE)
    content = json.loads((repository / FILE).read_text())
    known = rescanned(repository)
    content["findings"].reverse()
    (repository / FILE).write_text(json.dumps({"findings": content["findings"] * 2, "later": 1, "version": 1}))
    assert rescanned(repository) == known


def test_forms_of_one_principal_are_known_together(repository: Path) -> None:
    plan = Path("fixtures/plan/minimal-user.tfstate").read_bytes()
    source = Path("fixtures/terraform/minimal-user/main.tf").read_bytes()
    triaged(repository, {"infra/main.tf": source}, "infra", write_baseline=FILE)
    write(repository, {"infra/terraform.tfstate": plan})
    report = rescanned(repository)
    assert report.findings
    assert (open_ones(report), warnings(report)) == ([], [])


GOOD = f'{{"fingerprint": "{"0" * 32}", "rule": "r", "principal": "p", "path": "x"}}'


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "1: it is not valid JSON: "),
        ("{", "1: it is not valid JSON: "),
        ("[]", "1: it is not a baseline: "),
        ('{\n"findings": []}', "1: it is not a baseline: "),
        ('{\n"version": 1, "findings": {}}', "1: it is not a baseline: "),
        ('{\n"version": 2, "findings": []}', "2: it is a baseline of another version than 1"),
        ('{\n"version": true, "findings": []}', "2: it is a baseline of another version than 1"),
        ('{"version": 1, "findings": [\n1]}', '2: a finding has no "fingerprint"'),
        (f'{{"version": 1, "findings": [{GOOD},\n{GOOD.replace("rule", "rules")}]}}', '2: a finding has no "rule"'),
        (
            f'{{"version": 1, "findings": [{GOOD},\n{GOOD.replace(chr(34) + "r" + chr(34), "1")}]}}',
            '2: "rule" is not a string',
        ),
        (
            f'{{"version": 1, "findings": [\n{GOOD.replace("0" * 32, "0")}]}}',
            "2: a fingerprint has 32 hexadecimal digits",
        ),
        (f'{{"version": 1, "findings": [\n<<<<<<< HEAD\n{GOOD}\n=======\n>>>>>>> x\n]}}', "2: it has a merge conflict"),
        (f'{{"version": 1, "findings": [\n{GOOD}\n{GOOD} x\n]}}', "3: it is not valid JSON: "),
        (f'{{"version": 1,\n"findings": [{GOOD}\n{GOOD}\n]}}', "3: it is not valid JSON: "),
        (f'{{"version": 1, "findings": [\n{GOOD}\n{GOOD},\n}}', "4: it is not valid JSON: "),
        (f'{{"version": 1, "findings": [\n{GOOD.replace("x", chr(92) + "u0000")}\n]}}', '2: "path" is not a path'),
        ('{"version": 1, "findings": ' + "[" * 100_000, "1: it is not valid JSON: "),
        (b"\xff", " it is not UTF-8"),
    ],
)
def test_what_is_not_a_baseline(content: str | bytes, message: str, repository: Path) -> None:
    write(repository, {"main.tf": USER, FILE: content})
    for option in ("baseline", "write_baseline"):
        with pytest.raises(UsageError) as refused:
            scanned(repository, **{option: FILE})  # type: ignore[arg-type] # one of two options
        assert str(refused.value).startswith(f"{FILE}:{message}")
    assert (repository / FILE).read_bytes() == (content if isinstance(content, bytes) else content.encode())


def test_a_baseline_that_is_missing(repository: Path) -> None:
    with pytest.raises(UsageError, match=r"baseline.json: it does not exist"):
        triaged(repository, {"main.tf": USER}, baseline=FILE)
    triaged(repository, {}, baseline=FILE, write_baseline=f"./{FILE}")
    assert principals(repository) == [ONE]


def test_nothing_is_written_through_a_link_that_leads_out(
    repository: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    out = tmp_path_factory.mktemp("out")
    (out / "there.json").write_text("precious")
    (repository / "to-file.json").symlink_to(out / "there.json")
    (repository / "to-nothing.json").symlink_to(out / "nothing.json")
    (repository / "folder").symlink_to(out)
    (repository / "loop.json").symlink_to("loop.json")
    write(repository, {"main.tf": USER})
    for name in ("to-file.json", "to-nothing.json", "folder/new.json", "loop.json"):
        with pytest.raises(UsageError, match=name):
            scanned(repository, write_baseline=name)
    assert (out / "there.json").read_text() == "precious"
    assert [file.name for file in out.iterdir()] == ["there.json"]


def test_no_link_inside_is_written_through_and_what_the_user_names_outside_is_written(
    repository: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    write(repository, {"main.tf": USER, "ci/real.json": '{"version": 1, "findings": []}'})
    (repository / "link.json").symlink_to("ci/real.json")
    with pytest.raises(UsageError, match=r"link.json: it is a symbolic link"):
        scanned(repository, write_baseline="link.json")
    scanned(repository, write_baseline=FILE)
    assert principals(repository) == [ONE]
    out = tmp_path_factory.mktemp("out") / "b.json"
    scanned(repository, write_baseline=str(out))
    (entry,) = entries(repository)
    assert json.loads(out.read_text())["findings"] == [
        {
            **entry,
            "path": os.path.relpath(repository / "main.tf", out.parent),
            "source": os.path.relpath(repository, out.parent),
        }
    ]


def test_what_cannot_be_written(repository: Path) -> None:
    write(repository, {"main.tf": USER})
    os.mkfifo(repository / "pipe")
    for name, message in (
        ("no/b.json", "it does not exist"),
        (".git", "it is a directory"),
        ("pipe", "not a regular"),
    ):
        with pytest.raises(UsageError, match=message):
            scanned(repository, write_baseline=name)
    assert sorted(file.name for file in repository.iterdir()) == [".git", "main.tf", "pipe"]


def test_the_mode_of_the_file_stays(repository: Path) -> None:
    triaged(repository, {"main.tf": USER}, write_baseline=FILE)
    (repository / FILE).chmod(0o640)
    triaged(repository, {"main.tf": TEAM}, write_baseline=FILE)
    assert (repository / FILE).stat().st_mode & 0o777 == 0o640


def test_names_of_all_kinds(repository: Path) -> None:
    names = ['a\\"b', "Zoë", "山田", "x\\u202ey", "a, b", "$${x}"]
    team = ", ".join(f'"{name}"' for name in names)
    triaged(repository, {"main.tf": TEAM.replace('"ada", "bob"', team)}, write_baseline=FILE)
    report = rescanned(repository)
    assert (open_ones(report), report.baselined, warnings(report)) == ([], len(names), [])
    assert (repository / FILE).read_text().isascii()


def test_a_comment_that_expires_is_not_hidden_by_the_baseline(repository: Path) -> None:
    until = f"# {IGNORE} until 2026-07-01\n{USER.lstrip()}"
    triaged(repository, {"main.tf": until}, write_baseline=FILE)
    assert principals(repository) == []
    assert open_ones(scanned(repository, baseline=FILE, today=TODAY.replace(day=2))) == [ONE]
