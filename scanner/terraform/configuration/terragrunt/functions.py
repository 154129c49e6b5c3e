"""The functions of Terragrunt files: Terraform's, and those that find directories and other files.

What runs a command, asks AWS or reads the environment is never followed.

https://terragrunt.gruntwork.io/docs/reference/hcl/functions/
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import field
from pathlib import Path

from scanner import file_system
from scanner.cause import Cause, CauseKind
from scanner.lazy_dataclass import dataclass
from scanner.span import Span
from scanner.symbol import Symbol
from scanner.terraform.configuration.known_functions import FUNCTIONS
from scanner.terraform.configuration.scanned_files import ScannedFiles
from scanner.terraform.language import functions, nodes
from scanner.terraform.language.errors import EvaluationError
from scanner.terraform.language.questions import Questions
from scanner.values import Value, unknown

_DEFAULT_PARENTS = ("terragrunt.hcl", "root.hcl")
"""What ``find_in_parent_folders()`` looks for; newer versions want the name of the file."""
_ELSEWHERE = frozenset(
    {
        *("get_env", "run_cmd", "sops_decrypt_file", "get_platform", "get_working_dir", "get_terraform_command"),
        *("get_terraform_cli_args", "get_aws_account_id", "get_aws_account_alias", "get_aws_caller_identity_arn"),
        *("get_aws_caller_identity_user_id", "get_terragrunt_source_cli_flag", "read_tfvars_file", "constraint_check"),
        *("get_default_retryable_errors", "get_terraform_commands_that_need_vars", "mark_glob_as_read"),
    }
)


@dataclass(frozen=True, slots=True)
class Functions:
    """What the evaluator asks of a Terragrunt file."""

    unit: Path
    """The directory of the unit: Terragrunt's functions start there."""
    directory: Path
    """The directory of the file: Terraform's functions start there."""
    boundary: Path
    read: Callable[[str], Value]
    questions: Questions = field(default_factory=Questions)
    """What is open in such a file is not tried out."""

    def call(self, name: str, arguments: tuple[Value, ...], span: Span) -> Value:
        """Call a function. Raises ``EvaluationError``."""
        own = _OWN.get(name)
        if own is not None:
            return own(self, arguments, span)
        if name in _ELSEWHERE:
            return unknown(Cause(CauseKind.MISSING_INPUT, f"the result of Terragrunt's {name}()", span))
        if name not in FUNCTIONS:
            raise EvaluationError(f'there is no function named "{name}"', span)
        context = functions.FunctionContext(ScannedFiles(self.directory, self.boundary), _rendered)
        try:
            return functions.call(FUNCTIONS[name], arguments, context, span)
        except functions.FunctionError as problem:
            raise EvaluationError(f"{name}: {str(problem).rstrip('.')}", span) from problem

    def checked(self, node: nodes.Node | nodes.Body) -> bool:  # noqa: ARG002 # as it is declared
        """Names are looked up when they are met."""
        return True

    def instance(self, symbol: Symbol, key: Value) -> Value | None:  # noqa: ARG002 # as it is declared
        """There are no resources here."""
        return None

    def refuse(self, problem: EvaluationError) -> Value:
        """The caller says what stands in its place."""
        raise problem

    # Terragrunt's own

    def find_in_parent_folders(self, arguments: tuple[Value, ...], span: Span) -> Value:
        """The nearest file of a name above the unit, inside the tree."""
        given = [argument.text for argument in arguments]
        names = given[:1] if given else _DEFAULT_PARENTS
        for parent in self.unit.parents:
            if not parent.is_relative_to(self.boundary):
                break
            for name in names:
                if name is not None and file_system.exists(parent / name):
                    return Value(str(parent / name), span)
        if len(arguments) > 1:
            return arguments[1]
        raise EvaluationError("find_in_parent_folders finds no file in the scanned tree", span)

    def read_terragrunt_config(self, arguments: tuple[Value, ...], span: Span) -> Value:
        """Another file, with its local values and inputs."""
        path = arguments[0].text if arguments else None
        if path is None:
            return unknown(
                Cause(CauseKind.MISSING_INPUT, "a file that Terragrunt reads, whose path is not known", span)
            )
        if len(arguments) > 1 and not file_system.exists(self.unit / path):
            return arguments[1]
        return self.read(path)

    def unit_directory(self, arguments: tuple[Value, ...], span: Span) -> Value:  # noqa: ARG002 # as the others
        """``get_terragrunt_dir``, ``get_original_terragrunt_dir``"""
        return Value(str(self.unit), span)

    def file_directory(self, arguments: tuple[Value, ...], span: Span) -> Value:
        """``get_parent_terragrunt_dir``: of the file that is included, seen from itself."""
        if arguments or self.directory == self.unit:
            raise EvaluationError("the included file that is meant is not known here", span)
        return Value(str(self.directory), span)

    def from_include(self, arguments: tuple[Value, ...], span: Span) -> Value:
        """``path_relative_to_include``: from the included file down to the unit."""
        return self._relative(self.unit, self.directory, arguments, span)

    def to_include(self, arguments: tuple[Value, ...], span: Span) -> Value:
        """``path_relative_from_include``: from the unit up to the included file."""
        return self._relative(self.directory, self.unit, arguments, span)

    def _relative(self, path: Path, start: Path, arguments: tuple[Value, ...], span: Span) -> Value:
        if arguments or self.directory == self.unit:
            raise EvaluationError("the included file that is meant is not known here", span)
        return Value(os.path.relpath(path, start).replace(os.sep, "/"), span)

    def repository(self, arguments: tuple[Value, ...], span: Span) -> Value:  # noqa: ARG002 # as the others
        """``get_repo_root``"""
        return Value(str(self._top(span)), span)

    def from_repository(self, arguments: tuple[Value, ...], span: Span) -> Value:  # noqa: ARG002 # as the others
        """``get_path_from_repo_root``"""
        return Value(self.unit.relative_to(self._top(span)).as_posix(), span)

    def to_repository(self, arguments: tuple[Value, ...], span: Span) -> Value:  # noqa: ARG002 # as the others
        """``get_path_to_repo_root``"""
        return Value(os.path.relpath(self._top(span), self.unit).replace(os.sep, "/"), span)

    def _top(self, span: Span) -> Path:
        if file_system.exists(self.boundary / ".git"):
            return self.boundary
        raise EvaluationError("the top of the git work tree is not known", span)

    def same(self, arguments: tuple[Value, ...], span: Span) -> Value:
        """``mark_as_read``"""
        if not arguments:
            raise EvaluationError("a path is missing", span)
        return arguments[0]


_OWN: Mapping[str, Callable[[Functions, tuple[Value, ...], Span], Value]] = {
    "find_in_parent_folders": Functions.find_in_parent_folders,
    "read_terragrunt_config": Functions.read_terragrunt_config,
    "get_terragrunt_dir": Functions.unit_directory,
    "get_original_terragrunt_dir": Functions.unit_directory,
    "get_parent_terragrunt_dir": Functions.file_directory,
    "path_relative_to_include": Functions.from_include,
    "path_relative_from_include": Functions.to_include,
    "get_repo_root": Functions.repository,
    "get_path_from_repo_root": Functions.from_repository,
    "get_path_to_repo_root": Functions.to_repository,
    "mark_as_read": Functions.same,
}


def _rendered(text: str, variables: Mapping[str, Value], path: str | None) -> Value:  # noqa: ARG001 # as it is declared
    cause = Cause(CauseKind.UNSUPPORTED, "a template in a file of Terragrunt, which is not evaluated")
    return unknown(cause)
