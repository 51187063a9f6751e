"""What the type of a key in schema.py allows in the file: the one reading of type hints that all share."""

from __future__ import annotations

import typing
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from enum import Enum, StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, TypeAlias, Union, cast, get_args, get_origin

from mlgitlab.config import schema
from mlgitlab.config.field import Json, Name
from mlgitlab.config.inputs import Inputs
from mlgitlab.config.quantities import ByteSize, Elapsed
from mlgitlab.config.scalars import Duration, GitLabVersion, Globs, Percent, Share


class Plain(Enum):
    """A single value of a basic type, or anything at all."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    SCALAR = "scalar"  # text, number or boolean
    ANYTHING = "anything"


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few values: the members of a StrEnum, or literals."""

    options: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """A text with a form of its own."""

    kind: type[Duration | GitLabVersion | ByteSize | Elapsed | Share | Percent]


@dataclass(frozen=True, slots=True)
class Patterns:
    """Globs, or the inputs that may also be keys and variables."""

    kind: type[Globs | Inputs]


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list; a single item stands for a list of one."""

    item: Shape


@dataclass(frozen=True, slots=True)
class MapOf:
    """A mapping with free keys. `named`: they must match NAME_PATTERN."""

    item: Shape
    named: bool


@dataclass(frozen=True, slots=True)
class Section:
    """A mapping with known keys: a dataclass of schema.py."""

    kind: Callable[..., object]

    @property
    def shorthand(self) -> Key | None:
        """The key whose value may stand for the whole section."""
        name = getattr(self.kind, "shorthand", None)
        return keys_of(self.kind)[name] if name else None


Shape: TypeAlias = Plain | Choice | Written | Patterns | ListOf | MapOf | Section

_PLAIN: Mapping[object, Plain] = {
    str: Plain.TEXT,
    int: Plain.INTEGER,
    float: Plain.NUMBER,
    bool: Plain.BOOLEAN,
    Json: Plain.ANYTHING,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One key of a section. `default` is None, too, where leaving it out means that nothing is set."""

    name: str
    shape: Shape
    required: bool
    default: object
    doc: str


@cache
def keys_of(kind: Callable[..., object]) -> Mapping[str, Key]:
    """The keys of a section by name, in the order of schema.py."""
    hints = typing.get_type_hints(kind)
    return {
        field.name: Key(
            name=field.name,
            shape=shape_of(hints[field.name]),
            required=field.default is MISSING and field.default_factory is MISSING,
            default=None if field.default is MISSING else field.default,
            doc=field.metadata["doc"],
        )
        for field in fields(cast("type[Any]", kind))
    }


def shape_of(hint: object) -> Shape:
    """The shape for a type hint; TypeError for a hint that schema.py must not use."""
    origin, arguments = get_origin(hint), get_args(hint)
    if hint in _PLAIN:
        return _PLAIN[hint]
    if origin in (Union, UnionType):
        several = tuple(argument for argument in arguments if argument is not NoneType)
        return shape_of(several[0]) if len(several) == 1 else Plain.SCALAR
    if origin is Literal:
        return Choice(arguments)
    if origin is tuple:
        return ListOf(shape_of(arguments[0]))
    if origin is Mapping:
        return MapOf(shape_of(arguments[1]), named=arguments[0] is Name)
    if isinstance(hint, type):
        return _shape_of_class(hint)
    raise TypeError(f"no shape for {hint!r}")


def _shape_of_class(kind: type[Any]) -> Shape:
    if issubclass(kind, StrEnum):
        return Choice(tuple(kind))
    if issubclass(kind, Globs | Inputs):
        return Patterns(kind)
    if issubclass(kind, Duration | GitLabVersion | ByteSize | Elapsed | Share | Percent):
        return Written(kind)
    if is_dataclass(kind):
        return Section(kind)
    raise TypeError(f"no shape for {kind!r}")


def sections() -> tuple[Section, ...]:
    """Every section that `mlgitlab.yml` can hold, the whole file first, each once, in the order of first use."""
    found: dict[Section, None] = {}
    waiting: list[Shape] = [Section(schema.Config)]
    while waiting:
        match waiting.pop(0):
            case ListOf(item) | MapOf(item):
                waiting.insert(0, item)
            case Section() as section if section not in found:
                found[section] = None
                waiting += (key.shape for key in keys_of(section.kind).values())
            case _:
                pass
    return tuple(found)
