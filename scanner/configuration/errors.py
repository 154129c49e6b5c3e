"""What is wrong with a configuration file, and where."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from scanner.escape import visible
from scanner.span import Span


class MistakeError(Exception):
    """One mistake in a configuration file: a clause, and its place."""

    def __init__(self, message: str, span: Span) -> None:
        super().__init__(message)
        self.span = span


class ConfigError(Exception):
    """The configuration file is not as it must be. Each line of the message begins with a place."""

    def __init__(self, mistakes: Sequence[MistakeError]) -> None:
        ordered = sorted(mistakes, key=lambda one: one.span)
        super().__init__("\n".join(visible(f"{one.span.place}: {one}") for one in ordered))


def unknown_word(what: str, word: str, words: Iterable[str], span: Span) -> MistakeError:
    """That there is no such key or value, with the one that it is nearly, else with all that there are."""
    known = list(words)
    from difflib import get_close_matches

    near = get_close_matches(word, known, 1)
    instead = f'did you mean "{near[0]}"?' if near else f"there are {', '.join(known)}"
    return MistakeError(f'there is no {what} "{word}"; {instead}', span)
