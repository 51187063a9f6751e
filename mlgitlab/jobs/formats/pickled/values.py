"""What is known of the values that a pickle would make."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, TypeAlias


@dataclass(frozen=True, slots=True, order=True)
class Name:
    """Something that is imported: `module` and the name in it."""

    module: str
    name: str

    def __str__(self) -> str:
        return f"{self.module}:{self.name}" if "." in self.name else f"{self.module}.{self.name}"


@dataclass(frozen=True, slots=True)
class Made:
    """What a call of an imported thing gave, and the arguments."""

    by: Name
    given: Value


@dataclass(slots=True)
class Table:
    """A dictionary; only entries with short texts as keys are kept. lost: whether some could not be."""

    entries: dict[str, Value] = field(default_factory=dict)
    lost: bool = False


@dataclass(frozen=True, slots=True)
class Stored:
    """What a persistent id stands for."""

    id: Value


@dataclass(frozen=True, slots=True)
class Plain:
    """A value of which nothing need be known but that it can be neither called nor changed; `holds`: that it can."""

    holds: bool = False


DATA: Final = Plain()
HOLDER: Final = Plain(holds=True)  # a list, a set, a bytearray

Value: TypeAlias = "int | str | tuple[Value, ...] | Name | Made | Table | Stored | Plain | None"
