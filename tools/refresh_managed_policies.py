"""Writes ``scanner/iam/managed_policies.bin``, the AWS managed policies that the scanner knows.

    python -m tools.refresh_managed_policies                            from the installed moto
    python -m tools.refresh_managed_policies --from-aws --profile NAME  from an AWS account

An account needs ``iam:ListPolicies`` and ``iam:GetPolicyVersion``; any account of partition ``aws`` has the same
policies. The same input gives the same bytes with the same zlib. What the file looks like is said in
``scanner/iam/managed.py``. The script prints what it changed.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import sys
import zlib
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scanner.iam import managed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

OUTPUT = Path(managed.__file__).with_name(managed.FILE)
CHUNK = 256 * 1024
"""Characters of documents compressed together: more make the file smaller, fewer a look-up faster."""
PREFIX = "arn:aws:iam::aws:policy/"


class RefreshError(Exception):
    """The source is not what it should be; nothing is written."""


@dataclass(frozen=True, slots=True)
class Policy:
    """The default version of one policy, as a source has it."""

    path: str
    """What follows ``policy/`` in the ARN."""
    version: str
    text: str
    """The document, compact JSON in ASCII; keys in the source's order."""


@dataclass(frozen=True, slots=True)
class Collection:
    """All policies of one source."""

    taken: str
    source: str
    policies: tuple[Policy, ...]


def document_text(path: str, document: object) -> str:
    """Compact JSON of a document that a source gives as a mapping or as JSON text."""
    if isinstance(document, str):
        try:
            document = json.loads(document)
        except ValueError as error:
            raise RefreshError(f"The document of {path} is not valid JSON: {error}.") from error
    if not isinstance(document, dict) or not {"Version", "Statement"} <= document.keys():
        raise RefreshError(f"The document of {path} is not a policy: it has no Version or no Statement.")
    return json.dumps(document, separators=(",", ":"), allow_nan=False)


SIGN_IN_ACTIONS = ["signin:AuthorizeOAuth2Access", "signin:CreateOAuth2Token"]
KNOWN = (
    # Since v3 of 2026-02-12 both actions are allowed on every public client, so for `aws login` with and without
    # --remote: https://docs.aws.amazon.com/aws-managed-policy/latest/reference/SignInLocalDevelopmentAccess.html
    Policy(
        "SignInLocalDevelopmentAccess",
        "v3",
        document_text(
            "SignInLocalDevelopmentAccess",
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Action": SIGN_IN_ACTIONS,
                        "Resource": "arn:aws:signin:*:*:oauth2/public-client/*",
                    }
                ],
            },
        ),
    ),
    # Since 2026-06-10; no account had it when the data of moto was taken. AWS prints the document:
    # https://docs.aws.amazon.com/signin/latest/userguide/security-iam-awsmanpol.html
    Policy(
        "AWSSignInResourcePolicyManagement",
        "v1",
        document_text(
            "AWSSignInResourcePolicyManagement",
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Action": [
                            "signin:PutConsoleAuthorizationConfiguration",
                            "signin:GetConsoleAuthorizationConfiguration",
                            "signin:DeleteConsoleAuthorizationConfiguration",
                            "signin:PutResourcePermissionStatement",
                            "signin:DeleteResourcePermissionStatement",
                            "signin:ListResourcePermissionStatements",
                            "signin:GetResourcePolicy",
                        ],
                        "Resource": "*",
                    }
                ],
            },
        ),
    ),
    # Since 2026-07-09, for the AWS MCP Server alone: the same actions on another resource, no help to `aws login`:
    # https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSMCPSignInOAuthAccessPolicy.html
    Policy(
        "AWSMCPSignInOAuthAccessPolicy",
        "v1",
        document_text(
            "AWSMCPSignInOAuthAccessPolicy",
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Sid": "AllowOAuthForAWSMCP",
                        "Effect": "Allow",
                        "Action": SIGN_IN_ACTIONS,
                        "Resource": "arn:aws:signin:*:*:service-principal/aws-mcp.amazonaws.com",
                    }
                ],
            },
        ),
    ),
)
"""Policies that this scanner is about, for sources that are older than they are."""


def number(version: str) -> int:
    """``v12`` -> 12."""
    return int(version.removeprefix("v"))


def complete(policies: Iterable[Policy]) -> tuple[Policy, ...]:
    """The policies, with those of ``KNOWN`` where they are missing or older; sorted by path."""
    found = {policy.path: policy for policy in policies}
    for known in KNOWN:
        present = found.get(known.path)
        if present is None or number(present.version) < number(known.version):
            found[known.path] = known
    return tuple(found[path] for path in sorted(found))


def from_moto() -> Collection:
    """The policies that come with moto, dated by the newest change among them.

    moto does not record when it read them. Its release day would claim more than is known: what AWS changed
    between the two days is not in the data.
    """
    from moto.iam.aws_managed_policies import aws_managed_policies_data

    entries: dict[str, dict[str, Any]] = json.loads(aws_managed_policies_data)
    policies = []
    for name, entry in entries.items():
        path = f"{entry['Path']}{name}".removeprefix("/")
        policies.append(Policy(path, entry["DefaultVersionId"], document_text(path, entry["Document"])))
    newest = max(datetime.fromisoformat(entry["UpdateDate"]).astimezone(UTC) for entry in entries.values())
    return Collection(newest.date().isoformat(), f"moto {importlib.metadata.version('moto')}", tuple(policies))


def from_aws(profile: str | None) -> Collection:
    """The policies that an account sees now."""
    import boto3
    from botocore.config import Config

    retries = Config(retries={"mode": "standard", "max_attempts": 10})
    client = boto3.Session(profile_name=profile).client("iam", config=retries)
    today = datetime.now(UTC).date().isoformat()
    return Collection(today, "aws", tuple(read_account(client)))


def read_account(client: Any) -> Iterator[Policy]:
    """Every AWS managed policy, through an IAM client of boto3."""
    for page in client.get_paginator("list_policies").paginate(Scope="AWS"):
        for policy in page["Policies"]:
            arn, version = policy["Arn"], policy["DefaultVersionId"]
            if not arn.startswith(PREFIX):
                raise RefreshError(f"{arn} is not in partition aws, which the data describes. Use an account of it.")
            path = arn.removeprefix(PREFIX)
            answer = client.get_policy_version(PolicyArn=arn, VersionId=version)
            yield Policy(path, version, document_text(path, answer["PolicyVersion"]["Document"]))


def build(collection: Collection) -> bytes:
    """The data file for a collection whose paths and names are unique."""
    policies = sorted(collection.policies, key=lambda policy: policy.path.rpartition("/")[2])
    names = Counter(policy.path.rpartition("/")[2] for policy in policies)
    repeated = [name for name, count in names.items() if count > 1]
    if repeated:
        raise RefreshError(f"Several policies have the same name: {', '.join(repeated)}.")
    index: dict[str, tuple[str, int, int, int]] = {}
    chunks = [""]
    for policy in policies:
        if chunks[-1] and len(chunks[-1]) + len(policy.text) > CHUNK:
            chunks.append("")
        index[policy.path] = (policy.version, len(chunks) - 1, len(chunks[-1]), len(policy.text))
        chunks[-1] += policy.text
    compressed = [zlib.compress(chunk.encode("ascii"), 9) for chunk in chunks]
    compressed_index = zlib.compress(json.dumps(index, separators=(",", ":")).encode("ascii"), 9)
    header = {
        "taken": collection.taken,
        "source": collection.source,
        "count": len(policies),
        "index": len(compressed_index),
        "chunks": [len(chunk) for chunk in compressed],
    }
    line = json.dumps(header, separators=(",", ":")).encode("ascii")
    return b"".join([line, b"\n", compressed_index, *compressed])


def read(data: bytes) -> dict[str, Policy]:
    """The policies of a data file by path."""
    archive = managed.Archive.parse(data)
    chunks = [archive.inflate(chunk) for chunk in range(len(archive.chunks))]
    return {
        path: Policy(path, version, chunks[chunk][offset : offset + length])
        for path, (version, chunk, offset, length) in archive.index.items()
    }


def changes(before: Mapping[str, Policy], after: Mapping[str, Policy]) -> Iterator[str]:
    """A line for each policy that was added, removed, or is not what it was; sorted by kind, then path."""
    yield from (f"added    {path} {after[path].version}" for path in sorted(after.keys() - before.keys()))
    yield from (f"removed  {path} {before[path].version}" for path in sorted(before.keys() - after.keys()))
    for path in sorted(before.keys() & after.keys()):
        old, new = before[path], after[path]
        if number(old.version) < number(new.version):
            yield f"newer    {path} {old.version} -> {new.version}"
        elif number(old.version) > number(new.version):
            yield f"older    {path} {old.version} -> {new.version}"
        elif json.loads(old.text) != json.loads(new.text):
            yield f"changed  {path} {new.version}"


def main(arguments: list[str] | None = None) -> int:
    """Refresh the file and say what changed; 1 if the source is unusable."""
    parser = argparse.ArgumentParser(description="Refresh the AWS managed policies that the scanner knows.")
    parser.add_argument("--from-aws", action="store_true", help="read an AWS account instead of the installed moto")
    parser.add_argument("--profile", help="profile of the AWS configuration to read the account with")
    parser.add_argument("--output", type=Path, default=OUTPUT, help="file to write (default: the scanner's)")
    options = parser.parse_args(arguments)
    if options.profile and not options.from_aws:
        parser.error("--profile needs --from-aws")
    try:
        collection = from_aws(options.profile) if options.from_aws else from_moto()
        collection = Collection(collection.taken, collection.source, complete(collection.policies))
        data = build(collection)
    except RefreshError as error:
        print(error, file=sys.stderr)
        return 1
    before = read(options.output.read_bytes()) if options.output.exists() else {}
    lines = list(changes(before, read(data)))
    options.output.write_bytes(data)
    print(*lines, sep="\n", end="\n" if lines else "")
    kinds = Counter(line.split()[0] for line in lines)
    summary = ", ".join(f"{count} {kind}" for kind, count in kinds.items()) or "no policy changed"
    print(f"{len(collection.policies)} policies of {collection.taken} from {collection.source}: {summary}")
    print(f"{options.output}: {len(data)} bytes")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
