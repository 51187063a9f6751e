"""The stack of an unpickler, with its marks."""

from __future__ import annotations

from typing import TypeAlias

from mlgitlab.jobs.formats.pickled.source import UnfollowedError
from mlgitlab.jobs.formats.pickled.values import Value

_NOTHING = "it takes a value where there is none"


class _Mark:
    """What stands where a MARK was."""


_MARK = _Mark()
_Slot: TypeAlias = "Value | _Mark"


class Stack:
    """Values and marks. No value is ever taken from below a mark."""

    def __init__(self) -> None:
        self._slots: list[_Slot] = []

    def __len__(self) -> int:
        return len(self._slots)

    def push(self, value: Value) -> None:
        """Put a value on top."""
        self._slots.append(value)

    def mark(self) -> None:
        """Put a mark on top."""
        self._slots.append(_MARK)

    def pop(self) -> Value:
        """Take the value on top."""
        value = self._slots.pop() if self._slots else _MARK
        if isinstance(value, _Mark):
            raise UnfollowedError(_NOTHING)
        return value

    def top(self) -> Value:
        """The value on top."""
        value = self.pop()
        self._slots.append(value)
        return value

    def drop(self) -> None:
        """Take away what is on top, be it a mark."""
        if not self._slots:
            raise UnfollowedError(_NOTHING)
        self._slots.pop()

    def items(self) -> list[Value]:
        """Take all values above the last mark, and the mark."""
        found: list[Value] = []
        while self._slots:
            value = self._slots.pop()
            if isinstance(value, _Mark):
                return found[::-1]
            found.append(value)
        raise UnfollowedError("it asks for a mark where there is none")
