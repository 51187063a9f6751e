"""The Python that a notebook's code cells hold."""

from __future__ import annotations

import dataclasses
import json
import re

from mlgitlab.analysis import strings
from mlgitlab.analysis.cells import code_cells
from mlgitlab.analysis.imports import imports_of
from mlgitlab.analysis.references import Imports, Reference

_MAGIC = re.compile(r"^(\s*)(?:[\w.,\s]+=\s*)?(?:[%!].*|\?.*|[\w.]+\?{1,2}\s*)$")
_MAGIC_NAME = re.compile(r"^\s*%+\w+\s*")
# What `%run` is given, behind its options; IPython adds the ending.
_RUN = re.compile(r"^\s*%run[ \t]++(?:-[^\sm]\S*+[ \t]++)*+([^\s;]++)", re.MULTILINE)
_FILLED_IN = re.compile(r"[${}*?\[]")
_SHELL = re.compile(r"!|^\s*%%?(?:bash|sh|script(?!\s+python)|system|sx|cmd|pwsh)\b")
_EXTENSION = re.compile(r"%(?:load_ext|reload_ext)\s+([\w.]+)")
_SCRIPT = re.compile(r"\.(?:py|ipynb)$")
_MOVES = re.compile(r"%(?:cd|pushd)\b|\bchdir\(")
# Cells in other languages, and cells that only hide, time or store Python.
_PYTHON_CELLS = (
    "%%time",
    "%%timeit",
    "%%capture",
    "%%prun",
    "%%python",
    "%%px",
    "%%script python",
    "%%writefile",
    "%%file",
)


def imports_of_notebook(source: bytes) -> Imports:
    """What the code cells can load, magics such as `%run x.py` and `!python x.py` included.

    Whoever changes the working folder in a notebook changes the module path: then any folder may be a root.
    """
    try:
        cells = [cell.source for cell in code_cells(json.loads(source))]
    except (ValueError, RecursionError, TypeError):
        return Imports(unparsable=True)
    commands: list[str] = []
    code = "\n".join(_python_lines(cell, commands) for cell in cells)
    found = imports_of(code)
    said = "\n".join(commands)
    references = {*found.references, *strings.embedded_imports(said)}
    references.update(Reference(module=name) for name in _EXTENSION.findall(said))
    run = _RUN.findall(said)
    scripts = {f"{name}.py" for name in run if not name.startswith("-") and not _SCRIPT.search(name)}
    return dataclasses.replace(
        found,
        references=tuple(sorted(references)),
        scripts=tuple(sorted({*found.scripts, *scripts, *strings.script_names(said)})),
        everything=found.everything or any(map(_FILLED_IN.search, run)),
        runs_scripts=found.runs_scripts or bool(commands),
        any_root=found.any_root or any(_MOVES.search(cell) for cell in cells),
        opaque=found.opaque or any(map(_SHELL.search, commands)),
    )


def _python_lines(cell: str, commands: list[str]) -> str:
    lines = cell.splitlines()
    first = next((line.strip() for line in lines if line.strip()), "")
    if first.startswith("%%") and not first.startswith(_PYTHON_CELLS):
        commands.append(cell)
        return ""
    kept = []
    for line in lines:
        magic = _MAGIC.match(line)
        if magic:
            # A magic may take a statement: `%time import a`.
            commands.extend((line, _MAGIC_NAME.sub("", line)))
        kept.append(f"{magic[1]}pass" if magic else line)
    return "\n".join(kept)
