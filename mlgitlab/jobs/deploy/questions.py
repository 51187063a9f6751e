"""Requests in a file, as JSON lines: what a synthetic test asks, and what a replay repeats."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mlgitlab.errors import UsageError
from mlgitlab.jobs.deploy.target import Question
from mlgitlab.paths import show

_KEYS = frozenset({"id", "method", "path", "headers", "body", "text", "expect"})
_METHODS = frozenset({"GET", "POST", "PUT"})
_HINT = 'a line is such as {"path": "/predict", "body": {"amount": 3}, "expect": 0.25}'


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A request and the prediction that must come back; None for any. `id` is its number, or what the line says."""

    id: str
    question: Question
    expect: str | None = None


def read(content: bytes, where: str) -> tuple[Case, ...]:
    """The requests of a file; UsageError, which names `where` and every wrong line, for what is none."""
    cases, wrong = [], []
    for number, line in enumerate(content.splitlines(), 1):
        if line.strip():
            try:
                cases.append(_case(number, json.loads(line)))
            except ValueError as error:
                wrong.append(f"  line {number}: {error}")
    if not cases and not wrong:
        wrong.append("  there is none")
    if wrong:
        raise UsageError("\n".join([f"{show(where)} holds no requests", *wrong[:20]]), _HINT)
    return tuple(cases)


def _case(number: int, found: Any) -> Case:  # noqa: ANN401 (any JSON)
    if not isinstance(found, dict) or found.keys() - _KEYS:
        raise ValueError(f"the keys are {', '.join(sorted(_KEYS))}")
    headers, path, method = found.get("headers", {}), found.get("path", "/"), found.get("method", "POST")
    if method not in _METHODS:
        raise ValueError(f"'method' is none of {', '.join(sorted(_METHODS))}")
    if not isinstance(path, str) or not path.startswith("/") or not path.isascii() or not path.isprintable():
        raise ValueError("'path' does not begin with `/`, or holds what must be encoded")
    if " " in path or not isinstance(headers, dict) or not all(map(_is_header, headers.items())):
        raise ValueError("'path' or 'headers' cannot be sent")
    body, own = _body(found)
    expect = found.get("expect")
    return Case(
        id=str(found.get("id", number)),
        question=Question(method=method, path=path, headers={**own, **headers}, body=body),
        expect=None if expect is None else expect if isinstance(expect, str) else json.dumps(expect),
    )


def _body(found: Mapping[str, Any]) -> tuple[bytes, Mapping[str, str]]:
    if "text" in found:
        return str(found["text"]).encode(), {}
    if "body" in found:
        return json.dumps(found["body"]).encode(), {"Content-Type": "application/json"}
    return b"", {}


def _is_header(item: tuple[object, object]) -> bool:
    return all(isinstance(part, str) and part.isascii() and part.isprintable() for part in item)
