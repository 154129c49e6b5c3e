"""The comments of YAML: what stands between its tokens. Inside of a scalar, in blocks of text too, ``#`` is text.

https://yaml.org/spec/1.1/#id863516
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from scanner.regexes import beginning

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_HEADER = beginning(r"[|>][-+0-9]{0,3}[ \t]+(?=#)")


def comments(text: str) -> Iterator[tuple[int, int]]:
    """Where each comment begins and ends, in order; the line break is no part of it. The text has no byte order mark.

    Nothing is found behind what is not YAML.
    """
    position = 0
    try:
        for token in yaml.scan(text, Loader=_Loader):
            start, end = token.start_mark.index, token.end_mark.index
            yield from _between(text, position, start)
            if isinstance(token, yaml.ScalarToken) and token.style in ("|", ">"):
                header = _HEADER.match(text, start)
                if header is not None:
                    yield header.end(), _line_end(text, header.end())
            position = max(position, end)
    except yaml.YAMLError:
        return
    yield from _between(text, position, len(text))


def _between(text: str, position: int, end: int) -> Iterator[tuple[int, int]]:
    while (start := text.find("#", position, end)) != -1:
        position = _line_end(text, start)
        yield start, position


def _line_end(text: str, position: int) -> int:
    end = text.find("\n", position)
    return len(text) if end == -1 else end
