"""Functions on files and paths. Files are read inside the scanned tree only, and only regular ones.

A path that leads out of the tree, by itself or through a symbolic link, gives an unknown with the reason as its cause;
nothing out there is opened.
"""

from __future__ import annotations

import base64
import os
import posixpath
import re
import stat
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from scanner.terraform.language.functions.hashing import DIGESTS
from scanner.terraform.language.functions.sequences import limited
from scanner.terraform.language.functions.signature import (
    Function,
    FunctionContext,
    FunctionError,
    MissingFileError,
    Parameter,
    UnsupportedError,
    invalid,
    plain,
)
from scanner.terraform.language.kinds import SetItems, made_for
from scanner.terraform.language.types import ANY, STRING
from scanner.values import Unknown, Value, pieces

MAX_SIZE = 8 * 1024 * 1024
"""Bytes of a file that is read."""
MAX_VISITED = 50_000
"""Directory entries that one ``fileset`` looks at."""

_PATH = Parameter("path", STRING)


def _inside(path: str, context: FunctionContext) -> Path:
    """The real path of what is named, which need not exist."""
    if context.closed:
        raise UnsupportedError(f'the file or directory "{path}" {context.closed}')
    if path.startswith("~"):
        raise UnsupportedError(f'the path "{path}" leads to a home directory, outside the scanned tree')
    if "\0" in path:
        raise invalid("path", "it contains a NUL character")
    real = Path(os.path.realpath(context.directory / path))
    if not real.is_relative_to(os.path.realpath(context.boundary)):
        raise UnsupportedError(f'the path "{path}" leads outside the scanned tree')
    return real


def _content(path: str, context: FunctionContext) -> bytes:
    real = _inside(path, context)
    try:
        if not stat.S_ISREG(real.stat().st_mode):
            kind = "a directory" if real.is_dir() else "not a regular file"
            raise invalid("path", f'"{path}" is {kind}')
        descriptor = os.open(real, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        raise MissingFileError(str(invalid("path", f'no file exists at "{path}"'))) from None
    except OSError as problem:
        raise invalid("path", f'failed to read "{path}": {problem.strerror}') from problem
    with open(descriptor, "rb") as file:  # noqa: PTH123 # a descriptor has no path
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise invalid("path", f'"{path}" is not a regular file')
        content = file.read(MAX_SIZE + 1)
    if len(content) > MAX_SIZE:
        raise UnsupportedError(f'the file "{path}" is larger than {MAX_SIZE} bytes')
    return content


def _text(path: str, context: FunctionContext) -> str:
    try:
        return _content(path, context).decode()
    except UnicodeDecodeError:
        raise invalid("path", f'contents of "{path}" are not valid UTF-8') from None


def _named(arguments: tuple[Value, ...]) -> str:
    return arguments[0].text or ""


def _file(arguments: tuple[Value, ...], context: FunctionContext) -> Value:
    return Value(_text(_named(arguments), context))


def _filebase64(arguments: tuple[Value, ...], context: FunctionContext) -> Value:
    return Value(base64.b64encode(_content(_named(arguments), context)).decode())


def _digest(digest: Callable[[bytes], str]) -> Callable[[tuple[Value, ...], FunctionContext], Value]:
    return lambda arguments, context: Value(digest(_content(_named(arguments), context)))


def _fileexists(arguments: tuple[Value, ...], context: FunctionContext) -> Value:
    path = _named(arguments)
    try:
        mode = _inside(path, context).stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return Value(False)
    except OSError as problem:
        raise FunctionError(f'failed to look at "{path}": {problem.strerror}.') from problem
    if not stat.S_ISREG(mode):
        kind = "a directory" if stat.S_ISDIR(mode) else "not a regular file"
        raise FunctionError(f'"{path}" is {kind}.')
    return Value(True)


def _fileset(arguments: tuple[Value, ...], context: FunctionContext) -> Value:
    """The names of the regular files below a directory that match, sorted; links to directories are not descended."""
    path, pattern = _named(arguments), arguments[1].text or ""
    directory = _inside(path, context)
    if pattern.startswith("/") or ".." in pattern.split("/"):
        raise UnsupportedError(f'the pattern "{pattern}" leads out of the directory that it starts in')
    matches = re.compile(_glob(posixpath.normpath(pattern) if pattern else ""))
    recursive = "**" in pattern
    depth = pattern.count("/")
    found: list[str] = []
    for visited, name in enumerate(_files(directory, "", None if recursive else depth)):
        if visited >= MAX_VISITED:
            raise UnsupportedError(f'there are more than {MAX_VISITED} files below "{path}"')
        if matches.fullmatch(name) and stat.S_ISREG(_mode(_inside(f"{directory}/{name}", context))):
            found.append(name)
    limited(len(found))
    return Value(made_for(STRING, SetItems(Value(name) for name in sorted(found))))


def _mode(path: Path) -> int:
    try:
        return path.stat().st_mode
    except OSError:
        return 0


def _files(directory: Path, prefix: str, depth: int | None) -> Iterator[str]:
    try:
        entries = sorted(os.scandir(directory), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        name = prefix + entry.name
        if not entry.is_dir(follow_symlinks=False):
            yield name
        elif depth != 0:
            yield from _files(Path(entry.path), f"{name}/", None if depth is None else depth - 1)


def _glob(pattern: str) -> str:
    """A doublestar pattern as a regular expression: ``*``, ``?``, ``**``, ``[a-z]``, ``{a,b}``."""
    parts: list[str] = []
    braces = position = 0
    while position < len(pattern):
        c = pattern[position]
        position += 1
        if pattern.startswith("**/", position - 1):
            parts.append("(?:[^/]+/)*+")
            position += 2
        elif pattern.startswith("**", position - 1):
            parts.append(".*+" if position + 1 == len(pattern) else "[^/]*")
            position += 1
        elif c in "*?":
            parts.append("[^/]*" if c == "*" else "[^/]")
        elif c == "[":
            end = pattern.find("]", position + 1)
            if end == -1:
                raise invalid("pattern", "syntax error in pattern")
            members = pattern[position:end]
            negated = members[0] in "^!"
            kept = re.sub(r"[^\w-]", lambda match: re.escape(match[0]), members[negated:])
            parts.append(f"(?!/)[{'^' if negated else ''}{kept}]")
            position = end + 1
        elif c == "{":
            parts.append("(?:")
            braces += 1
        elif c in ",}" and braces:
            parts.append("|" if c == "," else ")")
            braces -= c == "}"
        else:
            if c == "\\" and position < len(pattern):
                c, position = pattern[position], position + 1
            parts.append(re.escape(c))
    if braces:
        raise invalid("pattern", "syntax error in pattern")
    return "".join(parts)


def _templatefile(arguments: tuple[Value, ...], context: FunctionContext) -> Value | None:
    path = arguments[0].text
    variables = _variables(arguments[1])
    if path is None or variables is None:
        return None
    return context.render(_text(path, context), variables, path)


def _templatestring(arguments: tuple[Value, ...], context: FunctionContext) -> Value | None:
    text = arguments[0].text
    variables = _variables(arguments[1])
    return None if text is None or variables is None else context.render(text, variables, None)


def _variables(value: Value) -> Mapping[str, Value] | None:
    match value.data:
        case Unknown():
            return None
        case Mapping() as variables:
            return variables
        case _:
            raise invalid("vars", "invalid vars value: must be a map")


def _basename(path: str) -> str:
    return posixpath.basename(path.rstrip("/")) or ("/" if path else ".")


def _last_part(arguments: tuple[Value, ...], _: FunctionContext) -> Value | None:
    """A path that is known in part has a known last part when no hole comes after its last slash."""
    (path,) = arguments
    if path.text is not None:
        return Value(_basename(path.text))
    last = (pieces(path) or ())[-1:]
    if last and isinstance(last[0], str) and last[0].rstrip("/").rpartition("/")[1]:
        return Value(_basename(last[0]))
    return None


def _dirname(path: str) -> str:
    return _clean(posixpath.dirname(path))


def _clean(path: str) -> str:
    normal = posixpath.normpath(path)
    return normal[1:] if normal.startswith("//") else normal


def _pathexpand(arguments: tuple[Value, ...], _: FunctionContext) -> Value:
    path = _named(arguments)
    if path == "~" or path.startswith("~/"):
        raise UnsupportedError(f'the path "{path}" depends on who runs Terraform')
    return Value(path)


def _abspath(arguments: tuple[Value, ...], context: FunctionContext) -> Value:
    return Value(_clean(posixpath.join(context.directory.as_posix(), _named(arguments))))


def _on_file(name: str, work: Callable[[tuple[Value, ...], FunctionContext], Value]) -> Function:
    return Function(name, (_PATH,), work, repeatable=False)


_OF_FILE = {
    "filemd5": "md5",
    "filesha1": "sha1",
    "filesha256": "sha256",
    "filesha512": "sha512",
    "filebase64sha256": "base64sha256",
    "filebase64sha512": "base64sha512",
}
_VARS = Parameter("vars", ANY)
_FUNCTIONS = (
    _on_file("file", _file),
    _on_file("filebase64", _filebase64),
    _on_file("fileexists", _fileexists),
    *(_on_file(name, _digest(DIGESTS[digest])) for name, digest in _OF_FILE.items()),
    Function("fileset", (_PATH, Parameter("pattern", STRING)), _fileset, repeatable=False),
    Function("templatefile", (_PATH, _VARS), _templatefile, reads_holes=True, repeatable=False),
    Function("templatestring", (Parameter("template", STRING), _VARS), _templatestring, reads_holes=True),
    Function("basename", (_PATH,), _last_part, reads_holes=True),
    Function("dirname", (_PATH,), plain(_dirname)),
    _on_file("pathexpand", _pathexpand),
    _on_file("abspath", _abspath),
)
FUNCTIONS: Mapping[str, Function] = {function.name: function for function in _FUNCTIONS}
