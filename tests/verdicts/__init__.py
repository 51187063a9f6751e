"""Verdicts such as gates write them: a model that passes, one that must not, one that nobody can tell, a first one."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace

from mlgitlab.jobs.gate.ruling import Curve, CurveKind, Family, Interval, Outcome, Ruling, Side
from mlgitlab.jobs.gate.verdict import Compared, EvaluationSet, Verdict
from tests.verdicts.curves import curves
from tests.verdicts.rulings import bootstrap, contents, fairness, inference, slices

CANDIDATE = "sha256:8f3ac1b0d92e4b7761c05f9a1d3e8b24907cf6ad5512e80b37f49c6ad0b1e2f3"
PRODUCTION = "sha256:21d9047be6a85c13f08e6b92c7d4415aa98e03d16f7c2b85e4097d3fc61ba805"
LATE = "sha256:c40be7122f9a6d85013c7e94b8d06a5f1e27394cb5a80d6ef3127b49c85d01aa"
EARLY = "sha256:5ad1907c3be2f4486a07d91ec85b30f27d64a9be10c8735fd24e6b09a71c3f58"


FACTS: Mapping[str, str] = {
    "gpu": "NVIDIA T4 (16 GB), driver 570.86",
    "cpu": "Intel Xeon Platinum 8259CL, 4 cores",
    "python": "3.12.7",
    "numpy": "2.3.5",
    "seed": "20290401",
}


def _verdict(rulings: list[Ruling], outcome: Outcome, drawn: tuple[Curve, ...], **more: object) -> Verdict:
    found = Verdict(
        model="fraud",
        candidate=CANDIDATE,
        production=PRODUCTION,
        compared=Compared.PRODUCTION,
        outcome=outcome,
        rulings=tuple(rulings),
        sets=(
            EvaluationSet(dataset="transactions-late", digest=LATE, rows=48_212),
            EvaluationSet(dataset="transactions-hard-cases", digest=EARLY, rows=2_104),
        ),
        curves=drawn,
        rules="b7190cc2e5f84d3a6117d09be24c5f83a0d6e19742cb58f3d01e6a97b4c3258d",
        at="2029-04-01T09:31:07Z",
        commit="4f1c9e0b7ad2368c51fe0d94b7a2c6385d10e9fa",
        branch="wider-features",
        merge_request="128",
        pipeline="91827",
        job="550123",
        author="maria",
        tool="mlgitlab 0.1.0",
        facts=FACTS,
    )
    return replace(found, **more)  # type: ignore[arg-type]


def passing() -> Verdict:
    """Better than production, and no rule says no."""
    metrics = [
        bootstrap("metrics.roc_auc", 0.9412, 0.9527, 0.0049),
        bootstrap("metrics.pr_auc", 0.8103, 0.8291, 0.0122),
        bootstrap("metrics.recall", 0.9021, 0.9034, 0.0061),
        bootstrap("metrics.log_loss", 0.1874, 0.1712, 0.0087, margin=0.02, higher=False),
        bootstrap("metrics.calibration_error", 0.0312, 0.0249, 0.0071, margin=0.005, higher=False),
        bootstrap("metrics.recall", 0.7102, 0.7311, 0.0288, margin=-0.03, dataset="transactions-hard-cases", rows=2104),
        bootstrap("metrics.accuracy", 0.9713, 0.9709, 0.0014, margin=0.001, higher=True, mandatory=False,
                  limit="at least 0.001 above production"),
    ]  # fmt: skip
    rulings = [*metrics, *slices(0.012), *fairness(0.0), *inference(0.97), *contents()]
    return _verdict(rulings, Outcome.PASS, curves(2.5, 0.97))


def failing() -> Verdict:
    """Worse than production, unfair, slow, with a forbidden pickle, and it tried to weaken a rule."""
    metrics = [
        bootstrap("metrics.roc_auc", 0.9412, 0.9187, 0.0052),
        bootstrap("metrics.pr_auc", 0.8103, 0.7861, 0.0131),
        bootstrap("metrics.recall", 0.9021, 0.8712, 0.0064),
        bootstrap("metrics.log_loss", 0.1874, math.nan, 0.0, margin=0.02, higher=False,
                  outcome=Outcome.FAIL, difference=math.nan, interval=None, why="it is not a number"),
    ]  # fmt: skip
    rulings = [*metrics, *slices(-0.034), *fairness(0.071), *inference(1.27), *contents(pickled=True)]
    weakened = ("metrics.roc_auc.margin: 0.01 became 0.05", "format.allowed: pickle was added")
    return _verdict(rulings, Outcome.FAIL, curves(-2.0, 1.27), weakened=weakened)


def inconclusive() -> Verdict:
    """Too few rows of one region, and one metric whose interval holds the margin."""
    metrics = [
        bootstrap("metrics.roc_auc", 0.9412, 0.9421, 0.0049),
        bootstrap("metrics.recall", 0.9021, 0.8977, 0.0064, wanted=61_000),
    ]
    rulings = [*metrics, *slices(0.0), *fairness(0.01), *inference(1.04), *contents()]
    return _verdict(rulings, Outcome.INCONCLUSIVE, curves(0.2, 1.04))


def first() -> Verdict:
    """The first model of its name: thresholds alone, and nothing to compare with."""

    def least(rule: str, value: float, half: float, limit: float) -> Ruling:
        return Ruling(
            rule=rule,
            family=Family.METRICS,
            outcome=Outcome.PASS,
            why="the whole interval lies above the threshold",
            limit=f"at least {limit:g}",
            dataset="transactions-late",
            candidate=value,
            interval=Interval(low=value - half, high=value + half),
            margin=limit,
            higher_is_better=True,
            rows=48_212,
        )

    rulings = [
        least("metrics.roc_auc", 0.9412, 0.0049, 0.9),
        least("metrics.recall", 0.9021, 0.0064, 0.85),
        *(replace(each, production=None) for each in contents()),
    ]
    drawn = tuple(curve for curve in curves(1.0, 1.0) if curve.side is Side.CANDIDATE)
    return _verdict(rulings, Outcome.PASS, drawn, compared=Compared.NOTHING, production="", merge_request="")


def same() -> Verdict:
    """No difference that noise would not explain."""
    rulings = [bootstrap("metrics.roc_auc", 0.9412, 0.9409, 0.0049), *contents()]
    return _verdict(rulings, Outcome.PASS, curves(0.0, 1.0))


def tolerated() -> Verdict:
    """Measurably worse, within the margin."""
    rulings = [bootstrap("metrics.roc_auc", 0.9412, 0.9367, 0.0021), *contents()]
    return _verdict(rulings, Outcome.PASS, curves(-0.1, 1.0))


def identical() -> Verdict:
    """Production itself."""
    return _verdict([], Outcome.INCONCLUSIVE, (), compared=Compared.ITSELF, production=CANDIDATE)


def regression() -> Verdict:
    """Numbers predicted, with residuals of both sides."""
    rulings = [
        bootstrap("metrics.rmse", 14.21, 13.02, 0.61, margin=0.5, higher=False, unit="kW"),
        *contents(),
    ]
    drawn = []
    for side, width in ((Side.PRODUCTION, 14.2), (Side.CANDIDATE, 13.0)):
        x = tuple(20 + 3.1 * (number % 97) for number in range(250))
        y = tuple(width * math.sin(number * number) * (0.4 + (number % 97) / 97) for number in range(250))
        drawn.append(Curve(kind=CurveKind.RESIDUALS, side=side, dataset="load-2029", x=x, y=y))
    return _verdict(rulings, Outcome.PASS, tuple(drawn), model="load")


EVERY: Mapping[str, Callable[[], Verdict]] = {
    "pass": passing,
    "fail": failing,
    "inconclusive": inconclusive,
    "bootstrap": first,
    "same": same,
    "tolerated": tolerated,
    "identical": identical,
    "regression": regression,
}
