"""The verdict as text for a terminal or a job's log."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator

from mlgitlab.jobs.gate.report import telling, words
from mlgitlab.jobs.gate.report.effect import worst_first
from mlgitlab.jobs.gate.report.sentence import sentence, where
from mlgitlab.jobs.gate.report.standing import standing
from mlgitlab.jobs.gate.ruling import Outcome, Ruling
from mlgitlab.jobs.gate.verdict import Verdict

# Gives a text the colour of an outcome; the caller knows whether there are colours.
Paint = Callable[[str, Outcome], str]
MOST = 100  # checks of one heading
_LONGEST = 400
_NAMED = ("candidate", "production", "commit")
_NARROWEST = 40
_INDENT = 15  # as wide as the longest outcome, and its margins


def plain(text: str, outcome: Outcome) -> str:  # noqa: ARG001 (a Paint)
    """No colour."""
    return text


def terminal(verdict: Verdict, width: int, paint: Paint = plain) -> str:
    """The text, no line longer than `width` characters where words allow it; it ends without a line end."""
    wide = max(width, _NARROWEST)
    lines = [paint(line, verdict.outcome) for line in _wrapped(standing(verdict), wide, "")]
    lines += _wrapped(sentence(verdict), wide, "")
    for title, mandatory in (("Mandatory checks", True), ("Advisory checks", False)):
        found = worst_first(ruling for ruling in verdict.rulings if ruling.mandatory is mandatory)
        if found or mandatory:
            lines += ["", *_wrapped(f"{title}: {telling.tally(found)}", wide, "")]
        for ruling in found[:MOST]:
            lines += _ruling(ruling, wide, paint)
        if len(found) > MOST:
            lines.append(f"  and {len(found) - MOST:,} more, of which none is worse")
    lines += _weakened(verdict, wide)
    lines += ["", *_facts(verdict, wide)]
    return "\n".join(lines)


def _ruling(ruling: Ruling, wide: int, paint: Paint) -> Iterator[str]:
    """The outcome at the left, in a word; beside it the rule, its numbers and, of all but a pass, the reason."""
    word = words.WORDS[ruling.outcome]
    first, *rest = _wrapped("".join([*where(ruling), *_numbers(ruling)]), wide, " " * _INDENT)
    yield f"  {paint(word, ruling.outcome)}{first[len(word) + 2 :]}"
    yield from rest
    if ruling.outcome is not Outcome.PASS:
        yield from _wrapped(words.cut(ruling.why, _LONGEST), wide, " " * _INDENT)
        yield from _wrapped(telling.missing_rows(ruling), wide, " " * _INDENT)


def _numbers(ruling: Ruling) -> Iterator[str]:
    candidate, production = ruling.candidate, ruling.production
    parts = []
    if candidate is not None:
        against = f" against {words.number(production, ruling.unit)}" if production is not None else ""
        parts.append(f"{words.number(candidate, ruling.unit)}{against}")
    parts += [text for text in (telling.change(ruling), words.cut(ruling.limit, _LONGEST)) if text]
    if parts:
        yield f": {'; '.join(parts)}"


def _weakened(verdict: Verdict, wide: int) -> Iterator[str]:
    if verdict.weakened:
        yield ""
        yield from _wrapped(f"{telling.WEAKENED}:", wide, "")
    for each in verdict.weakened[:MOST]:
        yield from _wrapped(words.cut(each, _LONGEST), wide, "    ")


def _facts(verdict: Verdict, wide: int) -> Iterator[str]:
    told = [
        *((name, words.cut(text, 80)) for name, text in telling.provenance(verdict) if name in _NAMED),
        *(
            (
                "judged on",
                f"{words.cut(telling.set_name(each), 80)}, {each.rows:,} rows, {words.short(each.digest)}",
            )
            for each in verdict.sets[:MOST]
        ),
    ]
    for name, text in told:
        yield from _wrapped(f"{name + ':':<{_INDENT - 2}} {text}", wide, "")


def _wrapped(text: str, wide: int, indent: str) -> list[str]:
    return textwrap.wrap(
        text,
        wide,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
        drop_whitespace=True,
    )
