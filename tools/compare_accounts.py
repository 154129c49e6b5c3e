"""Compares verdicts on generated configurations of several accounts with what is so, and with real plans of them.

    python -m tools.compare_accounts --count 300
    python -m tools.compare_accounts --count 60 --planner PATH/planner.py

Each configuration has users, groups and policies of the same names in two or three accounts, behind provider
configurations of several kinds, and joins them by references, by names in any case, and by names that only the apply
makes. The generator knows which account is which, and so who has a password and who may run ``aws login``. A verdict
may leave something open; it may not contradict.

With a planner (see ``tools/record_plans.py``) the plan that Terraform makes of each is scanned as well: alone, beside
its configuration, with ``--source``, and beside a configuration that was edited after the plan was made.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from scanner.root import Inputs
from tests.scans import scanned, verdicts

SIGN_IN = "arn:aws:iam::aws:policy/SignInLocalDevelopmentAccess"
NARROW = "arn:aws:iam::aws:policy/IAMUserChangePassword"
STATEMENT = '{{ Version = "2012-10-17", Statement = [{{ Effect = "{effect}", Action = "signin:*", Resource = "*" }}] }}'
ACCOUNTS = ("111111111111", "222222222222", "333333333333")
NAMES = ("ann", "bob", "Ops")


@dataclass(slots=True)
class Truth:
    """What is so, by the address of a user."""

    password: set[str] = field(default_factory=set)
    allowed: set[str] = field(default_factory=set)
    denied: set[str] = field(default_factory=set)

    def verdict(self, address: str) -> tuple[str, str]:
        """Console access and ``aws login``."""
        console = "yes" if address in self.password else "no"
        if address in self.denied:
            return console, "explicit_deny"
        return console, "allowed" if address in self.allowed else "implicit_deny"


class Generator:
    """One configuration and what is so in it."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 # no secret is made
        self._blocks: list[str] = []
        self.truth = Truth()
        self.users: list[str] = []

    def _one_in(self, number: int) -> bool:
        return self._random.randrange(number) == 0

    def text(self) -> str:
        """The root module."""
        kind = self._random.choice(("known", "roles", "profiles", "mixed"))
        for place, account in enumerate(ACCOUNTS[: self._random.choice((2, 3))]):
            alias = f"a{place}" if place else ""
            self._provider(alias, account, kind if kind != "mixed" else self._random.choice(("known", "profiles")))
            self._account(place, alias)
        self._random.shuffle(self._blocks)
        return "\n".join(['resource "random_pet" "p" {}', *self._blocks])

    def _provider(self, alias: str, account: str, kind: str) -> None:
        says = {
            "known": f'allowed_account_ids = ["{account}"]',
            "roles": f'assume_role {{\n    role_arn = "arn:aws:iam::{account}:role/deploy"\n  }}',
            "profiles": f'profile = "p{account}"',
        }[kind]
        name = f'alias = "{alias}"' if alias else ""
        self._blocks.append(f'provider "aws" {{\n  {name}\n  region = "eu-west-1"\n  {says}\n}}')
        other = f"{alias or 'main'}_us"
        self._blocks.append(f'provider "aws" {{\n  alias = "{other}"\n  region = "us-east-1"\n  {says}\n}}')

    def _account(self, place: int, alias: str) -> None:
        """Users with what they get, a group and a policy in one account."""
        through = [f"aws.{alias}" if alias else "aws", f"aws.{alias or 'main'}_us"]
        effect = self._random.choice(("Allow", "Deny", "Allow"))
        self._resource(
            "aws_iam_policy",
            f"p{place}",
            through,
            name='"login"',
            policy=f"jsonencode({STATEMENT.format(effect=effect)})",
        )
        self._resource("aws_iam_group", f"g{place}", through, name='"admins"')
        self._resource(
            "aws_iam_group_policy_attachment",
            f"g{place}",
            through,
            group=self._name("aws_iam_group", f"g{place}", "admins"),
            policy_arn=f'"{SIGN_IN}"',
        )
        for number, name in enumerate(self._random.sample(NAMES, self._random.choice((1, 2, 3)))):
            self._user(place, number, name, through, effect)

    def _user(self, place: int, number: int, name: str, through: list[str], effect: str) -> None:
        label = f"u{place}_{number}"
        address = f"aws_iam_user.{label}"
        self.users.append(address)
        literal = None if self._one_in(4) else name
        written = f'"{literal}"' if literal is not None else f'"{name}-${{random_pet.p.id}}"'
        self._resource("aws_iam_user", label, through, name=written)

        def given(kind: str, **arguments: str) -> None:
            self._resource(kind, label, through, user=self._name("aws_iam_user", label, literal), **arguments)

        if not self._one_in(4):
            self.truth.password.add(address)
            given("aws_iam_user_login_profile")
        match self._random.randrange(5):
            case 0:
                self.truth.allowed.add(address)
                group = self._name("aws_iam_group", f"g{place}", "admins")
                given("aws_iam_user_group_membership", groups=f"[{group}]")
            case 1:
                (self.truth.allowed if effect == "Allow" else self.truth.denied).add(address)
                given("aws_iam_user_policy_attachment", policy_arn=f"aws_iam_policy.p{place}.arn")
            case 2:
                self.truth.allowed.add(address)
                given("aws_iam_user_policy", name='"x"', policy=f"jsonencode({STATEMENT.format(effect='Allow')})")
            case 3:
                given("aws_iam_user_policy_attachment", policy_arn=f'"{NARROW}"')

    def _name(self, kind: str, label: str, literal: str | None) -> str:
        """One of the ways to name a resource."""
        reference = f"{kind}.{label}.name"
        ways = [reference, f'"${{{reference}}}"', f"{kind}.{label}.id", f"[{reference}][0]"]
        if literal is not None:
            ways += [f'"{literal}"', f'"{literal}"', f'lower("{literal}")']
        return self._random.choice(ways)

    def _resource(self, kind: str, label: str, through: list[str], **arguments: str) -> None:
        provider = self._random.choice(through)
        lines = [f"  provider = {provider}"] if provider != "aws" else []
        lines += [f"  {name} = {value}" for name, value in arguments.items()]
        self._blocks.append("\n".join([f'resource "{kind}" "{label}" {{', *lines, "}"]))


EDITS = (
    ('"Allow"', '"Deny"'),
    ('"Deny"', '"Allow"'),
    (SIGN_IN, NARROW),
    (NARROW, SIGN_IN),
    ('"ann"', '"bob"'),
    (".id", ".name"),
)


def scan_verdicts(directory: Path, path: str, source: str | None = None) -> dict[str, tuple[str, str]]:
    """Console access and ``aws login`` on the same device, by address."""
    return verdicts(scanned(directory, path, inputs=Inputs(source=source)))


def wrong(
    found: dict[str, tuple[str, str]], truth: Truth, users: list[str], tally: Counter[str], form: str
) -> list[str]:
    """What contradicts; what is left open is counted."""
    problems = [f"{form}: {address} is missing" for address in users if address not in found]
    for address in users:
        for got, right in zip(found.get(address, ()), truth.verdict(address), strict=False):
            # What nothing allows is implicitly denied where it is not known whether something denies it.
            open_ = ("unknown", "implicit_deny") if right == "explicit_deny" else ("unknown",)
            tally[f"{form}: {'open' if got != right and got in open_ else 'settled'}"] += 1
            if got not in (right, *open_):
                problems.append(f"{form}: {address} is {got}, not {right}")
    return problems


def main() -> int:
    """Generate, scan, compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--planner", type=Path)
    options = parser.parse_args()
    tally: Counter[str] = Counter()
    failed = 0
    for seed in range(options.seed, options.seed + options.count):
        problems, text = compare(seed, options.planner, tally)
        if problems:
            failed += 1
            print(f"seed {seed}\n  " + "\n  ".join(problems))
            if failed == 1:
                print(text)
    for form, number in sorted(tally.items()):
        print(f"{form}: {number}")
    print(f"{options.count} configurations, {failed} contradicted")
    return 1 if failed else 0


def compare(seed: int, planner: Path | None, tally: Counter[str]) -> tuple[list[str], str]:
    """What is wrong about one configuration, and the configuration."""
    generator = Generator(seed)
    text = generator.text()
    truth, users = generator.truth, generator.users
    with tempfile.TemporaryDirectory() as place:
        directory = Path(place)
        (directory / "infra").mkdir()
        file = directory / "infra" / "main.tf"
        file.write_text(text, encoding="utf-8")
        problems = wrong(scan_verdicts(directory, "infra"), truth, users, tally, "configuration")
        if planner is None:
            return problems, text
        plan = directory / "plans" / "plan.json"
        plan.parent.mkdir()
        command = [sys.executable, str(planner), str(directory / "infra"), "-o", str(plan), "-q"]
        made = subprocess.run(command, capture_output=True, text=True, check=False)
        if made.returncode:
            return [*problems, f"no plan: {made.stderr[-300:]}"], text
        problems += wrong(scan_verdicts(directory, "plans/plan.json"), truth, users, tally, "plan alone")
        own = scan_verdicts(directory, "plans/plan.json", str(directory / "infra"))
        problems += wrong(own, truth, users, tally, "plan with --source")
        beside = directory / "infra" / "plan.json"
        beside.write_bytes(plan.read_bytes())
        problems += wrong(scan_verdicts(directory, "infra/plan.json"), truth, users, tally, "plan beside it")
        for before, after in EDITS:
            if before in text:
                file.write_text(text.replace(before, after, 1), encoding="utf-8")
                edited = scan_verdicts(directory, "infra/plan.json")
                problems += wrong(edited, truth, users, tally, f"plan beside one with {after} for {before}")
    return problems, text


if __name__ == "__main__":
    sys.exit(main())
