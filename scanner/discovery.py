"""From paths to scan roots: which directories are root modules, which files are templates, plans or states.

What a file is, ``scanner.recognition`` says. Opens nothing that it need not, and never follows a directory link.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING

from scanner import file_system, tree
from scanner.account.recognition import STORED, is_stored_account
from scanner.calls import Calls, Known, nested_in_others, not_known, root_modules
from scanner.cloudformation.cdk.manifest import MANIFEST, is_manifest
from scanner.cloudformation.template.recognition import is_text_template
from scanner.diagnostic import Diagnostic, Severity, as_sentence, error, internal_error, warning
from scanner.file_system import Entry, why
from scanner.git_index import Index, UnknownIndexError
from scanner.globs import PathGlob
from scanner.ignored import FILE as IGNORE_FILE
from scanner.ignored import Ignored, ignored_above
from scanner.lazy_dataclass import dataclass
from scanner.path_sections import PathSection, inputs_in, section_of
from scanner.recognition import TEMPLATE_SUFFIXES, is_none_of_ours, read_head, readings, recognise
from scanner.root import Inputs, RootKind, ScanRoot
from scanner.source_file import OUT, PLAIN, UnreadableFileError, leads_out, read_text
from scanner.span import Span
from scanner.standard_input import NAME as STANDARD_INPUT
from scanner.terraform.configuration.files import TERRAGRUNT_FILE, TERRAGRUNT_JSON_FILE, is_configuration
from scanner.terraform.plans.recognition import ARCHIVE, mistaken_for_plan

if TYPE_CHECKING:
    from scanner.terraform.configuration.terragrunt.unit import Unit

SKIPPED = frozenset({".terraform", ".terragrunt-cache", ".git", "node_modules"})
"""Directories that are walked only when they are named."""
EXCLUDE = "`exclude`"
"""How the option is called in messages, wherever it is given."""
_PROGRAMS_AND_MEDIA = frozenset(
    {
        *("py", "pyc", "js", "ts", "tsx", "jsx", "mjs", "go", "rs", "java", "class", "jar", "c", "h", "cc", "cpp"),
        *("o", "a", "rb", "php", "sh", "ps1", "md", "rst", "html", "css", "scss", "svg", "png", "jpg", "jpeg", "gif"),
        *("ico", "pdf", "gz", "tgz", "bz2", "xz", "tar", "woff", "woff2", "ttf", "mp4", "lock", "sum", "mod", "toml"),
        *("cfg", "ini", "csv", "tfvars", "hcl", "tftpl", "tpl", "sql", "exe", "dll", "whl", "ipynb", "proto", "xml"),
        *("so", "map", "snap", "pem", "crt", "key", "backup"),
    }
)
"""Suffixes of files that are not opened to see whether they are ours."""
_KINDS = {
    RootKind.TERRAFORM_PLAN: "a Terraform plan",
    RootKind.TERRAFORM_STATE: "a Terraform state",
    RootKind.CLOUDFORMATION_TEMPLATE: "a CloudFormation template",
    RootKind.CHANGE_SET: "a change set",
    RootKind.ACCOUNT: "account data",
}
_LOOKED_AT = 200
"""Ignored entries that are looked at where nothing else was found."""


_Exclude = Sequence[tuple[Callable[[str], bool], PathGlob]]
"""Patterns, each with a quick look whether it may match."""


@dataclass(frozen=True, slots=True)
class Discovery:
    """The roots, sorted by path, and what could not be looked at."""

    roots: tuple[ScanRoot, ...]
    diagnostics: tuple[Diagnostic, ...]
    passed_over: tuple[Path, ...] = ()
    """What was not walked: what ignore files and ``exclude`` name, and what never is; each with all that is in it."""


def discover(
    paths: Iterable[str],
    directory: Path,
    inputs: Inputs,
    standard_input: Path | None = None,
    exclude: Sequence[PathGlob] = (),
    sections: Sequence[PathSection] = (),
    known: Known = not_known,
    *,
    debug: bool = False,
) -> Discovery:
    """Find every scan root under the paths, which are relative to the directory; ``-`` means ``standard_input``.

    What ``exclude`` matches is not walked unless it is named (``PathGlob.inside``). ``sections`` say what inputs roots
    have by their path, ``known`` what is known of calls. An error of our own on one file is said, so that it never
    hides another; with ``debug`` it rises.
    """
    boundaries = _Boundaries(directory)
    walk = _Walk(directory, boundaries, standard_input, tuple(exclude), debug=debug)
    for given in paths:
        with walk.said(directory / given):
            walk.named(given)
    found: dict[tuple[RootKind, str], ScanRoot] = {}
    walk.say_which_units_run_nothing()
    run = walk.run_by_units()

    def inputs_of(location: Path) -> Inputs:
        return inputs_in(section_of(location, sections, directory), inputs)

    def calls(root: Path) -> Iterator[tuple[Path, Path]]:
        from scanner.terraform.configuration.module_calls import evaluated_calls

        with walk.said(root):
            units = [walk.units[file] for file in run.get(root, ())]
            yield from evaluated_calls(root, inputs_of(root), boundaries.of(root), units)

    def known_or_said(place: Path, boundary: Path, find: Callable[[], Calls]) -> Calls:
        found = Calls()
        with walk.said(place):
            found = known(place, boundary, find)
        return found  # noqa: RET504 # what is said leaves the block

    modules = root_modules(
        {module: boundaries.of(module) for module in walk.modules},
        walk.named_modules | run.keys(),
        calls,
        known_or_said,
    )
    templates = [location for kind, location in walk.files if kind is RootKind.CLOUDFORMATION_TEMPLATE]
    within = {location: boundaries.of(location.parent) for location in templates}
    nested = nested_in_others(within, walk.shown, known_or_said)
    files = [(kind, location) for kind, location in walk.files if location not in nested]
    for kind, location in [*((RootKind.TERRAFORM_MODULE, module) for module in modules), *files]:
        shown = walk.shown(location)
        units = tuple((file, walk.shown(file)) for file in run.get(location, ()))
        received = location == standard_input
        boundary = location.parent if received else boundaries.of(_directory_of(kind, location))
        stands_in = directory if received else None
        own = inputs_of(stands_in or location)
        found[kind, shown] = ScanRoot(kind, shown, location, boundary, own, units=units, stands_in=stands_in)
    roots = tuple(sorted(found.values(), key=lambda root: (root.path, root.kind.value)))
    return Discovery(roots, tuple(walk.diagnostics), (*walk.skipped, *(path for path, _ in walk.passed_over)))


@dataclass(slots=True)
class _Boundaries:
    """In which directory the files that a root names have to be."""

    directory: Path
    """The working directory."""
    _tops: dict[Path, Path | None] = field(default_factory=dict)

    def of(self, start: Path) -> Path:
        """The git work tree that a directory is in, else the working directory, else the directory itself."""
        return self.top(start) or (self.directory if start.is_relative_to(self.directory) else start)

    def top(self, start: Path) -> Path | None:
        """The top of the git work tree that a directory is in."""
        if start not in self._tops:
            is_top = file_system.exists(start / ".git")
            self._tops[start] = start if is_top else self.top(start.parent) if start.parent != start else None
        return self._tops[start]


def _directory_of(kind: RootKind, location: Path) -> Path:
    return location if kind in _DIRECTORIES else location.parent


_DIRECTORIES = (RootKind.TERRAFORM_MODULE, RootKind.CDK_ASSEMBLY, RootKind.ACCOUNT)


@dataclass(slots=True)
class _Walk:
    directory: Path
    boundaries: _Boundaries
    standard_input: Path | None = None
    exclude: tuple[PathGlob, ...] = ()
    modules: dict[Path, None] = field(default_factory=dict)
    named_modules: set[Path] = field(default_factory=set)
    files: list[tuple[RootKind, Path]] = field(default_factory=list)
    units: dict[Path, Unit] = field(default_factory=dict)
    """Terragrunt files."""
    diagnostics: list[Diagnostic] = field(default_factory=list)
    seen: int = 0
    """Modules and files that were found, counting again what is found again."""
    passed_over: list[tuple[Path, str]] = field(default_factory=list)
    """What is excluded, and what excludes it."""
    skipped: list[Path] = field(default_factory=list)
    debug: bool = False
    indexes: dict[Path, Index | None] = field(default_factory=dict)
    """What git tracks, by the tops of work trees; None where that is not known."""

    @contextmanager
    def said(self, path: Path) -> Iterator[None]:
        """An error of our own inside is said of the path, and what comes after it goes on."""
        try:
            yield
        except Exception as problem:  # noqa: BLE001 # a bug of ours must not lose other paths; it is in the report
            self._failed(problem, path)

    def _failed(self, problem: Exception, path: Path) -> None:
        if self.debug:
            raise problem
        self.diagnostics.append(internal_error(problem, self.shown(path)))

    def shown(self, path: Path) -> str:
        if path == self.standard_input:
            return STANDARD_INPUT
        return os.path.relpath(path, self.directory).replace(os.sep, "/")

    def named(self, given: str) -> None:
        """A path from the command line: what is named is looked at whatever it is called."""
        if given == STANDARD_INPUT and self.standard_input is not None:
            self._file(self.standard_input, named=True)
            return
        path = self._through_links(Path(os.path.normpath(self.directory / given)))
        try:
            mode = file_system.mode(path)
        except (OSError, ValueError) as problem:
            self._unreadable(path, why(problem))
            return
        if tree.leads_out(given, self.directory):
            self._unreadable(path, f"{OUT}; name what it leads to")
        elif stat.S_ISDIR(mode):
            self._named_directory(path)
        elif is_configuration(path.name):
            self._module(path.parent)
            self.named_modules.add(path.parent)
            for name in (TERRAGRUNT_FILE, TERRAGRUNT_JSON_FILE):
                if file_system.is_file(path.parent / name):
                    self._unit(path.parent / name)
        elif path.name in (TERRAGRUNT_FILE, TERRAGRUNT_JSON_FILE):
            self._named_unit(path)
        else:
            self._file(path, named=True)

    def _through_links(self, path: Path) -> Path:
        """An absolute path that leads below the working directory by another way, as one below it."""
        real = file_system.real(path)
        is_another_way = not path.is_relative_to(self.directory) and real.is_relative_to(self.directory)
        return real if is_another_way else path

    def _named_directory(self, path: Path) -> None:
        if self._has_terraform(path):
            self.named_modules.add(path)
        before, passed_over = self._tally(), len(self.passed_over)
        try:
            ignored = ignored_above(path, self.boundaries.of(path))
        except UnreadableFileError as problem:
            self._unreadable(path, f"an ignore file above it cannot be read: {problem}")
            return
        exclude = [one.inside(path, self.directory) for one in self.exclude]
        self._directory(path, ignored, [(one.may_match(self.directory), one) for one in exclude if one is not None])
        if before == self._tally():
            self._nothing_in(path, self.passed_over[passed_over:])

    def _tally(self) -> tuple[int, int]:
        """What was found, and what is wrong enough to be said instead."""
        return self.seen, sum(one.severity is Severity.ERROR for one in self.diagnostics)

    def _named_unit(self, file: Path) -> None:
        before = self._tally()
        self._unit(file)
        if before == self._tally():
            message = "The module that it runs is not in the scanned tree. Scan the output of `terragrunt show -json`."
            span = Span.whole_file(self.shown(file))
            self.diagnostics.append(error("Nothing to scan", message, span))

    def _unit(self, file: Path) -> None:
        """A Terragrunt file: the module that it runs is a root, wherever that is."""
        from scanner.terraform.configuration.terragrunt.unit import read_unit

        unit = self.units[file] = read_unit(file, self.shown(file), self.boundaries.of(file.parent))
        if unit.directory is not None and self._has_terraform(unit.directory):
            self._module(unit.directory)

    def run_by_units(self) -> dict[Path, list[Path]]:
        """The Terragrunt files that run each module."""
        found: dict[Path, list[Path]] = {}
        for file, unit in sorted(self.units.items()):
            if unit.directory in self.modules:
                found.setdefault(unit.directory, []).append(file)
        return found

    def say_which_units_run_nothing(self) -> None:
        """A file that others include, or that has no module at all, is none of them."""
        included = {file for unit in self.units.values() for file in unit.includes}
        for file, unit in sorted(self.units.items()):
            if unit.directory in self.modules or unit.directory == file.parent or file in included:
                continue
            what = "The module that it runs is not known"
            if unit.source:
                what = f'It runs "{unit.source}", which is not in the scanned tree'
            message = f"{what}, so what that module makes is not scanned."
            self.diagnostics.append(warning("Module not available", message, Span.whole_file(unit.path)))

    def _nothing_in(self, path: Path, passed_over: Sequence[tuple[Path, str]]) -> None:
        """A silent success would hide that the path is wrong."""
        shown = self.shown(path)
        where = "the working directory" if shown == "." else shown
        message = f"No Terraform module, plan or state and no CloudFormation template was found in {where}."
        hidden = [
            (found, by, what) for found, by in passed_over[:_LOOKED_AT] if (what := self._excluded(found)) is not None
        ]
        for found, by, what in hidden[:3]:
            name = self.shown(found)
            message += f" {name} is {what}, but {by} excludes it: to scan it, name it (`scan {name}`)."
        if not hidden and file_system.is_file(path / "cdk.json"):
            message += " It is a CDK app: `cdk synth` writes the cloud assembly, cdk.out, which can be scanned."
        self.diagnostics.append(error("Nothing to scan", message, Span.whole_file(shown)))

    def _excluded(self, path: Path) -> str | None:
        """What there is at a path that ignore files exclude."""
        if file_system.is_directory(path):
            if file_system.is_file(path / MANIFEST) and self._is_assembly(path / MANIFEST):
                return "a CDK cloud assembly"
            return "a Terraform module" if self._has_terraform(path) else None
        if is_configuration(path.name):
            return "Terraform configuration"
        try:
            kind = recognise(read_head(path))
        except UnreadableFileError:
            return None
        return _KINDS.get(kind) if kind is not None else None

    def _module(self, path: Path) -> None:
        self.modules[path] = None
        self.seen += 1

    def _found(self, kind: RootKind, path: Path) -> None:
        self.files.append((kind, path))
        self.seen += 1

    def _has_terraform(self, path: Path) -> bool:
        """One that cannot be listed is reported when it is walked."""
        return any(is_configuration(entry.name) for entry in file_system.entries_if_any(path))

    def _directory(self, path: Path, ignored: Ignored, exclude: _Exclude, *, is_ignored: bool = False) -> None:
        """What is in a directory. In one that ignore files exclude, that is what git tracks all the same."""
        try:
            entries = file_system.listed(path)
        except (OSError, ValueError) as problem:
            self._unreadable(path, why(problem))
            return
        names = {entry.name for entry in entries}
        base = os.path.join(path, "")  # noqa: PTH118 # a path keeps no slash at its end
        if MANIFEST in names and self._is_assembly(path / MANIFEST):
            self._found(RootKind.CDK_ASSEMBLY, path)
            return
        if not names.isdisjoint(STORED) and is_stored_account(path):
            self._found(RootKind.ACCOUNT, path)
            return
        if IGNORE_FILE in names:
            try:
                ignored = ignored.below(path, self.boundaries.of(path))
            except UnreadableFileError as problem:
                self._unreadable(path / IGNORE_FILE, str(problem))
        for entry in entries:
            try:
                self._entry(path, base + entry.name, entry, ignored, exclude, is_ignored=is_ignored)
            except Exception as problem:  # noqa: BLE001 # a bug of ours must not lose other paths; it is in the report
                self._failed(problem, path / entry.name)

    def _entry(
        self, path: Path, whole: str, entry: Entry, ignored: Ignored, exclude: _Exclude, *, is_ignored: bool
    ) -> None:
        name, is_directory, is_link = entry
        if is_directory and name in SKIPPED:
            self.skipped.append(path / name)
            return
        is_out = is_ignored or (bool(ignored.files) and ignored.covers(whole, is_directory=is_directory))
        if is_out and not self._is_tracked(path, whole):
            self.passed_over.append((path / name, IGNORE_FILE))
        elif exclude and self._is_excluded(whole, exclude, is_directory=is_directory):
            self.passed_over.append((path / name, EXCLUDE))
        elif is_directory:
            self._directory(path / name, ignored, exclude, is_ignored=is_out)
        elif is_configuration(name):
            self._module(path)
        elif name in (TERRAGRUNT_FILE, TERRAGRUNT_JSON_FILE):
            self._unit(path / name)
        elif name.rpartition(".")[2].lower() in _PROGRAMS_AND_MEDIA and "." in name:
            return
        elif is_link:
            if not file_system.is_directory(whole):  # what a link to one leads to is walked where it is
                self._file(path / name, named=False)
        elif not is_none_of_ours(whole):
            self._file(path / name, named=False)

    def _is_tracked(self, directory: Path, path: str) -> bool:
        """Whether git does not ignore something, although ignore files name it: it tracks that, or something in it."""
        top = self.boundaries.top(directory)
        if top is None:
            return False
        try:
            if top not in self.indexes:
                self.indexes[top] = None
                self.indexes[top] = Index(top)
            index = self.indexes[top]
            return index is not None and index.has(Path(path).relative_to(top).as_posix())
        except UnknownIndexError as problem:
            self.indexes[top] = None
            message = f"What git tracks is not known, so what {IGNORE_FILE} excludes is not scanned: {problem}."
            self.diagnostics.append(warning("Index not read", message, Span.whole_file(self.shown(top / ".git"))))
            return False

    def _is_excluded(self, path: str, exclude: _Exclude, *, is_directory: bool) -> bool:
        seen = f"{path}/" if is_directory else path
        return any(
            may_match(seen) and one.matches(Path(path), self.directory, is_directory=is_directory)
            for may_match, one in exclude
        )

    def _is_assembly(self, manifest: Path) -> bool:
        try:
            return is_manifest(read_text(manifest, within=(self.boundaries.of(manifest.parent),)))
        except UnreadableFileError:
            return False  # then it is a file like others

    def _file(self, path: Path, *, named: bool) -> None:
        if named and path.name == MANIFEST and self._is_assembly(path):
            self._found(RootKind.CDK_ASSEMBLY, path.parent)
            return
        try:
            if not named and file_system.is_link(path) and leads_out(path, (self.boundaries.of(path.parent),)):
                raise UnreadableFileError(OUT)
            head = read_head(path)
        except UnreadableFileError as problem:
            # A plan may have any name. A link to nowhere and a socket hold none.
            is_secret = isinstance(problem.__cause__, PermissionError)
            if named or is_secret or path.suffix.lower() in TEMPLATE_SUFFIXES:
                self._unreadable(path, str(problem))
            return
        kind = recognise(head)
        if kind is None and b"\0" in head and path.suffix.lower() in TEMPLATE_SUFFIXES:
            # Its reader says that it is not UTF-8, or has such a character.
            kind = next((found for text in readings(head) if (found := recognise(text)) is not None), None)
        if kind is None and named and head.startswith(ARCHIVE):
            kind = RootKind.TERRAFORM_PLAN  # whose reader says what is missing
        if kind is None and named:
            message = mistaken_for_plan(head)
            message = message or "it is neither a Terraform file, plan or state nor a CloudFormation template"
            self.diagnostics.append(error("Nothing to scan", as_sentence(message), Span.whole_file(self.shown(path))))
        elif kind is RootKind.ACCOUNT:
            self._found(kind, path.parent)
        elif kind is RootKind.CLOUDFORMATION_TEMPLATE and self._is_text_template(path):
            self._text_template(path, named=named)
        elif kind is not None:
            self._found(kind, path)

    def _is_text_template(self, path: Path) -> bool:
        try:
            return is_text_template(read_text(path, within=PLAIN))
        except UnreadableFileError:
            return False  # its reader says so

    def _text_template(self, path: Path, *, named: bool) -> None:
        """A file that a function reads is not an input by itself; one that is named was meant as one."""
        what = "it is the source of a text template, as `templatefile` reads it (${…} or %{…} outside a string)"
        span = Span.whole_file(self.shown(path))
        if named:
            self.diagnostics.append(error("Nothing to scan", f"{as_sentence(what)} Scan what is made from it.", span))
        else:
            self.diagnostics.append(
                warning("Not scanned", f"{as_sentence(what)} What it describes is not known.", span)
            )

    def _unreadable(self, path: Path, why: str) -> None:
        span = Span.whole_file(self.shown(path))
        self.diagnostics.append(error("Unreadable path", as_sentence(why), span))
