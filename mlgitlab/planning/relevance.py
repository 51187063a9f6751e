"""What of a changed file counts for a step: everything, some of its parts, or nothing."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import field, replace
from functools import cached_property

from mlgitlab.analysis.loading import Loaded
from mlgitlab.analysis.meaning.values import Layer, Meaning, Part
from mlgitlab.analysis.packages.known import Known
from mlgitlab.analysis.references import Reads, Uses
from mlgitlab.config.schema import Packages, StepKind
from mlgitlab.frozen import dataclass
from mlgitlab.planning.differences import Difference, counted
from mlgitlab.planning.steps import StepSpec

_ALWAYS = frozenset({Layer.CODE, Layer.PACKAGE})
_WHOLE: tuple[str, ...] = ()
_WORD = re.compile(r"[\w.-]+")
# Commands that are called otherwise than the distribution that has them.
_PROGRAMS = {"torchrun": "torch", "python": "", "python3": ""}


@dataclass(frozen=True, slots=True, kw_only=True)
class Senses:
    """What one step perceives. `layers` is None for a step that reads bytes: a check of the code.

    uses: what its code takes from outside; None for a step that may use any distribution.
    """

    layers: frozenset[Layer] | None
    differences: Mapping[str, Difference]
    uses: Uses | None = None
    known: Known = field(default_factory=Known)

    def counted(self, meaning: Meaning, keys: tuple[str, ...] = ()) -> tuple[Part, ...]:
        """The parts of a meaning that count."""
        parts = counted(meaning.parts, self._layers, keys)
        aside = self._aside(Difference(old=meaning, new=meaning), [p.name for p in parts if p.layer is Layer.PACKAGE])
        return tuple(part for part in parts if part.layer is not Layer.PACKAGE or part.name not in aside)

    def parts(self, path: str, keys: tuple[str, ...] = ()) -> tuple[str, ...] | None:
        """Names of the parts that count, none for a file that counts as a whole; None where nothing counts."""
        difference = self.differences.get(path)
        if difference is None or (self.layers is None and not keys) or (difference.whole and not keys):
            return _WHOLE
        changed = difference.changed(self._layers - {Layer.PACKAGE}, keys)
        packages = difference.changed({Layer.PACKAGE})
        aside = self._aside(difference, packages)
        return (*changed, *(name for name in packages if name not in aside)) or None

    @property
    def _layers(self) -> frozenset[Layer]:
        return frozenset(Layer) if self.layers is None else self.layers

    def _aside(self, difference: Difference, packages: Collection[str]) -> frozenset[str]:
        """Those of the distributions that cannot matter to the step."""
        if not packages or self.uses is None:
            return frozenset()
        from mlgitlab.analysis.packages.reach import unrelated  # noqa: PLC0415 (for changes of lock files)

        lock = difference.packages
        # What the repository itself may provide is asked of the lock, too: either may come first on the machine.
        outside = self.uses.modules - self.uses.own
        own = {top for top in self.uses.own if self.known.providers(top, lock)}
        return unrelated(
            packages,
            lock=lock,
            requires=difference.requires,
            is_closed=difference.is_closed,
            imported=outside | own,
            mentioned=self.uses.mentions,
            known=self.known,
        )


def both(one: Senses | None, other: Senses | None) -> Senses:
    """All that either perceives: the same step may load more in one snapshot than in another."""
    if one is None or other is None:
        found = one or other
        assert found is not None, "a step that nobody knows"
        return found
    bytewise = one.layers is None or other.layers is None
    layers = None if bytewise else (one.layers or frozenset()) | (other.layers or frozenset())
    return replace(one, layers=layers, uses=one.uses | other.uses if one.uses and other.uses else None)


@dataclass(frozen=True, kw_only=True)
class Relevance:
    """The differences of all changed files, where they are known, and what each step makes of them.

    whole: files are looked at as a whole, not for what changed in them: each step's distributions are asked for.
    """

    differences: Mapping[str, Difference] = field(default_factory=dict)
    packages: Packages = field(default_factory=Packages)
    whole: bool = False

    def senses(self, step: StepSpec, loaded: Loaded) -> Senses:
        """What the step perceives of a change, by what it loads."""
        alike = (step.kind is StepKind.QUALITY, loaded.reads, loaded.opaque)
        if alike not in self._plain:
            self._plain[alike] = self._perceiving(*alike)
        senses = self._plain[alike]
        if not self._any_package or senses.layers is None:
            return senses
        return replace(senses, uses=self._uses(step, loaded))

    def _perceiving(self, checks_code: bool, reads: Reads, opaque: bool) -> Senses:
        if checks_code or Reads.SOURCES in reads:
            return Senses(layers=None, differences=self.differences)
        layers = set(_ALWAYS)
        # What nobody can look into may read docstrings and type comments.
        if Reads.DOCS in reads or opaque:
            layers.add(Layer.DOCS)
        if Reads.TYPES in reads or opaque:
            layers.add(Layer.TYPES)
        return Senses(layers=frozenset(layers), differences=self.differences, known=self._known)

    @cached_property
    def _plain(self) -> dict[tuple[bool, Reads, bool], Senses]:
        """What steps perceive, distributions aside: most perceive the same."""
        return {}

    @cached_property
    def _known(self) -> Known:
        return Known(modules=self.packages.modules, unrelated=frozenset(self.packages.unrelated))

    @cached_property
    def _any_package(self) -> bool:
        return self.whole or any(difference.packages for difference in self.differences.values())

    def _uses(self, step: StepSpec, loaded: Loaded) -> Uses | None:
        """What the step takes from outside: by its code, and by the programs that its command names."""
        if loaded.uses is None:
            return None
        words = {word for line in (*step.before_script, *step.command, *step.also_runs) for word in _WORD.findall(line)}
        return replace(loaded.uses, mentions=loaded.uses.mentions | {_PROGRAMS.get(word, word) for word in words})

    def is_cosmetic(self, path: str) -> bool:
        """Whether a change of the path can matter to nobody but checks of the code."""
        difference = self.differences.get(path)
        return difference is not None and not difference.whole and not difference.changed(_ALWAYS)

    def covers(self, path: str, patterns: tuple[str, ...]) -> bool:
        """Whether every key of the file that changed is meant by one of the patterns."""
        difference = self.differences.get(path)
        if difference is None:
            return False
        return not set(difference.changed(_ALWAYS)) - set(difference.changed(_ALWAYS, patterns))
