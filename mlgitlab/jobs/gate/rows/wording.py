"""How numbers and outcomes are said."""

from __future__ import annotations

from mlgitlab.jobs.gate.ruling import Interval, Outcome


def number(value: float) -> str:
    """Four digits, as a table shows them."""
    return f"{value:.4g}"


def sentence(what: str, value: float, interval: Interval, outcome: Outcome, limit: str, needed: int | None) -> str:
    """What an interval says about a limit."""
    ends = f"[{number(interval.low)}, {number(interval.high)}]"
    shown = f"{what} is {number(value)}, {interval.level * 100:g} % interval {ends}"
    if outcome is Outcome.PASS:
        return f"{shown}: within the limit ({limit})"
    if outcome is Outcome.FAIL:
        return f"{shown}: beyond the limit ({limit})"
    more = f"; about {needed} rows would settle it" if needed else ""
    return f"{shown}: on both sides of the limit ({limit}){more}"
