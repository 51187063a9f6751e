"""Edits of notebooks: outputs, counts, text and the layout of cells, or the code of one."""

from __future__ import annotations

import json
from random import Random
from typing import Any

from scripts.mutations import python_edits
from scripts.mutations.edits import Edit, chosen

Document = dict[str, Any]


def cosmetic(content: bytes, rng: Random) -> Edit | None:
    """What a run leaves behind, markdown, or a cosmetic edit of a cell's code."""
    document = _document(content)
    if document is None:
        return None
    code = _cells(document, "code")
    what = rng.choice(["outputs", "counts", "markdown", "layout", *["code"] * _is_python(document)])
    cell = chosen(_cells(document, "markdown") if what == "markdown" else code, rng)
    if cell is None or what == "layout":
        what = "layout"
    elif what == "outputs":
        cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": [f"{rng.random()}\n"]}]
    elif what == "counts":
        cell["execution_count"] = (cell.get("execution_count") or 0) + 1
    elif what == "markdown":
        cell["source"] = ["Another text."]
    else:
        edit = python_edits.cosmetic(_source(cell).encode(), rng, docstrings=False)
        what = f"code: {edit.what}" if edit else "layout"
        cell["source"] = edit.content.decode() if edit else cell["source"]
    return Edit(what, json.dumps(document, indent=rng.choice([1, 2, 3])).encode())


def semantic(content: bytes, rng: Random) -> Edit | None:
    """A semantic edit of a cell's code."""
    document = _document(content)
    cell = chosen(_cells(document, "code"), rng) if document else None
    edit = python_edits.semantic(_source(cell).encode(), rng) if cell else None
    if cell is None or edit is None:
        return None
    cell["source"] = edit.content.decode()
    return Edit(f"code: {edit.what}", json.dumps(document, indent=1).encode())


def _document(content: bytes) -> Document | None:
    try:
        found = json.loads(content)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _is_python(document: Document) -> bool:
    """Without a kernel, nobody knows what the code is."""
    return str(document.get("metadata", {}).get("kernelspec", {}).get("name", "")).startswith("python")


def _cells(document: Document, kind: str) -> list[Document]:
    return [cell for cell in document.get("cells", []) if cell.get("cell_type") == kind]


def _source(cell: Document) -> str:
    source = cell.get("source", "")
    return source if isinstance(source, str) else "".join(source)
