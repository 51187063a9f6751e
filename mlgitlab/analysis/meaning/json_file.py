"""JSON files by key. A number is compared as it is written: how much of it is kept is its reader's choice."""

from __future__ import annotations

import codecs
import json

from mlgitlab.analysis.meaning.keyed import Key, Mark, Node, Raw, meaning_of
from mlgitlab.analysis.meaning.values import Kind, Meaning

MOST_BYTES = 4_000_000


def matches(path: str) -> bool:
    """Whether a path names a JSON file; lines of JSON are data."""
    return path.endswith(".json")


def read(content: bytes) -> Meaning | None:
    """The leaves of the document; None for what is no JSON in UTF-8, has a key twice, or is too large or too deep."""
    if len(content) > MOST_BYTES:
        return None
    text = content.removeprefix(codecs.BOM_UTF8)
    try:
        node: Node = json.loads(
            text.decode("utf-8"),
            object_pairs_hook=_mapping,
            parse_float=_number,
            parse_int=_number,
            parse_constant=_number,
        )
    except (ValueError, RecursionError, MemoryError):
        return None
    # Not every reader takes a byte order mark.
    return meaning_of(node if text is content else {Mark("encoding", "mark"): node})


def _mapping(pairs: list[tuple[Key | Mark, Node]]) -> dict[Key | Mark, Node]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key twice: readers differ in which one they take")
    return found


def _number(text: str) -> Raw:
    return Raw("number", text)


KIND = Kind(name="json", version=1, matches=matches, read=read)
