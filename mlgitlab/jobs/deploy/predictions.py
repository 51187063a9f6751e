"""Whether two models' predictions are distributed alike."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence

from mlgitlab.jobs.data.drift_psi import noise, psi
from mlgitlab.jobs.deploy import intervals
from mlgitlab.jobs.deploy.agreement import number
from mlgitlab.jobs.deploy.judgement import Judgement
from mlgitlab.jobs.gate.ruling import Outcome

_BINS = 10


def shifted(candidate: Iterable[str], current: Iterable[str], limit: float, z: float) -> Judgement:
    """The population stability index of the candidate's predictions, over bins of the current model's.

    Of two samples of one distribution it is about (1/n + 1/m) times chi-squared: what of it exceeds that at `z` is a
    shift. It passes only with so many requests that chance alone would stay below the limit.
    """
    now, before = list(candidate), list(current)
    if not now or not before:
        return Judgement(criterion="prediction", outcome=Outcome.INCONCLUSIVE, why="no predictions were seen")
    old, new = _counts(before, now)
    if len(old) == 1:
        why = "all predictions are the same"
        return Judgement(criterion="prediction", outcome=Outcome.PASS, why=why, value=0.0)
    found = psi(old, new)
    chance = noise(2, len(before), len(now)) * intervals.chi_squared(len(old) - 1, z)
    fails, tells = found - chance > limit, chance <= limit
    outcome = Outcome.FAIL if fails else Outcome.PASS if tells and found <= limit else Outcome.INCONCLUSIVE
    return Judgement(
        criterion="prediction",
        outcome=outcome,
        why=f"a PSI of {found:.3f}, at most {limit:g}; chance alone makes up to {chance:.3f}",
        value=found,
        low=max(0.0, found - chance),
    )


def _counts(before: Sequence[str], now: Sequence[str]) -> tuple[list[float], list[float]]:
    """Rows in each bin: tenths of the current model's numbers, or each answer where they are few or no numbers."""
    numbers = [number(text) for text in (*before, *now)]
    values = [value for value in numbers if value is not None]
    if len(values) == len(numbers) and len(set(values)) > _BINS:
        return _binned(values[: len(before)], values[len(before) :])
    old, new = Counter(before), Counter(now)
    names = sorted(old.keys() | new.keys())
    return [float(old[name]) for name in names], [float(new[name]) for name in names]


def _binned(before: Sequence[float], now: Sequence[float]) -> tuple[list[float], list[float]]:
    ordered = sorted(before)
    edges = sorted({ordered[len(ordered) * part // _BINS] for part in range(1, _BINS)})
    counts: list[list[float]] = []
    for values in (before, now):
        found = Counter(bisect_right(edges, value) for value in values)
        counts.append([float(found[place]) for place in range(len(edges) + 1)])
    return counts[0], counts[1]
