"""What was read in a file's content, kept by the content's name so that nothing is parsed twice."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Protocol

from mlgitlab.analysis import records
from mlgitlab.analysis.config_file import imports_of_config
from mlgitlab.analysis.entry import entries_of, makefiles_of
from mlgitlab.analysis.imports import imports_of
from mlgitlab.analysis.notebook import imports_of_notebook
from mlgitlab.analysis.references import Anchor, Imports, Place
from mlgitlab.analysis.scan import scan
from mlgitlab.analysis.strings import as_program


class Parses(Protocol):
    """Results by (blob, kind of file). Whoever keeps them longer must never answer for other content."""

    def get(self, blob: str, kind: str) -> Imports | None:
        """What is known about the content, None when nothing is."""
        ...

    def put(self, blob: str, kind: str, imports: Imports) -> None:
        """Keep a result."""
        ...

    def take(self, blob: str, kind: str, text: bytes) -> Imports:
        """Keep a result that was written as text (see `read`), and give it back."""
        ...


_UNKNOWN = "unknown"
_KINDS: Mapping[str, str] = {
    "py": "python", "pyi": "python", "ipynb": "notebook", "sh": "shell", "bash": "shell", "zsh": "shell",
    "so": "native", "pyd": "native", "pyc": "native", "pyx": "cython", "pxd": "cython",
    "pxi": "cython", **dict.fromkeys(("c", "cc", "cpp", "cu", "cuh", "cxx", "h", "hh", "hpp"), "c"),
    "yaml": "config", "yml": "config", "json": "config", "jsonnet": "config", "toml": "config",
}  # fmt: skip

_INCLUDE = re.compile(rb"""(?m)^[ \t]*+#[ \t]*+include[ \t]*+"([^"\n]++)""")


def kind_of(path: str, start: bytes = b"") -> str:
    """How a file is read, by its name; a file without a telling name by its first line."""
    name = path.rpartition("/")[2]
    if name in ("Makefile", "makefile", "GNUmakefile"):
        return "make"
    kind = _KINDS.get(name.rpartition(".")[2], "") if "." in name else ""
    if kind:
        return kind
    first = start[:200].partition(b"\n")[0]
    if first.startswith(b"#!"):
        return "python" if b"python" in first else "shell"
    return _UNKNOWN


def known(parses: Parses, path: str, blob: str) -> Imports | None:
    """What is kept of a file's content; of one whose name does not tell how it is read, nothing is."""
    kind = kind_of(path)
    return parses.get(blob, kind) if blob and kind != _UNKNOWN else None


def parsed(parses: Parses, path: str, blob: str, content: bytes) -> Imports:
    """What a file's content can load, kept for the next time. `blob` is empty where git has not named it."""
    kind = kind_of(path)
    found = parse(kind_of(path, content), content)
    if blob and kind != _UNKNOWN:
        parses.put(blob, kind, found)
    return found


def is_kept(path: str) -> bool:
    """Whether the name of a file tells how it is read, so that what is read can be kept."""
    return kind_of(path) != _UNKNOWN


def read(path: str, content: bytes) -> bytes:
    """What a file's content can load, as text: another process may read it and hand it over."""
    return records.text_of(parse(kind_of(path, content), content))


def parse(kind: str, content: bytes) -> Imports:  # noqa: PLR0911  # one line per kind of file
    """What a file of this kind can load. Content that we cannot look into is opaque."""
    match kind:
        case "python":
            return scan(content) or imports_of(content)
        case "notebook":
            return imports_of_notebook(content)
        case "cython" | "native":  # compiled code may import anything
            return Imports(unparsable=True)
        case "c":
            return Imports(
                scripts=tuple(sorted({name.decode("utf-8", "replace") for name in _INCLUDE.findall(content)}))
            )
        case "config":
            return imports_of_config(content)
        case "shell" | "make":
            return _imports_of_shell(content, make=kind == "make")
        case _:
            pass
    return Imports(opaque=True)


def _imports_of_shell(content: bytes, *, make: bool) -> Imports:
    """The commands of a script or of every target; where they run is not known."""
    lines = content.decode("utf-8", "replace").splitlines()
    if make:
        lines = [line[1:].lstrip("@-+ ") for line in lines if line.startswith("\t")]
    entries = entries_of(tuple(lines))
    made = {path for call in entries.makes for path in makefiles_of(call)}
    return Imports(
        references=tuple(sorted({ref for module in entries.modules for ref in as_program(module)})),
        scripts=tuple(sorted({*entries.scripts, *entries.guesses, *made, *(one.script for one in entries.shells)})),
        runs_scripts=True,
        roots=tuple(Place(anchor=Anchor.PROCESS, path=root) for root in entries.extra_roots),
        opaque=True,
        programs=tuple(sorted({*entries.hints, *(name for group in entries.programs for name in group)})),
    )
