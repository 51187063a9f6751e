"""The answer: what was found in a dataset, without the values that nobody may see."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from mlgitlab.config.wording import suggestion
from mlgitlab.errors import UsageError
from mlgitlab.jobs.data.validation import Examined, Kind, Result, Sample, Subject, Verdict
from mlgitlab.paths import show

MASK = "***"
ALL = "*"


def judge(subject: Subject, found: Examined, drift: Iterable[Result], sensitive: Sequence[str]) -> Verdict:
    """Pass only where there were rows, and checks of them, and none of those said no.

    A schema that demands nothing but the presence of columns and values checks no data: it fails.
    """
    results = tuple(masked(result, sensitive) for result in (*found.results, *drift))
    problems = []
    if not found.rows:
        problems.append("the data has no rows")
    elif not any(result.check.kind is not Kind.PRESENCE for result in results):
        problems.append("the schema has no checks: it asks neither for a type nor for anything of a value")
    return Verdict(
        subject=subject,
        rows=found.rows,
        files=found.files,
        results=results,
        problems=tuple(problems),
        warnings=found.warnings,
    )


def unreadable(subject: Subject, problem: str, hint: str, sensitive: Sequence[str]) -> Verdict:
    """The answer where the data could not be read to its end."""
    said = f"{problem} ({hint})" if hint else problem
    return Verdict(subject=subject, problems=(masked_text(said, sensitive),))


def check_sensitive(sensitive: Sequence[str], known: Iterable[str], dataset: str) -> None:
    """UsageError for a name that is no column: misspelt, it would protect nothing."""
    names = sorted(set(known))
    wrong = [name for name in sensitive if name != ALL and name not in names]
    if wrong:
        listed = ", ".join(f"`{show(name)}`" for name in wrong)
        raise UsageError(
            f"datasets.{dataset}.sensitive: neither the data nor its schema has {listed}",
            suggestion(wrong[0], names, "the columns are") or "correct the name, or remove it",
        )


def masked(result: Result, sensitive: Sequence[str]) -> Result:
    """The result with `***` for the values of these columns, wherever they may stand.

    What a check raised may hold any value of the table, so only its kind is left as soon as one column is sensitive.
    """
    if not sensitive:
        return result
    hides = ALL in sensitive or result.check.column in sensitive
    return replace(
        result,
        detail=re.split(r"[(\[{]", result.detail)[0].strip()
        if hides and result.check.kind is Kind.TYPE
        else result.detail,
        error=result.error.partition("(")[0],
        samples=tuple(_masked_sample(sample, sensitive) for sample in result.samples),
    )


def _masked_sample(sample: Sample, sensitive: Sequence[str]) -> Sample:
    values = tuple((name, MASK if ALL in sensitive or name in sensitive else value) for name, value in sample.values)
    return replace(sample, file=masked_text(sample.file, sensitive), values=values)


def masked_text(text: str, sensitive: Sequence[str]) -> str:
    """A path, or a text with paths, without the values of sensitive columns that are folders: `email=***/x.csv`."""
    names = "|".join(map(re.escape, sensitive))
    name = r"[^/\s=]+" if ALL in sensitive else names
    return re.sub(rf"(?<![^/\s'\"])({name})=[^/]*", rf"\1={MASK}", text) if sensitive else text
