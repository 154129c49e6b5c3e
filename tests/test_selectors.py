"""Selectors: what docs/rules.md says of the dialect is true, and what is refused would never have worked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from scanner.rules.rule import Selector
from scanner.rules.selector_check import faults
from tests.document import PRINCIPAL, selected
from tests.scans import ROOT

PAGE = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8").split("\n## Selectors\n")[1].split("\n## ")[0]


def _rows(section: str) -> Iterator[tuple[str, str]]:
    """The cells of a table, whose first one is code."""
    text = PAGE.split(f"\n### {section}\n")[1].split("\n### ")[0]
    for row in re.findall(r"^\| (`.+`) \| (.+) \|$", text, re.MULTILINE):
        yield tuple(cell.replace("\\|", "|") for cell in row)  # type: ignore[misc] # two of them


def _code(cell: str) -> str:
    """The selector at the beginning of a cell; it may have backquotes inside."""
    found = re.match(r"`(\$.*\)?[\])*e])`(?:$|:)", cell)
    return found[1] if found else cell.strip("`")


def policy(**changes: Any) -> dict[str, Any]:
    return {
        "name": "p", "type": "customer-managed", "how": "attached", "group": None, "aws_managed": False,
        "attached": "yes", "location": PRINCIPAL["location"], **changes,
    }  # fmt: skip


PRINCIPALS: dict[str, dict[str, Any]] = {
    "ada": {
        "kind": "user",
        "name": "admin-ada",
        "console": {"access": "no", "via": []},
        "groups": [{"name": "admins", "member": "yes"}, {"name": "all", "member": "yes"}],
        "policies": [policy(type="inline", how="inline"), policy(type="aws-managed", aws_managed=True)],
        "tags": {"team": "core", "cost-center": "7"},
        "account": "123456789012",
    },
    "bob": {
        "kind": "user",
        "name": "bob",
        "console": {"access": "possible", "via": ["assumed"]},
        "policies": [policy(type="inline", how="attached"), policy(how="inline")],
        "tags": {"team": None},
        "without_mfa": {"localhost": "explicit_deny", "remote": "explicit_deny"},
    },
    "fed": {
        "kind": "role",
        "name": "fed",
        "console": {"access": "yes", "via": ["saml", "switch-role"]},
        "session_duration": 7200,
        "tags": {"aws:x": "y"},
    },
    "svc": {"kind": "role", "name": "svc", "console": {"access": "no", "via": []}, "session_duration": 3600},
    "set": {
        "kind": "permission_set",
        "name": "admset",
        "console": {"access": "yes", "via": ["saml"]},
        "policies": [policy(aws_managed=True, type="aws-managed")],
        "tags": {"team": "other"},
    },
}
DOCUMENT = {"version": 1, "principals": [{**PRINCIPAL, **one} for one in PRINCIPALS.values()]}
EVERYBODY = "ada bob fed svc set"

SELECTED = {
    "$.principals[*]": EVERYBODY,
    "$.principals[?(@.kind == 'user')]": "ada bob",
    "$.principals[?(@.kind != 'user')]": "fed svc set",
    "$.principals[?(@.kind == 'role' && @.console.access == 'no')]": "svc",
    "$.principals[?(@.kind == 'user' && @.console.access == 'no' || @.session_duration > 3600)]": "ada fed",
    "$.principals[?(@.kind == 'user' && (@.console.access == 'no' || @.console.access == 'possible'))]": "ada bob",
    "$.principals[?(@.session_duration >= 7200)]": "fed",
    "$.principals[?(@.name =~ '^adm')]": "ada set",
    "$.principals[?(@.name =~ '(?i)ADM')]": "ada set",
    "$.principals[?(@.account == null)]": "bob fed svc set",
    "$.principals[?(@.groups[0])]": "ada",
    "$.principals[?(!@.groups[0])]": "bob fed svc set",
    "$.principals[?(@.policies.`len` > 1)]": "ada bob",
    "$.principals[?(@.console.via[*] == 'saml')]": "fed set",
    "$.principals[?(!@.console.via[?(@ == 'saml')])]": "ada bob svc",
    "$.principals[?(@.console.via[?(@ != 'saml')])]": "bob fed",
    "$.principals[?(@.groups[*].name == 'admins')]": "ada",
    "$.principals[?(@.policies[?(@.type == 'inline' && @.how == 'inline')])]": "ada",
    "$.principals[*].policies[?(@.type == 'inline')]": "ada bob",
    "$.principals[?(@.policies[1:].aws_managed == true)]": "ada",
    "$.principals[?(@.policies[-1].aws_managed == true)]": "ada set",
    "$.principals[?(@.tags.team)]": "ada bob set",
    "$.principals[?(!@.tags.team)]": "fed svc",
    "$.principals[?(@.tags.team != 'core')]": "bob fed svc set",
    "$.principals[?(@.tags['cost-center'] == '7')]": "ada",
    "$.principals[?(@.tags.`keys` =~ '^aws:')]": "fed",
    "$.principals[?(@.tags.* == 'core')]": "ada",
    "$.principals[?(@.without_mfa.localhost == @.aws_login.localhost)]": "ada fed svc set",
    "$..policies[?(@.type == 'inline')]": "ada bob",
    "$.principals[?(@['policies', 'boundaries'][0])]": "ada bob set",
}
"""What the selectors of docs/rules.md select."""

ALSO = {
    "principals[?(kind == 'user')]": "ada bob",
    "$['principals'][?(@['kind'] == \"user\")]": "ada bob",
    "$.principals[0, 2]": "ada fed",
    "$.principals[::2]": "ada fed set",
    "$.principals[?@.kind == 'user']": "ada bob",
    "$.principals[?(@.tags.team == null)]": "bob",
    "$.principals[?(@.tags.cost-center)]": "ada",
    "$.principals[?(@.kind == $.principals[0].kind)]": "ada bob",
    "$.principals[?(@.policies.`len` == 0)]": "fed svc",
    "$.principals[?(!@.tags.*)]": "svc",
    "$.principals[*].name": EVERYBODY,
    r"$.principals[?(@.tags['cost-center'] =~ '^\\d$')]": "ada",
    r"$.principals[?(@.name != 'a\'\"b')]": EVERYBODY,
    "$.principals[?(@.groups[0].name != 'all')]": EVERYBODY,
    "$..[?(@.type == 'inline')]": "ada bob",
    "$.principals[?(@.policies[?(@.aws_managed == true)].name == 'p')]": "ada set",
    "$.principals[?(@.policies[?(@.type == 'inline')].how != 'attached')]": "ada fed svc set",
}
"""The rest of the dialect."""


def messages(text: str) -> list[str]:
    return [fault.message for fault in faults(text)]


def test_the_examples_of_the_page_are_here() -> None:
    assert [_code(selector) for selector, _ in _rows("What can be written")] == list(SELECTED)


@pytest.mark.parametrize(("text", "names"), [*SELECTED.items(), *ALSO.items()])
def test_what_can_be_written_selects_what_the_page_says(text: str, names: str) -> None:
    assert messages(text) == []
    found = {list(PRINCIPALS)[number] for number in selected(text, DOCUMENT)}
    assert found == set(names.split())


def test_the_page_says_what_cannot_be_written() -> None:
    assert len(list(_rows("What cannot"))) > 20


@pytest.mark.parametrize(("wrong", "right"), list(_rows("What cannot")))
def test_what_cannot_be_written_is_refused(wrong: str, right: str) -> None:
    assert messages(_code(wrong)) != []
    assert messages(_code(right)) == []


KEYS = ", ".join((*PRINCIPAL, "change", "drift"))
KINDS = "'user', 'role' or 'permission_set'"
REFUSED = {
    # a step that leads nowhere
    "$.principals[?(@.console.acces == 'yes')]": '"@.console" has no key "acces"; did you mean "access"?',
    "$.principals[?(@.access == 'yes')]": '"@" has no key "access"; did you mean "@.console.access"?',
    "$.principals[?(@.type == 'inline')]": '"@" has no key "type"; did you mean "@.policies[*].type"?',
    "$.principals[?(@.x)]": f'"@" has no key "x"; it has {KEYS}',
    "$.principals[?(!@.x[0])]": f'"@" has no key "x"; it has {KEYS}',
    "$.principals[?(@.kind == @.x)]": f'"@" has no key "x"; it has {KEYS}',
    "$.principals[?(@.kind.x)]": f'"@.kind" has no key "x": it is {KINDS}',
    "$.principals.kind": '"$.principals" is a list, which has no keys; its elements are $.principals[*].kind',
    "$.principals[?(@.groups.x)]": '"@.groups" is a list, which has no keys; its elements are @.groups[*]',
    "$.principals[?(@.kind[0])]": f'"@.kind" has no elements: it is {KINDS}',
    "$.principals[?(@.console[0])]": '"@.console" has no elements: it is a mapping',
    "$.principals[?(@.kind[*])]": f'"@.kind" has neither keys nor elements: it is {KINDS}',
    "$.principals[?(@.kind[?(@ == 'x')])]": f'"@.kind" has neither keys nor elements: it is {KINDS}',
    "$.principals[?(@.groups[::0])]": "a slice with step 0 selects nothing",
    "$.principals[?(@.session_duration.`len` > 1)]": (
        '"@.session_duration" has no length of its own: it is a whole number or null'
    ),
    "$.principals[?(@.console.`len` > 1)]": '"@.console" has no length of its own: it is a mapping',
    "$.principals[?(@.groups.`keys` == 'x')]": '"@.groups" has no keys: it is a list',
    "$..kindd": 'nothing there has a key "kindd"; did you mean "kind"?',
    "$.principals[*].*.accesss": 'nothing there has a key "accesss"; did you mean "access"?',
    # a comparison that is always the same
    "$.principals[?(@.console.access == 'yess')]": (
        "\"@.console.access\" is 'yes', 'possible', 'no' or 'unknown', never 'yess'; did you mean \"yes\"?"
    ),
    "$.principals[?(@.console.access != 'yess')]": (
        "\"@.console.access\" is 'yes', 'possible', 'no' or 'unknown', never 'yess'; did you mean \"yes\"?"
    ),
    "$.principals[?(@.kind == 5)]": f'"@.kind" is {KINDS}, never 5',
    "$.principals[?(@.kind == true)]": f'"@.kind" is {KINDS}, never true',
    "$.principals[?(@.kind == null)]": f'"@.kind" is {KINDS}, never null',
    "$.principals[?(@.account == '12')]": "\"@.account\" is a string that matches ^[0-9]{12}$, never '12'",
    "$.principals[?(@.session_duration == 1.5)]": '"@.session_duration" is a whole number or null, never 1.5',
    "$.principals[?(@.policies[*].aws_managed == 'yes')]": (
        "\"@.policies[*].aws_managed\" is true or false or null, never 'yes'"
    ),
    "$.principals[?(@.console.via == 'saml')]": (
        "\"@.console.via\" is a list; compare its elements: @.console.via[*] == 'saml'"
    ),
    "$.principals[?(@.groups == 'x')]": '"@.groups" is a list; compare a key of its elements: @.groups[*].name',
    "$.principals[?(@.console == 'yes')]": '"@.console" is a mapping; compare one of its keys: access, via',
    "$.principals[?(@.tags == 'x')]": '"@.tags" is a mapping; compare one of its keys',
    "$.principals[?(@.name < null)]": "null has no order; write == or !=",
    "$.principals[?(@.kind > 'role')]": '"@.kind" has no order; compare with each value, with || between',
    "$.principals[?(@.kind =~ '^us$')]": f"\"@.kind\" never matches '^us$': it is {KINDS}",
    "$.principals[?(@.origin =~ 'a')]": (
        "\"@.origin\" always matches 'a': it is 'terraform', 'terraform-plan', 'terraform-state', 'cloudformation' "
        "or 'account'"
    ),
    "$.principals[?(@.groups =~ 'x')]": '"@.groups" never matches: it is a list; its elements are @.groups[*]',
    "$.principals[?(@.name =~ 'a(')]": (
        "'a(' is not a regular expression: missing ), unterminated subpattern at position 1"
    ),
    r"$.principals[?(@.name =~ '^a\d')]": r"\d in quotes is d alone; write [0-9] or \\d in a regular expression",
    r"$.principals[?(@.name =~ 'x\.y$')]": r"\. in quotes is . alone; write [.] or \\. in a regular expression",
    r"""$.principals[?(@.name == 'a\'b' || @.name == "\u0041")]""": (
        r"\u in quotes is u alone; write \\u in a regular expression"
    ),
    "$.principals[?(@.name =~ 5)]": "write the regular expression in quotes, as in =~ '^admin'",
    "$.principals[?(@.name =~ null)]": "write the regular expression in quotes, as in =~ '^admin'",
    "$.principals[?(@.kind == @.groups)]": f'"@.kind" never equals "@.groups": one is {KINDS}, the other a list',
    "$.principals[?(@.kind == @.tags_known)]": '"@.kind" and "@.tags_known" have no value in common',
    "$.principals[?(@.groups[*].name != 'x')]": (
        '"@.groups[*].name" may be many; write !@.groups[?(@.name == \'x\')] for none is, '
        "@.groups[?(@.name != 'x')] for one is not"
    ),
    "$.principals[?(@.kind == @.kind)]": '"@.kind" is compared with itself',
    "$.principals[?(@.policies.`len` >= 0)]": '"@.policies.`len`" >= 0 is always true: it is 0 or more',
    "$.principals[?(@.policies.`len` < 0)]": '"@.policies.`len`" < 0 is never true: it is 0 or more',
    "$.principals[?(@.policies.`len` == -1)]": '"@.policies.`len`" == -1 is never true: it is 0 or more',
    # a test for existence that is
    "$.principals[?(@.kind)]": "\"@.kind\" is always there, so the test is always true; write @.kind == 'user'",
    "$.principals[?(@.tags)]": (
        '"@.tags" is always there, so the test is always true; write @.tags.* for one that is not empty'
    ),
    "$.principals[?(@.account)]": (
        '"@.account" is always there, so the test is always true; write @.account != null for a value that is known'
    ),
    "$.principals[?(!@.groups)]": (
        '"@.groups" is always there, so ! is never true; write !@.groups[0] for an empty list'
    ),
    "$.principals[?(!@.account)]": (
        '"@.account" is always there, so ! is never true; write @.account == null for a value that is not known'
    ),
    "$.principals[?(@.groups.`len`)]": (
        '"@.groups.`len`" is always there, so the test is always true; write @.groups.`len` > 0'
    ),
    # an end that is no principal
    "$": "it never selects a principal; begin with $.principals[?(…)]",
    "$.*": "it never selects a principal; begin with $.principals[?(…)]",
    "$.principals": "it selects the list of principals and none of them; write $.principals[*]",
    "$.principals[*].groups.`len`": "`len` selects nothing; compare it in a filter",
    "$.principals[*].tags.`keys`": "`keys` selects nothing; compare it in a filter",
    # a syntax that is another one's
    "": "it is not a JSONPath: something is missing at its beginning",
    "%": "it is not a JSONPath: % is unexpected at its beginning",
    "$.principals[?(@.kind == 'user')": (
        "it is not a JSONPath: something is missing after \"…principals[?(@.kind == 'user')\""
    ),
    "$.principals[?(@.kind == )]": 'it is not a JSONPath: ) is unexpected after "$.principals[?(@.kind =="',
    "$.principals[?(@.kind == 'user)]": "it is not a JSONPath: a quotation mark is not closed",
    "$.principals[?(@.kind == 'a' == 'b')]": (
        "it is not a JSONPath: == is unexpected after \"$.principals[?(@.kind == 'a'\""
    ),
    "$.principals[?(!(@.kind == 'user'))]": (
        'it is not a JSONPath: == is unexpected after "$.principals[?(!(@.kind"; '
        "! stands before a path only, as in !@.groups[0], and != compares"
    ),
    "$.principals[?(@.tags.größe)]": (
        'it is not a JSONPath: ö is unexpected after "$.principals[?(@.tags.gr"; '
        "quote a key that is not of plain letters, as in @.tags['ö']"
    ),
    "$.principals[?(@.kind in ['user'])]": "there is no operator in; compare with each value, with || between",
    "$.principals[?(@.kind == 'user' or @.groups[0])]": "write || for or",
    "$.principals[?(match(@.name, 'a'))]": (
        "there is no function match(); write =~ and a regular expression, as in @.name =~ '^admin'"
    ),
    "$.principals[?(@.name.`str()` == 'a')]": "`str()` is not supported; compare the value as it is",
    "$.principals[?(@.name.`split(a, 0, -1)` == 'a')]": (
        "`split(a, 0, -1)` is not supported; write =~ and a regular expression, as in @.name =~ '^admin'"
    ),
    "$.principals[*].groups[0].`parent`": (
        "`parent` is not supported; select what is inside; the principal around it is what is flagged"
    ),
    "$.principals[?(@.session_duration * 2 > 1)]": (
        "there is no arithmetic and no sorting; write the value that you mean"
    ),
    "$.principals[?(@.session_duration + 2 > 1)]": (
        "there is no arithmetic and no sorting; write the number that you mean"
    ),
    "$.principals[?(@.tags.where)]": (
        "where is not supported; write a filter, as in [?(@.access_keys[0])], or ['where'] for a key"
    ),
    "$" + ".a" * 6000: "it is longer than 10000 characters",
}  # fmt: skip


@pytest.mark.parametrize(("text", "message"), REFUSED.items(), ids=[text[:70] for text in REFUSED])
def test_messages(text: str, message: str) -> None:
    assert messages(text) == [message]


def test_all_faults_of_a_selector_are_found() -> None:
    found = messages("$.principals[?(@.kind == 'users' || @.nmae && @.groups[?(@.member == 'no' || @.x)])]")
    assert [message[:14] for message in found] == [
        '"@.kind" is \'u',
        '"@" has no key',
        '"@.member" is ',
        '"@" has no key',
    ]


def test_a_selector_that_is_nested_deeply_is_no_internal_error() -> None:
    assert messages("$.principals[*]" + "[*]" * 3000)


@pytest.mark.parametrize("text", [*SELECTED, *ALSO])
def test_nothing_that_can_be_written_is_deprecated(text: str) -> None:
    """Warnings of jsonpath-ng would fail the test."""
    assert list(Selector(text).select(DOCUMENT)) != []
