"""Data sources whose answers follow from the code. All others are read from the account, which code cannot know."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from scanner import values
from scanner.cause import FROM_ACCOUNT, Cause, CauseKind
from scanner.facts import Home
from scanner.iam import managed
from scanner.lazy_dataclass import dataclass
from scanner.partition import partition_of, url_suffix
from scanner.symbol import (
    Account,
    AppliedBy,
    IdentityCenterPath,
    Part,
    PermissionSetArn,
    PolicyPath,
    Setting,
    Symbol,
)
from scanner.terraform.address import ResourceAddress
from scanner.terraform.aws import policy_document, policy_text
from scanner.terraform.aws.after_apply import attribute_of
from scanner.terraform.aws.attributes import account, identified, of_service
from scanner.terraform.aws.vocabulary import ACCOUNT_IDS
from scanner.terraform.language.errors import EvaluationError
from scanner.values import NULL, Unknown, Value


@dataclass(frozen=True, slots=True)
class DataSource:
    """One data source, as its attributes are asked for."""

    address: ResourceAddress
    arguments: Mapping[str, Value]
    """What is not set is null."""
    home: Home
    render: Callable[[Value, Mapping[str, Value]], Value]
    """Evaluates a template text."""
    call: Callable[[str, tuple[Value, ...]], Value]
    """Calls a function. Raises ``EvaluationError``."""


def attribute(source: DataSource, name: str) -> Value:
    """An attribute that the block does not set; unknown, with its address as symbol, unless the code decides it."""
    read = _SOURCES.get(source.address.type)
    value = read(source, name) if read is not None else None
    if value is not None:
        return value
    found = read_at_plan(source.address, name)
    return of_service(found, source.address.type, source.home.partition) if name == "arn" else found


def read_at_plan(address: ResourceAddress, name: str) -> Value:
    """What only the account can tell."""
    symbol = attribute_of(address, name)
    cause = Cause(CauseKind.UNRESOLVED_REFERENCE, f"{symbol}, {FROM_ACCOUNT}")
    return Value(Unknown(cause, symbol, is_account_id=(address.type, name) in ACCOUNT_IDS))


def _permission_set(source: DataSource, name: str) -> Value | None:
    """``data.aws_ssoadmin_permission_set`` looks a permission set up by its ARN, or by its name."""
    looked_up = source.arguments["name"].text
    if name not in ("arn", "id") or looked_up is None:
        return None
    symbol = PermissionSetArn(looked_up)
    cause = Cause(CauseKind.UNRESOLVED_REFERENCE, f"{symbol}, {FROM_ACCOUNT}")
    return of_service(Value(Unknown(cause, symbol)), source.address.type, source.home.partition)


def _policy_document(source: DataSource, name: str) -> Value | None:
    if name in ("json", "minified_json"):
        return policy_text.rendered(policy_document.document(source.arguments), indented=name == "json")
    return NULL if name != "id" else None


def _caller_identity(source: DataSource, name: str) -> Value | None:
    if name == "arn":
        whole = attribute_of(source.address, name)
        return _in_account(source, name, (_open(source, name, Part(whole, " service")),), _caller(source, name))
    return account(source.home) if name in ("account_id", "id") else None


def _session_context(source: DataSource, name: str) -> Value | None:
    """``data.aws_iam_session_context``: the role of a session; whoever is none of these, as it was given."""
    arn = source.arguments["arn"]
    if name not in ("issuer_arn", "id") or arn.is_null:
        return None
    parts = values.pieces(arn) or ()
    if name == "id" or (isinstance(arn.data, str) and ":assumed-role/" not in arn.data):
        return arn
    if parts and isinstance(parts[-1], Unknown) and isinstance(parts[-1].symbol, AppliedBy):
        return _in_account(source, name, ("iam",), _caller(source, name))
    return None


def _caller(source: DataSource, name: str) -> Unknown:
    return _open(source, name, AppliedBy(str(attribute_of(source.address, name))))


def _open(source: DataSource, name: str, symbol: Symbol) -> Unknown:
    """A part of an attribute that only the account can tell."""
    return Unknown(
        Cause(CauseKind.UNRESOLVED_REFERENCE, f"{attribute_of(source.address, name)}, {FROM_ACCOUNT}"), symbol
    )


def _in_account(source: DataSource, name: str, service: tuple[str | Unknown, ...], *rest: str | Unknown) -> Value:
    """An ARN of the own account, which is the value of an attribute."""
    whole = _open(source, name, attribute_of(source.address, name))
    own = values.pieces(account(source.home)) or ()
    known = values.joined((f"arn:{source.home.partition}:", *service, "::", *own, ":", *rest))
    return Value(replace(whole, pieces=known.unknown.pieces) if known.unknown is not None else known.data)


def _partition(source: DataSource, name: str) -> Value | None:
    match name:
        case "partition" | "id":
            return Value(source.home.partition)
        case "dns_suffix":
            return Value(url_suffix(source.home.partition))
        case "reverse_dns_prefix":
            return Value(".".join(reversed((url_suffix(source.home.partition) or "").split("."))))
    return None


def _region(source: DataSource, name: str) -> Value | None:
    if name not in ("name", "id", "region"):
        return None
    written = _asked_for(source)
    if written is None:
        return None
    if not written.is_null:
        return written
    if source.home.region is not None:
        return Value(source.home.region)
    cause = Cause(CauseKind.MISSING_INPUT, "the region of the provider")
    return Value(Unknown(cause, values.REGION))


def _asked_for(source: DataSource) -> Value | None:
    """The region that ``data.aws_region`` is asked for; null for that of the provider, None where it is not told."""
    region, own_name, endpoint = (source.arguments[argument] for argument in ("region", "name", "endpoint"))
    if not endpoint.is_null:
        return None
    return region if own_name.is_null else own_name


def _policy(source: DataSource, name: str) -> Value | None:
    """``data.aws_iam_policy`` looks a policy up by its ARN, or by its name below the beginning of a path.

    Those that AWS manages are known. Of others the ARN is known up to what the name does not tell.
    """
    arn, own_name, prefix = (source.arguments[argument] for argument in ("arn", "name", "path_prefix"))
    begins = "/" if prefix.is_null else prefix.text
    found = None
    if arn.text is not None:
        found = managed.document(arn.text)
    elif own_name.text is not None and begins is not None:
        found = managed.document_by_name(own_name.text, source.home.partition)
        if found is not None and not f"/{found.arn.split(':policy/', 1)[1]}".startswith(begins):
            found = None
    if found is not None:
        known = {"arn": found.arn, "id": found.arn, "name": found.name, "policy": found.text, "path": _path(found.arn)}
        return Value(known[name]) if name in known else None
    if not arn.is_null:
        of_customer = arn.text is not None and ":policy/" in arn.text
        if of_customer and name in ("name", "path"):
            return Value((arn.text or "").rpartition("/")[2] if name == "name" else _path(arn.text or ""))
        return arn if name in ("arn", "id") else None
    if name in ("arn", "id") and not own_name.is_null and begins is not None:
        return _by_name(source, begins, own_name)
    return None


def _path(arn: str) -> str:
    """The path in the ARN of a policy."""
    return f"/{arn.split(':policy/', 1)[1]}".rpartition("/")[0] + "/"


def _by_name(source: DataSource, prefix: str, name: Value) -> Value:
    """The ARN of a policy of which a name and the beginning of the path are known."""
    unknown = read_at_plan(source.address, "arn").unknown
    path = Unknown(unknown.cause, PolicyPath(str(source.address))) if unknown is not None else ""
    own = (*(values.pieces(account(source.home)) or ()), ":policy", prefix, path, *(values.pieces(name) or ()))
    return values.joined((f"arn:{source.home.partition}:iam::", *own))


def _arn(source: DataSource, name: str) -> Value | None:
    """``data.aws_arn`` takes an ARN apart."""
    if name == "id":
        return source.arguments["arn"]
    parts = _segments(source.arguments["arn"])
    numbers = {"partition": 1, "service": 2, "region": 3, "account": 4, "resource": 5}
    return parts[numbers[name]] if parts is not None and name in numbers else None


def _segments(arn: Value) -> list[Value] | None:
    """The six parts of an ARN; None where an unknown before the last one may have more than one in it."""
    parts: list[list[str | Unknown]] = [[]]
    for piece in values.pieces(arn) or ():
        if isinstance(piece, Unknown):
            if len(parts) < _PARTS and not isinstance(piece.symbol, Account | Setting):
                return None
            parts[-1].append(piece)
        else:
            first, *others = piece.split(":", _PARTS - len(parts))
            parts[-1].append(first)
            parts += [[other] for other in others]
    return [values.joined(part) for part in parts] if len(parts) == _PARTS else None


_PARTS = 6


def _service_principal(source: DataSource, name: str) -> Value | None:
    service, region = source.arguments["service_name"], source.arguments["region"]
    if name != "name" or service.is_null or (region.text is None and not region.is_null):
        return None
    if (partition_of(region.text) if region.text is not None else source.home.partition) != "aws":
        return None  # in other partitions some services have names of their own
    return values.joined((*(values.pieces(service) or ()), ".amazonaws.com"))


_FILE_FUNCTIONS = {
    "content": "file",
    "content_base64": "filebase64",
    "content_md5": "filemd5",
    "content_sha1": "filesha1",
    "content_sha256": "filesha256",
    "content_sha512": "filesha512",
    "content_base64sha256": "filebase64sha256",
    "content_base64sha512": "filebase64sha512",
}


def _file(source: DataSource, name: str) -> Value | None:
    """A file of the scanned tree. One that is not there yet may be made by something else."""
    function = _FILE_FUNCTIONS.get("content_sha1" if name == "id" else name)
    try:
        return source.call(function, (source.arguments["filename"],)) if function is not None else None
    except EvaluationError:
        return None


def _null(source: DataSource, name: str) -> Value | None:
    return source.arguments["inputs"] if name == "outputs" else None


_IDENTITY_CENTER_NAMES = "AWSReservedSSO_"
_IDENTITY_CENTER_ROLES = "/aws-reserved/sso.amazonaws.com/"
"""The path of every role of such a name, up to a region: nobody but Identity Center makes one.

https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html
"""


def _named(kind: str, argument: str, unique_id: str) -> Callable[[DataSource, str], Value | None]:
    """Data sources that look an identity up by its name: the name is what was asked for, the path is not known."""

    def read(source: DataSource, name: str) -> Value | None:
        own = values.pieces(source.arguments[argument])
        if name == unique_id:
            return identified(kind, read_at_plan(source.address, name))
        if not own or name not in ("arn", "path"):
            return source.arguments[argument] if name == "id" else None
        of_identity_center = kind == "role" and isinstance(own[0], str) and own[0].startswith(_IDENTITY_CENTER_NAMES)
        if of_identity_center:
            path: tuple[str | Unknown, ...] = (
                _IDENTITY_CENTER_ROLES,
                _open(source, name, IdentityCenterPath(source.home.partition)),
            )
        else:
            path = ("/", _open(source, name, Part(attribute_of(source.address, "arn"), " path")))
        if name == "path":
            return values.joined(path) if of_identity_center else None
        return _in_account(source, name, ("iam",), kind, *path, *own)

    return read


def _template_file(source: DataSource, name: str) -> Value | None:
    """The data source that was there before ``templatefile``."""
    variables = source.arguments["vars"].data
    if isinstance(variables, tuple) and len(variables) == 1:
        variables = variables[0].data  # written as a block, as Terraform 0.11 had it
    if name != "rendered" or isinstance(variables, Unknown):
        return None
    return source.render(source.arguments["template"], variables if isinstance(variables, Mapping) else {})


_SOURCES: Mapping[str, Callable[[DataSource, str], Value | None]] = {
    "aws_iam_policy_document": _policy_document,
    "aws_caller_identity": _caller_identity,
    "aws_partition": _partition,
    "aws_region": _region,
    "aws_iam_policy": _policy,
    "aws_ssoadmin_permission_set": _permission_set,
    "aws_arn": _arn,
    "aws_service_principal": _service_principal,
    "local_file": _file,
    "local_sensitive_file": _file,
    "null_data_source": _null,
    "template_file": _template_file,
    "aws_iam_role": _named("role", "name", "unique_id"),
    "aws_iam_session_context": _session_context,
    "aws_iam_user": _named("user", "user_name", "user_id"),
}
