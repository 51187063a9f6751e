"""A file of results: JSON lines, each with the commit, the step and what it made."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator

from mlgitlab import paths
from mlgitlab.config.wording import quoted, suggestion
from mlgitlab.errors import Problem
from mlgitlab.planning.misses import Result

_KEYS = ("commit", "step", "result")
_SHA = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")


def read(content: bytes, file: str, steps: Collection[str]) -> tuple[tuple[Result, ...], tuple[Problem, ...]]:
    """The results by line, and everything that is wrong with the file.

    `steps` are the known ones; without any, every name is taken. Other keys than the three are left alone.
    """
    results: dict[tuple[str, str], tuple[int, Result]] = {}
    problems: list[Problem] = []
    for number, line in enumerate(content.split(b"\n"), start=1):
        if not line.strip():
            continue
        result, wrong = _read(line)
        if result:
            wrong += _against(result, steps, results)
            results.setdefault((result.step, result.commit), (number, result))
        problems += [Problem(where=f"{paths.show(file)}:{number}", what=what, hint=hint) for what, hint in wrong]
    return tuple(result for _, result in results.values()), tuple(problems)


def _read(line: bytes) -> tuple[Result | None, list[tuple[str, str]]]:
    try:
        found = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError):
        return None, [("not JSON", "each line is one object of its own")]
    if not isinstance(found, dict):
        return None, [("no JSON object", 'a line is {"commit": "...", "step": "...", "result": "..."}')]
    wrong = list(_wrong(found))
    return (None if wrong else Result(step=found["step"], commit=found["commit"], value=found["result"])), wrong


def _wrong(found: dict[str, object]) -> Iterator[tuple[str, str]]:
    for key in _KEYS:
        if key not in found:
            yield f"`{key}` is missing", ""
        elif not isinstance(found[key], str):
            yield f"`{key}` is no text", "write it in quotes"
    commit = found.get("commit")
    if isinstance(commit, str) and not _SHA.fullmatch(commit):
        yield f"`commit` is {quoted(commit)}, no full SHA", "`git rev-parse` prints it"


def _against(
    result: Result, steps: Collection[str], others: dict[tuple[str, str], tuple[int, Result]]
) -> list[tuple[str, str]]:
    wrong = []
    if steps and result.step not in steps:
        wrong.append(
            (f"no step that a replay counts is called {quoted(result.step)}", suggestion(result.step, steps, "steps"))
        )
    number, other = others.get((result.step, result.commit), (0, result))
    if other.value != result.value:
        what = f"another result of {quoted(result.step)} at this commit than in line {number}"
        wrong.append((what, "what differs from run to run cannot be compared: take a metric, rounded"))
    return wrong
