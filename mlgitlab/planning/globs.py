"""Patterns as in .gitignore, looked up by folder so that the cost follows the path, not the number of rules."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Generic, TypeVar

from mlgitlab import paths
from mlgitlab.config.patterns import Matcher, matcher_of, normal
from mlgitlab.config.scalars import Globs

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
    bare, anchored = normal(text)
    return Pattern(text, _literal_folder(bare, anchored=anchored), matcher)


def _literal_folder(bare: str, *, anchored: bool) -> str:
    stem = bare.rstrip("/") if bare != "." else ""
    if not anchored and "/" not in stem:
        return ""  # without a slash, the name is meant in every folder
    parts = []
    for part in stem.split("/"):
        if _MAGIC.search(part):
            break
        parts.append(part)
    return "/".join(parts)


@dataclass(frozen=True, slots=True)
class _Filed(Generic[V]):
    pattern: Pattern
    excludes: tuple[Pattern, ...]
    value: V


class GlobIndex(Generic[V]):
    """Many glob lists, each with a value; a lookup visits only the folders above the path."""

    def __init__(self) -> None:
        self._by_folder: dict[str, list[_Filed[V]]] = {}

    def add(self, globs: Globs, value: V) -> None:
        """File `value` under every include of `globs`."""
        excludes = tuple(compile_pattern(text) for text in globs.exclude)
        for text in globs.include:
            pattern = compile_pattern(text)
            self._by_folder.setdefault(pattern.folder, []).append(_Filed(pattern, excludes, value))

    def find(self, path: str, *, is_tree: bool = False) -> Iterator[tuple[V, bool]]:
        """Each value whose globs match the path, and whether they do for certain.

        With `is_tree` the path stands for all below it (a submodule): a value counts when anything
        below could match, and is certain when everything does.
        """
        for folder in (path, *paths.ancestors(path)):
            for filed in self._by_folder.get(folder, ()):
                if _matches(filed, path, is_tree=is_tree):
                    yield filed.value, not is_tree or filed.pattern.covers(path)
        if is_tree:
            for folder, bucket in self._by_folder.items():
                if folder != path and paths.is_within(folder, path):
                    yield from ((filed.value, False) for filed in bucket)


def _matches(filed: _Filed[V], path: str, *, is_tree: bool) -> bool:
    hit = filed.pattern.reaches_into(path) if is_tree else filed.pattern.matches(path)
    return hit and not any(exclude.matches(path) for exclude in filed.excludes)
