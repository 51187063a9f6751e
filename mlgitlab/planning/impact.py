"""Which steps a change can affect, each with its reasons, by the rules of the head and of the base."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from mlgitlab import paths
from mlgitlab.changes import Change, ChangeKind
from mlgitlab.config.schema import Config, Unmatched
from mlgitlab.errors import RefusedError
from mlgitlab.planning.globs import GlobIndex
from mlgitlab.planning.steps import Rule, StepSpec
from mlgitlab.results import Cause, Reason

DVC_POINTER = ".dvc"
_MOST_LISTED = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """A changed file that a step's entry point loads; `chain` leads from the file to the entry."""

    step: str
    chain: tuple[str, ...]
    claims: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """What entry points load: by changed path, and the steps that also run what cannot be looked into."""

    imports: Mapping[str, tuple[Imported, ...]] = field(default_factory=dict)
    opaque: frozenset[str] = frozenset()

    def __or__(self, other: Reached) -> Reached:
        """All that either knows."""
        changed = sorted({*self.imports, *other.imports})
        both = {path: (*self.imports.get(path, ()), *other.imports.get(path, ())) for path in changed}
        return Reached(imports=both, opaque=self.opaque | other.opaque)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One step reached by one changed path through one rule. `key` is the configuration key."""

    step: str
    cause: Cause
    key: str
    chain: tuple[str, ...]
    claims: bool = True


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
        imported = tuple(
            Hit(step=found.step, cause=Cause.IMPORT, key="", chain=found.chain, claims=found.claims)
            for found in self.reached.imports.get(change.path, ())
        )
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
                claims = rule.claims and certain
                yield Hit(step=step, cause=rule.cause, key=rule.key, chain=(change.path,), claims=claims)


def _meant(change: Change) -> Iterator[tuple[str, bool]]:
    """The paths that a changed path speaks for, and whether each speaks for all below it."""
    yield change.path, change.is_tree
    if change.path.endswith(DVC_POINTER):
        yield change.path.removesuffix(DVC_POINTER), True


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """What the changes reach: reasons by step id, and the paths that no rule knows or that are ignored, sorted."""

    reasons: Mapping[str, tuple[Reason, ...]]
    unmatched: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()


def assess(
    changes: Iterable[Change],
    *,
    head: Side,
    bases: Sequence[Side],
    steps: Iterable[str],
    unmatched: Unmatched,
    config_file: str,
) -> Impact:
    """The impact of `changes` on the head's `steps`.

    `bases` holds the sides that describe the project differently from the head; a rule of theirs
    still fires, so that no change removes the rule that would have caught it. The configuration
    file acts by key (see `config_reasons`): of the rules, only checks of the code may ask for it.
    Raises RefusedError under `unmatched: error` when no rule knows a path.
    """
    views = [(change, [side.look(change) for side in (head, *bases)]) for change in sorted(changes)]
    known_steps = frozenset(steps)
    hits = (
        hit
        for change, sides in views
        for view in sides
        for hit in view.hits
        if hit.step in known_steps and not (hit.claims and change.path == config_file)
    )
    reasons = _grouped(hits, {change.path: change for change, _ in views})
    unknown = tuple(
        change.path
        for change, (ours, *theirs) in views
        if change.path != config_file and not _is_known(change, ours, theirs)
    )
    if unknown:
        _apply(unmatched, unknown, known_steps, reasons)
    return Impact(
        reasons={step: tuple(found) for step, found in sorted(reasons.items())},
        unmatched=unknown,
        ignored=tuple(change.path for change, sides in views if all(view.ignored and not view.hits for view in sides)),
    )


def _is_known(change: Change, ours: View, theirs: Sequence[View]) -> bool:
    then = all(view.knows for view in theirs)
    if theirs and change.kind is ChangeKind.DELETED:
        return then  # its rule may have gone with it, and has fired
    # What the base did not know would have run everything; only a new file may rely on a new rule.
    return ours.knows and (then or change.kind is ChangeKind.ADDED)


def _apply(policy: Unmatched, unknown: tuple[str, ...], steps: Iterable[str], reasons: dict[str, list[Reason]]) -> None:
    text = f"no rule knows {_named(unknown)}"
    match policy:
        case Unmatched.NOTHING:
            return
        case Unmatched.ERROR:
            raise RefusedError(
                f"no rule knows {_listed(unknown)} (unmatched: error)",
                "add it to the paths or inputs of what reads it, to `ignore`, or to `owns` of a quality step",
            )
        case Unmatched.EVERYTHING:
            reason = Reason(cause=Cause.UNMATCHED, text=f"{text} (unmatched: everything)", chain=unknown[:1])
            for step in steps:
                reasons.setdefault(step, []).append(reason)


def _grouped(hits: Iterable[Hit], changes: Mapping[str, Change]) -> dict[str, list[Reason]]:
    """One reason per step and rule, however many files the rule caught; one per imported file."""
    groups: dict[tuple[str, Cause, str, str], dict[str, Hit]] = {}
    for hit in hits:
        imported = hit.chain[0] if hit.cause is Cause.IMPORT else ""
        groups.setdefault((hit.step, hit.cause, hit.key, imported), {}).setdefault(hit.chain[0], hit)
    reasons: dict[str, list[Reason]] = {}
    for (step, cause, key, _), found in sorted(groups.items()):
        first = found[min(found)]
        kinds = ", ".join(sorted({changes[path].kind for path in found}))
        what = f"{_named(tuple(sorted(found)))} ({kinds})"
        text = f"{what} {_told(cause, key, first.chain, len(found))}"
        reasons.setdefault(step, []).append(Reason(cause=cause, text=text, chain=first.chain))
    return reasons


def _told(cause: Cause, key: str, chain: tuple[str, ...], files: int) -> str:
    are = "is" if files == 1 else "are"
    if cause is Cause.OPAQUE:
        return f"{are} shared code, and what its command runs cannot be looked into (declare `entry`)"
    if cause is not Cause.IMPORT:
        return f"{are} in {key}"
    *through, entry = map(paths.show, chain[1:]) if len(chain) > 1 else ("",)
    if not entry:
        return "is what its command starts"
    return f"is loaded by {entry}" + (f" through {', '.join(reversed(through))}" if through else "")


def _named(found: tuple[str, ...]) -> str:
    more = f" and {len(found) - 1} more" if len(found) > 1 else ""
    return f"{paths.show(found[0])}{more}"


def _listed(found: tuple[str, ...]) -> str:
    """What a person has to go through one by one, as far as a screen holds it."""
    rest = f" and {len(found) - _MOST_LISTED} more" if len(found) > _MOST_LISTED else ""
    return ", ".join(map(paths.show, found[:_MOST_LISTED])) + rest


def config_reasons(
    head: Mapping[str, StepSpec], base: Mapping[str, StepSpec], file: str
) -> dict[str, tuple[Reason, ...]]:
    """Steps whose effective configuration differs from the base's, with the names of what differs."""
    return {
        step.id: (Reason(cause=Cause.CONFIG, text=f"{paths.show(file)}: {what}", chain=(file,)),)
        for step in head.values()
        if (what := _difference(step, base.get(step.id)))
    }


def _difference(step: StepSpec, before: StepSpec | None) -> str:
    if before is None:
        return f"{step.id} is new"
    changed = step.differences(before)
    return f"{step.id} changed in {', '.join(changed)}" if changed else ""
