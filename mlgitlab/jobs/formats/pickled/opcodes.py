"""The opcodes of a pickle, one by one, as `pickletools` describes them. Long texts and bytes are passed over."""

from __future__ import annotations

import io
import pickletools
from typing import NamedTuple

from mlgitlab.jobs.formats.pickled.source import Source, UnfollowedError

# Arguments that say how long they are: bytes of that length, and whether it has a sign.
_COUNTED = {
    "string1": (1, False), "string4": (4, True), "bytes1": (1, False), "bytes4": (4, False), "bytes8": (8, False),
    "bytearray8": (8, False), "unicodestring1": (1, False), "unicodestring4": (4, False),
    "unicodestring8": (8, False), "long1": (1, False), "long4": (4, True),
}  # fmt: skip
_TEXTS = frozenset({"string1", "string4", "unicodestring1", "unicodestring4", "unicodestring8"})
_NUMBERS = frozenset({"long1", "long4"})
_FIXED = {"uint1": 1, "uint2": 2, "int4": 4, "uint4": 4, "uint8": 8, "float8": 8}
_SIGNED = frozenset({"int4"})
_MOST_KEPT = 4096
_MOST_SKIPPED = 1 << 50
_DESCRIBED = {each.code: each for each in pickletools.opcodes}


class Opcode(NamedTuple):
    """An opcode and its argument, where that is a number or a short text. GLOBAL and INST: module and name."""

    name: str
    argument: int | str | tuple[str, str] | None


def following(source: Source) -> Opcode:
    """The next opcode."""
    code = source.take(1).decode("latin-1")
    described = _DESCRIBED.get(code)
    if described is None:
        raise UnfollowedError(f"byte {source.tell() - 1} is no opcode of a pickle")
    if described.arg is None:
        return Opcode(described.name, None)
    return Opcode(described.name, _argument(described.name, described.arg, source))


def _argument(name: str, kind: pickletools.ArgumentDescriptor, source: Source) -> int | str | tuple[str, str] | None:
    if kind.name in _FIXED:
        found = source.take(_FIXED[kind.name])
        return None if kind.name == "float8" else int.from_bytes(found, "little", signed=kind.name in _SIGNED)
    if kind.name in _COUNTED:
        return _counted(kind.name, source)
    if name in ("GLOBAL", "INST"):
        return _text(source.line()), _text(source.line())
    return _line(kind, source)


def _counted(kind: str, source: Source) -> int | str | None:
    width, signed = _COUNTED[kind]
    length = int.from_bytes(source.take(width), "little", signed=signed)
    if not 0 <= length <= _MOST_SKIPPED:
        raise UnfollowedError(f"it has a value of {length} bytes")
    if length > _MOST_KEPT or kind not in _TEXTS | _NUMBERS:
        source.skip(length)
        return None
    found = source.take(length)
    if kind in _NUMBERS:
        return int.from_bytes(found, "little", signed=True)
    # Texts of Python 2 are read as ASCII, unless the loader says otherwise: then only it knows what they are.
    return _ascii(found) if kind.startswith("string") else _text(found)


def _line(kind: pickletools.ArgumentDescriptor, source: Source) -> int | str | None:
    """What stands in a line of its own: a number or text of protocol 0."""
    try:
        found = kind.reader(io.BytesIO(source.line() + b"\n"))
    except (ValueError, OverflowError) as error:
        raise UnfollowedError(f"it has a value that is none: {error}") from None
    if isinstance(found, str):
        return found if len(found) <= _MOST_KEPT and (kind.name.startswith("unicode") or found.isascii()) else None
    return int(found) if isinstance(found, int) else None


def _text(found: bytes) -> str:
    try:
        return found.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        raise UnfollowedError("it has a text that is none") from None


def _ascii(found: bytes) -> str | None:
    return found.decode("ascii") if found.isascii() else None
