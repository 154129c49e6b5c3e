"""All items of a manifest to one report.

Each item is scanned as if it was alone, but for two things: the roots of all of them are worked out together, so that
any number of processes or machines have something to do, and roots of several items that are about one account are
joined. Then each report is made, moved below the name of its item,
and joined to the others. What is wrong with one item is an error at its line, and everything else goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from scanner import file_system
from scanner.calls import not_known
from scanner.diagnostic import Diagnostic, bound_exceeded, internal_error
from scanner.discovery import Discovery
from scanner.lazy_dataclass import dataclass
from scanner.looks import Notes, noted
from scanner.named_files import UsageError
from scanner.organization.item import Item, ItemError, Mirror
from scanner.organization.item_options import item_options
from scanner.organization.joined_items import ItemRoots, others_of, told_of_items
from scanner.organization.manifest import ManifestError, not_scanned, read_manifest
from scanner.organization.materialize import CommandError, Fetching, checkouts
from scanner.organization.merged import MOST_PRINCIPALS, merged
from scanner.organization.relocated import Relocation
from scanner.organization.request import Request
from scanner.pipeline import Map, Ready, Tell, Watch, discovered, prepare, report_of, tasks_of
from scanner.report.report import Report
from scanner.root_sources import root_sources
from scanner.rules.problems import RuleError
from scanner.session import session
from scanner.switches import with_switches
from scanner.triage.comments import may_ask
from scanner.work.assessor import Assessor
from scanner.work.codec import encode
from scanner.work.outcome import Outcome, Task, Terms

if TYPE_CHECKING:
    from scanner.work.kept import Kept

T = TypeVar("T")

Maps = Callable[["Kept | None"], Map]
"""Gives what works on roots, with what is kept of them."""


@dataclass(frozen=True, slots=True)
class Organized:
    """A report, and where its paths are."""

    report: Report
    places: Mapping[str, Path]
    """The directories of items, by their names."""


@dataclass(frozen=True, slots=True)
class _Found:
    """An item with its roots."""

    item: Item
    directory: Path
    ready: Ready
    discovery: Discovery
    terms: Terms
    tasks: tuple[Task, ...]


@contextmanager
def scan_all(request: Request, maps: Maps, watch: Watch | None = None, tell: Tell | None = None) -> Iterator[Organized]:
    """The report of all items, while what was fetched for it is still there. Raises ``UsageError``.

    ``maps`` is asked for what works on roots: once for those whose outcomes are kept, and once for what is only tried.
    """
    try:
        manifest = read_manifest(request.manifest, request.directory)
    except ManifestError as problem:
        raise UsageError(f"{request.manifest}: {problem} (--manifest)", request.manifest) from problem
    try:
        with checkouts(request.resume) as place:
            said = list(manifest.problems)
            places = _places(manifest.items, request, place, said, tell)
            yield Organized(_report(manifest.items, places, request, maps, said, watch, tell), _by_name(places))
    except CommandError as problem:
        raise UsageError(f"{problem} (--resume)") from problem


def _by_name(places: Mapping[Item, Path]) -> dict[str, Path]:
    return {item.name: directory for item, directory in places.items()}


def _places(
    items: Sequence[Item], request: Request, place: Path, said: list[Diagnostic], tell: Tell | None
) -> dict[Item, Path]:
    """The directories of the items, as far as they can be had."""
    fetched: dict[Item, Path | ItemError] = {}
    mirrors = [item for item in items if isinstance(item.place, Mirror)]
    if mirrors and request.materialize:
        for item, found in Fetching(request.materialize, place).fetched(mirrors):
            fetched[item] = found
            if tell is not None and not isinstance(found, ItemError):
                tell(f"{item.name}: fetched")
    places: dict[Item, Path] = {}
    for item in items:
        found = fetched.get(item, _NOT_FETCHED) if isinstance(item.place, Mirror) else _there(item.place)
        if isinstance(found, ItemError):
            said.append(not_scanned(item.span, found))
        else:
            places[item] = found
    return places


_NOT_FETCHED = ItemError("say with --materialize how repositories are fetched; the scanner does not do that itself")


def _there(directory: Path) -> Path | ItemError:
    try:
        file_system.mode(directory)
    except (OSError, ValueError) as problem:
        return ItemError(f'"{directory}": {file_system.why(problem)}')
    return directory if file_system.is_directory(directory) else ItemError(f'"{directory}" is not a directory')


def _report(
    items: Sequence[Item],
    places: Mapping[Item, Path],
    request: Request,
    maps: Maps,
    said: list[Diagnostic],
    watch: Watch | None,
    tell: Tell | None,
) -> Report:
    kept = _kept(request)
    working, trying = maps(kept), maps(None)
    base = Assessor(Terms(request.directory), debug=request.debug)
    reports: list[Report] = []
    total = 0
    try:
        with ExitStack() as stack, session(), noted(is_exact=kept is not None, seek=may_ask):
            found = list(_all_found(items, places, request, kept, said))
            tasks = [task for one in found for task in one.tasks]
            outcomes = stack.enter_context(closing(_watched(working(base, tasks), len(tasks), watch)))
            known_of = [{task: next(outcomes) for task in one.tasks} for one in found]
            roots = [_roots(one, known) for one, known in zip(found, known_of, strict=True)]
            moved = {one.item.name: Relocation(one.item.name, one.directory, request.directory) for one in found}
            others = others_of(roots)
            said += told_of_items(roots, moved)
            for one, known, beside in zip(found, known_of, others, strict=True):
                first = _Together(base, one.terms, working, known)
                again = _Together(base, one.terms, trying, known)
                told = _told_of(one.item, tell)
                finish = partial(report_of, one.ready, one.discovery, first, again, tell=told, others=beside)
                report = _tried(one.item, request, said, finish)
                if report is None:
                    continue
                if total + len(report.principals) > MOST_PRINCIPALS:
                    said.append(_too_many(one.item))
                    continue
                total += len(report.principals)
                reports.append(_moved(report, moved[one.item.name]))
    finally:
        if kept is not None:
            kept.save()
    return with_switches(merged(reports, said))


def _kept(request: Request) -> Kept | None:
    """What is kept of all items: their terms stand in their tasks, with what was seen of the files that those name."""
    directory = request.resume / "outcomes" if request.resume is not None else request.cache
    if directory is None or request.debug:
        return None
    from scanner.cache_place import mistake_in_cache
    from scanner.work.kept import Kept

    mistake = mistake_in_cache(directory, request.directory)
    if mistake is not None:
        raise UsageError(mistake)
    return Kept(directory, encode(Terms(request.directory)), Notes(), saves_often=request.resume is not None)


def _all_found(
    items: Sequence[Item], places: Mapping[Item, Path], request: Request, kept: Kept | None, said: list[Diagnostic]
) -> Iterator[_Found]:
    for item in items:
        directory = places.get(item)
        if directory is not None:
            found = _tried(item, request, said, partial(_looked_for, item, directory, request, kept))
            if found is not None:
                yield found


def _looked_for(item: Item, directory: Path, request: Request, kept: Kept | None) -> _Found:
    ready = prepare(item_options(item, directory, request))
    discovery = discovered(ready, kept.calls if kept is not None else not_known)
    looks = repr(sorted(ready.controls.answers.items())).encode("utf-8", "surrogatepass")
    terms = replace(ready.terms, looks=blake2b(looks, digest_size=16).hexdigest())
    tasks = tuple(replace(task, terms=terms) for task in tasks_of(ready, discovery))
    return _Found(item, directory, ready, discovery, terms, tasks)


def _tried(item: Item, request: Request, said: list[Diagnostic], make: Callable[[], T]) -> T | None:
    """What is made for an item; None if that is not possible, which is said."""
    try:
        return make()
    except ItemError as problem:
        said.append(not_scanned(item.span, problem))
    except UsageError as problem:
        said.append(not_scanned(item.span, ItemError(str(problem))))
    except RuleError as problem:
        said.append(not_scanned(item.span, ItemError("; ".join(map(str, problem.problems)))))
    except Exception as problem:  # a bug of ours must not lose the other items; it is in the report
        if request.debug:
            raise
        said.append(replace(internal_error(problem, item.name), span=item.span))
    return None


class _Together:
    """A ``map`` for the roots of one item, which has the outcomes that are known, and the others under its terms."""

    def __init__(self, base: Assessor, terms: Terms, map: Map, known: Mapping[Task, Outcome]) -> None:  # noqa: A002
        self._base = base
        self._terms = terms
        self._map = map
        self._known = known

    def __call__(self, assess: Assessor, given: Iterable[Task]) -> Iterator[Outcome]:
        """The outcome of each task, in their order."""
        del assess  # whose terms the tasks have
        tasks = [replace(task, terms=self._terms) for task in given]
        missing = [task for task in tasks if task not in self._known]
        made = iter(self._map(self._base, missing)) if missing else iter(())
        for task in tasks:
            yield self._known[task] if task in self._known else next(made)


def _roots(found: _Found, known: Mapping[Task, Outcome]) -> ItemRoots:
    names = {task.root: outcome.names for task, outcome in known.items()}
    return ItemRoots(found.item.name, names, root_sources(found.discovery.roots, found.ready.options))


def _watched(outcomes: Iterable[Outcome], total: int, watch: Watch | None) -> Generator[Outcome, None, None]:
    for done, outcome in enumerate(outcomes, 1):
        if watch is not None:
            watch(done, total)
        yield outcome


def _told_of(item: Item, tell: Tell | None) -> Tell | None:
    return None if tell is None else lambda line: tell(f"{item.name}: {line}")


def _too_many(item: Item) -> Diagnostic:
    said = f'all items together have more than {MOST_PRINCIPALS:,} principals, so "{item.name}" is left out'
    return bound_exceeded(said, item.span)


def _moved(report: Report, relocation: Relocation) -> Report:
    return replace(
        report,
        principals=relocation.of(report.principals),
        findings=relocation.of(report.findings),
        diagnostics=relocation.of(report.diagnostics),
        drift=relocation.of(report.drift),
    )
