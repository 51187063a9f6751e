"""The project as the head, or a base, describes it, and what each side knows of a changed path."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from mlgitlab.changes import Change
from mlgitlab.config.schema import Config
from mlgitlab.planning.globs import GlobIndex
from mlgitlab.planning.steps import Rule, StepSpec
from mlgitlab.results import Cause

DVC_POINTER = ".dvc"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One step reached by one changed path through one rule.

    `key` is the configuration key; `claims`, whether the rule makes the path known; `certain`, whether the
    path is meant, not only something that may lie below it.
    """

    step: str
    cause: Cause
    key: str
    chain: tuple[str, ...]
    claims: bool = True
    certain: bool = True

    @classmethod
    def of_import(cls, step: str, chain: tuple[str, ...], *, claims: bool = True, certain: bool = True) -> Hit:
        """A changed file that the step's entry point loads; `chain` leads from the file to the entry.

        `certain` is False where an import that nobody can resolve may or may not mean the file.
        """
        return cls(step=step, cause=Cause.IMPORT, key="", chain=chain, claims=claims, certain=certain)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """What entry points load: by changed path, and the steps that also run what cannot be looked into."""

    imports: Mapping[str, tuple[Hit, ...]] = field(default_factory=dict)
    opaque: frozenset[str] = frozenset()

    def __or__(self, other: Reached) -> Reached:
        """All that either knows."""
        changed = sorted({*self.imports, *other.imports})
        both = {path: (*self.imports.get(path, ()), *other.imports.get(path, ())) for path in changed}
        return Reached(imports=both, opaque=self.opaque | other.opaque)


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What one side knows of a changed path."""

    hits: tuple[Hit, ...]
    ignored: bool

    @property
    def knows(self) -> bool:
        """Whether the side can say what the path means for the models."""
        return self.ignored or any(hit.claims for hit in self.hits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """The project as the head, or the base, describes it."""

    rules: GlobIndex[tuple[str, Rule]]
    ignore: GlobIndex[None]
    reached: Reached

    @classmethod
    def of(cls, config: Config, steps: Iterable[StepSpec], reached: Reached) -> Side:
        """Index a configuration's rules."""
        rules: GlobIndex[tuple[str, Rule]] = GlobIndex()
        for step in steps:
            for rule in step.rules:
                rules.add(rule.globs, (step.id, rule))
        ignore: GlobIndex[None] = GlobIndex()
        ignore.add(config.ignore, None)
        return cls(rules=rules, ignore=ignore, reached=reached)

    def look(self, change: Change) -> View:
        """All that this side has to say about a changed path. An import counts even where `ignore` says otherwise."""
        ignored = any(True for _ in self.ignore.find(change.path))
        imported = self.reached.imports.get(change.path, ())
        by_rules = () if ignored else tuple(self._by_rules(change))
        unseen = self._unseen(change) if imported and not any(hit.claims for hit in by_rules) else ()
        return View(hits=(*imported, *by_rules, *unseen), ignored=ignored)

    def _unseen(self, change: Change) -> Iterator[Hit]:
        """Shared code, which imports alone tell about: a step whose imports cannot be seen may load it, too."""
        for step in sorted(self.reached.opaque):
            yield Hit(step=step, cause=Cause.OPAQUE, key="", chain=(change.path,), claims=False)

    def _by_rules(self, change: Change) -> Iterator[Hit]:
        for path, is_tree in _meant(change):
            for (step, rule), certain in self.rules.find(path, is_tree=is_tree):
                # What might match something in a submodule does not answer for the rest of it.
                claims, chain = rule.claims and certain, (change.path,)
                yield Hit(step=step, cause=rule.cause, key=rule.key, chain=chain, claims=claims, certain=certain)


def _meant(change: Change) -> Iterator[tuple[str, bool]]:
    """The paths that a changed path speaks for, and whether each speaks for all below it."""
    yield change.path, change.is_tree
    if change.path.endswith(DVC_POINTER):
        yield change.path.removesuffix(DVC_POINTER), True
