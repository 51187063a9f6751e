"""The project as the head, or a base, describes it, and what each side knows of a changed path."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field

from mlgitlab.changes import Change
from mlgitlab.config.schema import Config
from mlgitlab.frozen import dataclass
from mlgitlab.planning.globs import GlobIndex
from mlgitlab.planning.links import NO_LINKS, Links
from mlgitlab.planning.relevance import Relevance, Senses, both
from mlgitlab.planning.steps import Rule, StepSpec
from mlgitlab.results import Cause

DVC_POINTER = ".dvc"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One step reached by one changed path through one rule.

    `key` is the configuration key; `claims`, whether the rule makes the path known; `certain`, whether the
    path is meant, not only something that may lie below it; `parts`, what of the file changed, where that is known.
    """

    step: str
    cause: Cause
    key: str
    chain: tuple[str, ...]
    claims: bool = True
    certain: bool = True
    parts: tuple[str, ...] = ()

    @classmethod
    def of_import(
        cls,
        step: str,
        chain: tuple[str, ...],
        *,
        key: str = "",
        claims: bool = True,
        certain: bool = True,
        parts: tuple[str, ...] = (),
    ) -> Hit:
        """A changed file that the step's entry point loads; `chain` leads from the file to the entry."""
        return cls(step=step, cause=Cause.IMPORT, key=key, chain=chain, claims=claims, certain=certain, parts=parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """What entry points load: the hits by changed path, and the paths that any model's step loads.

    `opaque` are the steps that also run what cannot be looked into; `senses` says of each step what of a file
    counts for it.
    """

    imports: Mapping[str, tuple[Hit, ...]] = field(default_factory=dict)
    known: frozenset[str] = frozenset()
    opaque: frozenset[str] = frozenset()
    senses: Mapping[str, Senses] = field(default_factory=dict)

    def __or__(self, other: Reached) -> Reached:
        """All that either knows."""
        changed = sorted({*self.imports, *other.imports})
        steps = sorted({*self.senses, *other.senses})
        return Reached(
            imports={path: (*self.imports.get(path, ()), *other.imports.get(path, ())) for path in changed},
            known=self.known | other.known,
            opaque=self.opaque | other.opaque,
            senses={step: both(self.senses.get(step), other.senses.get(step)) for step in steps},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What one side knows of a changed path.

    `claimed`: some rule or import says what the path means for the models, or all that changed in it.
    `by_key`: some rule asks for keys of it.
    """

    hits: tuple[Hit, ...]
    ignored: bool
    claimed: bool
    by_key: bool = False

    @property
    def knows(self) -> bool:
        """Whether the side can say what the path means for the models."""
        return self.ignored or self.claimed


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """The project as the head, or the base, describes it."""

    rules: GlobIndex[tuple[str, Rule]]
    ignore: GlobIndex[None]
    reached: Reached
    relevance: Relevance
    links: Links = NO_LINKS

    @classmethod
    def of(
        cls,
        config: Config,
        steps: Iterable[StepSpec],
        reached: Reached,
        relevance: Relevance,
        links: Links = NO_LINKS,
    ) -> Side:
        """Index a configuration's rules."""
        rules: GlobIndex[tuple[str, Rule]] = GlobIndex()
        for step in steps:
            for rule in step.rules:
                rules.add(rule.globs, (step.id, rule))
        ignore: GlobIndex[None] = GlobIndex()
        ignore.add(config.ignore, None)
        return cls(rules=rules, ignore=ignore, reached=reached, relevance=relevance, links=links)

    def look(self, change: Change) -> View:
        """All that this side has to say about a changed path. An import counts even where `ignore` says otherwise."""
        ignored = any(True for _ in self.ignore.find(change.path))
        imported = self.reached.imports.get(change.path, ())
        matches = tuple(self._matches(change, ignored=ignored))
        hits = tuple(hit for match in matches if (hit := self._hit(change, match)))
        by_rules = any(match.claims and not match.rule.keys for match in matches) or self._all_keys(change, matches)
        loaded = change.path in self.reached.known
        # Code belongs to a model by its `paths`; that another step reads it, too, makes it nobody's own.
        is_own = any(match.claims and match.rule.cause is Cause.PATHS for match in matches)
        is_shared = (loaded and not is_own) or (imported and not any(match.claims for match in matches))
        unseen = self._unseen(change) if is_shared else ()
        by_key = any(match.claims and match.rule.keys for match in matches)
        return View(hits=(*imported, *hits, *unseen), ignored=ignored, claimed=loaded or by_rules, by_key=by_key)

    def _matches(self, change: Change, *, ignored: bool) -> Iterator[_Match]:
        """The rules that mean the path, or another one that links lead to it by, of those that are not ignored."""
        own = () if ignored else tuple(meant(change.path, is_tree=change.is_tree))
        other = [each for each in self.links.aliases(change.path) if not any(True for _ in self.ignore.find(each))]
        for path, is_tree in (*own, *(pair for each in other for pair in meant(each, is_tree=change.is_tree))):
            for (step, rule), certain in self.rules.find(path, is_tree=is_tree):
                # What might match something in a submodule does not answer for the rest of it.
                yield _Match(step=step, rule=rule, certain=certain, claims=rule.claims and certain)

    def _hit(self, change: Change, match: _Match) -> Hit | None:
        parts = self._parts(match.step, change, match.rule.keys)
        if parts is None:
            return None
        return Hit(
            step=match.step,
            cause=match.rule.cause,
            key=match.rule.key,
            chain=(change.path,),
            claims=match.claims,
            certain=match.certain,
            parts=parts,
        )

    def _parts(self, step: str, change: Change, keys: tuple[str, ...] = ()) -> tuple[str, ...] | None:
        senses = self.reached.senses.get(step)
        return senses.parts(change.path, keys) if senses else ()

    def _all_keys(self, change: Change, matches: Iterable[_Match]) -> bool:
        """Whether every key that changed is claimed by some rule: what nobody asks for is as unknown as a file."""
        patterns = [pattern for match in matches if match.claims for pattern in match.rule.keys]
        return bool(patterns) and self.relevance.covers(change.path, tuple(dict.fromkeys(patterns)))

    def _unseen(self, change: Change) -> Iterator[Hit]:
        """Shared code, which imports alone tell about: a step whose imports cannot be seen may load it, too."""
        for step in sorted(self.reached.opaque):
            parts = self._parts(step, change)
            if parts is not None:
                yield Hit(step=step, cause=Cause.OPAQUE, key="", chain=(change.path,), claims=False, parts=parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Match:
    """A rule whose patterns mean a changed path."""

    step: str
    rule: Rule
    certain: bool
    claims: bool


def meant(path: str, *, is_tree: bool) -> Iterator[tuple[str, bool]]:
    """The paths that a changed path speaks for, and whether each speaks for all below it."""
    yield path, is_tree
    if path.endswith(DVC_POINTER):
        yield path.removesuffix(DVC_POINTER), True
