"""Functions on files and paths. Which files there are, and which of them may be read, is the caller's business."""

from __future__ import annotations

import base64
import posixpath
import re
from collections.abc import Callable, Mapping
from itertools import pairwise

from scanner.regexes import anywhere, whole
from scanner.terraform.language.functions.hashing import DIGESTS
from scanner.terraform.language.functions.sequences import limited
from scanner.terraform.language.functions.signature import (
    Function,
    FunctionContext,
    Parameter,
    UnsupportedError,
    invalid,
    plain,
)
from scanner.terraform.language.kinds import SetItems, made_for
from scanner.terraform.language.types import ANY, STRING
from scanner.values import Unknown, Value, pieces
from scanner.wildcards import of_name, of_path

MAX_VISITED = 50_000
"""Directory entries that one ``fileset`` looks at."""

MAX_ALTERNATIVES = 1000
MAX_PATTERN = 4096

_PATH = Parameter("path", STRING)
_SIGN = anywhere(r"\\.|\[.[^\]]*+\]?|[{},]", re.DOTALL)
_NO_MEMBER = anywhere(r"[^\w-]")


def _text(path: str, context: FunctionContext) -> str:
    try:
        return context.files.content(path).decode()
    except UnicodeDecodeError:
        raise invalid("path", f'contents of "{path}" are not valid UTF-8') from None


def _named(arguments: tuple[Value, ...]) -> str:
    return arguments[0].text or ""


def _file(arguments: tuple[Value, ...], context: FunctionContext) -> Value:
    return Value(_text(_named(arguments), context))


def _filebase64(arguments: tuple[Value, ...], context: FunctionContext) -> Value:
    return Value(base64.b64encode(context.files.content(_named(arguments))).decode())


def _digest(digest: Callable[[bytes], str]) -> Callable[[tuple[Value, ...], FunctionContext], Value]:
    return lambda arguments, context: Value(digest(context.files.content(_named(arguments))))


def _fileexists(arguments: tuple[Value, ...], context: FunctionContext) -> Value:
    return Value(context.files.exists(_named(arguments)))


def _fileset(arguments: tuple[Value, ...], context: FunctionContext) -> Value:
    """The names of the regular files below a directory that match, sorted; links to directories are not descended."""
    path, pattern = _named(arguments), arguments[1].text or ""
    recursive = "**" in pattern
    names = context.files.below(path, None if recursive else pattern.count("/"))
    if pattern.startswith("/") or ".." in pattern.split("/"):
        raise UnsupportedError(f'the pattern "{pattern}" leads out of the directory that it starts in')
    alternatives = _alternatives(posixpath.normpath(pattern) if pattern else "")
    matches = whole("|".join(f"(?:{_glob(one)})" for one in alternatives))
    found: list[str] = []
    for visited, name in enumerate(names):
        if visited >= MAX_VISITED:
            raise UnsupportedError(f'there are more than {MAX_VISITED} files below "{path}"')
        if matches.fullmatch(name) and context.files.is_regular(f"{path}/{name}"):
            found.append(name)
    limited(len(found))
    return Value(made_for(STRING, SetItems(Value(name) for name in sorted(found))))


def _alternatives(pattern: str) -> list[str]:
    """The patterns without braces that one with ``{a,b}`` stands for."""
    found: list[str] = []
    waiting = [pattern]
    while waiting:
        one = waiting.pop()
        begin, *commas, end = _outermost_braces(one) or (-1, -1)
        if begin < 0:
            found.append(one)
            continue
        if len(found) + len(waiting) + len(commas) >= MAX_ALTERNATIVES or len(one) > MAX_PATTERN:
            raise UnsupportedError("its braces stand for too many patterns")
        borders = [begin, *commas, end]
        waiting += [one[:begin] + one[left + 1 : right] + one[end + 1 :] for left, right in pairwise(borders)]
    return found


def _outermost_braces(pattern: str) -> list[int] | None:
    """The offsets of the first brace, of its commas, and of the one that ends it."""
    found: list[int] = []
    depth = 0
    for sign in _SIGN.finditer(pattern):
        match sign[0]:
            case "{":
                depth += 1
                outermost = depth == 1
            case "}" if depth:
                depth -= 1
                outermost = depth == 0
            case kind:
                outermost = kind == "," and depth == 1
        if outermost:
            found.append(sign.start())
        if found and not depth:
            return found
    if depth:
        raise invalid("pattern", "syntax error in pattern")
    return None


def _glob(pattern: str) -> str:
    """A doublestar pattern without braces as a regular expression: ``*``, ``?``, ``**``, ``[a-z]``."""
    parts: list[list[list[str]]] = [[[""]]]
    position = 0
    while position < len(pattern):
        c = pattern[position]
        position += 1
        names = parts[-1]
        if c == "/":
            names.append([""])
        elif pattern.startswith("**", position - 1) and names[-1] == [""] and position + 1 == len(pattern):
            names[-1][-1] = ".*+"
            position += 1
        elif pattern.startswith("**/", position - 1) and names[-1] == [""]:
            names.pop()
            parts.append([[""]])
            position += 2
        elif c == "*":
            names[-1].append("")
        elif c == "?":
            names[-1][-1] += "[^/]"
        elif c == "[":
            end = pattern.find("]", position + 1)
            if end == -1:
                raise invalid("pattern", "syntax error in pattern")
            names[-1][-1] += _members(pattern[position:end])
            position = end + 1
        else:
            if c == "\\" and position < len(pattern):
                c, position = pattern[position], position + 1
            names[-1][-1] += re.escape(c)
    first, *others = ("/".join(map(of_name, names)) for names in parts)
    return of_path([first, *(part for part in others[:-1] if part), *others[-1:]])


def _members(written: str) -> str:
    negated = written[0] in "^!"
    kept = _NO_MEMBER.sub(lambda found: re.escape(found[0]), written[negated:])
    return f"(?!/)[{'^' if negated else ''}{kept}]"


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
    return Value(_clean(context.files.absolute(_named(arguments))))


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
