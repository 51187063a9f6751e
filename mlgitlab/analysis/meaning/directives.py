"""Comments that do something: what a scheduler, a notebook, a compiler or a template engine reads in them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

_SCHEDULER = (
    r"#(?:SBATCH|PBS|BSUB|COBALT|OAR|PJM|MSUB|BB|DW)\b"  # Slurm, PBS, LSF, Cobalt, OAR, Fujitsu, Moab, burst buffers
    r"|#\$[ \t]"  # Grid Engine
    r"|#[ \t]*flux:"
    r"|#[ \t]*@[ \t]*\w+[ \t]*="  # LoadLeveler
    r"|#(?:compdef|autoload)\b"  # zsh
    r"|#(?:MISE|USAGE)\b|#[ \t]*\[(?:MISE|USAGE)\]"  # mise
)
_COMPILER = r"#[ \t]*(?:cython|distutils|nuitka-project|pythran|transonic|omp)\b"
# Databricks keeps a notebook's magics as `# MAGIC`, jupytext as commented lines; nbdev and Quarto read `#|`.
_NOTEBOOK = r"#[ \t]*(?:[%!|]|MAGIC\b|DBTITLE\b|Databricks notebook source|\+[ \t].*[=\[{])"
_ACTING = re.compile(_SCHEDULER)
_ACTING_IN_PYTHON = re.compile(rf"{_SCHEDULER}|{_COMPILER}|{_NOTEBOOK}")
# What makes all the comment lines that follow count: script metadata (PEP 723), a cell in another language.
_OPENING = re.compile(
    r"#[ ]///[ ]|#[ \t]*(?:%%|\+)(?:.*\b(?:language|magic|magic_args)\b|.*\[(?!markdown\]|md\]|raw\]))"
)
_HEADER = re.compile(r"#[ \t]*---[ \t]*")  # of a notebook that is kept as a script: its kernel and more
_TAGS = ("{%", "<%")


def is_template(text: str) -> bool:
    """Whether a template engine may read the comments: `# {% if gpu %}`."""
    return any(tag in text for tag in _TAGS) and any(
        tag in line.partition("#")[2] for line in text.split("\n") for tag in _TAGS
    )


def acts(comment: str) -> bool:
    """Whether a comment of a script is read by something else than people."""
    return _ACTING.match(comment) is not None


def directives(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    """The comment lines of a Python source that do something, each with its number from 1.

    More rather than fewer: lines of strings that look like it are among them.
    https://packaging.python.org/en/latest/specifications/inline-script-metadata/
    """
    block = False  # whether all comments count until the next line that is none
    first = 1  # the line that may open a header
    for number, line in enumerate(lines, 1):
        comment = line.strip(" \t\f\r")
        if not comment.startswith("#"):
            block = False
            continue
        if number == 1 and comment.startswith("#!"):
            first = 2
            yield number, comment
            continue
        block = block or bool(_OPENING.match(comment)) or (number == first and bool(_HEADER.fullmatch(comment)))
        if block or _ACTING_IN_PYTHON.match(comment):
            yield number, _loose(comment)


def _loose(comment: str) -> str:
    """Formatters put a blank after the `#`, except where a scheduler would no longer know its own."""
    return comment if _ACTING.match(comment) else "# " + comment[1:].lstrip(" \t")
