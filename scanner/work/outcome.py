"""What one root comes to: all that a report needs of it, and nothing else that was known on the way.

It holds no facts and no values of variables, so it is small enough to travel between processes and to be kept between
scans.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from scanner.budget import STEPS
from scanner.controls import AccountControls
from scanner.diagnostic import Diagnostic, Severity
from scanner.lazy_dataclass import dataclass
from scanner.path_sections import PathSection
from scanner.root import ScanRoot
from scanner.verdicts.question import Questions

if TYPE_CHECKING:
    from scanner.iam.principal import PrincipalKind
    from scanner.joining.names import RootNames
    from scanner.verdicts.assessed_principal import AssessedPrincipal


@dataclass(frozen=True, slots=True)
class Terms:
    """What the outcomes of all roots depend on, beside the roots: what the user says, and what rules ask."""

    directory: Path
    """The working directory, which the files of control policies are relative to."""
    context: tuple[tuple[str, tuple[str, ...] | None], ...] = ()
    controls: AccountControls = AccountControls()  # frozen
    accounts: tuple[tuple[str, AccountControls], ...] = ()
    assume_console: tuple[str, ...] = ()
    questions: Questions = Questions()  # frozen
    max_steps: int = STEPS
    account_data: tuple[str, ...] = ()
    """Directories with what is in accounts, relative to the working directory."""
    looks: str = ""
    """Where roots under several terms are worked out together: a digest of what the files had that these name."""


@dataclass(frozen=True, slots=True)
class Task:
    """One root, and what the user says about its path."""

    root: ScanRoot
    section: PathSection = PathSection()  # frozen
    changed: tuple[tuple[str, str], ...] = ()
    """Files, by absolute paths without links, with texts that they are taken to have."""
    terms: Terms | None = None
    """Its own terms, where roots with several are worked out together; None for those that all of them have."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The principals of one root with what was decided about them, and what is said beside."""

    principals: tuple[AssessedPrincipal, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    """What is wrong with the root and with the policies in it."""
    files: frozenset[str] = frozenset()
    """Paths of the files that were read."""
    silent: frozenset[str] = frozenset()
    """Those of them that certainly ask for nothing to be ignored."""
    identities: int = 0
    """How many there are; groups count."""
    names: RootNames | None = None
    """What it defines and what it names; None for what is in an account, which is joined only where users say so."""
    parameters: frozenset[str] = frozenset()
    """Names of the parameters that can be given to it."""
    undeclared: frozenset[Diagnostic] | None = None
    """Values of variables from the command line that it does not declare; None for what takes no variables."""
    exports: frozenset[str] = frozenset()
    imports: frozenset[str] = frozenset()
    """Names of the values that it hands to other stacks, and that it has from them."""
    moves: tuple[tuple[str, str], ...] = ()
    """Addresses before and after."""
    replaced: frozenset[str] = frozenset()
    """Addresses of who is not who was there before, but another in that place."""
    forgotten: frozenset[str] = frozenset()
    """Addresses of identities that stay in AWS and are not the code's any more."""
    told: frozenset[PrincipalKind] = frozenset()
    """The kinds of principals of which an account has no others."""

    @property
    def has_errors(self) -> bool:
        """Whether not all of it could be read."""
        return any(one.severity is Severity.ERROR for one in self.diagnostics)
