"""The account of ``fixtures/account``: what was decided about it by reading it."""

from __future__ import annotations

from scanner.verdicts.sign_in import Client
from tests.scans import ROOT, said, scanned

WANTED = {
    ("user", "ada"): ("yes", "allowed", "explicit_deny"),
    ("user", "grace"): ("yes", "implicit_deny", "explicit_deny"),
    ("user", "linus"): ("yes", "implicit_deny", "explicit_deny"),
    ("user", "deploy"): ("no", "implicit_deny", "explicit_deny"),
    ("role", "federated"): ("yes", "implicit_deny", "explicit_deny"),
    ("role", "analyst"): ("yes", "implicit_deny", "explicit_deny"),
    ("role", "worker"): ("no", "implicit_deny", "explicit_deny"),
    ("role", "AWSReservedSSO_Operators_0123456789abcdef"): ("yes", "allowed", "explicit_deny"),
    ("permission_set", "Operators"): ("yes", "allowed", "explicit_deny"),
    ("permission_set", "Workloads"): ("yes", "implicit_deny", "explicit_deny"),
    ("permission_set", "Limited"): ("yes", "implicit_deny", "explicit_deny"),
}


def test_verdicts() -> None:
    report = scanned(ROOT, "fixtures/account")
    assert not said(report)
    found = {
        (one.principal.kind.value, "".join(map(str, one.principal.name))): (
            one.console.access.value,
            one.aws_login.outcome(Client.LOCALHOST).value,
            one.aws_login.outcome(Client.REMOTE).value,
        )
        for one in report.principals
    }
    assert found == WANTED


def test_what_to_do_names_no_file_of_it() -> None:
    report = scanned(ROOT, "fixtures/account", offers_fixes=True)
    hints = [fix.description for one in report.findings for fix in one.fixes]
    assert any("`aws iam attach-user-policy`" in hint for hint in hints)
    assert any("permissions boundary workloads has to let" in hint for hint in hints)
    assert not any("fixtures/" in hint for hint in hints)
