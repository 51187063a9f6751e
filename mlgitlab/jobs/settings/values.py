"""What is checked, and what is found wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from mlgitlab.config.wording import key_shown
from mlgitlab.errors import Problem
from mlgitlab.paths import show

# Keys and numbers of list elements, from the outermost.
Place: TypeAlias = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something wrong with the value at a place."""

    place: Place
    what: str
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A configuration: its values, the lines of those whose line is known, and what is wrong with the text itself.

    `name` is the file's, or says how Hydra composed it.
    """

    name: str
    data: object
    lines: Mapping[Place, int] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()

    def problem(self, fault: Fault) -> Problem:
        """The fault at `file:line: key.path`; of a key that is missing, the line of the one around it."""
        known, key = self.line(fault.place), dotted(fault.place)
        line = f":{known}" if known else ""
        return Problem(where=f"{show(self.name)}{line}{f': {key}' if key else ''}", what=fault.what, hint=fault.hint)

    def line(self, place: Place) -> int:
        """The line of a place, or of the nearest around it; 0 where nobody knows."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One configuration that was checked for the entry `entry` of mlgitlab.yml."""

    entry: str
    name: str
    problems: tuple[Problem, ...] = ()


def dotted(place: Place) -> str:
    """A place as people write it: `optimizer.groups[0].lr`."""
    text = ""
    for part in place:
        text += f"[{part}]" if isinstance(part, int) else f".{key_shown(part)}" if text else key_shown(part)
    return text
