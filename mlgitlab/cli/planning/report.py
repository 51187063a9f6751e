"""The plan for people: text for a terminal or a job log, and a mermaid graph. Reads plan.json's document only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import click

Document = dict[str, Any]
_SHORT_SHA = 12
# More skipped steps with the same reason than this are counted, not named.
_MOST_NAMED = 8
_MOST_REASONS = 3


def text(document: Document) -> str:
    """The whole plan: what it compared, what runs and why, what does not and why not."""
    blocks = [_head(document), _runs(document), _skips(document), _costs(document), _remarks(document)]
    return "\n\n".join("\n".join(lines) for block in blocks if (lines := list(block)))


def _head(document: Document) -> Iterator[str]:
    pipeline, baseline, changes = document["pipeline"], document["baseline"], document["changes"]
    yield f"{_bold('Pipeline')}  {pipeline['kind'].replace('_', ' ')}, profile {pipeline['profile']}: {pipeline['why']}"
    base = ", ".join(sha[:_SHORT_SHA] for sha in baseline["bases"]) or "none"
    yield f"{_bold('Baseline')}  {base} ({baseline['rule']}): {baseline['why']}"
    for warning in baseline["warnings"]:
        yield f"          {click.style('warning:', fg='yellow')} {warning}"
    yield f"{_bold('Changes')}   {_changes(changes, compared=baseline['known'])}"


def _changes(changes: Document, *, compared: bool) -> str:
    if not changes["complete"]:
        return f"not known: {changes['why']}"
    files = changes["files"]
    if not files:
        return "no file" if compared else "not looked at"
    parts = [_counted(len(files), "file")]
    uncommitted = sum(1 for file in files if file.get("uncommitted"))
    for count, what in (
        (len(changes["ignored"]), "ignored"),
        (len(changes["unmatched"]), "known to no rule"),
        (uncommitted, "not committed"),
    ):
        if count:
            parts.append(f"{count} {what}")
    return ", ".join(parts)


def _runs(document: Document) -> Iterator[str]:
    selected = [step for step in document["steps"] if step["selected"]]
    yield _bold(f"Runs ({len(selected)} of {len(document['steps'])})")
    if not selected:
        yield "  nothing: one cheap job says so"
    shared = _shared_reasons(selected)
    yield from (f"  all, because {text}" for text in shared)
    width = max((len(step["id"]) for step in selected), default=0)
    for step in selected:
        texts = [reason["text"] for reason in step["reasons"] if reason["text"] not in shared]
        shown = texts[:_MOST_REASONS]
        more = len(texts) - len(shown) + step.get("reasons_omitted", 0)
        lines = shown + ([f"and {_counted(more, 'more reason')}"] if more else [])
        if not lines:
            yield f"  {click.style(step['id'], fg='green')}"
        for position, line in enumerate(lines):
            name = click.style(step["id"].ljust(width), fg="green") if position == 0 else " " * width
            yield f"  {name}  {line}"


def _shared_reasons(selected: Sequence[Document]) -> tuple[str, ...]:
    """What every one of several steps runs for, such as a baseline that is not known: said once."""
    if len(selected) < 2:
        return ()
    first, *others = ([reason["text"] for reason in step["reasons"]] for step in selected)
    return tuple(dict.fromkeys(text for text in first if all(text in texts for texts in others)))


def _skips(document: Document) -> Iterator[str]:
    by_reason: dict[str, list[str]] = {}
    for step in document["steps"]:
        if not step["selected"]:
            by_reason.setdefault(step["skipped"], []).append(step["id"])
    if by_reason:
        yield _bold(f"Does not run ({sum(map(len, by_reason.values()))})")
    for reason, ids in by_reason.items():
        named = ", ".join(ids[:_MOST_NAMED]) + (f" and {len(ids) - _MOST_NAMED} more" if len(ids) > _MOST_NAMED else "")
        yield f"  {click.style(named, dim=True)}"
        yield f"      {reason}"


def _costs(document: Document) -> Iterator[str]:
    if costs := document["costs"]:
        yield f"{_bold('Costs')}     {costs['text']}"
        if costs["budget"] and costs["budget"]["text"]:
            yield f"          {click.style('warning:', fg='yellow')} {costs['budget']['text']}"


def _remarks(document: Document) -> Iterator[str]:
    for title, key in (("Limits", "limits"), ("Degraded", "degraded"), ("Notes", "notes")):
        if document[key]:
            yield _bold(title)
            yield from (f"  {line}" for line in document[key])


def mermaid(document: Document) -> str:
    """The selected steps and what they wait for, as a graph that GitLab renders in Markdown."""
    steps = [step for step in document["steps"] if step["selected"]]
    names = {step["id"]: f"s{number}" for number, step in enumerate(steps)}
    lines = ["graph LR"]
    lines += [f'  {names[step["id"]]}["{step["id"]}"]' for step in steps]
    lines += [
        f"  {names[need['step']]} {'-->' if need['artifacts'] else '-.->'} {names[step['id']]}"
        for step in steps
        for need in step["needs"]
    ]
    return "\n".join(lines or ["graph LR"]) if steps else 'graph LR\n  s0["nothing to do"]'


def written(files: Iterable[str]) -> str:
    """Which files were written."""
    return f"{_bold('Written')}   {', '.join(files)}"


def _bold(words: str) -> str:
    return click.style(words, bold=True)


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
