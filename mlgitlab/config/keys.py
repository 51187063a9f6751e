"""Patterns for the keys of a file: `fraud.train.*` of `params.yaml:fraud.train.*`."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import NamedTuple

_SEGMENT = re.compile(
    r"""(?:\A|(?!\A)\.)(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<bare>[^.\[\]"\\]+))|\[(?P<index>[0-9]+|\*)\]""", re.DOTALL
)
_DEEP = "**"


class _Segment(NamedTuple):
    text: str
    is_glob: bool = False

    @property
    def is_deep(self) -> bool:
        return self.is_glob and self.text == _DEEP

    def matches(self, key: str) -> bool:
        return _glob_matches(self.text, key) if self.is_glob else key == self.text


def check_key(pattern: str) -> str:
    """What is wrong with a pattern, as half a sentence; empty for one that is fine."""
    if not pattern:
        return "the key is missing"
    if _segments(pattern) is not None:
        return ""
    if pattern.startswith(".") or pattern.endswith(".") or ".." in pattern:
        return 'a key between dots is missing; write "" for one that is empty'
    if pattern.count('"') % 2:
        return "a quote is not closed"
    return 'keys are separated by dots, elements are `[0]` or `[*]`, and a key that holds .[]"\\ is quoted: a."b.c"[0]'


def matches_key(name: str, pattern: str) -> bool:
    """Whether a pattern means the part of this name: a key, one below it, or a leaf above it.

    `*` is any text within one key or index, `**` any number of keys; what stands in quotes is no pattern.
    A leaf above counts because what the pattern means may have gone with it; where a `**` comes first, only
    what is at its place or below. A name or a pattern that cannot be read matches everything.
    """
    keys, segments = _segments(name), _segments(pattern)
    if keys is None or segments is None:
        return True
    for position, key in enumerate(keys):
        if position == len(segments):
            return True
        if segments[position].is_deep:
            return _begins([key.text for key in keys[position:]], segments[position:])
        if not segments[position].matches(key.text):
            return False
    return True


def matches_any(name: str, patterns: tuple[str, ...]) -> bool:
    """Whether one of the patterns means the part of this name."""
    return any(matches_key(name, pattern) for pattern in patterns)


@lru_cache(maxsize=4096)
def _segments(text: str) -> tuple[_Segment, ...] | None:
    if text == ".":  # the document as a whole
        return ()
    found: list[_Segment] = []
    position = 0
    while position < len(text) or not found:
        match = _SEGMENT.match(text, position)
        if match is None:
            return None
        if match["quoted"] is None:
            plain = match["bare"] or match["index"]
            found.append(_Segment(plain, "*" in plain))
        else:
            try:
                found.append(_Segment(json.loads(f'"{match["quoted"]}"', strict=False)))
            except ValueError:
                return None
        position = match.end()
    return tuple(found)


def _begins(keys: list[str], segments: tuple[_Segment, ...]) -> bool:
    """Whether the segments mean the first keys, or all of them: every way to read `**` at once, in one pass."""
    end = len(segments)
    places = _skipping({0}, segments)
    for key in keys:
        if end in places:
            return True
        stays = {place for place in places if segments[place].is_deep}
        moves = {place + 1 for place in places if segments[place].matches(key)}
        places = _skipping(stays | moves, segments)
    return end in places


def _skipping(places: set[int], segments: tuple[_Segment, ...]) -> set[int]:
    """The places, and those after a `**`, which may mean no key at all."""
    found = set(places)
    for place in sorted(places):
        following = place
        while following < len(segments) and segments[following].is_deep:
            following += 1
            found.add(following)
    return found


def _glob_matches(pattern: str, text: str) -> bool:
    """Whether a text is like a pattern with `*`; the leftmost place for each piece is enough, so nothing is retried."""
    first, *pieces, last = re.sub(r"\*+", "*", pattern).split("*")
    if len(text) < len(first) + len(last) or not text.startswith(first) or not text.endswith(last):
        return False
    position, end = len(first), len(text) - len(last)
    for piece in pieces:
        position = text.find(piece, position, end)
        if position < 0:
            return False
        position += len(piece)
    return True
