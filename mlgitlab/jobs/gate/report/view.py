"""What the page of a verdict shows: texts, and drawings that are safe as they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from mlgitlab.jobs.gate.report import forest, groups, plots, telling, words
from mlgitlab.jobs.gate.report.effect import effect, worst_first
from mlgitlab.jobs.gate.report.sentence import phrases
from mlgitlab.jobs.gate.report.standing import standing
from mlgitlab.jobs.gate.report.words import Foreign
from mlgitlab.jobs.gate.ruling import CurveKind, Family, Judged, Number, Outcome, Ruling
from mlgitlab.jobs.gate.verdict import Verdict

SHOWN, FOLDED = 12, 400  # rows of a section
_MOST_FIGURES = 40
_MOST_REASONS = 8
_LONGEST = 2000
_SAYS_NO = {Outcome.FAIL: "What says no", Outcome.INCONCLUSIVE: "What nobody can tell yet"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A ruling. `drawing` is an SVG element or empty."""

    ident: str
    outcome: Outcome
    rule: str
    rows: tuple[tuple[str, str], ...]  # which: a name of ours, and theirs
    mandatory: bool
    production: str
    candidate: str
    change: str
    span: str
    drawing: str
    limit: str
    why: str
    missing: str
    numbers: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A chart with its heading; `note` says what is not drawn."""

    title: str
    about: str
    drawing: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Rulings that belong together: the worst, those behind a fold and what that is called; and their charts."""

    title: str
    tally: str
    rows: tuple[Row, ...]
    folded: tuple[Row, ...]
    fold: str
    drawn: bool
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """All of it. `phrases`: the sentence in parts, and whether each is a name that came with the verdict."""

    model: str
    outcome: Outcome
    headline: str
    phrases: tuple[tuple[str, bool], ...]
    tallies: tuple[tuple[str, str], ...]
    reasons_title: str
    reasons: tuple[Row, ...]
    more_reasons: int
    weakened: tuple[str, ...]
    drawn: bool
    sections: tuple[Section, ...]
    sets: tuple[tuple[str, str, str], ...]  # name, rows, digest
    sources: tuple[tuple[str, str], ...]
    facts: tuple[tuple[str, str], ...]


def view(verdict: Verdict) -> Page:
    """The verdict as the page shows it."""
    ordered = worst_first(verdict.rulings)
    rows = {number: _row(ruling, f"check{number}") for number, ruling in enumerate(ordered)}
    mandatory = [ruling for ruling in ordered if ruling.mandatory]
    advisory = [ruling for ruling in ordered if not ruling.mandatory]
    reasons = [rows[n] for n, ruling in enumerate(ordered) if ruling.mandatory and _decides(ruling, verdict.outcome)]
    return Page(
        model=_text(verdict.model),
        outcome=verdict.outcome,
        headline=standing(verdict),
        phrases=tuple((str(part), type(part) is Foreign) for part in phrases(verdict)),
        tallies=(
            ("Mandatory checks", telling.tally(mandatory)),
            *([("Advisory checks", telling.tally(advisory))] if advisory else []),
        ),
        reasons_title=_SAYS_NO.get(verdict.outcome, ""),
        reasons=tuple(reasons[:_MOST_REASONS]),
        more_reasons=max(0, len(reasons) - _MOST_REASONS),
        weakened=tuple(map(_text, verdict.weakened)),
        drawn=any(row.drawing for row in rows.values()),
        sections=tuple(_sections(verdict, ordered, rows)),
        sets=tuple((_text(telling.set_name(each)), f"{each.rows:,}", _text(each.digest)) for each in verdict.sets),
        sources=tuple((name, _text(text)) for name, text in telling.provenance(verdict)),
        facts=tuple((_text(name), _text(text)) for name, text in sorted(verdict.facts.items())),
    )


def _decides(ruling: Ruling, outcome: Outcome) -> bool:
    return outcome is not Outcome.PASS and ruling.outcome is outcome


def _sections(verdict: Verdict, ordered: Sequence[Ruling], rows: dict[int, Row]) -> Iterator[Section]:
    figures = _figures(verdict)
    of_sets = (CurveKind.ROC, CurveKind.PRECISION_RECALL, CurveKind.CALIBRATION, CurveKind.RESIDUALS)
    for title, families, sliced, kinds in (
        ("Metrics", (Family.METRICS,), False, of_sets),
        ("Slices, the worst first", (Family.METRICS,), True, ()),
        ("Fairness", (Family.FAIRNESS,), None, (CurveKind.GROUPS,)),
        ("Inference", (Family.INFERENCE,), None, (CurveKind.LATENCY,)),
        ("Size and format", (Family.SIZE, Family.FORMAT), None, ()),
        ("Data", (Family.DATA,), None, ()),
    ):
        found = {
            number: ruling
            for number, ruling in enumerate(ordered)
            if ruling.family in families and sliced in (None, bool(ruling.slice))
        }
        drawn = [figure for kind in kinds for figure in figures.get(kind, ())]
        if found or drawn:
            yield _section(title, list(found.values()), [rows[number] for number in found], drawn)


def _section(title: str, rulings: Sequence[Ruling], rows: Sequence[Row], figures: Iterable[Figure]) -> Section:
    folded = rows[SHOWN : SHOWN + FOLDED] if len(rows) > SHOWN + 1 else ()
    shown = rows[:SHOWN] if folded else rows
    left = len(rows) - len(shown) - len(folded)
    fold = f"{words.count(len(folded), 'more check')}: {telling.tally(rulings[len(shown) : len(shown) + len(folded)])}"
    return Section(
        title=title,
        tally=telling.tally(rulings),
        rows=tuple(shown),
        folded=tuple(folded),
        fold=f"{fold}; {left:,} more stand in the verdict alone" if left else fold,
        drawn=any(row.drawing for row in rows),
        figures=tuple(figures),
    )


def _row(ruling: Ruling, ident: str) -> Row:
    found = effect(ruling)
    which = (("groups" if ruling.family is Family.FAIRNESS else "slice", ruling.slice), ("set", ruling.dataset))
    return Row(
        ident=ident,
        outcome=ruling.outcome,
        rule=_text(ruling.rule),
        rows=tuple((name, _text(text)) for name, text in which if text),
        mandatory=ruling.mandatory,
        production=words.number(ruling.production, ruling.unit),
        candidate=words.number(ruling.candidate, ruling.unit),
        change=found.shown if found and found.judged is not Judged.VALUE else "",
        span=found.span if found else "",
        drawing=forest.draw(found, ruling.outcome) if found else "",
        limit=_text(ruling.limit),
        why=_text(ruling.why),
        missing=telling.missing_rows(ruling),
        numbers=tuple(_numbers(ruling)),
        notes=tuple(map(_text, ruling.notes)),
    )


def _numbers(ruling: Ruling) -> Iterator[tuple[str, str]]:
    if ruling.rows is not None:
        yield "rows", f"{ruling.rows:,}"
    yield from ((_text(each.name), _number(each)) for each in ruling.numbers)


def _number(given: Number) -> str:
    shown = words.number(given.value, given.unit)
    if given.interval is None:
        return shown
    return f"{shown} ({words.level(given.interval)} interval {words.interval(given.interval, given.unit, sign=False)})"


def _figures(verdict: Verdict) -> dict[CurveKind, list[Figure]]:
    found: dict[CurveKind, list[Figure]] = {}
    for number, plot in enumerate(plots.plots(verdict.curves)[:_MOST_FIGURES]):
        grouped = plot.kind is CurveKind.GROUPS
        left = groups.left_out(plot) if grouped else 0
        found.setdefault(plot.kind, []).append(
            Figure(
                title=plots.NAMES[plot.kind],
                about=", ".join(_text(text) for text in (plot.title, plot.dataset) if text),
                drawing=(groups.draw if grouped else plots.draw)(plot, f"plot{number}"),
                note=f"{words.count(left, 'more group')} not drawn" if left else "",
            )
        )
    return found


def _text(text: str) -> str:
    return words.cut(text, _LONGEST)
