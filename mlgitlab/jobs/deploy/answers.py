"""Values out of answers as JSON: nothing is taken to be there, or to be of its kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def at(found: object, *path: str | int) -> object:
    """The value at a path of keys and positions; None where there is nothing."""
    for step in path:
        if isinstance(found, Mapping):
            found = found.get(step)
        elif isinstance(found, Sequence) and isinstance(step, int) and not isinstance(found, str):
            found = found[step] if -len(found) <= step < len(found) else None
        else:
            return None
    return found


def text(found: object, *path: str | int) -> str:
    """The text or number there, as text; empty where there is neither."""
    value = at(found, *path)
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def number(found: object, *path: str | int) -> float:
    """The number there; 0 where there is none."""
    value = at(found, *path)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0


def rows(found: object, *path: str | int) -> tuple[object, ...]:
    """The list there; empty where there is none."""
    value = at(found, *path)
    return tuple(value) if isinstance(value, list | tuple) else ()
