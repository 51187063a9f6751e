"""How the candidate stands to production, in one of a few words."""

from __future__ import annotations

from enum import StrEnum

from mlgitlab.jobs.gate.report.effect import Direction, effect, worst_first
from mlgitlab.jobs.gate.ruling import Family, Outcome, Ruling
from mlgitlab.jobs.gate.verdict import Compared, Verdict


class Standing(StrEnum):
    """The values are headlines."""

    BETTER = "Better than production"
    SAME = "As good as production, within noise"
    TOLERATED = "Worse than production, by less than the margin"
    PASSES = "Passes"  # no metric was compared, or nobody said which way is good
    WORSE = "Worse than production"
    REFUSED = "Not acceptable"  # whatever production is like
    UNCERTAIN = "Cannot tell"
    FIRST = "First model of its name, passes"
    IDENTICAL = "The same model as in production"


def standing(verdict: Verdict) -> Standing:
    """What the outcome and the intervals come to."""
    if verdict.compared is Compared.ITSELF:
        return Standing.IDENTICAL
    if verdict.outcome is Outcome.INCONCLUSIVE:
        return Standing.UNCERTAIN
    if verdict.outcome is Outcome.FAIL:
        worse = any(_direction(ruling) is Direction.WORSE for ruling in verdict.failed)
        return Standing.WORSE if worse else Standing.REFUSED
    if verdict.compared is Compared.NOTHING:
        return Standing.FIRST
    found = {_direction(ruling) for ruling in compared(verdict)} - {Direction.UNKNOWN}
    if Direction.WORSE in found:
        return Standing.TOLERATED
    return Standing.BETTER if Direction.BETTER in found else Standing.SAME if found else Standing.PASSES


def compared(verdict: Verdict) -> list[Ruling]:
    """The mandatory rulings that compare a metric on all rows of a set, the worst first."""
    return worst_first(
        ruling
        for ruling in verdict.rulings
        if ruling.mandatory and ruling.family is Family.METRICS and not ruling.slice and effect(ruling) is not None
    )


def telling(verdict: Verdict) -> list[Ruling]:
    """The rulings that the standing is about, the most telling first: those on all rows of a set before slices."""
    return sorted(_telling(verdict), key=lambda ruling: bool(ruling.slice))


def _telling(verdict: Verdict) -> list[Ruling]:
    kind = standing(verdict)
    mandatory = [ruling for ruling in verdict.rulings if ruling.mandatory]
    if kind is Standing.WORSE:
        worse = [ruling for ruling in verdict.failed if _direction(ruling) is Direction.WORSE]
        return [*worst_first(worse), *worst_first(each for each in verdict.failed if each not in worse)]
    if kind in (Standing.REFUSED, Standing.UNCERTAIN):
        return worst_first(ruling for ruling in mandatory if ruling.outcome is verdict.outcome)
    if kind is Standing.TOLERATED:
        return [ruling for ruling in compared(verdict) if _direction(ruling) is Direction.WORSE]
    if kind is Standing.BETTER:
        return [ruling for ruling in reversed(compared(verdict)) if _direction(ruling) is Direction.BETTER]
    return []


def _direction(ruling: Ruling) -> Direction:
    found = effect(ruling)
    return found.direction if found else Direction.UNKNOWN
