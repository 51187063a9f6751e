"""Runners as people and scripts read them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

import click

from mlgitlab.paths import printable
from mlgitlab.runners import AccessLevel, Runner

_COLOURS = {"online": "green", "paused": "yellow"}


def facts(runner: Runner) -> dict[str, Any]:
    """A runner as JSON."""
    return {**asdict(runner), "tags": list(runner.tags)}


def lines(runners: Sequence[Runner]) -> Iterator[str]:
    """One line for each runner: number, state, tags, what it takes."""
    width = max((len(str(runner.id)) for runner in runners), default=0)
    for runner in runners:
        columns = (
            f"{runner.id:>{width}}",
            _state(runner),
            _takes(runner),
            _tags(runner),
            printable(runner.description),
        )
        yield "  ".join(columns).rstrip()


def details(runner: Runner) -> Iterator[str]:
    """A runner, a fact a line."""
    limit = f"{runner.maximum_timeout} s" if runner.maximum_timeout else "none"
    yield f"runner {runner.id} {click.style(printable(runner.description), bold=True)}"
    yield f"  state        {_state(runner).strip()}"
    yield f"  of           the {str(runner.type).removesuffix('_type')}"
    yield f"  tags         {_tags(runner)}"
    yield f"  takes        {_takes(runner).strip()}, {'also' if runner.run_untagged else 'no'} untagged jobs"
    yield f"  longest job  {limit}"
    yield f"  locked       {'yes' if runner.locked else 'no'}"
    yield f"  version      {printable(runner.version) or 'not known'}"
    yield f"  last seen    {printable(runner.contacted) or 'never'}"
    if runner.note:
        yield f"  note         {printable(runner.note)}"


def _state(runner: Runner) -> str:
    word = "paused" if runner.paused else str(runner.status)
    return click.style(f"{word:<15}", fg=_COLOURS.get(word, "red"))


def _takes(runner: Runner) -> str:
    if not runner.detailed:
        return f"{'not known':<14}"
    return f"{'protected refs' if runner.access is AccessLevel.REF_PROTECTED else 'all refs':<14}"


def _tags(runner: Runner) -> str:
    return " ".join(map(printable, runner.tags)) or "(no tags)"
