"""TOML files by key."""

from __future__ import annotations

from datetime import date, datetime, time

from mlgitlab.analysis.meaning.keyed import Key, Mark, Node, Raw, meaning_of
from mlgitlab.analysis.meaning.values import Kind, Meaning

MOST_BYTES = 1_000_000
# The time that `tomllib` takes grows with the square of a key's length, and a key ends with its line.
MOST_DOTS = 100


def matches(path: str) -> bool:
    """Whether a path names a TOML file."""
    return path.endswith(".toml")


def read(content: bytes) -> Meaning | None:
    """The leaves of the document; None for what is no TOML, or is too large or too deep."""
    document = document_of(content)
    return None if document is None else meaning_of(document)


def document_of(content: bytes) -> dict[Key | Mark, Node] | None:
    """The document as nested data; None where it cannot be read safely.

    Floats keep their text, for how much of one is kept is its reader's choice.
    """
    import tomllib  # noqa: PLC0415

    if len(content) > MOST_BYTES or any(line.count(b".") > MOST_DOTS for line in content.splitlines()):
        return None
    try:
        return {key: _node(value) for key, value in tomllib.loads(content.decode("utf-8"), parse_float=_float).items()}
    except (ValueError, RecursionError, MemoryError):
        return None


def _float(text: str) -> Raw:
    return Raw("float", text)


def _node(value: object) -> Node:
    match value:
        case dict():
            return {key: _node(item) for key, item in value.items()}
        case list():
            return [_node(item) for item in value]
        case bool() | str() | Raw():
            return value
        case int():
            return Raw("integer", hex(value))  # decimal digits of a huge number take long
        case datetime() | date() | time():
            return Raw(type(value).__name__, value.isoformat())
        case _:
            raise ValueError("no value that we know")


KIND = Kind(name="toml", version=1, matches=matches, read=read)
