"""A pull request through the steps of the action: what it takes from whom, and the comment that says so."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from github_runner import Run, run_action

pytestmark = pytest.mark.slow

USER = """resource "aws_iam_user" "ada" {
  name = "ada"
}

resource "aws_iam_user_login_profile" "ada" {
  user = aws_iam_user.ada.name
}
"""
GRANT = """
resource "aws_iam_user_policy_attachment" "ada" {
  user       = aws_iam_user.ada.name
  policy_arn = "arn:aws:iam::aws:policy/SignInLocalDevelopmentAccess"
}
"""


def git(place: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")
    command = ["/usr/bin/env", "git", *identity, "-C", str(place), *arguments]
    subprocess.run(command, check=True, capture_output=True)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A clone in which a branch takes the grant away, beside a finding that is old."""
    origin = tmp_path / "origin"
    (origin / "infra").mkdir(parents=True)
    git(origin, "init", "-q", "-b", "main")
    (origin / "infra" / "main.tf").write_text(USER + GRANT)
    (origin / "infra" / "old.tf").write_text(USER.replace("ada", "old"))
    git(origin, "add", "-A")
    git(origin, "commit", "-qm", "Begin")
    git(tmp_path, "clone", "-q", str(origin), "workspace")
    clone = tmp_path / "workspace"
    git(clone, "checkout", "-qb", "change")
    (clone / "infra" / "main.tf").write_text(USER)
    git(clone, "commit", "-qam", "Take it away")
    return clone


class Forge(BaseHTTPRequestHandler):
    """GitHub's comments on one pull request."""

    comments: list[dict[str, Any]]
    asked: list[str]

    def _answer(self, found: Any, status: int = 200) -> None:
        text = json.dumps(found).encode()
        self.send_response(status)
        self.end_headers()
        self.wfile.write(text)

    def _body(self) -> str:
        assert self.headers["Authorization"] == "Bearer token"
        self.asked.append(self.command)
        return str(json.loads(self.rfile.read(int(self.headers["Content-Length"])))["body"])

    def do_GET(self) -> None:
        page = int(self.path.rpartition("page=")[2])
        self._answer(self.comments[(page - 1) * 100 : page * 100])

    def do_POST(self) -> None:
        found = {"id": len(self.comments), "body": self._body(), "html_url": f"https://x/{len(self.comments)}"}
        self.comments.append(found)
        self._answer(found, 201)

    def do_PATCH(self) -> None:
        found = self.comments[int(self.path.rpartition("/")[2])]
        found["body"] = self._body()
        self._answer(found)

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def forge(*comments: str) -> Iterator[tuple[type[Forge], str]]:
    found = [{"id": number, "body": body, "html_url": f"https://x/{number}"} for number, body in enumerate(comments)]
    handler = type("Handler", (Forge,), {"comments": found, "asked": []})
    server = HTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield handler, f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def run(workspace: Path, event: dict[str, str] | None = None, **given: str) -> Run:
    temporary = workspace.parent / f"temporary{len(list(workspace.parent.iterdir()))}"
    temporary.mkdir()
    inputs = {"compare-to": "merge-base", **{name.replace("_", "-"): value for name, value in given.items()}}
    provided = {"setup": {"python-path": sys.executable}, "install": {"python": sys.executable}}
    return run_action(workspace, temporary, inputs, provided=provided, event=event)


def pull_request(workspace: Path, address: str) -> dict[str, str]:
    event = workspace.parent / "event.json"
    event.write_text(json.dumps({"pull_request": {"number": 7}}))
    return {"GITHUB_EVENT_PATH": str(event), "GITHUB_API_URL": address, "GITHUB_REPOSITORY": "acme/infra"}


def test_what_a_change_takes_away_fails_the_step(workspace: Path) -> None:
    found = run(workspace, changes_only="true")
    assert "This change takes `aws login` away from ada" in found.log
    assert found.outputs["status"] == "1"
    report = json.loads(Path(found.outputs["json"]).read_text())
    assert {(one["change"], one["principal"]["name"]) for one in report["changes"]} == {("lost", "ada")}
    assert {one["principal"] for one in report["findings"]} == {"aws_iam_user.ada"}
    assert not list((workspace / ".git" / "worktrees").glob("*"))


def test_a_change_of_nothing_passes_although_there_are_old_findings(workspace: Path) -> None:
    git(workspace, "checkout", "-q", "main")
    found = run(workspace, changes_only="true")
    assert (found.status, found.outputs["status"], found.outputs["findings"]) == ("success", "0", "0")


def test_a_merge_is_compared_with_its_first_parent(workspace: Path) -> None:
    git(workspace, "checkout", "-q", "main")
    git(workspace, "merge", "-q", "--no-ff", "-m", "Merge", "change")
    found = run(workspace, {"GITHUB_EVENT_NAME": "pull_request"})
    assert "away from ada" in found.log


def test_the_merge_base_must_be_there(workspace: Path) -> None:
    git(workspace, "remote", "remove", "origin")
    found = run(workspace, {"GITHUB_BASE_REF": "main"})
    assert found.status == "failure"
    assert "fetch-depth: 0" in found.log


def test_the_comment_is_made_once_and_kept_up_to_date(workspace: Path) -> None:
    with forge("hello", "world") as (there, address):
        event = pull_request(workspace, address)
        given = {"comment": "true", "changes_only": "true", "github_token": "token"}
        found = run(workspace, event, **given)
        assert found.outputs["comment"] == "https://x/2"
        assert there.comments[2]["body"].startswith("<!-- aws-login-scan -->\n")
        assert "ada" in there.comments[2]["body"]
        run(workspace, event, **given)
        assert there.asked == ["POST"]
        (workspace / "infra" / "main.tf").write_text(USER + GRANT)
        run(workspace, event, **given)
        assert there.asked == ["POST", "PATCH"]
        assert "ada" not in there.comments[2]["body"]
    assert [one["body"] for one in there.comments[:2]] == ["hello", "world"]


def test_there_is_no_comment_to_say_nothing(workspace: Path) -> None:
    git(workspace, "checkout", "-q", "main")
    with forge() as (there, address):
        given = {"comment": "true", "changes_only": "true", "github_token": "token"}
        found = run(workspace, pull_request(workspace, address), **given)
    assert found.outputs["comment"] == ""
    assert not there.comments


def test_a_comment_that_is_refused(workspace: Path) -> None:
    with forge() as (there, address):
        there.do_GET = lambda self: self._answer({}, 403)  # type: ignore[method-assign]
        given = {"comment": "true", "github_token": "token"}
        found = run(workspace, pull_request(workspace, address), **given)
    assert found.status == "failure"
    assert "the job needs the permission pull-requests: write" in found.log
