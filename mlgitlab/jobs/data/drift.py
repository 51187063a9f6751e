"""Whether a dataset has moved away from its baseline: by how much, not by how surely.

A test's p-value falls with the number of rows however small the difference is, so none is used: a column drifts when
the population stability index, less what the number of rows alone leads to, exceeds its limit. Where there are too few
rows to tell, the answer is that it cannot be told.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from mlgitlab.jobs.data.drift_bins import Aligned, align
from mlgitlab.jobs.data.drift_psi import distance, noise, psi, psi_between
from mlgitlab.jobs.data.profile import ColumnProfile, Kind, Profile

_NUMERIC = frozenset({Kind.INTEGER, Kind.NUMBER})
_SHOWN = 5  # new values


class Outcome(StrEnum):
    """What is known of a column. INCONCLUSIVE is no pass."""

    PASS = "pass"  # noqa: S105 (no password)
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How far data may move: the fields of `drift` in mlgitlab.yml. `columns`: only these; empty for all."""

    psi: float = 0.2
    nulls: float = 0.05
    min_rows: int = 1000
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One column. `psi` is the index over the baseline's bins, `noise` what the number of rows alone leads to.

    Where the bins differ, the index is only known to lie from `psi` to `psi_most`. `distance` is the largest
    difference in the share of rows. `reasons` say why the outcome is no pass, `notes` what else there is to know.
    Names and values in them are as in the data: whoever prints them makes them printable.
    """

    column: str
    outcome: Outcome
    psi: float | None = None
    psi_most: float | None = None
    noise: float | None = None
    distance: float | None = None
    missing_before: float | None = None
    missing_now: float | None = None
    reasons: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def compare(baseline: Profile, now: Profile, limits: Limits | None = None) -> tuple[Finding, ...]:
    """A finding for each column: those of the baseline in its order, then new ones."""
    limits = limits or Limits()
    names = dict.fromkeys([each.name for each in (*baseline.columns, *now.columns)])
    asked = dict.fromkeys(limits.columns) or names
    return tuple(_finding(name, baseline, now, limits) for name in asked)


def overall(findings: tuple[Finding, ...]) -> Outcome:
    """The outcome of all: a pass only where every column passes and there is one."""
    outcomes = {finding.outcome for finding in findings} or {Outcome.INCONCLUSIVE}
    return next(each for each in (Outcome.FAIL, Outcome.INCONCLUSIVE, Outcome.PASS) if each in outcomes)


def _finding(name: str, baseline: Profile, here: Profile, limits: Limits) -> Finding:
    before, now = baseline.column(name), here.column(name)
    if before and now:
        return _compared(before, now, limits, baseline.bins)
    if before:
        return Finding(
            column=name, outcome=Outcome.FAIL, reasons=("the column is gone",), missing_before=before.missing
        )
    if now and limits.columns:
        return Finding(column=name, outcome=Outcome.INCONCLUSIVE, reasons=("the baseline lacks the column",))
    if now:
        return Finding(
            column=name, outcome=Outcome.PASS, notes=("new: the baseline lacks it",), missing_now=now.missing
        )
    return Finding(column=name, outcome=Outcome.FAIL, reasons=("there is no such column",))


def _compared(before: ColumnProfile, now: ColumnProfile, limits: Limits, bins: int) -> Finding:
    found = Finding(
        column=before.name,
        outcome=Outcome.PASS,
        missing_before=before.missing,
        missing_now=now.missing,
        notes=tuple(_notes(before, now)),
    )
    if _family(before) != _family(now) and Kind.NULL not in (before.kind, now.kind):
        return _worse(found, Outcome.FAIL, f"the type was {before.kind} and is {now.kind}")
    few = min(before.rows, now.rows)
    if few < limits.min_rows:
        which = "the baseline has" if before.rows == few else "there are"
        return _worse(found, Outcome.INCONCLUSIVE, f"{which} {few} rows, and {limits.min_rows} are needed to tell")
    rise = now.missing - before.missing
    if rise > limits.nulls:
        what = f"missing values rose from {before.missing:.1%} to {now.missing:.1%}, by more than {limits.nulls:.1%}"
        found = _worse(found, Outcome.FAIL, what)
    return _distributed(found, before, now, limits, align(before, now, bins))


def _distributed(
    found: Finding, before: ColumnProfile, now: ColumnProfile, limits: Limits, aligned: Aligned | None
) -> Finding:
    if before.sensitive or now.sensitive:
        return replace(found, notes=(*found.notes, "sensitive: only missing values are compared"))
    if before.kind == Kind.NULL and now.kind != Kind.NULL:
        return _worse(found, Outcome.INCONCLUSIVE, "the baseline holds no value of it")
    if _is_key(before) and _is_key(now):
        return replace(found, notes=(*found.notes, "each value is there once: only missing ones are compared"))
    if aligned is None or not sum(aligned.before) or not sum(aligned.now):
        return _binless(found, before, now)
    return _judged(_measured(found, aligned), limits)


def _is_key(column: ColumnProfile) -> bool:
    """Whether each text is there once: then all of them are others tomorrow, and nothing has moved."""
    values = column.rows - column.nulls
    return column.kind == Kind.TEXT and column.distinct_exact and column.distinct == values > _SHOWN


def _judged(found: Finding, limits: Limits) -> Finding:
    """The distribution's outcome, from its numbers."""
    assert found.psi is not None
    assert found.psi_most is not None
    assert found.noise is not None
    if found.psi - found.noise > limits.psi:
        what = f"the distribution moved: PSI {found.psi:.3f}, {found.noise:.3f} of it by chance, limit {limits.psi:g}"
        return _worse(found, Outcome.FAIL, what)
    if found.noise > limits.psi:
        return _worse(found, Outcome.INCONCLUSIVE, f"with so few values chance alone makes a PSI of {found.noise:.3f}")
    if found.psi_most - found.noise > limits.psi:
        what = f"the bins differ: PSI is between {found.psi:.3f} and {found.psi_most:.3f}"
        return _worse(found, Outcome.INCONCLUSIVE, f"{what}; make the profile with --like the baseline")
    return found


def _binless(found: Finding, before: ColumnProfile, now: ColumnProfile) -> Finding:
    """Columns without bins on one side or both."""
    if now.nulls + now.nan == now.rows:
        note = "no value is left to compare" if before.nulls + before.nan < before.rows else "it holds no value"
        return replace(found, notes=(*found.notes, note))
    if bool(before.categories) != bool(now.categories):
        return _worse(found, Outcome.INCONCLUSIVE, "too many different values, in one of the two, to compare")
    what = "too many different or too long values: only missing ones are compared"
    return replace(found, notes=(*found.notes, what))


def _measured(found: Finding, aligned: Aligned) -> Finding:
    index = psi(aligned.before, aligned.now)
    rows = sum(aligned.now)
    low, high = (index, index) if aligned.exact else psi_between(aligned.before, aligned.least, aligned.most, rows)
    notes = list(found.notes)
    if aligned.new:
        more = f" and {len(aligned.new) - _SHOWN} more" if len(aligned.new) > _SHOWN else ""
        notes.append(f"new values: {', '.join(map(repr, aligned.new[:_SHOWN]))}{more}")
    return replace(
        found,
        psi=low,
        psi_most=high,
        noise=noise(sum(map(bool, map(max, aligned.before, aligned.most))), round(sum(aligned.before)), round(rows)),
        distance=distance(aligned.before, aligned.now, ordered=aligned.ordered),
        notes=tuple(notes),
    )


def _family(column: ColumnProfile) -> Kind:
    return Kind.NUMBER if column.kind in _NUMERIC else column.kind


def _notes(before: ColumnProfile, now: ColumnProfile) -> list[str]:
    notes = []
    if before.dtype != now.dtype and _family(before) == _family(now):
        notes.append(f"was {before.dtype}, is {now.dtype}")
    if before.least is not None and now.least is not None and now.least < before.least:
        notes.append(f"below the baseline's least: {now.least:g} < {before.least:g}")
    if before.greatest is not None and now.greatest is not None and now.greatest > before.greatest:
        notes.append(f"above the baseline's greatest: {now.greatest:g} > {before.greatest:g}")
    return notes


def _worse(found: Finding, outcome: Outcome, reason: str) -> Finding:
    """With one more reason; a fail stays one."""
    kept = Outcome.FAIL if Outcome.FAIL in (found.outcome, outcome) else outcome
    return replace(found, outcome=kept, reasons=(*found.reasons, reason))
