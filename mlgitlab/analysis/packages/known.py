"""What is known of the distributions of one project: the table, and what its configuration adds."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import field

from mlgitlab.analysis.meaning.requirement import normalised_name
from mlgitlab.analysis.packages.book import Role, book, fits, fitting
from mlgitlab.frozen import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The user's word on distributions, beside the table; names need not be normalised.

    modules: for a top-level module the distributions that provide it.
    unrelated: distributions that never matter to a step, or prefixes that end with `*`.
    """

    modules: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unrelated: frozenset[str] = frozenset()

    def providers(self, module: str, lock: Collection[str]) -> set[str]:
        """The distributions of a lock that can provide a top-level module; all of them, for one need not know."""
        lines = book().by_module.get(module, [])
        named = {normalised_name(name) for name in self.modules.get(module, ())} | {normalised_name(module)}
        # What a prefix's line says of modules is meant for those that have no line of their own.
        prefixes = {name for name in fitting(lock, [line.name for line in lines]) if self._provides(name, module)}
        return (named & set(lock)) | prefixes

    def is_known(self, name: str) -> bool:
        """Whether somebody said something of a distribution, so that it can be left aside."""
        return name in self._mapped() or self.never_matters(name) or book().about(name) is not None

    def never_matters(self, name: str) -> bool:
        """Whether the user said so."""
        return any(fits(name, _pattern(entry)) for entry in self.unrelated)

    def role(self, name: str) -> Role:
        """How a distribution takes part."""
        line = book().about(name)
        return line.role if line else Role.LIBRARY

    def has_all_modules(self, name: str) -> bool:
        """Whether all modules of a distribution are known, so that one which nobody provides is none of its."""
        return name in book().exact

    def words(self, name: str) -> set[str]:
        """What a text says that means a distribution: its name or one of its modules, normalised."""
        line = book().about(name)
        mapped = (module for module, names in self.modules.items() if name in map(normalised_name, names))
        own = () if line is None or line.is_prefix else line.modules
        return {name, *map(normalised_name, own), *map(normalised_name, mapped)}

    def companions(self, name: str, lock: Collection[str]) -> set[str]:
        """The distributions of a lock that one uses without needing them."""
        line = book().about(name)
        if line is None:
            return set()
        found = fitting(lock, [pattern for pattern in line.companions if pattern != "*"])
        if "*" in line.companions:
            found |= {other for other in lock if not self.role(other).is_tool}
        return found - {name}

    def _provides(self, name: str, module: str) -> bool:
        line = book().about(name)
        return line is not None and module in line.modules

    def _mapped(self) -> set[str]:
        return {normalised_name(name) for names in self.modules.values() for name in names}


def _pattern(entry: str) -> str:
    return f"{normalised_name(entry[:-1])}*" if entry.endswith("*") else normalised_name(entry)
