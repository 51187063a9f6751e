"""Notebooks: their code cells, without outputs, counts and text; Python counts by its syntax, as in a source."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from mlgitlab.analysis.cells import CodeCell, code_cells
from mlgitlab.analysis.meaning.python import directive_parts, loose_types, parts_of
from mlgitlab.analysis.meaning.syntax import Form, form_of, parsed, unambiguous
from mlgitlab.analysis.meaning.values import Kind, Meaning, Part, digest

_PYTHON = frozenset({"python", "ipython"})
# Where a cell's language is chosen in notebooks of several: SoS, .NET Interactive, Visual Studio Code.
_CHOOSING = ("kernel", "dotnet_interactive", "polyglot_notebook", "vscode")
_DATABRICKS = "application/vnd.databricks.v1+notebook"  # language, widgets with their defaults, environment


def read(content: bytes) -> Meaning | None:
    """The kernel and each code cell that says something; None for what is no notebook.

    Tags and the choice of a language count (papermill fills in a cell by its tag), other metadata does not.
    """
    try:
        document = json.loads(content, object_pairs_hook=_unique)
        return Meaning(parts=tuple(_parts(_mapping(document), code_cells(document))))
    except (ValueError, RecursionError, TypeError):
        return None


def _parts(document: Mapping[str, object], cells: Iterable[CodeCell]) -> Iterable[Part]:
    metadata = _mapping(document.get("metadata"))
    kernel = _mapping(metadata.get("kernelspec"))
    python = _is_python(kernel, _mapping(metadata.get("language_info")))
    telling = [cell for cell in cells if cell.source.strip() or _settings(cell)]
    named = [(f"cell {number}", cell) for number, cell in enumerate(telling, 1)]
    return [*_kernel(kernel, metadata), *_settings_parts(named), *_cell_parts(named, python=python)]


def _unique(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice")
    return found


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _is_python(kernel: Mapping[str, object], language: Mapping[str, object]) -> bool:
    """Whether cells are surely Python: to R, `x <- 1` and `x < -1` are not the same."""
    named = kernel.get("language", language.get("name"))
    if named is None:
        return str(kernel.get("name", "")).startswith("python")
    return str(named).lower() in _PYTHON


def _kernel(kernel: Mapping[str, object], metadata: Mapping[str, object]) -> Iterable[Part]:
    chosen = [kernel.get("name"), kernel.get("language"), metadata.get(_DATABRICKS)]
    if any(value is not None for value in chosen):
        yield Part("kernel", _digest(chosen))


def _settings(cell: CodeCell) -> list[object]:
    """What a cell's metadata say about how it runs."""
    tags = cell.metadata.get("tags")
    known = sorted({str(tag) for tag in tags}) if isinstance(tags, list) else []
    chosen = [[name, cell.metadata[name]] for name in _CHOOSING if name in cell.metadata]
    return [known, chosen] if known or chosen else []


def _settings_parts(named: Iterable[tuple[str, CodeCell]]) -> Iterable[Part]:
    for name, cell in named:
        settings = _settings(cell)
        if settings:
            yield Part(f"tags of {name}", _digest(settings))


def _cell_parts(named: Iterable[tuple[str, CodeCell]], *, python: bool) -> Iterable[Part]:
    forms: list[tuple[str, Form]] = []
    extra: list[Part] = []
    for name, cell in named:
        module = parsed(cell.source) if _speaks_python(cell, python=python) else None
        if module is None:
            # As it stands: `%%writefile` keeps blanks.
            forms.append((name, Form(code=("text", cell.language, unambiguous(cell.source)))))
            continue
        forms.append((name, form_of(module.tree.body)))
        parts = [*directive_parts(cell.source, module.tree.body), *loose_types(module, cell.source)]
        extra += [part._replace(name=f"{part.name} of {name}") for part in parts]
    return [*parts_of(forms), *extra]


def _speaks_python(cell: CodeCell, *, python: bool) -> bool:
    named = cell.language.lower()
    return not any(name in cell.metadata for name in _CHOOSING) and (named in _PYTHON or (python and not named))


def _digest(value: object) -> str:
    """By the text of the JSON, since a file's values may be of any shape."""
    return digest(json.dumps(value, sort_keys=True))


KIND = Kind(name="notebook", version=1, matches=lambda path: path.endswith(".ipynb"), read=read)
