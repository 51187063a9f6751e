"""The verdict in one sentence: how the candidate stands, the evidence, and what to do."""

from __future__ import annotations

from collections.abc import Iterator

from mlgitlab.jobs.gate.report import words
from mlgitlab.jobs.gate.report.effect import Direction, effect
from mlgitlab.jobs.gate.report.standing import Standing, standing, telling
from mlgitlab.jobs.gate.report.words import Foreign, Reason
from mlgitlab.jobs.gate.ruling import Outcome, Ruling
from mlgitlab.jobs.gate.verdict import Verdict

_LONGEST_NAME, _LONGEST_REASON = 80, 300
_IS = {
    Standing.BETTER: "is better than production",
    Standing.SAME: "is as good as production within noise",
    Standing.TOLERATED: "is worse than production, by less than the margin",
    Standing.PASSES: "passes",
    Standing.WORSE: "is worse than production",
    Standing.REFUSED: "is not acceptable",
    Standing.FIRST: "passes as the first model of its name, compared with nothing",
}


def sentence(verdict: Verdict) -> str:
    """What it comes to, why, and what to do about it, on one printable line."""
    return "".join(phrases(verdict))


def phrases(verdict: Verdict) -> tuple[str, ...]:
    """The sentence in parts; those that came with the verdict are `Foreign`, printable and short."""
    kind = standing(verdict)
    name = (Foreign(words.cut(verdict.model, _LONGEST_NAME)), " (", words.short(verdict.candidate), ") ")
    if kind is Standing.IDENTICAL:
        return (*name, "is the very model that is in production: there is nothing to promote", *_of_production(verdict))
    if kind is Standing.UNCERTAIN:
        return ("Nobody can tell yet whether ", *name, "may be promoted: ", *_uncertain(verdict))
    return (*name, _IS[kind], ": ", *_evidence(verdict), *_action(verdict, kind))


def where(ruling: Ruling) -> tuple[str, ...]:
    """The rule, and the rows that it is about."""
    parts: list[str] = [Foreign(words.cut(ruling.rule, _LONGEST_NAME))]
    if ruling.slice:
        parts += [" of ", Foreign(words.cut(ruling.slice, _LONGEST_NAME))]
    if ruling.dataset:
        parts += [" on ", Foreign(words.cut(ruling.dataset, _LONGEST_NAME))]
    return tuple(parts)


def _evidence(verdict: Verdict) -> Iterator[str]:
    """The most telling ruling; where there is none, nothing: the counts follow."""
    for ruling in telling(verdict)[:1]:
        found = effect(ruling)
        yield from where(ruling)
        if found is None or found.direction is Direction.UNKNOWN:
            yield from (": ", _reason(ruling.why))
        else:
            yield f" {found}"
            if ruling.outcome is Outcome.FAIL and ruling.limit:
                yield from (", allowed is ", _reason(ruling.limit))
        yield "; "


def _action(verdict: Verdict, kind: Standing) -> Iterator[str]:
    mandatory = [ruling for ruling in verdict.rulings if ruling.mandatory]
    if verdict.outcome is Outcome.FAIL:
        yield f"{_failing(verdict)}, so do not promote it."
        return
    yield "the only mandatory check passes" if len(mandatory) == 1 else f"all {len(mandatory):,} mandatory checks pass"
    yield {
        Standing.TOLERATED: ", so it may be promoted if that loss is worth what else it brings.",
        Standing.SAME: ", so it may be promoted; expect no difference that rows like these can show.",
    }.get(kind, ", so it may be promoted.")


def _of_production(verdict: Verdict) -> Iterator[str]:
    """What the checks say of production itself."""
    for ruling in verdict.failed[:1]:
        yield f", and {_failing(verdict)}, first "
        yield from (*where(ruling), ": ", _reason(ruling.why), "; see whether production should be rolled back")
    yield "."


def _failing(verdict: Verdict) -> str:
    mandatory = sum(ruling.mandatory for ruling in verdict.rulings)
    many = len(verdict.failed)
    return f"{many:,} of {words.count(mandatory, 'mandatory check')} {'fails' if many == 1 else 'fail'}"


def _uncertain(verdict: Verdict) -> Iterator[str]:
    mandatory = [ruling for ruling in verdict.rulings if ruling.mandatory]
    open_ = telling(verdict)
    if not open_:
        yield "no mandatory check judged it, which is no pass; " if not mandatory else "its checks do not settle it; "
        yield "see that `gates` in mlgitlab.yml has a mandatory rule for it, and gate it again."
        return
    yield f"{len(open_):,} of {words.count(len(mandatory), 'mandatory check')} {_are(open_)} inconclusive, first "
    yield from where(open_[0])
    yield from (": ", _reason(open_[0].why), "; ")
    if open_[0].wanted:
        yield f"evaluate more rows (that one needs about {open_[0].wanted:,}), or let a person decide."
    else:
        yield "mend what the reason names and gate it again, or let a person decide."


def _are(rulings: list[Ruling]) -> str:
    return "is" if len(rulings) == 1 else "are"


def _reason(text: str) -> Reason:
    return Reason(words.cut(text.rstrip(" ."), _LONGEST_REASON))
