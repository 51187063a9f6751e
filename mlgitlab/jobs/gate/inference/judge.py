"""From a measurement to rulings: speed first, then memory; and whether there were answers at all."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

from mlgitlab.config.gates_inference import InferenceRules
from mlgitlab.jobs.gate.inference import memory, speed
from mlgitlab.jobs.gate.inference.measured import Measured, Who
from mlgitlab.jobs.gate.inference.spread import Spread
from mlgitlab.jobs.gate.ruling import Curve, CurveKind, Family, Findings, Outcome, Ruling, Side

_SIDES = {Who.CANDIDATE: Side.CANDIDATE, Who.PRODUCTION: Side.PRODUCTION}


def judge(rule: InferenceRules, measured: Measured) -> Findings:
    """What each limit of the rule says of the candidate, the latencies as curves, and the machine's facts.

    A candidate that cannot be served, or fails to answer, fails. What cannot be measured is inconclusive. Without a
    model in production ratios are not judged, and say so.
    """
    spread = _spread(measured)
    rulings = [_answers(measured), *speed.rulings(rule, measured, spread), *memory.rulings(rule, measured)]
    return Findings(
        rulings=tuple(replace(each, mandatory=each.mandatory and not rule.advisory) for each in rulings),
        curves=tuple(_curves(spread)) if spread else (),
        facts=measured.facts,
    )


def _spread(measured: Measured) -> Spread | None:
    """The latencies, if there are any and each is a time."""
    if not measured.blocks or any(not block.asked.latencies for block in measured.blocks):
        return None
    fine = all(
        math.isfinite(block.asked.seconds)
        and block.asked.seconds > 0
        and all(math.isfinite(latency) and latency > 0 for latency in block.asked.latencies)
        for block in measured.blocks
    )
    return Spread(measured.blocks) if fine else None


def _answers(measured: Measured) -> Ruling:
    """Whether the candidate answered every request."""
    failures = [*measured.warming.get(Who.CANDIDATE, ()), *_failures(measured)]
    answered = sum(len(block.asked.latencies) for block in measured.of(Who.CANDIDATE))
    if Who.CANDIDATE in measured.fault:
        outcome, why = Outcome.FAIL, f"the candidate cannot be served: {measured.fault[Who.CANDIDATE]}"
    elif failures:
        outcome, why = Outcome.FAIL, f"the candidate failed to answer {len(failures)} requests: {failures[0]}"
    elif not answered:
        outcome, why = Outcome.INCONCLUSIVE, "no round was finished in time; a longer `duration` may do"
    else:
        outcome, why = Outcome.PASS, f"the candidate answered all {answered:,} requests"
    return Ruling(
        rule="inference.answers",
        family=Family.INFERENCE,
        outcome=outcome,
        why=why,
        limit="every request is answered",
        candidate=len(failures),
        rows=answered,
    )


def _failures(measured: Measured) -> Iterator[str]:
    for block in measured.of(Who.CANDIDATE):
        yield from block.asked.failures


def _curves(spread: Spread) -> Iterator[Curve]:
    for who, side in _SIDES.items():
        if spread.has(who):
            x, y = spread.curve(who)
            yield Curve(kind=CurveKind.LATENCY, side=side, x=x, y=y)
