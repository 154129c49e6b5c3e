"""Asks the other evaluators."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, cast

from tools.evaluators.case import ACCOUNT, FULL_ACCESS, MULTIVALUED, PRINCIPAL, Case, Document, listed

_HERE = Path(__file__).parent
PATTERNS = 400
"""How many action patterns, about, the matchers are asked."""
_WORDS = {"Allowed": "allowed", "ExplicitlyDenied": "explicit_deny", "ImplicitlyDenied": "implicit_deny"}


class Simulator:
    """One process with @cloud-copilot/iam-simulate, asked line by line."""

    def __init__(self, node_modules: Path) -> None:
        self._node_modules = node_modules
        self._cache: dict[str, str] = {}

    def __enter__(self) -> Simulator:
        self._process = subprocess.Popen(
            ["node", str(_HERE / "simulate.mjs"), str(self._node_modules)],  # noqa: S607 # node is found on the path
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait()

    def answer(self, case: Case) -> str:
        """``allowed``, one of the two denials, or ``refused: …``."""
        key = case.key
        if key not in self._cache:
            scps = list(case.scps)
            if scps and not any(allows(document) for document in scps):
                scps.append(FULL_ACCESS)  # what AWS attaches by default, and the project takes for granted
            question = {
                **case.plain(),
                "ask": "decide",
                "levels": [scps] if scps else [],
                "rcps": [],
                "principal": PRINCIPAL,
                "account": ACCOUNT,
                "context": {
                    name: list(found) if name in MULTIVALUED or len(found) != 1 else found[0]
                    for name, found in case.context.items()
                },
            }
            self._cache[key] = self.decide(question)
        return self._cache[key]

    def decide(self, question: dict[str, Any]) -> str:
        """The same for a question with levels of control policies and a principal."""
        reply = self._ask(question)
        return _WORDS[reply["result"]] if "result" in reply else f"refused: {reply['refused']}"

    def problems(self, document: Document) -> list[str]:
        """What its validator has against a document."""
        reply = self._ask({"ask": "validate", "document": document})
        return cast("list[str]", reply.get("errors", [reply.get("refused")]))

    def versions(self) -> dict[str, str]:
        """Of the packages that answer."""
        return cast("dict[str, str]", self._ask({"ask": "versions"}))

    def _ask(self, question: dict[str, Any]) -> dict[str, Any]:
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("the simulator has no pipes")
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the simulator ended early")
        return cast("dict[str, Any]", json.loads(line))


def allows(document: Document) -> bool:
    """Whether a document has an Allow statement."""
    return any(statement["Effect"] == "Allow" for statement in listed(document["Statement"]))


def within_moto(case: Case) -> Case | None:
    """What is left of a case that moto can be asked about; None if no statement is.

    moto 5 has no conditions in permission policies (one that fails denies), no NotResource, no policy variables, no
    ``?``, no boundaries and no SCPs, and compares actions with case. So: statements with those elements are left out,
    conditions are dropped, and actions are lower-cased on both sides.
    """
    documents: list[Document] = []
    for document in case.identity:
        statements: list[Document] = []
        for statement in listed(document["Statement"]):
            name = "Action" if "Action" in statement else "NotAction"
            patterns = [item.lower() for item in listed(statement[name])]
            resources = listed(statement.get("Resource", []))
            texts = [*patterns, *resources]
            if resources and not any("?" in text or "${" in text for text in texts):
                statements.append({"Effect": statement["Effect"], name: patterns, "Resource": resources})
        if statements:
            documents.append({"Version": "2012-10-17", "Statement": statements})
    return Case(tuple(documents), (), (), case.action.lower(), case.resource, {}) if documents else None


def moto_answer(case: Case) -> str:
    """As moto's ``check_action_permitted`` combines its policies."""
    from moto.iam.access_control import IAMPolicy, PermissionResult  # slow to import

    found = [
        IAMPolicy(json.dumps(document)).is_action_permitted(case.action, case.resource) for document in case.identity
    ]
    if PermissionResult.DENIED in found:
        return "explicit_deny"
    return "allowed" if PermissionResult.PERMITTED in found else "implicit_deny"


def moto_problems(document: Document) -> list[str]:
    """What moto's validator, which speaks AWS's own words, has against a document."""
    from moto.core.exceptions import ServiceException  # slow to import
    from moto.iam.policy_validation import IAMPolicyDocumentValidator  # the same

    try:
        IAMPolicyDocumentValidator(json.dumps(document)).validate()
    except ServiceException as problem:
        return [str(problem)]
    return []


def ask_matchers(python: Path, cases: Iterable[Case]) -> dict[str, Any]:
    """The answers of policyuniverse and parliament, with the question beside them."""
    actions: set[str] = set()
    globs: set[tuple[str, str]] = set()
    for case in cases:
        for _, statement in case.statements:
            actions.update(listed(statement.get("Action", statement.get("NotAction"))))
            for resource in listed(statement.get("Resource", statement.get("NotResource"))):
                own, other = resource.split(":", 5), case.resource.split(":", 5)
                if len(own) == len(other) == 6 and not re.search(r"[?$]", own[5]):
                    globs.add((own[5], other[5]))
    actions.discard("*")
    every = max(1, len(actions) // PATTERNS)
    question = {"actions": sorted(actions)[::every], "globs": sorted(globs)}
    done = subprocess.run(
        [str(python), str(_HERE / "matchers.py")],
        input=json.dumps(question),
        capture_output=True,
        text=True,
        check=True,
    )
    return {"question": question, **json.loads(done.stdout)}
