"""From direct reasons to the steps that run: stand-ins, consequences, and what the chosen steps need."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Mapping
from dataclasses import replace

from mlgitlab.config.schema import Profile, StepKind
from mlgitlab.frozen import dataclass
from mlgitlab.planning.steps import Need, StepSpec
from mlgitlab.results import Cause, Reason

Reasons = Mapping[str, tuple[Reason, ...]]
_JUDGING = (StepKind.GATE, StepKind.DRILL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a profile lets run. `stand_ins` maps a step that does not run to the one that runs in its place."""

    allowed: frozenset[str]
    stand_ins: Mapping[str, str]

    def needs(self, step: StepSpec) -> tuple[Need, ...]:
        """The step's needs, each naming the step that runs."""
        stand_ins = self.stand_ins
        if not stand_ins:
            return step.needs
        return tuple(
            replace(need, step=stand_ins[need.step]) if need.step in stand_ins else need for need in step.needs
        )


def scope(steps: Mapping[str, StepSpec], profile: Profile) -> Scope:
    """Apply a profile's kinds.

    Smoke stands in for training where only smoke is asked for. A model without a smoke step
    trains in full there: nothing cheaper could show that it still trains.
    """
    kinds = set(profile.steps)
    allowed = {step.id for step in steps.values() if step.kind in kinds}
    stand_ins: dict[str, str] = {}
    has_both_or_none = (StepKind.SMOKE in kinds) is (StepKind.TRAIN in kinds)
    for step in () if has_both_or_none else steps.values():
        smoke, train = f"{step.owner}:{StepKind.SMOKE}", f"{step.owner}:{StepKind.TRAIN}"
        if step.id == train and StepKind.SMOKE in kinds and StepKind.TRAIN not in kinds:
            if smoke in steps:
                stand_ins[train] = smoke
            else:
                allowed.add(train)
        elif step.id == smoke and StepKind.TRAIN in kinds and StepKind.SMOKE not in kinds and train in steps:
            stand_ins[smoke] = train
    # What a smoke run leaves is no candidate: nobody would deploy it.
    judging = {step.id for step in steps.values() if step.kind in _JUDGING and f"{step.owner}:train" in stand_ins}
    return Scope(allowed=frozenset(allowed - judging), stand_ins=stand_ins)


def select(
    steps: Mapping[str, StepSpec],
    direct: Reasons,
    within: Scope,
    models: tuple[str, ...] = (),
    held: Collection[str] = (),
) -> Reasons:
    """The steps that run, each with its reasons, in the order of `steps`.

    `held`: the steps whose present result is in the store; they do not run, and those that read it do.
    Adding a reason to `direct` never removes a step from the answer.
    """
    reached = _consequences(steps, _with_stand_ins(steps, direct, within), within, held)
    chosen = {
        id_: found
        for id_, found in reached.items()
        if id_ in within.allowed and id_ not in held and (not models or steps[id_].model in (None, *models))
    }
    _pull_in(steps, chosen, within, held)
    return {id_: chosen[id_] for id_ in steps if id_ in chosen}


def _with_stand_ins(steps: Mapping[str, StepSpec], direct: Reasons, within: Scope) -> dict[str, tuple[Reason, ...]]:
    """Pass what reaches a training on to the smoke run in its place.

    Not the other way round: a change of the smoke command alone cannot alter what training makes.
    """
    found = {id_: reasons for id_, reasons in direct.items() if id_ in steps}
    for replaced, running in within.stand_ins.items():
        if steps[replaced].kind is StepKind.TRAIN and replaced in found:
            merged = dict.fromkeys((*found.get(running, ()), *found[replaced]))
            found[running] = tuple(merged)
    return found


def _consequences(
    steps: Mapping[str, StepSpec], found: dict[str, tuple[Reason, ...]], within: Scope, held: Collection[str]
) -> dict[str, tuple[Reason, ...]]:
    """Add every step that reads the result of a step already found."""
    readers: dict[str, list[str]] = {}
    for step in steps.values():
        for need in within.needs(step):
            if need.artifacts and need.step != step.id:
                readers.setdefault(need.step, []).append(step.id)
    reached = dict(found)
    queue = deque(sorted(found))
    while queue:
        cause = queue.popleft()
        for reader in readers.get(cause, ()):
            chain = (*reached[cause][0].chain, cause)
            what = "which changed; the store has the new one" if cause in held else "which runs"
            reason = Reason(cause=Cause.UPSTREAM, text=f"it reads the result of {cause}, {what}", chain=chain)
            if reader not in reached:
                queue.append(reader)
                reached[reader] = (reason,)
            elif reader in found and not any(r.text == reason.text for r in reached[reader]):
                reached[reader] = (*reached[reader], reason)
    return reached


def _pull_in(
    steps: Mapping[str, StepSpec], chosen: dict[str, tuple[Reason, ...]], within: Scope, held: Collection[str]
) -> None:
    """Add what the chosen steps need and the store does not have, whether the profile names it or not."""
    queue = deque(sorted(chosen))
    while queue:
        consumer = queue.popleft()
        for need in within.needs(steps[consumer]):
            if need.required and need.step in steps and need.step not in chosen and need.step not in held:
                text = (
                    f"{consumer} needs its result"
                    if need.artifacts
                    else f"{consumer} reads data that can change without a commit"
                )
                chosen[need.step] = (Reason(cause=Cause.NEEDED, text=text, chain=(consumer,)),)
                queue.append(need.step)
