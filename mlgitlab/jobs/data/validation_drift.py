"""Drift among the results: a column that moved is a failure like another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mlgitlab.jobs.data.drift import Finding, Outcome
from mlgitlab.jobs.data.validation import Check, How, Kind, Result
from mlgitlab.jobs.data.validation_verdict import ALL

NAME = "distribution as in the baseline"


def results_of(findings: Iterable[Finding], sensitive: Sequence[str]) -> tuple[Result, ...]:
    """One result for each column. What cannot be told is no pass: the check could not run.

    Notes may quote values, so those of sensitive columns are left out.
    """
    return tuple(_result(finding, hides=ALL in sensitive or finding.column in sensitive) for finding in findings)


def _result(finding: Finding, *, hides: bool) -> Result:
    said = finding.reasons if hides else (*finding.reasons, *finding.notes)
    return Result(
        check=Check(column=finding.column, name=NAME, kind=Kind.DRIFT, how=How.PROFILE),
        passed=finding.outcome is Outcome.PASS,
        detail="; ".join(said),
        ran=finding.outcome is not Outcome.INCONCLUSIVE,
    )
