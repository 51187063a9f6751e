"""Protobuf messages, field by field, without what they hold. https://protobuf.dev/programming-guides/encoding/."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from mlgitlab.jobs.formats.reading import CutError, exactly

_VARINT, _EIGHT, _BYTES, _FOUR = 0, 1, 2, 5
_MOST_FIELDS = 5_000_000
_MOST_TEXT = 4096
_LONGEST_VARINT = 10


@dataclass(frozen=True, slots=True)
class Field:
    """A field: its number, its value where it is a number, else where its bytes stand (`start` to `end`)."""

    number: int
    value: int
    start: int
    end: int

    @property
    def nested(self) -> bool:
        """Whether it is bytes: a text, a message, or numbers in a row."""
        return self.end > self.start or self.value < 0


class Message:
    """A file that is one message. `fields` counts all that were read, so that no file takes forever."""

    def __init__(self, stream: BinaryIO, size: int) -> None:
        self._stream, self.size = stream, size
        self._left = _MOST_FIELDS

    def fields(self, start: int, end: int) -> Iterator[Field]:
        """The fields that fill the bytes from `start` to `end`; CutError where they do not."""
        place = start
        while place < end:
            self._left -= 1
            if self._left < 0:
                raise CutError(f"more than {_MOST_FIELDS} fields cannot be followed")
            tag, place = self._varint(place)
            kind, value, length = tag & 7, 0, 0
            if kind == _VARINT:
                value, place = self._varint(place)
            elif kind == _BYTES:
                length, place = self._varint(place)
                value = -1
            elif kind in (_EIGHT, _FOUR):
                place += 8 if kind == _EIGHT else 4
            else:
                raise CutError(f"byte {place} is no protobuf field")
            if place + length > end:
                raise CutError("it ends within a field")
            yield Field(tag >> 3, value, place, place + length)
            place += length

    def text(self, field: Field) -> str:
        """A short text, bytes that are not UTF-8 replaced."""
        if field.end - field.start > _MOST_TEXT:
            raise CutError(f"a name of {field.end - field.start} bytes is none")
        self._stream.seek(field.start)
        return exactly(self._stream, field.end - field.start).decode("utf-8", "replace")

    def numbers(self, field: Field) -> Iterator[int]:
        """One number, or several in a row; below zero where their highest bit says so."""
        if not field.nested:
            yield _signed(field.value)
            return
        place = field.start
        while place < field.end:
            value, place = self._varint(place)
            yield _signed(value)

    def _varint(self, place: int) -> tuple[int, int]:
        self._stream.seek(place)
        value = 0
        for index, byte in enumerate(self._stream.read(_LONGEST_VARINT)):
            value |= (byte & 0x7F) << 7 * index
            if byte < 0x80:
                return value & (1 << 64) - 1, place + index + 1
        raise CutError(f"byte {place} is no protobuf field")


def _signed(value: int) -> int:
    return value - (1 << 64) if value >> 63 else value
