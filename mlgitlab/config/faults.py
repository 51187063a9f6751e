"""Where every key stands, and what is wrong with which, in the file's order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mlgitlab.errors import Problem
from mlgitlab.frozen import dataclass
from mlgitlab.paths import show


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something wrong with the configuration as a whole, at a dotted key.

    `absent` names keys whose being away is the fault; where one of them is there and only
    could not be read, the finding would be a second message for the same mistake.
    """

    path: str
    what: str
    hint: str = ""
    absent: tuple[str, ...] = ()


class Report:
    """Collects places and faults while a file is read."""

    def __init__(self, file: str) -> None:
        self._file = show(file)
        self._lines: dict[str, int] = {}
        self._broken: set[str] = set()
        self._around_broken: set[str] = set()
        self._problems: list[tuple[int, Problem]] = []

    def place(self, path: str, line: int) -> None:
        """Note where a key is written."""
        self._lines[path] = line

    def line(self, path: str) -> int:
        """The line of a key, or of the nearest key around it."""
        return self._lines.get(path) or self._lines.get(self._nearest(path), 1)

    def fault(self, path: str, what: str, hint: str = "", *, line: int) -> None:
        """Note that the value at `path` is wrong."""
        self.spoil(path)
        self._note(path, line, what, hint)

    def spoil(self, path: str) -> None:
        """Note that the key is there, or was meant to be, so that nobody reports it missing as well."""
        if path:
            self._broken.add(path)
            self._around_broken.update(_outwards(path))

    def add(self, finding: Finding) -> None:
        """Note a finding at the nearest key that the file has, unless it follows from a fault already noted."""
        if not any(self._is_spoilt(path) for path in finding.absent):
            path = self._nearest(finding.path)
            self._note(path, self._lines.get(path, 1), finding.what, finding.hint)

    def problems(self) -> tuple[Problem, ...]:
        """All faults by line; those of one line in the order in which they were found."""
        return tuple(problem for _, problem in sorted(self._problems, key=lambda found: found[0]))

    def origins(self) -> Mapping[str, str]:
        """Each key's place as `file:line`."""
        return Origins(self._file, self._lines)

    def _note(self, path: str, line: int, what: str, hint: str) -> None:
        where = f"{self._file}:{line}: {path}" if path else f"{self._file}:{line}"
        self._problems.append((line, Problem(where=where, what=what, hint=hint)))

    def _nearest(self, path: str) -> str:
        return next((outer for outer in _outwards(path) if outer in self._lines), "")

    def _is_spoilt(self, path: str) -> bool:
        return path in self._around_broken or any(outer in self._broken for outer in _outwards(path))


class Origins(Mapping[str, str]):
    """The place of each key as `file:line`, written when somebody asks."""

    def __init__(self, file: str, lines: Mapping[str, int]) -> None:
        self._file = file
        self._lines = lines

    def __getitem__(self, path: str) -> str:
        return f"{self._file}:{self._lines[path]}"

    def __iter__(self) -> Iterator[str]:
        return iter(self._lines)

    def __len__(self) -> int:
        return len(self._lines)


def _outwards(path: str) -> Iterator[str]:
    """The path, then each path around it; the whole file is none."""
    while path:
        yield path
        path = path[: max(path.rfind("."), path.rfind("["), 0)]
