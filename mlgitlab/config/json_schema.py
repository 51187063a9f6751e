"""The JSON Schema (draft-07, which editors know best) of `mlgitlab.yml`, derived from its types."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeAlias, assert_never

from mlgitlab.config.build import NAME_RULE
from mlgitlab.config.schema import NAME_PATTERN, Config
from mlgitlab.config.shapes import (
    Choice,
    Key,
    ListOf,
    MapOf,
    Patterns,
    Plain,
    Section,
    Shape,
    Written,
    keys_of,
    sections,
)
from mlgitlab.config.show import as_data

Schema: TypeAlias = dict[str, Any]

_URI = "http://json-schema.org/draft-07/schema#"
# The parser takes text as it was written, so an unquoted 3.11 is fine where text is expected.
_TEXT: Schema = {"type": ["string", "number", "boolean"]}
_NULL: Schema = {"type": "null"}
_PLAIN: dict[Plain, Schema] = {
    Plain.TEXT: _TEXT,
    Plain.INTEGER: {"type": "integer"},
    Plain.NUMBER: {"type": "number"},
    Plain.BOOLEAN: {"type": "boolean"},
    Plain.SCALAR: _TEXT,
    Plain.ANYTHING: {},
}


def text() -> str:
    """The schema as the file that is shipped: `mlgitlab.schema.json`."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def schema() -> dict[str, object]:
    """The schema as JSON data. It knows what each key may hold, but not how keys must fit each other."""
    whole, *parts = sections()
    return {
        "$schema": _URI,
        "title": "mlgitlab.yml",
        **_section(whole),
        "definitions": {_name(part.kind): _section(part) for part in parts},
    }


def _name(kind: Callable[..., object]) -> str:
    return kind.__name__


def _section(section: Section) -> Schema:
    keys = keys_of(section.kind)
    required = [key.name for key in keys.values() if key.required]
    return {
        "description": summary(section.kind),
        "type": "object",
        "properties": {name: _key(key) for name, key in keys.items()},
        **({"required": required} if required else {}),
        "additionalProperties": False,
    }


def summary(kind: Callable[..., object]) -> str:
    """The first line of a section's docstring."""
    return (kind.__doc__ or "").partition("\n")[0] if kind is not Config else "The configuration of mlgitlab."


def _key(key: Key) -> Schema:
    alternatives = _alternatives(key.shape)
    if not key.required and {} not in alternatives:
        alternatives = [*alternatives, _NULL]
    default = as_data(key.default)
    shown = {"default": default} if default not in (None, [], {}, "") and not isinstance(default, dict) else {}
    return {"description": key.doc, **_one_of(alternatives), **shown}


def _one_of(alternatives: list[Schema]) -> Schema:
    return alternatives[0] if len(alternatives) == 1 else {"oneOf": alternatives}


def _alternatives(shape: Shape) -> list[Schema]:  # noqa: PLR0911 (one for each shape)
    """The ways to write a value; no value fits two of them."""
    match shape:
        case Plain():
            return [_PLAIN[shape]]
        case Choice(options):
            return [{"enum": [as_data(option) for option in options]}]
        case Written(kind):
            return [{"type": ["string", "number"], "pattern": kind.pattern, "title": kind.expects}]
        case Patterns():
            return _list(Plain.TEXT)
        case ListOf(item):
            return _list(item)
        case MapOf(item, named):
            names: Schema = {"propertyNames": {"pattern": f"^{NAME_PATTERN}$", "title": NAME_RULE}} if named else {}
            return [{"type": "object", **names, "additionalProperties": _one_of(_entry(item))}]
        case Section(kind) as section:
            reference: Schema = {"$ref": f"#/definitions/{_name(kind)}"}
            return [reference, *(_alternatives(section.shorthand.shape) if section.shorthand else [])]
        case _:
            assert_never(shape)


def _list(item: Shape) -> list[Schema]:
    one = _alternatives(item)
    # A list of lists may also be a list of single items, which is no third way to write it.
    alone = [each for each in one if each.get("type") != "array"]
    return [*alone, {"type": "array", "items": _one_of(one)}]


def _entry(shape: Shape) -> list[Schema]:
    """A value of a mapping with free keys; nothing at all stands for a section without keys."""
    bare = isinstance(shape, Section) and not any(key.required for key in keys_of(shape.kind).values())
    return [*_alternatives(shape), *([_NULL] if bare else [])]
