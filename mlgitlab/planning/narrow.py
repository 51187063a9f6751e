"""Trainings that load suspiciously little of their model's own code."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from mlgitlab.analysis.registries import looks_up_by_name
from mlgitlab.config.schema import StepKind
from mlgitlab.planning.globs import GlobIndex
from mlgitlab.planning.steps import StepSpec
from mlgitlab.results import Cause

# So many files that no step loads, and so many for each file that the training does load, are odd.
_FEWEST_IDLE = 3
_IDLE_FOR_EACH = 2
_NO_PART = frozenset({"__init__.py", "__main__.py", "conftest.py", "setup.py"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrow:
    """A training that loads `loaded` of the `all` Python files that its model's paths mean."""

    step: str
    loaded: int
    all: int


def narrow(
    steps: Iterable[StepSpec],
    loads: Mapping[str, Collection[str]],
    files: Iterable[str],
    read: Callable[[Iterable[str]], Mapping[str, bytes]],
) -> Iterator[Narrow]:
    """The trainings of which `loads` holds the files, where nothing but a look-up by name explains the others.

    A file that any step but a check of the code loads is no riddle, nor is a test. The code that the training does
    load has to pick something by its name: else the others are tools that nobody runs here. `loads` leaves out
    steps whose files cannot all be told.
    """
    found = list(steps)
    own = _own_files(found, files)
    used = {path for step in found if step.kind is not StepKind.QUALITY for path in loads.get(step.id, ())}
    signs = _Signs(read)
    for step in found:
        if step.kind is not StepKind.TRAIN or step.id not in loads or step.entry:
            continue
        mine = own.get(step.id, set())
        loaded, idle = mine.intersection(loads[step.id]), mine - used
        if len(idle) >= max(_FEWEST_IDLE, _IDLE_FOR_EACH * len(loaded)) and signs.any_in(loads[step.id]):
            yield Narrow(step=step.id, loaded=len(loaded), all=len(mine))


def _own_files(steps: Iterable[StepSpec], files: Iterable[str]) -> Mapping[str, set[str]]:
    """By training, the Python files of its model's paths, without tests and the files that make up a package."""
    index: GlobIndex[str] = GlobIndex()
    for step in steps:
        if step.kind is StepKind.TRAIN:
            for rule in step.rules:
                if rule.cause is Cause.PATHS and rule.key == f"models.{step.owner}.paths":
                    index.add(rule.globs, step.id)
    found: dict[str, set[str]] = {}
    for path in files:
        if path.endswith(".py") and not _is_apart(PurePosixPath(path)):
            for step_id, _ in index.find(path):
                found.setdefault(step_id, set()).add(path)
    return found


def _is_apart(path: PurePosixPath) -> bool:
    is_test = path.name.startswith("test_") or path.name.endswith("_test.py")
    return is_test or path.name in _NO_PART or not {"test", "tests"}.isdisjoint(path.parts)


class _Signs:
    """Whether files look something up by name, each read once."""

    def __init__(self, read: Callable[[Iterable[str]], Mapping[str, bytes]]) -> None:
        self._read = read
        self._known: dict[str, bool] = {}

    def any_in(self, files: Collection[str]) -> bool:
        wanted = sorted(path for path in files if path.endswith(".py") and path not in self._known)
        self._known.update((path, looks_up_by_name(content)) for path, content in self._read(wanted).items())
        return any(self._known.get(path, False) for path in files)
