"""The arguments of a call of make."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from mlgitlab.analysis.make.reader import NotPlainError
from mlgitlab.frozen import dataclass

_FLAG = re.compile(
    r"-[bmBdiknprRsStvwO]+|-j\d*|-l[\d.]*|--(?:jobs|load-average|output-sync|debug)(?:=\w+)?|--no-[a-z-]+"
    r"|--(?:silent|quiet|keep-going|always-make|dry-run|just-print|ignore-errors|print-directory|trace)"
    r"|--warn-undefined-variables"
)
_FOLDER = re.compile(r"(?:-C|--directory=?)(.*)")
_FILE = re.compile(r"(?:-f|--file=?|--makefile=?)(.*)")
_VARIABLE = re.compile(r"([A-Za-z_]\w*):{0,3}=(.*)", re.DOTALL | re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What make is asked for. A variable whose value only the shell knows is None."""

    folders: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    goals: tuple[str, ...] = ()
    variables: Mapping[str, str | None]


def asked(words: Sequence[str]) -> Asked:
    """Read the arguments. Raises NotPlainError for an option that we don't know."""
    folders, files, goals = [], [], []
    variables: dict[str, str | None] = {}
    rest = iter(words)
    for word in rest:
        if folder := _FOLDER.fullmatch(word):
            folders.append(folder[1] or next(rest, ""))
        elif file := _FILE.fullmatch(word):
            files.append(file[1] or next(rest, ""))
        elif _FLAG.fullmatch(word) or re.fullmatch(r"\d+", word):  # `-j 4`
            continue
        elif variable := _VARIABLE.fullmatch(word):
            variables[variable[1]] = None if re.search(r"[$`]", variable[2]) else variable[2]
        elif re.fullmatch(r"[\w./@%+-]+", word) and not word.startswith("-"):
            goals.append(word)
        else:
            raise NotPlainError(word)
    return Asked(folders=tuple(folders), files=tuple(files), goals=tuple(goals), variables=variables)
