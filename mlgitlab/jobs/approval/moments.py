"""Moments as documents have them: UTC to the second, `2030-01-31T12:00:00Z`."""

from __future__ import annotations

import datetime as dt

from mlgitlab.jobs.train.provenance import utc


def read(written: str) -> dt.datetime | None:
    """The moment that a text is; None for none, and for one that does not say in which zone."""
    try:
        found = dt.datetime.fromisoformat(written)
    except ValueError:
        return None
    return found if found.tzinfo else None


def after(written: str, seconds: float) -> str:
    """So many seconds later; empty where the text is no moment."""
    found = read(written)
    return utc(found + dt.timedelta(seconds=seconds)) if found else ""
