"""What an edit is, and how one is picked: at random among those of which an oracle says what they are."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from random import Random
from typing import NamedTuple, TypeVar

_T = TypeVar("_T")
NOTE = "# A note that says nothing."


class Edit(NamedTuple):
    """A file's new content, and what was done to it."""

    what: str
    content: bytes


Way = Callable[[str, Random], str | None]
Tree = Callable[[str], object]


def generator(seed: str) -> Random:
    """The same numbers for the same seed."""
    return Random(seed)  # noqa: S311 (nothing is kept secret with them)


def pick(ways: Mapping[str, Way], text: str, rng: Random, holds: Callable[[str, str], bool]) -> Edit | None:
    """The first of the ways, in random order, that has a place in the text and of which the oracle holds."""
    for name in rng.sample(sorted(ways), len(ways)):
        other = ways[name](text, rng)
        if other is not None and other != text and holds(text, other):
            return Edit(name, other.encode("utf-8"))
    return None


def same(tree: Tree) -> Callable[[str, str], bool]:
    """Whether both texts can be read, as equals."""
    return lambda one, other: (found := tree(other)) is not None and found == tree(one)


def different(tree: Tree) -> Callable[[str, str], bool]:
    """Whether the second text can be read, as something else than the first."""
    return lambda one, other: (found := tree(other)) is not None and found != tree(one)


def decoded(content: bytes) -> str | None:
    """The text of a file in UTF-8."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return None


def replaced(text: str, start: int, end: int, new: str) -> str:
    """The text with something else from start to end."""
    return text[:start] + new + text[end:]


def chosen(found: Collection[_T], rng: Random) -> _T | None:
    """One of them."""
    return rng.choice(list(found)) if found else None
