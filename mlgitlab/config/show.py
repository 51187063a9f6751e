"""Every value of a configuration, and whether the file or a default says so."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum

from mlgitlab.config.inputs import Inputs
from mlgitlab.config.parse import Parsed
from mlgitlab.config.quantities import ByteSize, Elapsed
from mlgitlab.config.scalars import Duration, GitLabVersion, Globs, Percent, Share
from mlgitlab.config.schema import Config
from mlgitlab.config.shapes import MapOf, Section, Shape, keys_of

DEFAULT = "default"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One key: its dotted name, its value as JSON data, and its place (`mlgitlab.yml:14`) or `default`."""

    key: str
    value: object
    origin: str

    def __str__(self) -> str:
        return f"{self.key} = {json.dumps(self.value, ensure_ascii=False)}  # {self.origin}"


def effective(parsed: Parsed) -> tuple[Line, ...]:
    """All keys that have a value, in the order of schema.py; what is empty or unset by default is left out.

    What a step inherits from its model and from `defaults` stands there, not at the step.
    """
    return tuple(_lines(Section(Config), parsed.config, "", parsed.origins))


def _lines(shape: Shape, value: object, path: str, origins: Mapping[str, str]) -> Iterator[Line]:
    if isinstance(shape, MapOf) and isinstance(value, Mapping) and value:
        for name, item in value.items():
            yield from _lines(shape.item, item, f"{path}.{name}", origins)
    elif isinstance(shape, Section) and value is not None:
        for key in keys_of(shape.kind).values():
            child = f"{path}.{key.name}" if path else key.name
            yield from _lines(key.shape, getattr(value, key.name), child, origins)
    elif path in origins or as_data(value) not in (None, [], {}, ""):
        yield Line(key=path, value=as_data(value), origin=origins.get(path, DEFAULT))


def as_data(value: object) -> object:  # noqa: PLR0911 (one for each type)
    """A value of the configuration as JSON data, in the form in which the file could hold it."""
    match value:
        case Enum():
            return value.value
        case Duration() | GitLabVersion() | ByteSize() | Elapsed() | Share() | Percent():
            return str(value)
        case Globs(include, exclude):
            return [*include, *(f"!{pattern}" for pattern in exclude)]
        case Inputs():
            return value.written()
        case tuple():
            return [as_data(item) for item in value]
        case Mapping():
            return {name: as_data(item) for name, item in value.items()}
        case _ if is_dataclass(value):
            return {field.name: as_data(getattr(value, field.name)) for field in fields(value)}
        case _:
            return value
