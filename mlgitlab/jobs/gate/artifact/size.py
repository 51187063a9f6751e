"""The rules on a model's size. One ruling for each limit that is set."""

from __future__ import annotations

from collections.abc import Iterator

from mlgitlab.config.gates_artifact import SizeRules
from mlgitlab.config.quantities import ByteSize, shown_bytes
from mlgitlab.jobs.gate.artifact.contents import Contents, listed
from mlgitlab.jobs.gate.ruling import Family, Number, Outcome, Ruling

BYTES = "bytes"


def rulings(rule: SizeRules, candidate: Contents, production: Contents | None) -> Iterator[Ruling]:
    """What each limit says of the candidate. A model without files would keep to most of them, and fails."""
    if not candidate.sizes:
        yield Ruling(rule="size", family=Family.SIZE, outcome=Outcome.FAIL, why="the model has no files")
        return
    if rule.max_bytes is not None:
        yield _at_most("max_bytes", candidate.bytes, rule.max_bytes.bytes, BYTES)
    if rule.max_files is not None:
        yield _at_most("max_files", len(candidate.sizes), rule.max_files)
    if rule.max_ratio is not None:
        yield _ratio(rule.max_ratio, candidate, production)
    if rule.max_parameters is not None:
        yield _parameters(rule.max_parameters, candidate, production)
    if rule.dtypes:
        yield _dtypes(rule.dtypes, candidate)
    if rule.gpu_memory is not None:
        yield _gpu_memory(rule, rule.gpu_memory, candidate)


def _shown(value: float, unit: str) -> str:
    return f"{value:,.0f} bytes ({shown_bytes(value)})" if unit == BYTES else f"{value:,.0f}"


def _at_most(key: str, value: int, limit: int, unit: str = "") -> Ruling:
    outcome = Outcome.PASS if value <= limit else Outcome.FAIL
    return Ruling(
        rule=f"size.{key}",
        family=Family.SIZE,
        outcome=outcome,
        why=f"{_shown(value, unit)}, and at most {_shown(limit, unit)} are allowed",
        limit=f"at most {_shown(limit, unit)}",
        candidate=value,
        unit=unit,
    )


def _ratio(limit: float, candidate: Contents, production: Contents | None) -> Ruling:
    spoken = f"at most {limit:g} times production"
    if production is None:
        why = "not judged: there is no model in production"
        outcome, mandatory, ratio = Outcome.INCONCLUSIVE, False, None
    elif not production.bytes:
        why = "the model in production has no bytes, so there is no ratio"
        outcome, mandatory, ratio = Outcome.INCONCLUSIVE, True, None
    else:
        ratio, mandatory = candidate.bytes / production.bytes, True
        outcome = Outcome.PASS if ratio <= limit else Outcome.FAIL
        sizes = f"{shown_bytes(candidate.bytes)} against {shown_bytes(production.bytes)}"
        why = f"{sizes} is {ratio:.3g} times as much, and {limit:g} times is allowed"
    return Ruling(
        rule="size.max_ratio",
        family=Family.SIZE,
        outcome=outcome,
        why=why,
        limit=spoken,
        mandatory=mandatory,
        candidate=candidate.bytes,
        production=production.bytes if production else None,
        ratio=ratio,
        unit=BYTES,
    )


def _parameters(limit: int, candidate: Contents, production: Contents | None) -> Ruling:
    found = candidate.parameters
    outcome, why = Outcome.PASS, f"{found:,} values in its tensors, and at most {limit:,} are allowed"
    if found > limit:
        outcome = Outcome.FAIL
    elif candidate.uncounted:
        outcome, why = Outcome.INCONCLUSIVE, f"the values in {listed(candidate.uncounted)} cannot be counted"
    elif not found:
        outcome, why = Outcome.INCONCLUSIVE, "no tensors were found in its files"
    return Ruling(
        rule="size.max_parameters",
        family=Family.SIZE,
        outcome=outcome,
        why=why,
        limit=f"at most {limit:,} values",
        candidate=found,
        production=production.parameters if production else None,
        numbers=tuple(Number(name=kind, value=tally.values) for kind, tally in candidate.tensors.items()),
    )


def _dtypes(allowed: tuple[str, ...], candidate: Contents) -> Ruling:
    others = sorted(candidate.tensors.keys() - set(allowed))
    outcome, why = Outcome.PASS, f"all tensors are {', '.join(candidate.tensors)}"
    if others:
        outcome, why = Outcome.FAIL, f"it has tensors of type {', '.join(others)}"
    elif candidate.uncounted or not candidate.tensors:
        where = listed(candidate.uncounted) or "its files"
        outcome, why = Outcome.INCONCLUSIVE, f"the types of the values in {where} cannot be told"
    return Ruling(rule="size.dtypes", family=Family.SIZE, outcome=outcome, why=why, limit=f"only {', '.join(allowed)}")


def _gpu_memory(rule: SizeRules, limit: ByteSize, candidate: Contents) -> Ruling:
    """The bytes of all tensors, those of files that cannot be counted, the overhead, and each item of a batch."""
    tensors = sum(tally.bytes for tally in candidate.tensors.values())
    weights = tensors + sum(candidate.sizes[name] for name in candidate.uncounted)
    items = rule.batch * rule.per_item.bytes if rule.per_item else 0
    wanted = weights + rule.overhead.bytes + items
    parts = f"{shown_bytes(weights)} of weights, {rule.overhead} of overhead"
    if rule.per_item:
        parts += f" and {rule.batch} times {rule.per_item}"
    outcome, why = Outcome.PASS, f"an estimate of {shown_bytes(wanted)} ({parts}), and {limit} are there"
    if wanted > limit.bytes:
        outcome = Outcome.FAIL
    elif rule.batch > 1 and not rule.per_item:
        outcome = Outcome.INCONCLUSIVE
        why = f"{parts} fit into {limit}, but what {rule.batch} items take is not said (`size.per_item`)"
    elif not weights:
        outcome, why = Outcome.INCONCLUSIVE, "no weights were found in its files"
    return Ruling(
        rule="size.gpu_memory",
        family=Family.SIZE,
        outcome=outcome,
        why=why,
        limit=f"at most {limit} for a batch of {rule.batch}",
        candidate=wanted,
        unit=BYTES,
        numbers=(
            Number(name="weights", value=weights, unit=BYTES),
            Number(name="overhead", value=rule.overhead.bytes, unit=BYTES),
            Number(name="items of a batch", value=items, unit=BYTES),
        ),
        notes=("An estimate: weights as they are stored, loaded once, and nothing that the runtime adds to them.",),
    )
