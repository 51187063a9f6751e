"""The measurement: every model gets the same requests, a few at a time, in turns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from mlgitlab.config.gates_inference import InferenceRules
from mlgitlab.jobs.gate.inference.measured import Asked, Block, Measured, Used, Who
from mlgitlab.jobs.gate.inference.world import NotServedError, Running, World

# So many rounds are aimed at; the intervals come from a bootstrap over them.
_ROUNDS = 40
_IN_A_ROW = 4
_MOST_REQUESTS = 200_000  # in all, to each model
_MOST_FAILURES = 20  # after as many a model is asked no more


@dataclass(kw_only=True)
class _Serving:
    """The models that are served, and what was found out about each."""

    running: dict[Who, Running] = field(default_factory=dict)
    fault: dict[Who, str] = field(default_factory=dict)
    warming: dict[Who, tuple[str, ...]] = field(default_factory=dict)
    used: dict[Who, Used] = field(default_factory=dict)
    pace: dict[Who, float] = field(default_factory=dict)  # seconds for one answer

    def lose(self, who: Who, why: str) -> None:
        self.fault[who] = why
        running = self.running.pop(who, None)
        if running:
            running.end()


@dataclass(frozen=True, slots=True)
class _Seat:
    """A series of measurements, and the model that it is of."""

    label: Who
    model: Who


def measure(rule: InferenceRules, world: World) -> Measured:
    """Serve candidate and production side by side, and ask them in turns for `rule.duration`.

    A model that cannot be served, or fails again and again, is a finding and no error. WorldError only where the
    machine itself cannot do it.
    """
    serving = _Serving()
    try:
        for who in _wanted(rule, world):
            _start(rule, world, serving, who)
        blocks = tuple(_rounds(rule, world, serving)) if Who.CANDIDATE in serving.running else ()
        serving.used.update({who: running.used() for who, running in serving.running.items()})
    finally:
        for running in serving.running.values():
            running.end()
    return Measured(
        production=world.production,
        blocks=blocks,
        fault=serving.fault,
        warming=serving.warming,
        used=serving.used,
        facts=world.facts(),
    )


def _wanted(rule: InferenceRules, world: World) -> Sequence[Who]:
    if not world.production:
        return [Who.CANDIDATE]
    return list(Who) if rule.second_production else [Who.CANDIDATE, Who.PRODUCTION]


def _start(rule: InferenceRules, world: World, serving: _Serving, who: Who) -> None:
    """One is warm before the next is started: what a GPU's memory gains meanwhile is its own."""
    try:
        serving.running[who] = world.start(who)
        found = list(_warm(rule, world, serving.running[who]))
        serving.used[who] = serving.running[who].used()
    except NotServedError as error:
        serving.lose(who, str(error))
        return
    failures = [failure for asked in found for failure in asked.failures]
    serving.warming[who] = tuple(failures[:_MOST_FAILURES])
    # The first answers of all are slower, and would make the blocks too short.
    late = found[len(found) // 2 :]
    serving.pace[who] = sum(asked.seconds for asked in late) / sum(_count(asked) for asked in late)
    if not any(asked.latencies for asked in found):
        serving.lose(who, f"it answers no request: {failures[0] if failures else ''}")


def _warm(rule: InferenceRules, world: World, running: Running) -> Iterator[Asked]:
    """`warm_up` requests, or as many as `duration` has time for."""
    at_once = _at_once(rule)
    begun = world.seconds()
    for first in range(0, max(1, rule.warm_up), at_once):
        yield running.ask(first, at_once)
        if world.seconds() - begun > rule.duration.seconds:
            return


def _at_once(rule: InferenceRules) -> int:
    return max(1, rule.endpoint.concurrency) if rule.endpoint else 1


def _count(asked: Asked) -> int:
    return max(1, len(asked.latencies) + len(asked.failures))


def _rounds(rule: InferenceRules, world: World, serving: _Serving) -> Iterator[Block]:
    """Rounds until the time is over; one that was not finished counts for nothing."""
    seats = _seats(serving)
    slowest = max(serving.pace[seat.model] for seat in seats)
    count = int(rule.duration.seconds / _ROUNDS / (2 * len(seats)) / max(slowest, 1e-6))
    count = min(count, _MOST_REQUESTS // (2 * _ROUNDS))
    at_once = _at_once(rule)
    count = max(count, 1 if at_once == 1 else _IN_A_ROW * at_once)  # so many that all connections have work
    failed = dict.fromkeys(Who, 0)
    begun, number = world.seconds(), 0
    while number == 0 or (world.seconds() - begun) * (number + 1) / number <= rule.duration.seconds:
        if 2 * count * (number + 1) > _MOST_REQUESTS:
            return
        found = list(_round(serving, _order(seats, number), number, count))
        if len(found) < 2 * len(seats):
            return
        yield from found
        number += 1
        for block in found:
            failed[block.who] += len(block.asked.failures)
            if failed[block.who] >= _MOST_FAILURES:
                serving.lose(block.who, f"it failed to answer again and again: {block.asked.failures[-1]}")
                return


def _seats(serving: _Serving) -> Sequence[_Seat]:
    seats = [_Seat(who, who) for who in Who if who in serving.running]
    if Who.PRODUCTION in serving.running and Who.AGAIN not in serving.running:
        seats.append(_Seat(Who.AGAIN, Who.PRODUCTION))
    return [seat for seat in seats if seat.label is Who.CANDIDATE or Who.PRODUCTION in serving.running]


def _order(seats: Sequence[_Seat], number: int) -> Sequence[_Seat]:
    """A B C C B A, and in the next round B C A A C B: what drifts, or hurts whoever comes first, hurts all alike."""
    shift = number % len(seats)
    once = [*seats[shift:], *seats[:shift]]
    return [*once, *reversed(once)]


def _round(serving: _Serving, order: Sequence[_Seat], number: int, count: int) -> Iterator[Block]:
    for turn, seat in enumerate(order):
        # The same requests for all; those of the second half are others than those of the first.
        first = count * (2 * number + (turn >= len(order) // 2))
        try:
            asked = serving.running[seat.model].ask(first, count)
        except NotServedError as error:
            serving.lose(seat.model, str(error))
            return
        yield Block(who=seat.label, round=number, asked=asked)
