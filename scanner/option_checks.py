"""What is wrong with options that a program made: the command line refuses the same before there are any."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from pathlib import PurePath
from typing import Any

from scanner.globs import GlobError
from scanner.options import Options
from scanner.path_sections import PathSection
from scanner.regexes import whole
from scanner.region_names import mistake_in_region
from scanner.root import Inputs


def mistakes(options: Options) -> Iterator[str]:
    """A clause for each mistake."""
    for part in (options, options.inputs, options.controls, *options.accounts.values(), *options.sections):
        yield from _texts(part)
    context: tuple[Any, ...] = options.context  # what it is said to be is what is not known
    for key, values in context:
        if values is not None and not isinstance(values, tuple | list):
            yield f"the values of {key} are {values!r} and must be a tuple"
    yield from _account_and_region(options.inputs)
    for section in options.sections:
        yield from _account_and_region(section)
    for glob in options.exclude:
        try:
            glob.check()
        except GlobError as problem:
            yield str(problem)
    if options.changes_only and options.compare_to is None:
        yield "there is nothing to compare with, so nothing is a change; add --compare-to (--changes-only)"
    if options.compare_to == "":
        yield "the path is empty (--compare-to)"
    if "" in options.paths:
        yield "a path is empty"
    if options.dask is not None:
        from scanner.dask_address import mistake_in

        mistake = mistake_in(options.dask)
        yield from () if mistake is None else (f"{mistake} (--dask)",)
    if options.cache is not None:
        from scanner.cache_place import mistake_in_cache

        mistake = mistake_in_cache(options.cache, options.directory)
        yield from () if mistake is None else (mistake,)


def _texts(part: Any) -> Iterator[str]:
    """A text where there may be several would be taken apart, letter by letter."""
    for one in fields(part):
        value = getattr(part, one.name)
        holds_tuples = str(one.type).startswith("tuple[tuple[str, ...]")
        inner = value if holds_tuples and isinstance(value, tuple | list) else ()
        if str(one.type).startswith("tuple[") and any(isinstance(each, str | PurePath) for each in (value, *inner)):
            yield f"{one.name} is {value!r} and must be a tuple{' of tuples' if holds_tuples else ''}"


def _account_and_region(given: Inputs | PathSection) -> Iterator[str]:
    if given.account is not None and not whole("[0-9]{12}").fullmatch(given.account):
        yield f'"{given.account}" is not right: an account ID has twelve digits'
    if given.region is not None and (mistake := mistake_in_region(given.region)):
        yield mistake
