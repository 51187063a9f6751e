"""How numbers and outcomes are said."""

from __future__ import annotations

from mlgitlab.jobs.gate.ruling import Interval, Outcome


def number(value: float) -> str:
    """Four digits, as a table shows them."""
    return f"{value:.4g}"


def sentence(what: str, value: float, interval: Interval, outcome: Outcome, limit: str) -> str:
    """What an interval says about a limit."""
    shown = _shown(what, value, interval)
    if outcome is Outcome.PASS:
        return f"{shown}: within the limit ({limit})"
    if outcome is Outcome.FAIL:
        return f"{shown}: beyond the limit ({limit})"
    return f"{shown}: on both sides of the limit ({limit})"


def by_chance(what: str, value: float, interval: Interval, limit: str, groups: int) -> str:
    """What an interval beyond the limit says of the worst of so many groups, where a stricter one is not beyond it."""
    return f"{_shown(what, value, interval)}: beyond the limit ({limit}), as one of {groups} groups may be by chance"


def _shown(what: str, value: float, interval: Interval) -> str:
    ends = f"[{number(interval.low)}, {number(interval.high)}]"
    return f"{what} is {number(value)}, {interval.level * 100:g} % interval {ends}"
