"""All roots to their outcomes: some are known from an earlier scan, others are worked out in as many processes as pay.

It is the same whichever way an outcome is had, and the outcomes come in the order of the roots.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from typing import TYPE_CHECKING

from scanner import file_system
from scanner.root import RootKind
from scanner.work.assessor import Assessor
from scanner.work.codec import CodecError, decode, encode, unsealed
from scanner.work.kept import Kept, is_kept
from scanner.work.outcome import Outcome, Task
from scanner.work.worker import serve as _serve
from scanner.work.worker import with_notes

if TYPE_CHECKING:
    from scanner.work.processes import Crew, Serve

Dispatch = Callable[["Crew", Sequence[tuple[bytes, int]]], Iterator[tuple[int, bytes | None]]]
"""Has tasks worked on somewhere: as ``processes.in_processes`` does it, which says what comes back."""

ENOUGH = 1_000_000
"""How much work there has to be for each process: so many bytes of configuration take longer than its start."""

_PLAN = RootKind.TERRAFORM_PLAN
_STATE = RootKind.TERRAFORM_STATE
_LIGHT = 20
"""How many times as fast as a configuration a plan or a state is read."""
_COUNTED = 400
"""Of more roots than this the sizes are not looked at: they even out."""
_USUAL = 20_000
"""What a root module has then."""
_EACH = 10_000
"""What every root takes, however small it is: modules that it calls, and a principal or two."""

_READERS = {
    RootKind.TERRAFORM_MODULE: "scanner.terraform.configuration.extract",
    RootKind.TERRAFORM_PLAN: "scanner.terraform.plans.plan",
    RootKind.TERRAFORM_STATE: "scanner.terraform.plans.plan",
    RootKind.CLOUDFORMATION_TEMPLATE: "scanner.cloudformation.extract",
    RootKind.CHANGE_SET: "scanner.cloudformation.change_set",
    RootKind.CDK_ASSEMBLY: "scanner.cloudformation.cloud_assembly",
    RootKind.ACCOUNT: "scanner.account.extract",
}


class Roots:
    """A ``map`` for roots."""

    def __init__(
        self,
        jobs: int = 1,
        kept: Kept | None = None,
        *,
        serve: Serve = _serve,
        enough: int = ENOUGH,
        dispatch: Dispatch | None = None,
    ) -> None:
        """With ``dispatch`` that has them worked on, however few there are."""
        self._dispatch = dispatch
        self._jobs = jobs
        self._kept = kept
        self._serve = serve
        self._enough = enough

    def __call__(self, assess: Assessor, given: Iterable[Task]) -> Iterator[Outcome]:
        """The outcome of each task, in their order."""
        tasks = list(given)
        known: dict[int, Outcome] = {}
        written: dict[int, bytes] = {}
        kept = self._kept
        if kept is not None:
            for number, task in enumerate(tasks):
                written[number] = encode(task)
                found = kept.outcome(task, written[number])
                if found is not None:
                    known[number] = found
        missing = [number for number in range(len(tasks)) if number not in known]
        with closing(self._worked_out(assess, tasks, missing, written)) as worked_out:
            for number in range(len(tasks)):
                while number not in known:
                    done, outcome = next(worked_out)
                    known[done] = outcome
                yield known.pop(number)

    def _worked_out(
        self, assess: Assessor, tasks: Sequence[Task], missing: Sequence[int], written: dict[int, bytes]
    ) -> Generator[tuple[int, Outcome], None, None]:
        left = dict.fromkeys(missing)
        shares = self._dispatch is not None or (self._jobs > 1 and len(missing) > 1)
        sizes = _sizes([tasks[number] for number in missing]) if shares else []
        jobs = min(self._jobs, len(missing), sum(sizes) // self._enough)
        if jobs > 1 or (self._dispatch is not None and missing):
            from scanner.work.processes import Crew, StartError, died, in_processes

            dispatch = self._dispatch or in_processes
            kinds = {tasks[number].root.kind for number in missing}
            imports = ("scanner.work.worker", *sorted({_READERS[kind] for kind in kinds}))
            crew = Crew(self._serve, encode(assess.terms), self._kept is not None, jobs, imports)
            packed = [written.get(number) or encode(tasks[number]) for number in missing]
            try:
                for place, answer in dispatch(crew, list(zip(packed, sizes, strict=True))):
                    number = missing[place]
                    task = tasks[number]
                    outcome = died(task) if answer is None else self._received(task, written.get(number, b""), answer)
                    if outcome is not None:
                        del left[number]
                        yield number, outcome
            except StartError:
                pass  # then in this one
        for number in left:
            yield number, self._here(assess, tasks[number], written.get(number, b""))

    def _received(self, task: Task, written: bytes, answer: bytes) -> Outcome | None:
        try:
            made, notes = unsealed(answer)
            outcome = decode(made, Outcome)
        except (CodecError, ValueError):
            return None
        if self._kept is not None and notes:
            self._kept.keep_outcome(task, written, made, notes)
        return outcome

    def _here(self, assess: Assessor, task: Task, written: bytes) -> Outcome:
        if self._kept is None or not is_kept(task):
            return assess(task)
        outcome, made, notes = with_notes(assess, task)
        if notes:
            self._kept.keep_outcome(task, written, made, notes)
        return outcome


def _sizes(tasks: Sequence[Task]) -> list[int]:
    """How much work roots are, in bytes of configuration."""
    looks = len(tasks) <= _COUNTED
    return [_size(task) if looks or task.root.kind is not RootKind.TERRAFORM_MODULE else _USUAL for task in tasks]


def _size(task: Task) -> int:
    size = file_system.size(task.root.location)
    return _EACH + (size // _LIGHT if task.root.kind in (_PLAN, _STATE) else size)
