"""Which files are what AWS has told about an account, by their beginning."""

from __future__ import annotations

from scanner.regexes import anywhere, beginning

DETAIL_MARKS = ("UserDetailList", "GroupDetailList", "RoleDetailList")
REPORT_MARK = "user,arn,user_creation_time,password_enabled"
"""How a credential report begins."""
ENCODED_REPORT_MARK = "ReportFormat"
MARKS = (*DETAIL_MARKS, REPORT_MARK, ENCODED_REPORT_MARK)
"""Words of which every such file has one at its beginning."""

_OBJECT = beginning(r"\s*+\{")
_DETAILS = anywhere(r'"(?:User|Group|Role)DetailList"\s*+:')
_ENCODED = anywhere(r'"ReportFormat"\s*+:\s*+"text/csv"')


def is_authorization_details(text: str) -> bool:
    """Whether it is a page of ``aws iam get-account-authorization-details``."""
    return _OBJECT.match(text) is not None and _DETAILS.search(text) is not None


def is_credential_report(content: str) -> bool:
    """Whether it is a credential report: CSV, or what ``aws iam get-credential-report`` prints around it."""
    text = content.lstrip("\ufeff \t\r\n")
    return text.startswith(REPORT_MARK) or (
        _OBJECT.match(text) is not None and _ENCODED.search(text) is not None and '"Content"' in text
    )
