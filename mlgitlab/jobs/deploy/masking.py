"""What of a user's request may be kept: only what is declared, and without what is masked."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from mlgitlab.config.deploy import Recording
from mlgitlab.jobs.deploy.target import Question

MASK = "masked"
_ESCAPED = re.compile(rb"%([0-9A-Fa-f]{2})")


def kept(question: Question, rules: Recording) -> dict[str, object] | None:
    """The request as a line of a file of requests; None for one whose body is no JSON, and cannot be masked.

    Headers are left out unless they are named. A masked field keeps its type: a text becomes `masked`, a number 0,
    a boolean false, a list or an object is empty.
    """
    try:
        body: Any = json.loads(question.body) if question.body else None
    except ValueError:
        return None
    for field in rules.mask:
        kind, _, rest = field.partition(".")
        if kind == "body":
            body = _masked(body, rest.split("."))
    named = {name.lower() for name in rules.headers}
    headers = {name.lower(): value for name, value in sorted(question.headers.items()) if name.lower() in named}
    return {
        "method": question.method,
        "path": _path(question.path, [field.removeprefix("query.") for field in rules.mask]),
        **({"headers": headers} if headers else {}),
        **({} if body is None else {"body": body}),
    }


def _masked(value: object, keys: Sequence[str]) -> object:
    """The value without what lies at the keys; `*` is any key of an object, and every item of a list."""
    if not keys:
        return _emptied(value)
    first, *rest = keys
    if isinstance(value, list):
        return [_masked(item, rest if first == "*" else keys) for item in value]
    if isinstance(value, dict):
        return {key: _masked(item, rest) if first in ("*", key) else item for key, item in value.items()}
    return value


def _emptied(value: object) -> object:
    if value is None or isinstance(value, bool):
        return value and False
    if isinstance(value, str):
        return MASK
    return 0 if isinstance(value, int | float) else type(value)()


def _path(path: str, masked: Sequence[str]) -> str:
    place, mark, query = path.partition("?")
    return place + mark + "&".join(_pair(pair, masked) for pair in query.split("&"))


def _pair(pair: str, masked: Sequence[str]) -> str:
    name, sign, _ = pair.partition("=")
    return f"{name}{sign}{MASK}" if sign and _decoded(name) in masked else pair


def _decoded(name: str) -> str:
    """The name that a form's field stands for: `%74oken` is `token`."""
    raw = _ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), name.replace("+", " ").encode())
    return raw.decode("utf-8", "replace")
