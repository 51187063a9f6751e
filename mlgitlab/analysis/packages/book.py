"""The table of known distributions, read once and only when a distribution changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from mlgitlab.analysis.packages.table import TABLE


class Role(StrEnum):
    """How a distribution takes part in what a program computes; see `table` for the words."""

    LIBRARY = ""
    TOOL = "tool"
    INERT = "inert"
    ALWAYS = "always"

    @property
    def is_tool(self) -> bool:
        """Whether it alters nothing unless somebody imports or starts it."""
        return self in {Role.TOOL, Role.INERT}


class Distribution(NamedTuple):
    """One line of the table. name: normalised, or a prefix that ends with `*`."""

    name: str
    role: Role = Role.LIBRARY
    modules: tuple[str, ...] = ()
    companions: tuple[str, ...] = ()

    @property
    def is_prefix(self) -> bool:
        """Whether the line is about all names that begin so: then its modules are not all that they provide."""
        return self.name.endswith("*")


_ROLES = {role.value: role for role in Role}


class Book(NamedTuple):
    """All lines of the table, to be found by name or module."""

    exact: dict[str, Distribution]
    prefixes: tuple[Distribution, ...]  # of which none begins with another
    by_module: dict[str, list[Distribution]]

    def about(self, name: str) -> Distribution | None:
        """What is known of a distribution, by its normalised name."""
        return self.exact.get(name) or next((line for line in self.prefixes if fits(name, line.name)), None)


def fits(name: str, pattern: str) -> bool:
    """Whether a name is the pattern, or begins as one that ends with `*` says."""
    return name.startswith(pattern[:-1]) if pattern.endswith("*") else name == pattern


def fitting(names: Collection[str], patterns: Collection[str]) -> set[str]:
    """Those of the names that fit one of the patterns."""
    found = {pattern for pattern in patterns if pattern in names}
    prefixes = tuple(pattern[:-1] for pattern in patterns if pattern.endswith("*"))
    return found | {name for name in names if prefixes and name.startswith(prefixes)}


@lru_cache(maxsize=1)
def book() -> Book:
    """The table."""
    lines = [_line(text) for text in TABLE.splitlines() if text and not text.startswith("#")]
    by_module: defaultdict[str, list[Distribution]] = defaultdict(list)
    for line in lines:
        for module in line.modules:
            by_module[module].append(line)
    return Book(
        exact={line.name: line for line in lines if not line.is_prefix},
        prefixes=tuple(line for line in lines if line.is_prefix),
        by_module=dict(by_module),
    )


def _line(text: str) -> Distribution:
    told, _, companions = text.partition("+")
    head, _, modules = told.partition("=")
    name, *roles = head.split()
    own = tuple(modules.split())
    if not own and not name.endswith("*"):
        own = (name.replace("-", "_"),)
    return Distribution(name, _ROLES["".join(roles)], own, tuple(companions.split()))
