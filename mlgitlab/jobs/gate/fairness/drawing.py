"""The numbers of groups as rows of a table, and as curves of a report."""

from __future__ import annotations

from collections.abc import Iterator

from mlgitlab.jobs.gate.fairness.case import Case
from mlgitlab.jobs.gate.ruling import Curve, CurveKind, Number, Side


def described(case: Case, level: float) -> Iterator[Number]:
    """The number of each group for the candidate, with its interval: `true positive rate, sex=f`."""
    for rate, name in enumerate(case.rates):
        for group, where in enumerate(case.groups.names):
            value = float(case.numbers.values[rate, 0, group])
            yield Number(name=f"{name}, {where}", value=value, interval=case.interval(rate, 0, group, level))


def curves(case: Case, title: str, dataset: str, level: float) -> Iterator[Curve]:
    """One curve for each rate and side."""
    names = case.groups.names
    for rate, name in enumerate(case.rates):
        for side, whose in enumerate((Side.CANDIDATE, Side.PRODUCTION)[: case.numbers.values.shape[1]]):
            ends = [case.interval(rate, side, group, level) for group in range(len(names))]
            yield Curve(
                kind=CurveKind.GROUPS,
                side=whose,
                title=f"{title}: {name}",
                dataset=dataset,
                x=tuple(map(float, range(len(names)))),
                y=tuple(map(float, case.numbers.values[rate, side])),
                low=tuple(each.low for each in ends),
                high=tuple(each.high for each in ends),
                labels=names,
            )
