"""A replay of past commits: what each would have run, by mlgitlab and by patterns of folders."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from mlgitlab.changes import Change
from mlgitlab.config.scalars import Globs
from mlgitlab.config.schema import StepKind
from mlgitlab.planning.globs import GlobIndex
from mlgitlab.planning.impact import Impact
from mlgitlab.planning.select import Reasons, Scope, select
from mlgitlab.planning.sides import DVC_POINTER
from mlgitlab.planning.steps import StepSpec
from mlgitlab.results import Cause, Reason

_COUNTED = frozenset({StepKind.DATA, StepKind.SMOKE, StepKind.TRAIN, StepKind.EVALUATE})


def counted(steps: Mapping[str, StepSpec]) -> Mapping[str, StepSpec]:
    """The steps that a replay counts: all in full, so no smoke run of a model that has a training, and no checks."""
    return {
        id_: step
        for id_, step in steps.items()
        if step.kind in _COUNTED and not (step.kind is StepKind.SMOKE and f"{step.owner}:{StepKind.TRAIN}" in steps)
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """What one commit, compared with `base`, would have run of `steps`.

    blind: the files that a step loads, where a change of them selected it and no pattern did. unmatched: the
    changed paths that no rule knows. independent: what would have run if the recorded results (dvc.lock, the
    outputs of stages) had not changed. skipped: why nothing is known about the commit.
    """

    commit: str
    base: str
    changed: tuple[str, ...] = ()
    steps: Mapping[str, StepSpec] = field(default_factory=dict)
    selected: frozenset[str] = frozenset()
    patterns: frozenset[str] = frozenset()
    blind: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unmatched: tuple[str, ...] = ()
    independent: frozenset[str] = frozenset()
    skipped: str = ""


class Patterns:
    """What hand-written `rules: changes` would select.

    They list what the configuration lists, its excludes and `ignore` heeded: a model's paths and inputs, the paths
    of its datasets or their DVC pointers; of a file of which only some keys count, the file. They know no imports
    and no meaning, and nothing runs for a path that none of them matches. What reads the result of a selected step
    runs, too.
    """

    def __init__(self, steps: Mapping[str, StepSpec], ignore: Globs) -> None:
        self.steps = steps
        self._rules: GlobIndex[str] = GlobIndex()
        for step in steps.values():
            for rule in step.rules:
                if rule.claims:
                    self._rules.add(rule.globs, step.id)
        self._ignore: GlobIndex[None] = GlobIndex()
        self._ignore.add(ignore, None)

    def select(self, changes: Iterable[Change]) -> frozenset[str]:
        """Ids of the steps that run."""
        found = {id_: path for change in changes for path, id_ in self._hits(change)}
        direct = {id_: (Reason(cause=Cause.PATHS, text="", chain=(path,)),) for id_, path in found.items()}
        return selected(self.steps, direct)

    def _hits(self, change: Change) -> Iterator[tuple[str, str]]:
        if any(True for _ in self._ignore.find(change.path)):
            return
        for path in {change.path, change.path.removesuffix(DVC_POINTER)}:
            yield from ((change.path, id_) for id_, _ in self._rules.find(path))


def selected(steps: Mapping[str, StepSpec], direct: Reasons) -> frozenset[str]:
    """What the direct reasons make run, with nothing held back."""
    return frozenset(select(steps, direct, Scope(allowed=frozenset(steps), stand_ins={})))


def replayed(commit: str, base: str, changes: Collection[Change], impact: Impact, patterns: Patterns) -> Replay:
    """One commit, decided both ways."""
    steps = patterns.steps
    ours, theirs = selected(steps, impact.reasons), patterns.select(changes)
    loaded = {
        id_: tuple(sorted({reason.chain[0] for reason in impact.reasons.get(id_, ()) if reason.cause is Cause.IMPORT}))
        for id_ in sorted(ours - theirs)
    }
    return Replay(
        commit=commit,
        base=base,
        changed=tuple(change.path for change in changes),
        steps=steps,
        selected=ours,
        patterns=theirs,
        blind={id_: files for id_, files in loaded.items() if files},
        unmatched=impact.unmatched,
        independent=ours,
    )
