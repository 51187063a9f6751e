"""Two contents of one kind, compared as a plan compares them."""

from __future__ import annotations

from collections.abc import Iterable

from mlgitlab.analysis.meaning.values import Kind, Layer, Meaning, Part


def meaning(kind: Kind, content: str | bytes) -> Meaning:
    """The meaning of a content that can be read."""
    found = kind.read(content.encode() if isinstance(content, str) else content)
    assert found is not None
    return found


def changed(kind: Kind, before: str | bytes, after: str | bytes) -> set[str]:
    """Names of the parts that differ: those for everyone with an exclamation mark."""
    old, new = meaning(kind, before).parts, meaning(kind, after).parts
    return names(set(old) ^ set(new))


def names(parts: Iterable[Part]) -> set[str]:
    """Names of parts: those for everyone with an exclamation mark."""
    return {part.name if part.layer is Layer.PACKAGE else f"{part.name}!" for part in parts}
