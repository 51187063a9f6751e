"""What a validator of JSON Schema found, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mlgitlab.config.wording import did_you_mean, quoted
from mlgitlab.jobs.settings.documents import misread_number
from mlgitlab.jobs.settings.values import Fault, Place
from mlgitlab.paths import printable

_WIDEST = 200
_NUMBERS = frozenset({"number", "integer"})
_BOUNDS = {
    "minimum": "at least", "maximum": "at most", "exclusiveMinimum": "more than", "exclusiveMaximum": "less than",
    "multipleOf": "a multiple of", "minLength": "no shorter than", "maxLength": "no longer than",
    "minItems": "of no fewer elements than", "maxItems": "of no more elements than",
}  # fmt: skip


def faults_of(error: Any) -> Iterator[Fault]:  # noqa: ANN401 (jsonschema's ValidationError: an extra)
    """One fault for each key that is unknown or missing; of alternatives, what is wrong with the nearest."""
    place: Place = tuple(error.absolute_path)
    value, expected = error.instance, error.validator_value
    match error.validator:
        case "additionalProperties" | "unevaluatedProperties" if isinstance(value, Mapping):
            yield from _unknown(error, place)
        case "required":
            # The library reports each missing key by itself, and each time with the whole list.
            missing = [key for key in expected if error.message.startswith(repr(key))]
            yield from (Fault(place=(*place, key), what="the key is missing") for key in missing)
        case "type":
            yield _of_type(value, [expected] if isinstance(expected, str) else expected, place)
        case "enum":
            texts = [each for each in expected if isinstance(each, str)]
            hint = did_you_mean(value, texts) if isinstance(value, str) else ""
            listed = cut(", ".join(map(found, expected)))
            yield Fault(place=place, what=f"expected one of {listed}; found {found(value)}", hint=hint)
        case str() as bound if bound in _BOUNDS:
            yield Fault(place=place, what=f"must be {_BOUNDS[bound]} {expected}; found {found(value)}")
        case "anyOf" | "oneOf" if error.context:
            yield Fault(place=place, what="fits none of the alternatives; what the nearest says follows")
            yield from (fault for inner in _nearest(error.context) for fault in faults_of(inner))
        case _:
            yield Fault(place=place, what=cut(error.message))


def found(value: object) -> str:
    """A value, short."""
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, Mapping | list):
        return "a mapping" if isinstance(value, Mapping) else "a list"
    if isinstance(value, bool):
        return "true" if value else "false"
    return "nothing" if value is None else str(value)


def cut(text: str) -> str:
    """A library's message: printable, and not too long."""
    return printable(text if len(text) <= _WIDEST else f"{text[:_WIDEST]}...")


def _unknown(error: Any, place: Place) -> Iterator[Fault]:  # noqa: ANN401
    """Each key that the schema does not know; what it asks of such keys where it does not forbid them all."""
    schema = error.schema if isinstance(error.schema, Mapping) else {}
    known = schema.get("properties", {})
    named = [key for key in error.instance if key not in known and repr(key) in error.message]
    if not named:
        yield Fault(place=place, what=cut(error.message))
    for key in named:
        yield Fault(place=(*place, key), what="unknown key", hint=did_you_mean(key, known))


def _of_type(value: object, kinds: Sequence[str], place: Place) -> Fault:
    better = misread_number(value) if _NUMBERS & {*kinds} else ""
    hint = f"PyYAML reads this as a text; write {better}" if better else ""
    return Fault(place=place, what=f"expected {' or '.join(kinds)}, found {found(value)}", hint=hint)


def _nearest(errors: Sequence[Any]) -> list[Any]:
    """The errors of the alternative that a value went deepest into, and of those, with the fewest."""
    branches: dict[object, list[Any]] = {}
    for inner in errors:
        branches.setdefault(inner.schema_path[0], []).append(inner)
    return min(branches.values(), key=lambda each: (-max(len(one.absolute_path) for one in each), len(each)))
