"""What `mlgitlab data diff` prints: text, JSON and markdown of each of its three answers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

import click

from mlgitlab.jobs.data.diff_fit import Fit
from mlgitlab.jobs.data.diff_schemas import SchemaDiff
from mlgitlab.jobs.data.drift import Finding, Outcome, overall
from mlgitlab.paths import printable

_COLORS = {Outcome.PASS: "green", Outcome.FAIL: "red", Outcome.INCONCLUSIVE: "yellow"}
_WHOLE = "(all rows)"
# What markdown, or HTML within it, would act on.
_MARKS = str.maketrans({mark: f"&#{ord(mark)};" for mark in "<>&|`*_[]\\~@#!$:"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One answer in each form."""

    passed: bool
    text: str
    json: str
    markdown: str


def of_profiles(findings: tuple[Finding, ...]) -> Shown:
    """Which columns drifted."""
    outcome = overall(findings)
    rows = [
        (each.column, str(each.outcome), _index(each), _missing(each), "; ".join((*each.reasons, *each.notes)))
        for each in findings
    ]
    lines = []
    for (column, _, index, missing, why), each in zip(rows, findings, strict=True):
        mark = click.style(f"{each.outcome:>12}", fg=_COLORS[each.outcome])
        said = ", ".join(part for part in (f"PSI {index}" if index else "", f"missing {missing}") if part)
        lines.append(f"{mark}  {printable(column)}: {said}{f'; {printable(why)}' if why else ''}")
    counts = {each: sum(finding.outcome is each for finding in findings) for each in Outcome}
    lines.append(", ".join(f"{count} {each}" for each, count in counts.items()))
    return Shown(
        passed=outcome is Outcome.PASS,
        text="\n".join(lines),
        json=_json({"outcome": outcome, "columns": [asdict(each) for each in findings]}),
        markdown=_table(("Column", "Outcome", "PSI", "Missing", "Why"), rows),
    )


def of_schemas(diff: SchemaDiff) -> Shown:
    """What changed, and who can read whose rows. Information: it always passes."""
    rows = [(each.column or _WHOLE, str(each.way), each.what) for each in diff.changes]
    verdicts = (
        _verdict("rows valid under the old schema are valid under the new", proven=diff.backward),
        _verdict("rows valid under the new schema are valid under the old", proven=diff.forward),
    )
    lines = [f"{way:>10}  {printable(column)}: {printable(what)}" for column, way, what in rows]
    facts = {
        "backward_compatible": diff.backward,
        "forward_compatible": diff.forward,
        "changes": [asdict(each) for each in diff.changes],
    }
    return Shown(
        passed=True,
        text="\n".join((*(lines or ["no difference"]), *verdicts)),
        json=_json(facts),
        markdown="\n".join((*verdicts, "", _table(("Column", "Change", "What"), rows))),
    )


def of_fit(found: Fit) -> Shown:
    """Whether the schema fits the data."""
    verdict = "the schema fits the data" if found.fits else "the schema does not fit the data"
    rows = [
        *((column or _WHOLE, "no", what) for column, what in found.misfits),
        *((column or _WHOLE, "unknown", what) for column, what in found.unknown),
    ]
    colors = {"no": "red", "unknown": "yellow"}
    lines = [
        f"{click.style(f'{fits:>7}', fg=colors[fits])}  {printable(column)}: {printable(what)}"
        for column, fits, what in rows
    ]
    if found.fits and found.unknown:
        verdict += ", as far as a profile can say"
    facts = {
        "fits": found.fits,
        "misfits": [{"column": column, "what": what} for column, what in found.misfits],
        "unknown": [{"column": column, "what": what} for column, what in found.unknown],
    }
    return Shown(
        passed=found.fits,
        text="\n".join((*lines, verdict)),
        json=_json(facts),
        markdown="\n".join((verdict, "", _table(("Column", "Fits", "What"), rows))),
    )


def _verdict(what: str, *, proven: bool) -> str:
    return f"{'yes' if proven else 'not for certain'}: {what}"


def _index(finding: Finding) -> str:
    if finding.psi is None or finding.psi_most is None:
        return ""
    exact = finding.psi == finding.psi_most
    return f"{finding.psi:.3f}" if exact else f"{finding.psi:.3f} to {finding.psi_most:.3f}"


def _missing(finding: Finding) -> str:
    before, now = ("-" if share is None else f"{share:.1%}" for share in (finding.missing_before, finding.missing_now))
    return f"{before} -> {now}"


def _json(facts: object) -> str:
    return json.dumps(facts, indent=2, allow_nan=False)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    lines += [f"| {' | '.join(_cell(cell) for cell in row)} |" for row in rows]
    return "\n".join(lines)


def _cell(text: str) -> str:
    """Any text within a markdown table: nothing in it is markup."""
    return printable(text).translate(_MARKS)
