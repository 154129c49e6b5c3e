"""Text in other forms: base 64, character encodings, URLs, CSV."""

from __future__ import annotations

import base64
import binascii
import csv
import io
import zlib
from collections.abc import Mapping
from urllib.parse import quote_plus, unquote_plus

from scanner.regexes import anywhere, whole
from scanner.terraform.language.functions.hashing import not_evaluated
from scanner.terraform.language.functions.sequences import limited
from scanner.terraform.language.functions.signature import (
    Function,
    FunctionError,
    Parameter,
    UnsupportedError,
    invalid,
    plain,
)
from scanner.terraform.language.kinds import ListItems
from scanner.terraform.language.types import STRING
from scanner.values import Value

MAX_UNPACKED = 8 * 1024 * 1024
"""Bytes of a text that was compressed."""

_STR = Parameter("str", STRING)
_ENCODING = Parameter("encoding", STRING)

_ENCODINGS = {
    **{f"iso-8859-{part}": f"iso8859-{part}" for part in (*range(1, 9), 10, 13, 14, 15, 16)},
    **{f"windows-{page}": f"cp{page}" for page in range(1250, 1259)},
    **{f"ibm{page}": f"cp{page}" for page in ("037", 437, 850, 852, 855, 858, 860, 862, 863, 865, 866, 1140)},
    **{
        name: name for name in ("utf-8", "utf-16be", "utf-16le", "utf-16", "koi8-r", "koi8-u", "big5", "gbk", "gb18030")
    },
    **{name: name for name in ("shift_jis", "euc-jp", "euc-kr", "iso-2022-jp", "latin1")},
    "us-ascii": "ascii",
    "macintosh": "mac-roman",
    "windows-874": "cp874",
}
"""Names that the IANA registers, and Python's codecs for them."""

_FIELD = r'(?:"(?:[^"]|"")*+"|[^",\r\n]*+)'
_CSV = whole(rf"(?:{_FIELD}(?:,{_FIELD})*+(?:\r?\n|\r?$))*+")


def _codec(encoding: str) -> str:
    codec = _ENCODINGS.get(encoding.lower())
    if codec is None:
        raise invalid("encoding", f'"{encoding}" is not a supported IANA encoding name or alias')
    return codec


def _bytes(text: str) -> bytes:
    """Decode base 64 as Go's standard encoding does: padding is required, line breaks do not count."""
    try:
        return base64.b64decode(text.replace("\r", "").replace("\n", ""), validate=True)
    except (binascii.Error, ValueError):
        raise FunctionError("failed to decode base64 data.") from None


def _base64decode(text: str) -> str:
    try:
        return _bytes(text).decode()
    except UnicodeDecodeError:
        raise FunctionError("the result of decoding the provided string is not valid UTF-8.") from None


def _base64gunzip(text: str) -> str:
    """OpenTofu: the inverse of ``base64gzip``."""
    unpacker = zlib.decompressobj(wbits=31)  # with the header of gzip
    try:
        content = unpacker.decompress(_bytes(text), MAX_UNPACKED)
    except zlib.error:
        raise FunctionError("failed to decompress gzip data.") from None
    if unpacker.unconsumed_tail:
        raise UnsupportedError(f"the text has more than {MAX_UNPACKED} bytes")
    if not unpacker.eof:
        raise FunctionError("failed to decompress gzip data.")
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise FunctionError("the result of decompressing the provided string is not valid UTF-8.") from None


_BROKEN_ESCAPE = anywhere(r"%(?![0-9A-Fa-f]{2})")


def _urldecode(text: str) -> str:
    """OpenTofu: the inverse of ``urlencode``."""
    if _BROKEN_ESCAPE.search(text):
        raise FunctionError("the text has a % that no two hexadecimal digits follow.")
    try:
        return unquote_plus(text, errors="strict")
    except UnicodeDecodeError:
        raise UnsupportedError("the text would not be UTF-8") from None


def _textencodebase64(text: str, encoding: str) -> str:
    codec = _codec(encoding)
    try:
        content = b"\xfe\xff" + text.encode("utf-16be") if codec == "utf-16" else text.encode(codec)
    except UnicodeEncodeError:
        raise invalid("string", f"the given string contains characters that {encoding} cannot represent") from None
    return base64.b64encode(content).decode()


def _textdecodebase64(source: str, encoding: str) -> str:
    content, codec = _bytes(source), _codec(encoding)
    if codec == "utf-16" and content[:2] not in (b"\xfe\xff", b"\xff\xfe"):
        codec = "utf-16be"
    try:
        return content.decode(codec)
    except UnicodeDecodeError:
        raise invalid("source", f"the given string contains symbols that are not defined for {encoding}") from None


def _csvdecode(text: str) -> tuple[Value, ...]:
    if not _CSV.fullmatch(text):
        raise FunctionError('CSV parse error: extraneous, missing or bare " in a field.')
    try:
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if row]
    except csv.Error as problem:
        raise FunctionError(f"CSV parse error: {problem}.") from problem
    if not rows:
        raise FunctionError("missing header line.")
    header = rows[0]
    limited(len(rows) * len(header) // 10)
    if len(set(header)) < len(header):
        raise FunctionError("duplicate column name.")
    if any(len(row) != len(header) for row in rows):
        raise FunctionError("CSV parse error: wrong number of fields.")
    return ListItems(
        Value({name: Value(field.replace("\r\n", "\n")) for name, field in zip(header, row, strict=True)})
        for row in rows[1:]
    )


_FUNCTIONS = (
    Function("base64encode", (_STR,), plain(lambda text: base64.b64encode(text.encode()).decode())),
    Function("base64decode", (_STR,), plain(_base64decode)),
    not_evaluated("base64gzip", (_STR,)),
    Function("textencodebase64", (Parameter("string", STRING), _ENCODING), plain(_textencodebase64)),
    Function("textdecodebase64", (Parameter("source", STRING), _ENCODING), plain(_textdecodebase64)),
    Function("urlencode", (_STR,), plain(lambda text: quote_plus(text, safe="~"))),
    Function("base64gunzip", (_STR,), plain(_base64gunzip)),
    Function("urldecode", (_STR,), plain(_urldecode)),
    Function("csvdecode", (_STR,), plain(_csvdecode)),
)
FUNCTIONS: Mapping[str, Function] = {function.name: function for function in _FUNCTIONS}
