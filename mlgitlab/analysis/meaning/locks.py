"""Lock files as parts: one for each entry of a distribution, before them the settings that concern all of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import date, time
from typing import NamedTuple

from mlgitlab.analysis.meaning.values import Data, Layer, Meaning, Part, digest

# A file's resolution is open where what gets installed is not all written in it: distributions that it does not name
# come along, or versions are left to the day. A change of one requirement can then move the versions of others.
OPEN_RESOLUTION = "open resolution"

MOST_BYTES = 8_000_000
# The time that `tomllib` takes grows with the square of a key's length, and a key ends with its line.
_MOST_DOTS = 300
_DEEPEST = 40


class Entry(NamedTuple):
    """What a lock says of a distribution, whose name is normalised (PEP 503); one name can have several entries."""

    name: str
    decides: Data


def locked(
    settings: Mapping[str, Data], entries: Iterable[Entry], requires: Mapping[str, tuple[str, ...]] | None = None
) -> Meaning:
    """Settings for everyone and entries for those who use the distribution, each sorted by name."""
    general = [Part(name, digest(data)) for name, data in sorted(settings.items())]
    own = {Part(entry.name, digest(entry.decides), Layer.PACKAGE) for entry in entries}
    return Meaning(parts=(*general, *sorted(own)), requires=requires or {})


def graph(names: Iterable[str], needs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """What each distribution needs: an entry for every name, so that one without needs is known to have none."""
    found: dict[str, set[str]] = {name: set() for name in sorted(names)}
    for name, needed in needs:
        if name in found and name != needed:
            found[name].add(needed)
    return {name: tuple(sorted(needed)) for name, needed in found.items()}


def guarded(read: Callable[[bytes], Meaning | None]) -> Callable[[bytes], Meaning | None]:
    """The same reader, for which a content that is too large, or raises for its form, cannot be read."""

    def safe(content: bytes) -> Meaning | None:
        if len(content) > MOST_BYTES:
            return None
        try:
            return read(content)
        except (ValueError, RecursionError, MemoryError, OverflowError):
            return None

    return safe


def toml(content: bytes) -> dict[str, object]:
    """A TOML document. Raises ValueError or RecursionError where it is none."""
    import tomllib  # noqa: PLC0415

    if any(line.count(b".") > _MOST_DOTS for line in content.splitlines()):
        raise ValueError("a key of too many parts")
    return tomllib.loads(content.decode("utf-8"))


def strict_json(content: bytes) -> dict[str, object]:
    """A JSON object. Raises ValueError or RecursionError where it is none, or names a key twice."""
    return mapping(json.loads(content.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_refuse))


def mapping(value: object) -> dict[str, object]:
    """A mapping, an absent one is empty. Raises ValueError for anything else."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ValueError("not a mapping")  # noqa: TRY004 (what is read is a value, not an argument)
    return value


def items(value: object) -> list[object]:
    """A list, an absent one is empty. Raises ValueError for anything else."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise ValueError("not a list")  # noqa: TRY004 (what is read is a value, not an argument)
    return value


def text(value: object) -> str:
    """A text. Raises ValueError for anything else."""
    if not isinstance(value, str):
        raise ValueError("not a text")  # noqa: TRY004 (what is read is a value, not an argument)
    return value


def without(table: Mapping[str, object], *keys: str) -> dict[str, object]:
    """The table less some keys."""
    return {key: value for key, value in table.items() if key not in keys}


def plain(value: object, depth: int = 0) -> Data:
    """A value for `digest`: no order of keys, dates by their text. Raises ValueError for one that is too deep."""
    if depth > _DEEPEST:
        raise ValueError("too deep")
    match value:
        case dict() if all(isinstance(key, str) for key in value):
            return {"map": [[key, plain(value[key], depth + 1)] for key in sorted(value)]}
        case list():
            return [plain(item, depth + 1) for item in value]
        case (str(kind), str(written)):  # a scalar of YAML that is not text for certain
            return {kind: written}
        case date() | time():
            return {"time": value.isoformat()}
        case None | bool() | int() | float() | str():
            return value
        case _:
            raise ValueError("not a value of TOML, JSON or YAML")


def unordered(values: Iterable[object]) -> Data:
    """Values of which the order says nothing, for `digest`."""
    return sorted((plain(value) for value in values), key=json.dumps)


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is named twice")
    return found


def _refuse(constant: str) -> object:
    raise ValueError(f"{constant} is not JSON")
