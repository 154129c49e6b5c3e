"""The options of a scan of one item: what the command would be, said where the item is.

The item's own configuration file counts as it does there, with the command line on top, whose paths are from the
working directory. How things are printed and counted is the business of the whole.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

from scanner import file_system
from scanner.configuration import keys
from scanner.configuration.errors import ConfigError
from scanner.configuration.find import find
from scanner.configuration.load import Configuration, Given, Values, load_found, load_named
from scanner.configuration.scan_options import scan_options
from scanner.configuration.settings import settle
from scanner.options import Options
from scanner.organization.item import Item, ItemError, Mirror
from scanner.organization.request import Request

_OF_FILES = (keys.RULES, keys.VAR_FILE, keys.PARAMETERS, keys.SCP, keys.RCP)
"""Options of the command line that name files."""


def item_options(item: Item, directory: Path, request: Request) -> Options:
    """The options of an item that is in a directory. Raises ``ItemError``."""
    try:
        configuration = _configuration(item, directory, request)
    except ConfigError as problem:
        raise ItemError(f"its configuration is not as it must be: {'; '.join(str(problem).splitlines())}") from problem
    settings = settle(_given(item, request), configuration)
    is_fetched = isinstance(item.place, Mirror)
    workspace = directory if is_fetched else request.workspace
    options = scan_options(settings, directory, request.environment, workspace, debug=request.debug)
    return replace(options, jobs=1, cache=None, offers_fixes=request.offers_fixes)


def _configuration(item: Item, directory: Path, request: Request) -> Configuration | None:
    if item.config is not None:
        return load_named(str(item.config), directory)
    if not request.reads_configuration:
        return None
    found = find(directory)
    if found is None or (isinstance(item.place, Mirror) and not found.path.is_relative_to(directory)):
        return None  # what is above a repository that was fetched is none of its own
    return load_found(found, directory)


def _given(item: Item, request: Request) -> Values:
    """What the command line says, with what the manifest does."""
    of_item = ((keys.ACCOUNT, item.account), (keys.REGION_, item.region))
    said: Values = {key.name: (Given(value),) for key, value in of_item if value is not None}
    files = {
        key.name: tuple(
            replace(one, value=_absolute(one.value, request.directory, may_be_an_id=key is keys.RULES))
            for one in request.given[key.name]
        )
        for key in _OF_FILES
        if key.name in request.given
    }
    return {**request.given, **files, **said}


def _absolute(value: Any, working: Path, *, may_be_an_id: bool) -> Any:
    if isinstance(value, tuple):
        return tuple(_absolute(one, working, may_be_an_id=may_be_an_id) for one in value)
    place = os.path.normpath(working / value)
    return value if may_be_an_id and not file_system.exists(place) else place
