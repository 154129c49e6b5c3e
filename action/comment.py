"""The comment on a pull request: made when something changes, kept up to date in place, never made to say nothing."""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from inputs import InputError, Inputs

_PAGE = 100
_PAGES = 30
"""A pull request with more comments has room for another."""


def comment(inputs: Inputs, markdown: Path, report: Path) -> str:
    """Write the comment; gives its address, empty where none is needed. Raises ``InputError``."""
    number = _pull_request()
    if number is None:
        return ""
    mark = f"<!-- {inputs.category or 'aws-login-scan'} -->"
    known = next((one for one in _comments(number, inputs) if str(one.get("body", "")).startswith(mark)), None)
    if known is None and not _says_something(report):
        return ""
    body = f"{mark}\n{markdown.read_text(encoding='utf-8')}"
    if known is not None:
        if known["body"].replace("\r\n", "\n") == body:
            return str(known["html_url"])
        return str(_ask("PATCH", f"issues/comments/{known['id']}", inputs, {"body": body})["html_url"])
    return str(_ask("POST", f"issues/{number}/comments", inputs, {"body": body})["html_url"])


_DRIFT = frozenset(("only-in-account", "only-in-code", "differs"))
"""What is so whether the pull request is merged or not."""


def _says_something(report: Path) -> bool:
    found = json.loads(report.read_text(encoding="utf-8"))
    if "changes" in found:
        return any(one["change"] not in _DRIFT for one in found["changes"])
    return any(found["summary"]["findings"].values())


def _pull_request() -> int | None:
    """The number of the pull request that the workflow runs for."""
    path = os.environ.get("GITHUB_EVENT_PATH", "")
    event = json.loads(Path(path).read_text(encoding="utf-8")) if path else {}
    number = (event.get("pull_request") or {}).get("number")
    return number if isinstance(number, int) else None


def _comments(number: int, inputs: Inputs) -> Iterator[dict[str, Any]]:
    for page in range(1, _PAGES + 1):
        found = _ask("GET", f"issues/{number}/comments?per_page={_PAGE}&page={page}", inputs)
        yield from found
        if len(found) < _PAGE:
            return


def _ask(method: str, path: str, inputs: Inputs, data: Any = None) -> Any:
    """One request to GitHub's API.

    https://docs.github.com/en/rest/issues/comments
    """
    address = f"{os.environ['GITHUB_API_URL']}/repos/{os.environ['GITHUB_REPOSITORY']}/{path}"
    request = urllib.request.Request(  # noqa: S310 # the runner says which address
        address,
        method=method,
        data=json.dumps(data).encode() if data is not None else None,
        headers={
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {inputs.github_token}",
            "Content-Type": "application/json",
            "X-GitHub-Api-Version": "2022-11-28",
        },
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 # the same
            return json.load(answer)
    except urllib.error.HTTPError as problem:
        hint = "; the job needs the permission pull-requests: write" if problem.code in (401, 403, 404) else ""
        raise InputError(f"GitHub refuses the comment ({problem.code} {problem.reason}){hint}") from problem
    except (OSError, ValueError) as problem:
        raise InputError(f"the comment could not be written: {problem}") from problem
