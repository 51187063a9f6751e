"""Rulings such as gates write them."""

from __future__ import annotations

import math
from dataclasses import replace

from mlgitlab.jobs.gate.ruling import Family, Interval, Number, Outcome, Ruling


def bootstrap(
    rule: str, old: float, new: float, half: float, *, margin: float = -0.01, higher: bool = True, **more: object
) -> Ruling:
    """A metric compared by a paired bootstrap, judged by its interval and a margin; `more` replaces fields."""
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
