"""One condition on a set of rows, and the ruling that answers it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from mlgitlab.jobs.gate.metrics.asked import Condition, Of
from mlgitlab.jobs.gate.metrics.measured import Measure, Measured, Options
from mlgitlab.jobs.gate.rows import wording
from mlgitlab.jobs.gate.rows.conditions import Estimate, judged, wanted
from mlgitlab.jobs.gate.rows.selection import Rows
from mlgitlab.jobs.gate.rows.soundness import Unsound
from mlgitlab.jobs.gate.ruling import Family, Judged, Number, Outcome, Ruling, Side

# How many events may be behind none that was seen, at 95 % (Wilson 1927): the square of 1.96.
_BEHIND_NONE = 3.84


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A condition of a rule, and what it takes to judge it."""

    rule: str
    dataset: str
    condition: Condition
    level: float
    mandatory: bool
    min_rows: int
    options: Options

    def ruling(self, measure: Measure, rows: Rows, where: str = "", claims: int = 1) -> Ruling:
        """The answer for some rows. where: which slice they are; claims: among how many groups the worst is sought."""
        units = rows.independent
        if units < self.min_rows:
            what = "rows" if rows.first.cluster is None else "clusters"
            return self.open(f"there are {units} {what}: fewer than {self.min_rows}", where, rows, self.min_rows)
        found = measure(rows, self.options)
        if isinstance(found, str):
            return self.open(found, where, rows)
        estimate = self._estimate(found, rows)
        if isinstance(estimate, str):
            return self.open(estimate, where, rows)
        return self._answered(found, estimate, rows, where, claims)

    def open(self, why: str, where: str = "", rows: Rows | None = None, needed: int | None = None) -> Ruling:
        """That it cannot be judged."""
        count = None if rows is None else rows.count
        return replace(self._blank(where), why=f"not judged: {why}", rows=count, wanted=needed)

    def unsound(self, unsound: Unsound) -> Ruling:
        """That the rows, or the answers, cannot be judged by."""
        failed = unsound.outcome is Outcome.FAIL
        return replace(
            self._blank(), outcome=unsound.outcome, why=unsound.why if failed else f"not judged: {unsound.why}"
        )

    def first_model(self) -> Ruling:
        """That there is nothing to compare with."""
        return replace(self.open("there is no model in production to compare with"), mandatory=False)

    def _blank(self, where: str = "") -> Ruling:
        return Ruling(
            rule=self.rule,
            family=Family.METRICS,
            outcome=Outcome.INCONCLUSIVE,
            why="",
            limit=self.condition.text,
            mandatory=self.mandatory,
            dataset=self.dataset,
            slice=where,
            judged=Judged(self.condition.of.value),
            margin=self.condition.bound.limit,
            higher_is_better=self.condition.bound.upwards,
        )

    def _estimate(self, found: Measured, rows: Rows) -> Estimate | str:
        """The number that the condition is about, or why there is none."""
        values, of = found.values, self.condition.of
        if not all(map(math.isfinite, values)):
            return f"the metric is not a finite number: {', '.join(map(wording.number, values))}"
        if of is Of.VALUE:
            return Estimate(value=values[0], spread=found.resampled.mixed((1,)))
        exact = rows.identical and values[0] == values[1]
        if of is Of.DIFFERENCE:
            return Estimate(value=values[0] - values[1], spread=None if exact else found.resampled.mixed((1, -1)))
        if exact:
            return Estimate(value=1.0)
        if min(values) <= 0 or min(found.resampled.estimate) <= 0:
            return "a share of production's value means nothing where a value is not above zero; use `margin`"
        return Estimate(value=values[0] / values[1], spread=found.resampled.logs().mixed((1, -1)), logarithm=True)

    def _answered(self, found: Measured, estimate: Estimate, rows: Rows, where: str, claims: int) -> Ruling:
        bound, of = self.condition.bound, self.condition.of
        outcome, interval = judged(estimate, bound, self.level, claims)
        open_ = outcome is Outcome.INCONCLUSIVE
        needed = wanted(estimate.value, bound, interval, rows.count) if open_ else None
        exact = estimate.spread is None
        candidate, production = (*found.values, None)[:2]
        return replace(
            self._blank(where),
            outcome=outcome,
            why=wording.sentence(_WHAT[of], estimate.value, interval, outcome, self.condition.text, needed),
            candidate=candidate,
            production=production,
            difference=None if production is None else found.values[0] - production,
            ratio=found.values[0] / production if production else None,
            interval=interval,
            rows=rows.count,
            wanted=needed,
            numbers=self._numbers(found, rows),
            notes=(*found.notes, *_said_of_identical(rows, exact=exact), *_said_of_claims(claims, outcome)),
        )

    def _numbers(self, found: Measured, rows: Rows) -> tuple[Number, ...]:
        sides = len(found.values)
        intervals = (
            Estimate(value=value, spread=found.resampled.mixed([float(place == each) for each in range(sides)]))
            for place, value in enumerate(found.values)
        )
        named = zip((Side.CANDIDATE, Side.PRODUCTION), found.values, intervals, strict=False)
        return (
            *(
                Number(name=str(name), value=value, interval=estimate.interval(self.level))
                for name, value, estimate in named
            ),
            Number(name="resamples", value=float(self.options.draws)),
            Number(name="independent units", value=float(rows.independent)),
        )


_WHAT = {
    Of.VALUE: "the value",
    Of.DIFFERENCE: "the difference from production",
    Of.RATIO: "the ratio to production",
}


def _said_of_identical(rows: Rows, *, exact: bool) -> tuple[str, ...]:
    if not exact:
        return ()
    share = _BEHIND_NONE / (rows.independent + _BEHIND_NONE)
    return (f"both models give the same answers on every row; they may still differ on up to {share:.2%} of others",)


def _said_of_claims(claims: int, outcome: Outcome) -> tuple[str, ...]:
    if claims < 2 or outcome is Outcome.PASS:
        return ()
    return (f"one of {claims} groups: only a failure that also holds at 1 - (1 - level) / {claims} counts as one",)
