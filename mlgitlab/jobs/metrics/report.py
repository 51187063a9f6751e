"""What GitLab's widget shows: a model's numbers, and beside them those of the model in production."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping

from mlgitlab.config.wording import quoted
from mlgitlab.errors import UsageError
from mlgitlab.jobs.metrics.exposition import parts, sample_name
from mlgitlab.jobs.metrics.openmetrics import Sample, legal_names
from mlgitlab.store.keys import PRODUCTION

# The label that tells production's number from the model's own.
OF = "of"
_DELTA = "_delta"
_DIGITS = 6


def samples(own: Mapping[str, float], production: Mapping[str, float], labels: Mapping[str, str]) -> tuple[Sample, ...]:
    """A sample for each number, one more for production's, and one for the difference where both have the name.

    `labels` are added to each; those that a metric brought along stay. UsageError where two numbers would be
    called the same.
    """
    split = {text: parts(text) for text in own.keys() | production.keys()}
    both = sorted(own.keys() & production.keys())
    legal = legal_names(family for family, _ in split.values())
    deltas = legal_names((f"{split[text][0]}{_DELTA}" for text in both), taken=legal.values())
    made: list[Sample] = []
    for values, extra in ((own, {}), (production, {OF: PRODUCTION})):
        for text, value in values.items():
            family, brought = split[text]
            told = family if legal[family] != family else ""
            every = {**labels, **brought, **extra}
            made.append(Sample(name=legal[family], value=value, labels=every, help=told))
    for text in both:
        family, brought = split[text]
        name, value = deltas[f"{family}{_DELTA}"], difference(own[text], production[text])
        told = f"{family}, minus that of the model in production"
        made.append(Sample(name=name, value=value, labels={**labels, **brought}, help=told))
    _refuse_twins(made)
    return tuple(made)


def difference(new: float, old: float) -> float:
    """`new` minus `old`, to six digits: the noise of the last bits would look like a change. NaN where either is."""
    found = new - old
    return float(f"{found:.{_DIGITS}g}") if math.isfinite(found) else found


def _refuse_twins(made: Iterable[Sample]) -> None:
    counts = Counter(sample_name(sample.name, sample.labels) for sample in made)
    twins = sorted(name for name, count in counts.items() if count > 1)
    if twins:
        raise UsageError(
            f"two numbers would both be called {quoted(twins[0])}",
            f'rename one, or give the report another --label; {OF}="{PRODUCTION}" means the model in production',
        )
