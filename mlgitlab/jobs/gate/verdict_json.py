"""A verdict as plain data, as the store keeps it, and back."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import StrEnum
from typing import Any

from mlgitlab.errors import RefusedError
from mlgitlab.jobs.gate.ruling import Outcome, overall
from mlgitlab.jobs.gate.verdict import Compared, Verdict
from mlgitlab.store import digests

FORMAT = 1
# JSON has no word for them, and a number that is one of them must not be lost.
_NOT_FINITE = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}


class _WrongError(Exception):
    """It is no verdict; the message says why."""


def content(verdict: Verdict) -> dict[str, object]:
    """Plain data that JSON can hold; numbers that are not finite are texts."""
    written = _written(verdict)
    assert isinstance(written, dict)
    return {"format": FORMAT, **written}


def read(content: Mapping[str, object], model: str, candidate: str) -> Verdict:
    """The verdict about that model; RefusedError for anything else, and for one that belongs to another model."""
    try:
        _check_format(content)
        found = _read(Verdict, {name: value for name, value in content.items() if name != "format"}, "verdict")
        assert isinstance(found, Verdict)
        _check(found, model, candidate)
    except _WrongError as error:
        what = f"the verdict about {model}@{digests.short(candidate)} counts for nothing: {error}"
        hint = "gate the model again; somebody or something other than mlgitlab wrote to the store"
        raise RefusedError(what, hint) from None
    return found


def _check_format(content: Mapping[str, object]) -> None:
    if content.get("format") != FORMAT or isinstance(content.get("format"), bool):
        raise _WrongError("it is not of format 1; was it written by a newer mlgitlab?")


def _check(found: Verdict, model: str, candidate: str) -> None:
    if (found.model, found.candidate) != (model, candidate):
        raise _WrongError(f"it is about {found.model}@{digests.short(found.candidate)}")
    if found.production and not digests.is_digest(found.production):
        raise _WrongError("production's digest is none")
    # One that says more than its rulings do was not written by `gate`.
    if found.outcome is Outcome.PASS and overall(found.rulings) is not Outcome.PASS:
        raise _WrongError("it says pass, and its rulings do not")
    if (found.compared is Compared.PRODUCTION) != bool(found.production and found.production != found.candidate):
        raise _WrongError("it does not say what it compared")


def _written(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _written(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(name): _written(each) for name, each in value.items()}
    if isinstance(value, tuple):
        return [_written(each) for each in value]
    if isinstance(value, float):
        return _number(value)
    return str(value) if isinstance(value, StrEnum) else value


def _number(value: float) -> object:
    if value != value:  # noqa: PLR0124 (NaN alone differs from itself)
        return "NaN"
    return value if abs(value) != float("inf") else "Infinity" if value > 0 else "-Infinity"


def _read(kind: Any, value: object, where: str) -> object:  # noqa: ANN401, PLR0911 (a type; one line for each kind)
    """The value as one of the type; the types are those of the dataclasses above, and no others."""
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin in (types.UnionType, typing.Union):
        return (
            None if value is None else _read(next(each for each in inner if each is not types.NoneType), value, where)
        )
    if origin is tuple:
        return tuple(_read(inner[0], each, where) for each in _of(list, value, where))
    if is_dataclass(kind):
        return _read_object(kind, _of(dict, value, where), where)
    if kind is float:
        return _read_number(value, where)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        if value not in list(kind):
            raise _WrongError(f"{where} is no {kind.__name__.lower()}")
        return kind(str(value))
    if origin is not None:  # Mapping[str, str]
        return {str(name): _of(str, each, where) for name, each in _of(dict, value, where).items()}
    return _of(kind, value, where)


def _read_object(kind: Any, value: Mapping[str, object], where: str) -> object:  # noqa: ANN401
    hints = typing.get_type_hints(kind)
    names = {field.name for field in fields(kind)}
    if value.keys() != names:
        raise _WrongError(f"{where} has not the keys that it should: {', '.join(sorted(value.keys() ^ names))}")
    return kind(**{name: _read(hints[name], value[name], f"{where}.{name}") for name in names})


def _read_number(value: object, where: str) -> float:
    if isinstance(value, str) and value in _NOT_FINITE:
        return _NOT_FINITE[value]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _WrongError(f"{where} is no number")
    return float(value)


def _of(kind: Any, value: object, where: str) -> Any:  # noqa: ANN401
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise _WrongError(f"{where} is of the wrong kind")
    return value
