"""What was read in files, as plain data that a cache can keep, and back."""

from __future__ import annotations

import json
from dataclasses import fields

from mlgitlab.analysis import naming
from mlgitlab.analysis.references import Anchor, Extent, Imports, Place, Reads, Reference

Record = dict[str, object]
_ENCODER = json.JSONEncoder(separators=(",", ":"), sort_keys=True)
_PLACES = frozenset({"roots", "config_folders"})
_FIELDS = {field.name: field.default for field in fields(Imports)}


def encode(imports: Imports) -> Record:
    """The fields that are not as by default, as JSON-able data."""
    found: Record = {}
    for name, default in _FIELDS.items():
        value = getattr(imports, name)
        if value == default:
            continue
        if name == "references":
            found[name] = [f"{ref.level}:{int(ref.extent)}:{ref.module}" for ref in value]
        elif name in _PLACES:
            found[name] = [f"{int(place.anchor)}:{place.path}" for place in value]
        elif isinstance(value, tuple):
            found[name] = list(value)
        else:
            found[name] = value
    return found


class Decoder:
    """From records to `Imports`. References repeat from file to file: each is made once."""

    def __init__(self) -> None:
        self._references: dict[str, Reference] = {}

    def decode(self, record: object) -> Imports:
        """The value that `encode` was given. Raises KeyError, TypeError or ValueError for anything else."""
        if not isinstance(record, dict):
            raise TypeError(record)
        values: dict[str, object] = {}
        for name, value in record.items():
            default = _FIELDS[name]
            if isinstance(default, tuple):
                items = _texts(value)
                if name == "references":
                    values[name] = tuple(map(self._reference, items))
                elif name in _PLACES:
                    values[name] = tuple(map(_place, items))
                else:
                    values[name] = tuple(items)
            elif isinstance(default, bool) and isinstance(value, bool):
                values[name] = value
            elif isinstance(default, Reads) and isinstance(value, int):
                values[name] = Reads(value)
            else:
                raise TypeError(name)
        return Imports(**values)  # type: ignore[arg-type] # by the names and types of the fields above

    def _reference(self, text: str) -> Reference:
        if text not in self._references:
            level, extent, module = text.split(":", 2)
            self._references[text] = Reference(module=module, level=int(level), extent=Extent(int(extent)))
        return self._references[text]


def _place(text: str) -> Place:
    anchor, path = text.split(":", 1)
    return Place(anchor=Anchor(int(anchor)), path=path)


def _texts(value: object) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise TypeError(value)
    return value


def name_of(imports: Imports) -> str:
    """A short name, equal for files that can load the same."""
    return naming.name_of(text_of(imports))


def text_of(imports: Imports) -> bytes:
    """The record as text, equal for files that can load the same."""
    return _ENCODER.encode(encode(imports)).encode("ascii")
