"""New inputs of old ones. Everything follows from the generator of random numbers that is handed in.

Bits are what a fuzzer flips by itself. What it does not think of is here: words of the language in other places, pieces
that come a thousand times, brackets inside each other, characters that look like nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from random import Random

MAX_SIZE = 32 * 1024
_WORD = re.compile(rb'"[^"\n]{0,60}"|[A-Za-z_][\w:.-]{0,40}|[0-9]+|\s+|[^\w\s]', re.ASCII)
_ODD = (
    *(
        b"\x00",
        b"\r",
        b"\r\n",
        b"\t",
        b"\x0b",
        b"\x0c",
        b"\x1b[31m",
        b"\x7f",
        b"\\",
        b"\\u",
        b"\\ud800",
        b"\xff",
        b"\xed\xa0\x80",
    ),
    *(
        "\ufeff\u2028\u200b\u202e\u0130\u00df\u0301\U0001f600\u0660\u00a0".encode(),
        "\u2028".encode(),
        "\u0130".encode(),
    ),
    *(
        b"*",
        b"?",
        b"**",
        b"${",
        b"%{",
        b"$${",
        b"<<-A\n",
        b"/*",
        b"*/",
        b"#",
        b"//",
        b"&a ",
        b"*a ",
        b"!!",
        b"---\n",
        b"<<: ",
    ),
    *(
        b"-1",
        b"0",
        b"1e999",
        b"1e-999",
        b"9" * 400,
        b"0x",
        b".5",
        b"NaN",
        b"Infinity",
        b"null",
        b"true",
        b"{}",
        b"[]",
        b'""',
        b"''",
    ),
)
_PAIRS = (
    (b"(", b")"),
    (b"[", b"]"),
    (b"{", b"}"),
    (b'"${', b'}"'),
    (b'{"a":', b"}"),
    (b"!Not [", b"]"),
    (b'"', b'"'),
    (b"<", b">"),
)
_TIMES = (2, 2, 2, 3, 3, 10, 10, 100, 1000, 5000)


def mutated(data: bytes, seeds: Sequence[bytes], random: Random) -> bytes:
    """A neighbour of an input."""
    for _ in range(random.choice((1, 1, 2, 3, 5))):
        data = random.choice(_CHANGES)(data, seeds, random)[:MAX_SIZE]
    return data


def _word(data: bytes, random: Random) -> tuple[int, int]:
    """Where a word begins and ends."""
    start = random.randint(0, len(data))
    found = _WORD.search(data, start) or _WORD.search(data)
    return found.span() if found else (start, start)


def _piece(data: bytes, random: Random) -> tuple[int, int]:
    start = random.randint(0, len(data))
    return start, min(len(data), start + random.choice((1, 2, 5, 20, 100, 1000)))


def _other_word(data: bytes, seeds: Sequence[bytes], random: Random) -> bytes:
    start, end = _word(data, random)
    other = random.choice(seeds) if random.random() < 0.5 else data
    first, last = _word(other, random)
    return data[:start] + other[first:last] + data[end:]


def _other_piece(data: bytes, seeds: Sequence[bytes], random: Random) -> bytes:
    start, end = _piece(data, random)
    other = random.choice(seeds)
    first, last = _piece(other, random)
    return data[: random.choice((start, end))] + other[first:last] + data[end:]


def _odd(data: bytes, _seeds: Sequence[bytes], random: Random) -> bytes:
    start, end = _word(data, random)
    return data[:start] + random.choice(_ODD) + data[random.choice((start, end)) :]


def _without(data: bytes, _seeds: Sequence[bytes], random: Random) -> bytes:
    start, end = random.choice((_word, _piece))(data, random)
    return data[:start] + data[end:]


def _often(data: bytes, _seeds: Sequence[bytes], random: Random) -> bytes:
    start, end = random.choice((_word, _piece))(data, random)
    return data[:start] + data[start:end] * random.choice(_TIMES) + data[end:]


def _nested(data: bytes, _seeds: Sequence[bytes], random: Random) -> bytes:
    start, end = _word(data, random)
    before, behind = random.choice(_PAIRS)
    times = random.choice(_TIMES)
    return (
        data[:start] + before * times + data[start:end] + behind * random.choice((times, times, times - 1)) + data[end:]
    )


def _swapped(data: bytes, _seeds: Sequence[bytes], random: Random) -> bytes:
    (start, middle), (first, last) = sorted((_word(data, random), _word(data, random)))
    if first < middle:
        return data
    return data[:start] + data[first:last] + data[middle:first] + data[start:middle] + data[last:]


def _byte(data: bytes, _seeds: Sequence[bytes], random: Random) -> bytes:
    at = random.randint(0, len(data))
    return data[:at] + bytes([random.randrange(256)]) + data[at + random.randint(0, 1) :]


def _cut(data: bytes, _seeds: Sequence[bytes], random: Random) -> bytes:
    return data[: random.randint(0, len(data))]


_Change = Callable[[bytes, Sequence[bytes], Random], bytes]
_CHANGES: tuple[_Change, ...] = (
    _other_word,
    _other_word,
    _other_piece,
    _odd,
    _odd,
    _without,
    _often,
    _nested,
    _swapped,
    _byte,
    _cut,
)
