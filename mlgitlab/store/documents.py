"""JSON as the store keeps it: one way to write a value, and a strict way to read one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

FORMAT = 1


class WrongError(ValueError):
    """A document is not what it should be; the message says how, and fits after `which: `."""


def canonical(value: Mapping[str, object]) -> bytes:
    """ASCII, keys sorted, no space: equal values give equal bytes.

    Raises ValueError for NaN and infinities, which JSON does not know, and TypeError for what is no JSON at all.
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False).encode("ascii")


def read(content: bytes) -> dict[str, Any]:
    """The object that the bytes are; WrongError for anything else, for double keys and for NaN."""
    try:
        found = json.loads(content.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_refused)
    except WrongError:
        raise
    except (ValueError, RecursionError):
        raise WrongError("not JSON") from None
    if not isinstance(found, dict):
        raise WrongError("not a JSON object")
    return found


def fields(found: Mapping[str, object], kinds: Mapping[str, type]) -> None:
    """WrongError unless exactly these keys are there, each of its type (`bool` is no `int`, `int` is a `float`)."""
    missing, unknown = kinds.keys() - found.keys(), found.keys() - kinds.keys()
    if missing or unknown:
        what = [*(f"no {name!r}" for name in sorted(missing)), *(f"an unknown {name!r}" for name in sorted(unknown))]
        raise WrongError(", ".join(what))
    for name, kind in kinds.items():
        value = found[name]
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise WrongError(f"{name!r} is no {_SPOKEN[kind]}")


def versioned(found: Mapping[str, object]) -> None:
    """WrongError unless it says that it is of the format that this code knows."""
    number = found.get("format")
    if isinstance(number, int) and not isinstance(number, bool) and number > FORMAT:
        raise WrongError(f"written in format {number} by a newer mlgitlab; this one reads format {FORMAT}")
    if number != FORMAT or isinstance(number, bool):
        raise WrongError(f"'format' is not {FORMAT}")


_SPOKEN = {str: "text", int: "whole number", bool: "boolean", list: "list", dict: "object"}


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise WrongError("a key stands there twice")
    return found


def _refused(name: str) -> float:
    raise WrongError(f"{name} is no JSON")
