"""What every form of a report says of a ruling, of weakened rules, and of where a verdict comes from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mlgitlab.jobs.gate.report import words
from mlgitlab.jobs.gate.report.effect import effect
from mlgitlab.jobs.gate.report.words import Foreign
from mlgitlab.jobs.gate.ruling import Outcome, Ruling
from mlgitlab.jobs.gate.verdict import Compared, EvaluationSet, Verdict

WEAKENED = "The merge request weakens the rules that judge it; those of its target branch were applied"
_COMPARED = {
    Compared.PRODUCTION: "the model in production",
    Compared.NOTHING: "nothing: it is the first model of its name",
    Compared.ITSELF: "nothing: it is the model in production",
}


def tally(rulings: Iterable[Ruling]) -> str:
    """`1 fail, 2 cannot tell, 6 pass`."""
    found = [ruling.outcome for ruling in rulings]
    order = (Outcome.FAIL, Outcome.INCONCLUSIVE, Outcome.PASS)
    told = [f"{found.count(each):,} {words.WORDS[each]}" for each in order if each in found]
    return ", ".join(told) or "none"


def change(ruling: Ruling) -> str:
    """The difference or ratio with its interval; empty where nothing is compared."""
    found = effect(ruling)
    return str(found) if found else ""


def missing_rows(ruling: Ruling) -> str:
    """How many rows there are and how many would do; empty where that is not known."""
    if not ruling.wanted:
        return ""
    there = f"there are {ruling.rows:,}, and " if ruling.rows is not None else ""
    return f"{there}about {ruling.wanted:,} rows would settle it"


def set_name(judged: EvaluationSet) -> str:
    """What an evaluation set is called, also where the evaluation names no dataset."""
    return judged.dataset or "the evaluation"


def provenance(verdict: Verdict) -> Iterator[tuple[str, str]]:
    """What the verdict belongs to, and where it was made; names of ours, texts of the verdict."""
    branch = f"{verdict.branch} (protected)" if verdict.branch and verdict.protected else verdict.branch
    told = {
        "candidate": verdict.candidate,
        "production": verdict.production or "none",
        "compared with": _COMPARED[verdict.compared],
        "rules": verdict.rules,
        "commit": verdict.commit,
        "branch": branch,
        "merge request": f"!{verdict.merge_request}" if verdict.merge_request else "",
        "pipeline": verdict.pipeline,
        "job": verdict.job,
        "started by": verdict.author,
        "made at": verdict.at,
        "made by": verdict.tool,
    }
    yield from ((name, Foreign(text)) for name, text in told.items() if text)
