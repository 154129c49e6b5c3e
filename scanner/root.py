"""A scan root: one thing that is evaluated by itself, with the inputs it is given."""

from __future__ import annotations

from enum import Enum
from pathlib import Path

from scanner.lazy_dataclass import dataclass
from scanner.symbol import Symbol


class RootKind(Enum):
    """What the root is; decides which reader extracts its facts."""

    TERRAFORM_MODULE = "terraform"
    TERRAFORM_PLAN = "terraform-plan"
    TERRAFORM_STATE = "terraform-state"
    CLOUDFORMATION_TEMPLATE = "cloudformation"
    CDK_ASSEMBLY = "cdk"
    CHANGE_SET = "change-set"
    ACCOUNT = "account"

    @property
    def is_terraform(self) -> bool:
        """Whether Terraform's values for variables have to do with it; a plan has those that it was made with."""
        return self in (RootKind.TERRAFORM_MODULE, RootKind.TERRAFORM_PLAN, RootKind.TERRAFORM_STATE)


@dataclass(frozen=True, slots=True)
class Assumption:
    """An answer to something that the code leaves open, taken for granted while one scenario is worked out."""

    subject: Symbol
    """What is open: a parameter, a condition, or another unknown."""
    value: str | None
    """What it is: in a template its text, and ``true`` or ``false`` for a condition; in a configuration a literal as it
    is written there. None for anything but the excluded ones."""
    excluded: tuple[str, ...] = ()

    def sort_key(self) -> tuple[str, str, tuple[str, ...]]:
        """An order that depends only on what is assumed."""
        return str(self.subject), self.value or "", self.excluded


@dataclass(frozen=True, slots=True)
class ValuesFile:
    """A file with values that was named on the command line."""

    path: str
    """As it was given: relative to the working directory."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """What the user says about a root beyond its own files. Account and region may differ from root to root."""

    variables: tuple[tuple[str, str] | ValuesFile, ...] = ()
    """``--var`` (name and raw text) and ``--var-file`` in the order of the command line: a later one outranks an
    earlier one, whichever option it is."""
    environment: tuple[tuple[str, str], ...] = ()
    """``TF_VAR_name`` of the environment: name and raw text. Ranked below all variable files."""
    parameters: tuple[tuple[str, str | None], ...] = ()
    """CloudFormation parameters: name and text; None for one that keeps its value in the stack. The last counts."""
    source: str | None = None
    """``--source``: the directory of the configuration that a plan was made from."""
    workspace: str | None = None
    """``--workspace``. A configuration is in ``default`` without; the plan of one may be in any."""
    account: str | None = None
    region: str | None = None
    assumptions: tuple[Assumption, ...] = ()
    """What a scenario takes for granted; see ``scanner.verdicts.scenarios``. Never given by the user."""


@dataclass(frozen=True, slots=True)
class ScanRoot:
    """Self-contained and picklable: extraction needs nothing else."""

    kind: RootKind
    path: str
    """As reports print it: relative to the working directory, with ``/``."""
    location: Path
    """Absolute: the module directory, or the file."""
    boundary: Path
    """Absolute: file functions read inside this directory only."""
    inputs: Inputs
    neighbours: tuple[ScanRoot, ...] = ()
    """Other templates that this one has values from, or that have values from it; see ``cloudformation.neighbours``."""
    beside: tuple[ScanRoot, ...] = ()
    """Others in its account that define what this one names, or say something of whom it defines; see ``joining``."""
    read_from: tuple[tuple[str, ScanRoot], ...] = ()
    """Configurations of which this one reads a state or a parameter, with the places where those are kept."""
    units: tuple[tuple[Path, str], ...] = ()
    """Terragrunt files that run a root module: absolute, and as reports print them."""
    contested: tuple[tuple[str, str], ...] = ()
    """Names that it imports and that several others export, with these."""
    stands_in: Path | None = None
    """Absolute: the directory that a root from standard input counts as a file of."""
    is_prior: bool = False
    """A plan: what there was before it is meant, not what there is once it is applied."""
    keeps_forgotten: bool = False
    """A plan: identities that it only takes out of the state are meant as well, for they stay in AWS."""

    @property
    def directory(self) -> Path:
        """Where the things are that lie beside the file of the root."""
        return self.stands_in if self.stands_in is not None else self.location.parent
