"""Curves such as gates write them."""

from __future__ import annotations

import math

from mlgitlab.jobs.gate.ruling import Curve, CurveKind, Side


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
