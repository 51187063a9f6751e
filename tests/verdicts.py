"""Verdicts such as gates write them: a model that passes, one that must not, one that nobody can tell, a first one."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace

from mlgitlab.jobs.gate.ruling import Curve, CurveKind, Family, Interval, Number, Outcome, Ruling, Side
from mlgitlab.jobs.gate.verdict import Compared, EvaluationSet, Verdict

CANDIDATE = "sha256:8f3ac1b0d92e4b7761c05f9a1d3e8b24907cf6ad5512e80b37f49c6ad0b1e2f3"
PRODUCTION = "sha256:21d9047be6a85c13f08e6b92c7d4415aa98e03d16f7c2b85e4097d3fc61ba805"
LATE = "sha256:c40be7122f9a6d85013c7e94b8d06a5f1e27394cb5a80d6ef3127b49c85d01aa"
EARLY = "sha256:5ad1907c3be2f4486a07d91ec85b30f27d64a9be10c8735fd24e6b09a71c3f58"


def bootstrap(rule: str, old: float, new: float, half: float, **more: object) -> Ruling:
    """A metric compared by a paired bootstrap, judged by its interval and a margin of 0.01 unless `more` says else."""
    margin = float(str(more.pop("margin", -0.01)))
    higher = bool(more.pop("higher_is_better", margin <= 0))
    interval = Interval(low=new - old - half, high=new - old + half)
    worst = interval.low if higher else interval.high
    best = interval.high if higher else interval.low
    good = worst >= margin if higher else worst <= margin
    bad = best < margin if higher else best > margin
    outcome = Outcome.PASS if good else Outcome.FAIL if bad else Outcome.INCONCLUSIVE
    why = {
        Outcome.PASS: "the whole interval lies on the good side of the margin",
        Outcome.FAIL: "the whole interval lies beyond the margin",
        Outcome.INCONCLUSIVE: "the interval holds the margin: the loss may be allowed, or not",
    }[outcome]
    found = Ruling(
        rule=rule,
        family=Family.METRICS,
        outcome=outcome,
        why=why,
        limit=f"at most {abs(margin):g} {'below' if higher else 'above'} production",
        dataset="transactions-late",
        candidate=new,
        production=old,
        difference=new - old,
        interval=interval,
        margin=margin,
        higher_is_better=higher,
        rows=48_212,
        numbers=(
            Number(name="resamples", value=10_000.0),
            Number(name="standard error", value=half / 1.96),
            Number(name="rows that only the candidate gets right", value=811.0),
        ),
    )
    return replace(found, **more)  # type: ignore[arg-type]


def slices(shift: float) -> list[Ruling]:
    rows = {"north": 9120, "south": 13410, "east": 8840, "west": 12031, "overseas": 1204}
    drops = {"north": 0.004, "south": 0.006, "east": 0.002, "west": 0.001, "overseas": -0.004}
    found = []
    for name, many in rows.items():
        half = 0.9 / math.sqrt(many)
        new = 0.902 + drops[name] + shift
        ruling = bootstrap("slices.region.recall", 0.902, new, half, margin=-0.02, slice=f"region={name}", rows=many)
        found.append(replace(ruling, wanted=5400 if ruling.outcome is Outcome.INCONCLUSIVE else None))
    for number in range(12):
        half, many = 0.012, 4000 - 21 * number
        new = 0.91 + 0.003 * math.sin(number) + shift / 2
        found.append(
            bootstrap(
                "slices.month.recall", 0.91, new, half, margin=-0.02, slice=f"month=2029-{number + 1:02}", rows=many
            )
        )
    return found


def fairness(gap: float) -> list[Ruling]:
    def one(rule: str, groups: str, old: float, new: float, half: float, limit: float) -> Ruling:
        interval = Interval(low=new - half, high=new + half)
        bad, good = interval.low > limit, interval.high <= limit
        return Ruling(
            rule=f"fairness.{rule}",
            family=Family.FAIRNESS,
            outcome=Outcome.FAIL if bad else Outcome.PASS if good else Outcome.INCONCLUSIVE,
            why="the widest gap between two groups, of those with at least 200 rows",
            limit=f"at most {limit:g} between any two groups",
            dataset="transactions-late",
            slice=groups,
            candidate=new,
            production=old,
            interval=interval,
            margin=limit,
            higher_is_better=False,
            rows=46_001,
            numbers=(Number(name="women, 60 and older", value=0.871), Number(name="men, under 30", value=0.871 + new)),
            notes=("3 groups with fewer than 200 rows are not compared",),
        )

    return [
        one("equal_opportunity", "gender", 0.031, 0.012 + gap, 0.011, 0.05),
        one("equal_opportunity", "gender, age", 0.058, 0.034 + gap, 0.024, 0.08),
        one("demographic_parity", "gender", 0.022, 0.018 + gap / 2, 0.006, 0.05),
        one("calibration_within_groups", "region", 0.015, 0.014, 0.005, 0.03),
    ]


def inference(ratio: float) -> list[Ruling]:
    def one(name: str, old: float, times: float, half: float, limit: float) -> Ruling:
        found = Interval(low=times - half, high=times + half)
        outcome = Outcome.PASS if found.high <= limit else Outcome.FAIL if found.low > limit else Outcome.INCONCLUSIVE
        return Ruling(
            rule=f"inference.latency.{name}",
            family=Family.INFERENCE,
            outcome=outcome,
            why="candidate and production took turns in one job; the noise floor is 1.5 %",
            limit=f"at most {limit:g} times production's",
            candidate=old * times,
            production=old,
            ratio=times,
            interval=found,
            margin=limit,
            higher_is_better=False,
            unit="ms",
            numbers=(Number(name="requests to each", value=4000.0), Number(name="A/A ratio", value=1.004)),
        )

    memory = Ruling(
        rule="inference.memory.rss",
        family=Family.INFERENCE,
        outcome=Outcome.PASS,
        why="peak resident memory of the serving process",
        limit="at most 2 GiB",
        candidate=812_345_344.0,
        production=790_118_400.0,
        unit="bytes",
    )
    return [
        one("p50", 11.8, ratio, 0.02, 1.1),
        one("p95", 19.4, ratio * 1.01, 0.04, 1.1),
        one("p99", 31.2, ratio, 0.07, 1.2),
        memory,
    ]


def contents(*, pickled: bool = False) -> list[Ruling]:
    size = Ruling(
        rule="size.max_bytes",
        family=Family.SIZE,
        outcome=Outcome.PASS,
        why="3 files",
        limit="at most 500 MiB",
        candidate=301_989_888.0,
        production=298_844_160.0,
        unit="bytes",
        numbers=(Number(name="parameters", value=75_497_472.0), Number(name="files", value=3.0)),
        notes=("dtype float32",),
    )
    memory = Ruling(
        rule="size.gpu_memory",
        family=Family.SIZE,
        outcome=Outcome.PASS,
        why="weights and activations at a batch of 64 fit a T4, by estimate",
        limit="at most 15 GiB",
        candidate=2_415_919_104.0,
        unit="bytes",
        mandatory=False,
    )
    kind = Ruling(
        rule="format.allowed",
        family=Family.FORMAT,
        outcome=Outcome.FAIL if pickled else Outcome.PASS,
        why="scaler.pkl imports os.system, which is not on the list of allowed names"
        if pickled
        else "safetensors, json",
        limit="safetensors, onnx, json",
        notes=("reading opcodes is no proof that a file is harmless",) if pickled else (),
    )
    leak = Ruling(
        rule="data.held_out",
        family=Family.DATA,
        outcome=Outcome.PASS,
        why="no row of transactions-late is among those that the model was trained or tuned on",
        dataset="transactions-late",
        rows=48_212,
    )
    return [size, memory, kind, leak]


def curves(gain: float, slower: float) -> tuple[Curve, ...]:
    """Both sides' curves; `gain` is how much better the candidate tells classes apart."""
    found = []
    for side, power in ((Side.PRODUCTION, 7.0), (Side.CANDIDATE, 7.0 + gain)):
        steps = [number / 60 for number in range(61)]
        x = tuple(step**2 for step in steps)
        y = tuple(1 - (1 - each) ** power for each in x)
        band = tuple(0.02 * (1 - abs(2 * each - 1)) for each in y)
        low = tuple(a - b for a, b in zip(y, band, strict=True)) if side is Side.CANDIDATE else ()
        high = tuple(min(1.0, a + b) for a, b in zip(y, band, strict=True)) if side is Side.CANDIDATE else ()
        found.append(Curve(kind=CurveKind.ROC, side=side, dataset="transactions-late", x=x, y=y, low=low, high=high))
        precision = tuple(0.98 - 0.75 * step ** (power / 2) for step in steps)
        found.append(
            Curve(kind=CurveKind.PRECISION_RECALL, side=side, dataset="transactions-late", x=tuple(steps), y=precision)
        )
        found += [calibration(side, gain), latency(side, slower), *rates(side, gain)]
    return tuple(found)


def calibration(side: Side, gain: float) -> Curve:
    bins = [(number + 0.5) / 10 for number in range(10)]
    bend = 0.16 if side is Side.PRODUCTION else max(0.02, 0.15 - gain / 16)
    shares = [min(0.99, max(0.01, each - bend * math.sin(2 * math.pi * each) * 0.8)) for each in bins]
    half = [0.015 + 0.03 * each for each in bins]
    return Curve(
        kind=CurveKind.CALIBRATION,
        side=side,
        dataset="transactions-late",
        x=tuple(bins),
        y=tuple(shares),
        low=tuple(max(0.0, a - b) for a, b in zip(shares, half, strict=True)),
        high=tuple(min(1.0, a + b) for a, b in zip(shares, half, strict=True)),
    )


def latency(side: Side, slower: float) -> Curve:
    shares = [number / 100 for number in range(100)] + [0.995, 0.999]
    times = slower if side is Side.CANDIDATE else 1.0
    x = tuple(times * (9 + 2.4 * (-math.log(1 - share)) ** 1.3) for share in shares)
    return Curve(kind=CurveKind.LATENCY, side=side, title="batch of 1", x=x, y=tuple(shares))


def rates(side: Side, gain: float) -> list[Curve]:
    labels = (
        "women, under 30",
        "women, 30 to 59",
        "women, 60 and older",
        "men, under 30",
        "men, 30 to 59",
        "men, 60 and older",
    )
    shift = 0.01 * gain if side is Side.CANDIDATE else 0.0
    spread = 0.012 if side is Side.CANDIDATE else 0.025
    y = tuple(0.9 + shift + spread * math.cos(2.1 * number) for number in range(len(labels)))
    half = (0.01, 0.006, 0.012, 0.011, 0.006, 0.013)
    return [
        Curve(
            kind=CurveKind.GROUPS,
            side=side,
            title="true positive rate by gender, age",
            dataset="transactions-late",
            x=tuple(float(number) for number in range(len(labels))),
            y=y,
            low=tuple(a - b for a, b in zip(y, half, strict=True)),
            high=tuple(a + b for a, b in zip(y, half, strict=True)),
            labels=labels,
        )
    ]


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
        bootstrap("metrics.log_loss", 0.1874, 0.1712, 0.0087, margin=0.02, higher_is_better=False),
        bootstrap("metrics.calibration_error", 0.0312, 0.0249, 0.0071, margin=0.005, higher_is_better=False),
        bootstrap("metrics.recall", 0.7102, 0.7311, 0.0288, margin=-0.03, dataset="transactions-hard-cases", rows=2104),
        bootstrap("metrics.accuracy", 0.9713, 0.9709, 0.0014, margin=0.001, higher_is_better=True, mandatory=False,
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
        bootstrap("metrics.log_loss", 0.1874, math.nan, 0.0, margin=0.02, higher_is_better=False,
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
        bootstrap("metrics.rmse", 14.21, 13.02, 0.61, margin=0.5, higher_is_better=False, unit="kW"),
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
