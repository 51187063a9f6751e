"""The verdict as a note of a merge request, in GitLab Flavored Markdown.

What came with the verdict stands in code spans and nowhere else: in those GitLab sees neither mentions nor references,
links, quick actions or HTML (https://docs.gitlab.com/user/markdown/), and no text can end one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from mlgitlab.jobs.gate.report import telling, words
from mlgitlab.jobs.gate.report.effect import worst_first
from mlgitlab.jobs.gate.report.sentence import phrases, where
from mlgitlab.jobs.gate.report.standing import standing
from mlgitlab.jobs.gate.report.words import Foreign
from mlgitlab.jobs.gate.ruling import Outcome, Ruling
from mlgitlab.jobs.gate.verdict import Verdict
from mlgitlab.store import digests

# GitLab takes 1,000,000 characters; nobody reads a hundredth of that.
MOST = 10_000
_HEAD = ("", "Check", "Production", "Candidate", "Difference", "Limit")
_LINK = re.compile(r"https?://[A-Za-z0-9][A-Za-z0-9._~:/?#@!$&*+,;=%-]*")
_LONGEST_MARKER = 200
# Encoded in a marker: what could end a comment, such as a `-` before another or before the end.
_ENCODED = re.compile(r"[^A-Za-z0-9_.-]|-(?![A-Za-z0-9_.])")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Room:
    """How many rows are shown, how many more folded, and how long a text may be."""

    shown: int
    folded: int
    text: int


# From what a note should hold to what always fits.
_ROOMS = (
    _Room(shown=10, folded=30, text=160),
    _Room(shown=10, folded=10, text=120),
    _Room(shown=8, folded=0, text=80),
    _Room(shown=4, folded=0, text=40),
)


def marker(model: str) -> str:
    """The hidden line by which the note of a model is found again; no two models have the same."""
    kept = _ENCODED.sub(lambda found: _percent(found[0]), model)
    if len(kept) > _LONGEST_MARKER:  # with a `:`, which no encoded name has
        kept = digests.full(digests.of(kept.encode()))
    return f"<!-- mlgitlab:verdict:{kept} -->"


def markdown(verdict: Verdict, link: str = "") -> str:
    """The note, marker first, of at most 10,000 characters. `link` is the page's address, empty where there is none."""
    made = (_note(verdict, link, room) for room in _ROOMS)
    return next((text for text in made if len(text) <= MOST), "") or _note(verdict, "", _ROOMS[-1])


def code(text: str, most: int = 160) -> str:
    """A text that nobody knows, as a code span that fits into a table."""
    shown = words.cut(text.replace("`", "'").replace("|", "\\x7c"), most)
    return f"`{shown or ' '}`"


def _note(verdict: Verdict, link: str, room: _Room) -> str:
    lines = [
        marker(verdict.model),
        f"{words.SIGNS[verdict.outcome]} **{standing(verdict)}**",
        "",
        _encoded(phrases(verdict), room),
        *_weakened(verdict, room),
        *_checks(verdict, room),
        *_folded("Where this comes from", _sources(verdict, room)),
    ]
    if _LINK.fullmatch(link):
        lines += ["", f"[The report with all numbers and charts]({link})"]
    return "\n".join([*lines, ""])


def _checks(verdict: Verdict, room: _Room) -> Iterator[str]:
    mandatory = worst_first(ruling for ruling in verdict.rulings if ruling.mandatory)
    advisory = worst_first(ruling for ruling in verdict.rulings if not ruling.mandatory)
    if mandatory:
        yield from ("", *_table(mandatory[: room.shown], room))
    rest = mandatory[room.shown :]
    yield from _folded(f"{words.count(len(rest), 'more mandatory check')}: {telling.tally(rest)}", _some(rest, room))
    open_ = [ruling for ruling in mandatory if ruling.outcome is not Outcome.PASS][: room.shown]
    yield from _folded("Why", [_reason(ruling, room) for ruling in open_])
    yield from _folded(
        f"{words.count(len(advisory), 'advisory check')}: {telling.tally(advisory)}", _some(advisory, room)
    )


def _some(rulings: Sequence[Ruling], room: _Room) -> list[str]:
    """A table of some, and how many are left out; nothing where there are none."""
    lines = _table(rulings[: room.folded], room) if room.folded and rulings else []
    left = len(rulings) - room.folded
    return [*lines, *(["", f"{left:,} more in the report."] if left > 0 else [])]


def _table(rulings: Iterable[Ruling], room: _Room) -> list[str]:
    rows = [" | ".join(_cells(ruling, room)) for ruling in rulings]
    return [f"| {' | '.join(_HEAD)} |", "|---|---|---:|---:|---|---|", *(f"| {row} |" for row in rows)]


def _cells(ruling: Ruling, room: _Room) -> tuple[str, ...]:
    return (
        f"{words.SIGNS[ruling.outcome]} {words.WORDS[ruling.outcome]}",
        _encoded(where(ruling), room),
        words.number(ruling.production, ruling.unit),
        words.number(ruling.candidate, ruling.unit),
        telling.change(ruling),
        code(ruling.limit, room.text) if ruling.limit else "",
    )


def _reason(ruling: Ruling, room: _Room) -> str:
    more = telling.missing_rows(ruling)
    return f"- {_encoded(where(ruling), room)}: {code(ruling.why, 2 * room.text)}{f' ({more})' if more else ''}"


def _weakened(verdict: Verdict, room: _Room) -> Iterator[str]:
    if verdict.weakened:
        yield from ("", f"**{telling.WEAKENED}:**", "")
        yield from (f"- {code(each, room.text)}" for each in verdict.weakened[: room.shown])
        if len(verdict.weakened) > room.shown:
            yield f"- {len(verdict.weakened) - room.shown:,} more in the report"


def _sources(verdict: Verdict, room: _Room) -> list[str]:
    lines = [f"- {name}: {code(text, room.text)}" for name, text in telling.provenance(verdict)]
    sets = [
        f"- judged on {code(telling.set_name(each), room.text)}: {each.rows:,} rows, {code(each.digest, 80)}"
        for each in verdict.sets
    ]
    return [*lines, *sets[: room.shown]]


def _folded(title: str, lines: Sequence[str]) -> list[str]:
    """The lines behind a title, which is ours; nothing without lines."""
    return ["", f"<details><summary>{title}</summary>", "", *lines, "", "</details>"] if lines else []


def _encoded(parts: Iterable[str], room: _Room) -> str:
    return "".join(code(part, 2 * room.text) if isinstance(part, Foreign) else part for part in parts)


def _percent(character: str) -> str:
    return "".join(f"%{byte:02x}" for byte in character.encode("utf-8", "surrogatepass"))
