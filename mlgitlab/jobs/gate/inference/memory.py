"""The rules on memory. It hardly varies, so there is no interval; two processes of production show how much it does."""

from __future__ import annotations

from collections.abc import Iterator

from mlgitlab.config.gates_inference import InferenceRules, MemoryLimit
from mlgitlab.config.quantities import ByteSize, shown_bytes
from mlgitlab.jobs.gate.inference.measured import Measured, Who
from mlgitlab.jobs.gate.inference.speed import NOT_JUDGED
from mlgitlab.jobs.gate.ruling import Family, Number, Outcome, Ruling

BYTES = "bytes"


def rulings(rule: InferenceRules, measured: Measured) -> Iterator[Ruling]:
    """One for each limit that is set."""
    taken = {who: used.resident for who, used in measured.used.items()}
    on_gpus = {who: used.gpu for who, used in measured.used.items()}
    for key, limit, found in (("memory", rule.memory, taken), ("gpu_memory", rule.gpu_memory, on_gpus)):
        if limit:
            yield from _rulings(key, limit, {who: size for who, size in found.items() if size}, measured)


def _rulings(key: str, limit: MemoryLimit, found: dict[Who, int], measured: Measured) -> Iterator[Ruling]:
    if limit.max_ratio is not None:
        yield _ratio(f"inference.{key}.max_ratio", limit.max_ratio, found, measured)
    if limit.at_most is not None:
        yield _threshold(f"inference.{key}.at_most", limit.at_most, found, measured)


def _threshold(key: str, limit: ByteSize, found: dict[Who, int], measured: Measured) -> Ruling:
    size = found.get(Who.CANDIDATE)
    if size is None:
        outcome, why = _missing(Who.CANDIDATE, measured)
    else:
        outcome = Outcome.PASS if size <= limit.bytes else Outcome.FAIL
        why = f"it took {shown_bytes(size)}, and at most {limit} are allowed"
    return Ruling(
        rule=key,
        family=Family.INFERENCE,
        outcome=outcome,
        why=why,
        limit=f"at most {limit}",
        candidate=size,
        unit=BYTES,
    )


def _ratio(key: str, limit: float, found: dict[Who, int], measured: Measured) -> Ruling:
    new, old, again = (found.get(who) for who in Who)
    ratio, mandatory = None, True
    if not measured.production:
        outcome, why, mandatory = Outcome.INCONCLUSIVE, NOT_JUDGED, False
    elif new is None or old is None:
        outcome, why = _missing(Who.CANDIDATE if new is None else Who.PRODUCTION, measured)
    else:
        ratio = new / old
        noise = max(again, old) / min(again, old) if again else 1.0
        outcome = Outcome.PASS if ratio <= limit else Outcome.FAIL
        why = f"{shown_bytes(new)} against {shown_bytes(old)} is {ratio:.3g} times, and {limit:g} times is allowed"
        if noise > max(limit, 1 / limit):
            outcome = Outcome.INCONCLUSIVE
            why = f"no verdict: production took {shown_bytes(old)}, and another time {shown_bytes(again or 0)}"
    return Ruling(
        rule=key,
        family=Family.INFERENCE,
        outcome=outcome,
        why=why,
        limit=f"at most {limit:g} times production",
        mandatory=mandatory,
        candidate=new,
        production=old,
        ratio=ratio,
        unit=BYTES,
        numbers=(Number(name="production, again", value=again, unit=BYTES),) if again else (),
    )


def _missing(who: Who, measured: Measured) -> tuple[Outcome, str]:
    if who in measured.fault:
        outcome = Outcome.FAIL if who is Who.CANDIDATE else Outcome.INCONCLUSIVE
        return outcome, f"the {who} cannot be served: {measured.fault[who]}"
    return Outcome.INCONCLUSIVE, "this machine does not tell how much memory it took"
