"""The files that the templates of one dvc.yaml read, and how much it may ask of us."""

from __future__ import annotations

from collections.abc import Mapping

from mlgitlab.analysis.dvc.document import load
from mlgitlab.analysis.dvc.values import Scalar, UnresolvedError, Value, shown

_FILE_COST = 200


class Budget:
    """How much more one dvc.yaml may ask of us, in characters and values; templates multiply both."""

    def __init__(self, most: int) -> None:
        self._left = most

    def spend(self, amount: int) -> None:
        """Raise UnresolvedError when nothing is left."""
        self._left -= amount
        if self._left < 0:
            raise UnresolvedError("its templates unfold to more than we are willing to read")


class Library:
    """The files that templates may read, each parsed once. `asked` holds every path looked for."""

    def __init__(self, files: Mapping[str, bytes], budget: Budget) -> None:
        self.asked: set[str] = set()
        self._files = files
        self._budget = budget
        self._tables: dict[str, Mapping[str, Value] | UnresolvedError] = {}

    def has(self, path: str) -> bool:
        """Whether there is such a file."""
        self._budget.spend(_FILE_COST)
        self.asked.add(path)
        return path in self._files

    def table(self, path: str) -> Mapping[str, Value]:
        """The mapping that the file holds. Raises UnresolvedError."""
        if not self.has(path):
            raise UnresolvedError(f"there is no file {shown(path)}")
        if path not in self._tables:
            self._tables[path] = self._read(path)
        found = self._tables[path]
        if isinstance(found, UnresolvedError):
            raise found
        return found

    def _read(self, path: str) -> Mapping[str, Value] | UnresolvedError:
        try:
            found = load(self._files[path], path)
        except UnresolvedError as error:
            return error
        return named(found) if isinstance(found, dict) else UnresolvedError(f"{shown(path)} holds no mapping")


def named(table: Mapping[Scalar, Value]) -> dict[str, Value]:
    """The entries that an expression can name: DVC drops those whose key is no text."""
    return {key: nameable(value) for key, value in table.items() if isinstance(key, str)}


def nameable(value: Value) -> Value:
    """The value without what no expression can name."""
    match value:
        case dict():
            return {key: nameable(item) for key, item in value.items() if isinstance(key, str)}
        case list():
            return [nameable(item) for item in value]
        case _:
            return value
