"""What is written for the scanner itself: rules, configurations, comments that suppress; and ``.gitignore``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

from fuzz import seeds
from fuzz.folder import folder
from fuzz.target import Target
from scanner.configuration.errors import ConfigError
from scanner.configuration.load import load_named
from scanner.configuration.scan_options import scan_options
from scanner.configuration.settings import settle
from scanner.ignored import FILE, Ignored
from scanner.options import Options
from scanner.pipeline import scan
from scanner.rules.match import match
from scanner.rules.problems import RuleError
from scanner.rules.rule_file import read_rule
from scanner.source_file import UnreadableFileError
from scanner.triage.comments import ignores_in
from scanner.verdicts.assessed_principal import AssessedPrincipal

_PATHS = (
    "main.tf",
    "a/b/main.tf",
    "a/",
    "build/",
    ".terraform/x.tf",
    "a b/é.yaml",
    "modules/users/main.tf",
    "aaaaaaaaaaaaaaaaaaaaaaaa",
)


@cache
def _principals() -> tuple[AssessedPrincipal, ...]:
    return scan(
        Options(paths=("terraform/administrator", "terraform/explicit-deny"), directory=seeds.FIXTURES)
    ).principals


def _rule(data: bytes) -> object:
    try:
        rule = read_rule(data.decode("utf-8", "replace"), "rules/x.yaml", "x", check=True)
        return rule, match((rule,), _principals(), {})
    except RuleError as problem:
        return str(problem)


def _configuration(name: str) -> Callable[[bytes], object]:
    def read(data: bytes) -> object:
        directory = folder(f"configuration-{name}")
        (directory / name).write_bytes(data)
        try:
            found = load_named(name, directory)
            return found, scan_options(settle({}, found), directory, {}, None, debug=True)
        except (ConfigError, ValueError) as problem:
            if isinstance(problem, UnicodeError):
                raise
            return str(problem)

    return read


def _comments(data: bytes) -> object:
    directory = folder("comments")
    found = []
    for name in ("main.tf", "main.tf.json", "t.yaml", "app.ts"):
        (directory / name).write_bytes(data)
        found.append(ignores_in(directory / name, name, (directory,)))
    return found


def _gitignore(data: bytes) -> object:
    directory = folder("gitignore")
    (directory / FILE).write_bytes(data)
    try:
        ignored = Ignored().below(directory, directory)
    except UnreadableFileError as problem:
        return str(problem)
    return [ignored.covers(f"{directory}/{path.rstrip('/')}", is_directory=path.endswith("/")) for path in _PATHS]


def _rules() -> Iterator[bytes]:
    for content in seeds.files(seeds.ROOT / "rules", "*.yaml"):
        lines = content.split(b"\n")
        yield b"\n".join(b"id: x" if line.startswith(b"id:") else line for line in lines)


def _configurations() -> Iterator[bytes]:
    yield from (
        b"paths: [infra]\nfail_on: warning\nselect: [a]\nignore:\n- b\nregion: eu-west-1\naccount: '111122223333'\n",
        b"accounts:\n  '111122223333': {scp: [a.json], region: eu-west-1}\nseverity: {aws-login-denied: error}\n",
        b"vars: {team: blue}\nvar_files: [a.tfvars]\nexclude: ['**/test/*']\njobs: 2\ncache: true\nbaseline: k.json\n",
        b"suppress:\n- {rule: a, address: aws_iam_user.x, reason: why, until: 2030-01-01}\noutput: {sarif: o.sarif}\n",
        b"directories:\n  infra/prod: {account: '111122223333', region: eu-west-1, vars: {a: b}}\n",
    )


def _toml() -> Iterator[bytes]:
    yield from (
        b"[tool.aws-login-scan]\npaths = ['infra']\nfail_on = 'warning'\nselect = ['a', \"b\"]\njobs = 2\n",
        b"paths = ['a']\n[accounts.'111122223333']\nscp = ['a.json']\n[vars]\nteam = \"blue\"\n",
        b"[[suppress]]\nrule = 'a'\nreason = 'why'\nuntil = 2030-01-01\n[output]\nsarif = 'out.sarif'\n",
    )


def _commented() -> Iterator[bytes]:
    yield from (
        b'# scan:ignore[user-cannot-aws-login] signs in with a key, until 2027-03-01\nresource "aws_iam_user" "a" {}\n',
        b'resource "a" "b" {\n  x = 1 // scan:ignore[a @ "k", b] why\n}\n/* scan:ignore[c]\n * until 2027-01-01 */\n',
        b'{"resource": {"aws_iam_user": {"a": {"//": "scan:ignore[a] why"}}}}',
        b"Resources:\n  # scan:ignore[a] why\n  U:\n    Type: AWS::IAM::User # scan:ignore[b] x\n",
        b"Resources:\n  U:\n    Metadata:\n      scan: {ignore: [{rule: a, reason: b}]}\n",
        b"// scan:ignore[a] why\nnew iam.User(this, 'U'); // scan:ignore[b] why\n",
    )


def _ignoring() -> Iterator[bytes]:
    yield from (
        b"# all\n*.pyc\n/build/\n!main.tf\n**/a/**\na/*/b\n[ab]*.tf\n\\#x\n  \n*a*a*b\n",
        b".terraform/\n*.tfstate\n*.tfstate.*\n!/a/b/main.tf\n",
    )


OURS = (
    Target("rule-file", _rule, _rules, seconds=5.0, seconds_per_byte=0.001),
    Target("configuration", _configuration("scan.yaml"), _configurations, seconds=2.0, seconds_per_byte=0.001),
    Target("toml-configuration", _configuration("scan.toml"), _toml, seconds=2.0, seconds_per_byte=0.001),
    Target("comments", _comments, _commented, seconds=2.0, seconds_per_byte=0.0005, max_size=1024),
    Target("gitignore", _gitignore, _ignoring, seconds=2.0, seconds_per_byte=0.0005, max_size=512),
)
