"""Patterns as in .gitignore, looked up by folder so that the cost follows the path, not the number of rules."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Generic, TypeVar

from mlgitlab import paths
from mlgitlab.config.patterns import Matcher, matcher_of, normal
from mlgitlab.config.scalars import Globs
from mlgitlab.frozen import dataclass

V = TypeVar("V")
# A name that a pattern matches only if it matches every name.
_ANY_NAME = "\ufffd"
_MAGIC = re.compile(r"[*?\[\\]")


@dataclass(frozen=True, slots=True)
class Pattern:
    """One compiled pattern; `folder` is the deepest folder or file that all its matches share.

    `matches`: whether a path, or a folder above it, is meant.
    """

    text: str
    folder: str
    matches: Matcher

    def covers(self, folder: str) -> bool:
        """Whether everything below `folder` is meant, whatever its name."""
        return self.matches(folder) or self.matches(f"{folder}/{_ANY_NAME}")

    def reaches_into(self, folder: str) -> bool:
        """Whether something below `folder` could be meant, for a change that stands for a whole folder."""
        return self.covers(folder) or paths.is_within(self.folder, folder) or paths.is_within(folder, self.folder)


@cache
def compile_pattern(text: str) -> Pattern:
    """Compile one pattern that `Globs.parse` has let through."""
    matcher = matcher_of(text)
    assert matcher is not None, f"Globs.parse refuses {text!r}"
    return Pattern(text, _folder_of(text), matcher)


@cache
def _folder_of(text: str) -> str:
    """The deepest folder or file that all matches of a pattern share."""
    bare, anchored = normal(text)
    stem = bare.rstrip("/") if bare != "." else ""
    if not anchored and "/" not in stem:
        return ""  # without a slash, the name is meant in every folder
    if not _MAGIC.search(stem):
        return stem
    parts = []
    for part in stem.split("/"):
        if _MAGIC.search(part):
            break
        parts.append(part)
    return "/".join(parts)


class GlobIndex(Generic[V]):
    """Many glob lists, each with a value; a lookup visits only the folders above the path, and compiles what is there.

    By folder: a pattern, the patterns of its list that exclude, and the value.
    """

    def __init__(self) -> None:
        self._by_folder: dict[str, list[tuple[str, tuple[str, ...], V]]] = {}

    def add(self, globs: Globs, value: V) -> None:
        """File `value` under every include of `globs`."""
        for text in globs.include:
            self._by_folder.setdefault(_folder_of(text), []).append((text, globs.exclude, value))

    def find(self, path: str, *, is_tree: bool = False) -> Iterator[tuple[V, bool]]:
        """Each value whose globs match the path, and whether they do for certain.

        With `is_tree` the path stands for all below it (a submodule): a value counts when anything
        below could match, and is certain when everything does.
        """
        for folder in (path, *paths.ancestors(path)):
            for text, excludes, value in self._by_folder.get(folder, ()):
                pattern = compile_pattern(text)
                if _matches(pattern, excludes, path, is_tree=is_tree):
                    yield value, not is_tree or pattern.covers(path)
        if is_tree:
            for folder, bucket in self._by_folder.items():
                if folder != path and paths.is_within(folder, path):
                    yield from ((value, False) for _, _, value in bucket)


def _matches(pattern: Pattern, excludes: tuple[str, ...], path: str, *, is_tree: bool) -> bool:
    hit = pattern.reaches_into(path) if is_tree else pattern.matches(path)
    return hit and not any(compile_pattern(text).matches(path) for text in excludes)
