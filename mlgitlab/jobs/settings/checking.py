"""The configurations of one entry of `configs`, each with everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from mlgitlab.errors import Problem
from mlgitlab.jobs.settings.existing import Exists, meets, path_faults
from mlgitlab.jobs.settings.values import Checked, Document, Fault


class Schema(Protocol):
    """What describes valid values."""

    def faults(self, data: object, /) -> tuple[Fault, ...]:
        """Everything wrong with the values."""
        ...


def check(
    entry: str, documents: Iterable[Document], schema: Schema | None, paths: Sequence[str], exists: Exists
) -> tuple[Checked, ...]:
    """Hold each configuration against the schema, and its paths against the repository.

    Problems come by line, as far as lines are known. What could not be read at all is not held against anything.
    """
    return tuple(
        Checked(
            entry=entry,
            name=each.name,
            problems=_problems(each, _faults(each, schema, paths, exists)),
        )
        for each in documents
    )


def _problems(document: Document, faults: Iterable[Fault]) -> tuple[Problem, ...]:
    ordered = sorted(faults, key=lambda fault: document.line(fault.place))
    return tuple(dict.fromkeys(map(document.problem, ordered)))


def unmet(documents: Sequence[Document], paths: Iterable[str]) -> tuple[str, ...]:
    """The patterns of paths that no configuration has a key for: a check that could find nothing."""
    readable = [each for each in documents if not _is_unreadable(each)]
    return tuple(pattern for pattern in paths if readable and not meets(readable, pattern))


def _faults(document: Document, schema: Schema | None, paths: Sequence[str], exists: Exists) -> tuple[Fault, ...]:
    if _is_unreadable(document):
        return document.faults
    known = {fault.place for fault in document.faults}
    found = schema.faults(document.data) if schema else ()
    # A value that is missing is no number either; that would be a second message for one mistake.
    return (
        *document.faults,
        *(fault for fault in found if fault.place not in known),
        *(fault for fault in path_faults(document, paths, exists) if fault.place not in known),
    )


def _is_unreadable(document: Document) -> bool:
    return document.data is None and bool(document.faults)
