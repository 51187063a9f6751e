"""Values that are paths, and must lead to something."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from fnmatch import fnmatchcase

from mlgitlab.config.wording import quoted
from mlgitlab.jobs.settings.values import Document, Fault, Place
from mlgitlab.paths import normalise

# Whether there is a file or folder at a path of the repository.
Exists = Callable[[str], bool]


def path_faults(document: Document, patterns: Iterable[str], exists: Exists) -> tuple[Fault, ...]:
    """A fault for each value at a key like one of the patterns that leads nowhere, or out of the repository."""
    meant = [value for value in _leaves(document.data, ()) if is_meant(value[0], patterns)]
    return tuple(fault for place, value in meant for fault in _faults(place, value, exists))


def meets(documents: Iterable[Document], pattern: str) -> bool:
    """Whether any configuration has a key like the pattern."""
    return any(is_meant(place, [pattern]) for each in documents for place, _ in _leaves(each.data, ()))


def is_meant(place: Place, patterns: Iterable[str]) -> bool:
    """Whether a key is like one of the patterns; `*` is any text, elements of a list have the list's key."""
    key = ".".join(part for part in place if isinstance(part, str))
    return any(fnmatchcase(key, pattern) for pattern in patterns)


def existence(entries: Iterable[str]) -> Exists:
    """What exists in a tree of these paths: each of them, each folder above one, and data that DVC keeps."""
    files = frozenset(entries)
    folders = frozenset(folder for path in files for folder in _above(path))
    return lambda path: not path or path in files or path in folders or f"{path}.dvc" in files


def _above(path: str) -> Iterator[str]:
    while path := path.rpartition("/")[0]:
        yield path


def _leaves(data: object, place: Place) -> Iterator[tuple[Place, object]]:
    if isinstance(data, dict):
        for key, value in data.items():
            yield from _leaves(value, (*place, str(key)))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from _leaves(value, (*place, index))
    else:
        yield place, data


def _faults(place: Place, value: object, exists: Exists) -> Iterator[Fault]:
    if value is None:  # an optional path that is not set
        return
    if not isinstance(value, str) or not value:
        yield Fault(place=place, what="expected a path")
    elif "://" in value:
        yield Fault(place=place, what=f"{quoted(value)} is no path in the repository")
    elif value.startswith("/") or ".." in value.split("/"):
        yield Fault(place=place, what=f"{quoted(value)} leads out of the repository", hint="paths start at its root")
    elif not exists(normalise(value)):
        yield Fault(place=place, what=f"there is no {quoted(value)} in the repository")
