"""How the two versions of a changed file differ in meaning."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from functools import cached_property

from mlgitlab.analysis.meaning.locks import OPEN_RESOLUTION
from mlgitlab.analysis.meaning.values import Layer, Meaning, Part
from mlgitlab.config.keys import matches_any
from mlgitlab.frozen import dataclass

ORDER = "order"


@dataclass(frozen=True, kw_only=True)
class Difference:
    """Two meanings of one path. One of them is empty for a file that was added or deleted: then `whole` is set."""

    old: Meaning
    new: Meaning
    whole: bool = False

    def changed(self, layers: Collection[Layer], keys: tuple[str, ...] = ()) -> tuple[str, ...]:
        """Names of the parts that differ, in the order of the file; empty where nothing that counts does.

        keys: of the file's keys those that the patterns mean count, whatever their layer; without any, all do.
        """
        asked = (frozenset(layers), keys)
        if asked not in self._answers:  # every step asks, and most ask the same
            self._answers[asked] = self._changed(layers, keys)
        return self._answers[asked]

    @cached_property
    def _answers(self) -> dict[tuple[frozenset[Layer], tuple[str, ...]], tuple[str, ...]]:
        return {}

    def _changed(self, layers: Collection[Layer], keys: tuple[str, ...]) -> tuple[str, ...]:
        old, new = (counted(meaning.parts, layers, keys) for meaning in (self.old, self.new))
        if old == new:
            return ()
        gone, added = Counter(old) - Counter(new), Counter(new) - Counter(old)
        names = [part.name for part in (*old, *new) if part in gone or part in added]
        return tuple(dict.fromkeys(names)) or (ORDER,)

    @cached_property
    def packages(self) -> frozenset[str]:
        """The distributions that either side names."""
        return frozenset(
            part.name for side in (self.old, self.new) for part in side.parts if part.layer is Layer.PACKAGE
        )

    @cached_property
    def requires(self) -> Mapping[str, tuple[str, ...]]:
        """What each distribution needs on either side; nothing where one side does not say."""
        old, new = self.old.requires, self.new.requires
        if not (old and new):
            return {}
        return {name: (*old.get(name, ()), *new.get(name, ())) for name in sorted({*old, *new})}

    @cached_property
    def is_closed(self) -> bool:
        """Whether both sides say all that is installed, in which versions."""
        return all(part.name != OPEN_RESOLUTION for side in (self.old, self.new) for part in side.parts)


def counted(parts: tuple[Part, ...], layers: Collection[Layer], keys: tuple[str, ...]) -> list[Part]:
    """The parts of these layers or, where keys are asked for, those that the patterns mean."""
    if not keys:
        return [part for part in parts if part.layer in layers]
    # A distribution is called by its name, whichever key lists it.
    return [part for part in parts if part.layer is Layer.PACKAGE or matches_any(part.name, keys)]
