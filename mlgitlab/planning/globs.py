"""Patterns as in .gitignore, looked up by folder so that the cost follows the path, not the number of rules."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Generic, TypeVar

from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

from mlgitlab import paths
from mlgitlab.config.scalars import Globs

V = TypeVar("V")
# `.` and `$` of a regular expression treat a newline as something special; a file name may hold one.
_NEWLINE_STAND_IN = "\ufffe"
_MAGIC = re.compile(r"[*?\[\\]")


@dataclass(frozen=True, slots=True)
class Pattern:
    """One compiled pattern; `folder` is the deepest folder or file that all its matches share."""

    text: str
    folder: str
    regex: re.Pattern[str]

    def matches(self, path: str) -> bool:
        """Whether the path, or a folder above it, is meant."""
        return self.regex.search(path.replace("\n", _NEWLINE_STAND_IN)) is not None

    def reaches_into(self, folder: str) -> bool:
        """Whether something below `folder` could be meant, for a change that stands for a whole folder."""
        return self.matches(folder) or paths.is_within(self.folder, folder) or paths.is_within(folder, self.folder)


@cache
def compile_pattern(text: str) -> Pattern:
    """Compile one pattern. `.` means the whole repository; `./x` and `/x` are the same place."""
    anchored = text.startswith(("./", "/"))
    bare = text.removeprefix("./").lstrip("/").rstrip()
    if bare in ("", "."):
        return Pattern(text, "", re.compile(""))
    regex = GitIgnoreSpecPattern("/" * anchored + bare.replace("\n", _NEWLINE_STAND_IN)).regex
    if regex is None:  # a comment (`#...`) to .gitignore; to us a name that starts with `#`
        regex = GitIgnoreSpecPattern("/" * anchored + "\\" + bare).regex
    assert regex is not None
    return Pattern(text, _literal_folder(bare, anchored=anchored), regex)


def _literal_folder(bare: str, *, anchored: bool) -> str:
    stem = bare.rstrip("/")
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

    def find(self, path: str, *, is_tree: bool = False) -> Iterator[tuple[V, str]]:
        """Each value whose globs match the path, with the pattern that did.

        With `is_tree` the path stands for all below it (a submodule), and a value counts when
        anything below could match.
        """
        for folder in (path, *paths.ancestors(path)):
            for filed in self._by_folder.get(folder, ()):
                if _matches(filed, path, is_tree=is_tree):
                    yield filed.value, filed.pattern.text
        if is_tree:
            for folder, bucket in self._by_folder.items():
                if folder != path and paths.is_within(folder, path):
                    yield from ((filed.value, filed.pattern.text) for filed in bucket)


def _matches(filed: _Filed[V], path: str, *, is_tree: bool) -> bool:
    hit = filed.pattern.reaches_into(path) if is_tree else filed.pattern.matches(path)
    return hit and not any(exclude.matches(path) for exclude in filed.excludes)
