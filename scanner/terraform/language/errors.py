"""What Terraform would refuse: the errors that an evaluation ends with, told apart by how certain they are."""

from __future__ import annotations

from scanner.span import Span


class EvaluationError(Exception):
    """Terraform would refuse this expression, with the values that the variables have here."""

    is_certain = False
    """Whether it would, whatever the variables are."""

    def __init__(self, message: str, span: Span) -> None:
        super().__init__(message)
        self.span = span


class BoundError(EvaluationError):
    """Terraform might evaluate this; here it exceeds a bound that the message names."""


class SpentError(BoundError):
    """There are no more steps for it, or it alone would take too many."""


class ImpossibleError(EvaluationError):
    """Terraform would refuse this, given what is taken for granted: so that is not the case."""


class UndeclaredError(EvaluationError):
    """A reference to what the configuration does not declare. Not even ``try`` makes it good."""

    is_certain = True


class KindError(EvaluationError):
    """Something of a kind that can never stand there: a list for ``for_each``."""

    is_certain = True


class UnfollowedError(EvaluationError):
    """What Terraform may accept nevertheless: in a later version, or once a missing file has been made."""
