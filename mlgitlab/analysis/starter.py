"""What one step starts, as a value by which the steps that start the same are known."""

from __future__ import annotations

from functools import cache, cached_property
from typing import TYPE_CHECKING

from mlgitlab.analysis.naming import name_of
from mlgitlab.frozen import dataclass

if TYPE_CHECKING:
    from mlgitlab.analysis.entry import Entries


_SHORT = 100


@dataclass(frozen=True, kw_only=True)
class Starter:
    """What one step starts: the lines of its shell, and the entry points and source roots declared for it."""

    lines: tuple[str, ...]
    declared: tuple[str, ...] = ()
    source_roots: tuple[str, ...] = ()

    @cached_property
    def name(self) -> str:
        """A name, equal for steps that start the same: what is said, where that is short, else a digest of it."""
        said = ascii((self.lines, self.declared, self.source_roots))
        return said if len(said) <= _SHORT else name_of(said.encode("ascii"))

    def entries(self) -> Entries:
        """The entry points."""
        from mlgitlab.analysis.entry import entries_of  # noqa: PLC0415 (only where nothing is kept of the step)

        return entries_of(self.lines, self.declared)


@cache
def starter(lines: tuple[str, ...], declared: tuple[str, ...], source_roots: tuple[str, ...]) -> Starter:
    """The one starter of these values: every side of a comparison asks for it."""
    return Starter(lines=lines, declared=declared, source_roots=source_roots)
