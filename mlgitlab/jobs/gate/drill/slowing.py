"""A measurement of a model that answers too slowly, and takes too much memory, for any limit of its rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mlgitlab.config.gates_inference import InferenceRules
from mlgitlab.jobs.gate.inference.measured import Asked, Block, Measured, Used, Who

_LEAST = 10.0
_QUANTILES = ("latency_p50", "latency_p95", "latency_p99")
LIMITS = (*_QUANTILES, "throughput", "memory", "gpu_memory")


def slowed(rule: InferenceRules, found: Measured) -> Measured:
    """The measurement of production, without noise, and of a candidate like it whose every limit is passed."""
    by = _factor(rule, found)
    blocks = tuple(each for block in found.of(Who.PRODUCTION) for each in _round(block, by))
    used = {who: _more(used, by) if who is Who.CANDIDATE else used for who, used in found.used.items()}
    return replace(found, blocks=blocks, used=used)


def _round(block: Block, by: float) -> Iterator[Block]:
    """What was measured of production in a turn; the same once more; and a candidate that takes `by` times as long."""
    yield block
    yield replace(block, who=Who.AGAIN)
    yield replace(block, who=Who.CANDIDATE, asked=_slower(block.asked, by))


def muted(found: Measured) -> Measured:
    """The measurement with one request in each round that the candidate does not answer."""
    blocks = tuple(
        replace(block, asked=_unanswered(block.asked)) if block.who is Who.CANDIDATE else block
        for block in found.blocks
    )
    return replace(found, blocks=blocks)


def _unanswered(asked: Asked) -> Asked:
    return replace(asked, latencies=asked.latencies[:-1], failures=(*asked.failures, "no answer"))


def _factor(rule: InferenceRules, found: Measured) -> float:
    own = found.of(Who.PRODUCTION)
    fastest = min((each for block in own for each in block.asked.latencies), default=1.0) or 1e-3
    limits = [getattr(rule, name) for name in _QUANTILES]
    factors = [_LEAST]
    factors += [2 * limit.max_ratio for limit in limits if limit and limit.max_ratio]
    factors += [2 * limit.at_most.milliseconds / fastest for limit in limits if limit and limit.at_most]
    if rule.throughput:
        best = max(
            (len(block.asked.latencies) / block.asked.seconds for block in own if block.asked.seconds), default=1
        )
        factors += [2 / rule.throughput.min_ratio] if rule.throughput.min_ratio else []
        factors += [2 * best / rule.throughput.at_least] if rule.throughput.at_least else []
    used = found.used.get(Who.CANDIDATE, Used())
    for memory, taken in ((rule.memory, used.resident), (rule.gpu_memory, used.gpu)):
        if memory and taken:
            factors += [2 * memory.max_ratio] if memory.max_ratio else []
            factors += [2 * memory.at_most.bytes / taken] if memory.at_most else []
    return max(factors)


def _slower(asked: Asked, by: float) -> Asked:
    return replace(asked, latencies=tuple(each * by for each in asked.latencies), seconds=asked.seconds * by)


def _more(used: Used, by: float) -> Used:
    return Used(
        resident=None if used.resident is None else int(used.resident * by),
        gpu=None if used.gpu is None else int(used.gpu * by),
    )
