"""A notebook's code cells, in any version of its format.

https://nbformat.readthedocs.io/en/latest/format_description.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from mlgitlab.frozen import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeCell:
    """One code cell; `language` where the format gives each cell its own (version 3)."""

    source: str
    metadata: Mapping[str, object] = field(default_factory=dict)
    language: str = ""


def code_cells(document: object) -> list[CodeCell]:
    """The code cells in order. Raises TypeError for what is no notebook."""
    notebook = _mapping(document)
    holders = [notebook, *map(_mapping, _list(notebook.get("worksheets")))]
    cells = [_mapping(cell) for holder in holders for cell in _list(holder.get("cells"))]
    return [_code_cell(cell) for cell in cells if cell.get("cell_type") == "code"]


def _code_cell(cell: dict[str, object]) -> CodeCell:
    source, metadata, language = cell.get("source", cell.get("input", "")), cell.get("metadata"), cell.get("language")
    return CodeCell(
        source="".join(map(_text, source)) if isinstance(source, list) else _text(source),
        metadata=metadata if isinstance(metadata, dict) else {},
        language=language if isinstance(language, str) else "",
    )


def _mapping(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise TypeError(type(value))
    return value


def _list(value: object) -> list[object]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise TypeError(type(value))
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(type(value))
    return value
