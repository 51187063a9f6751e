"""A Makefile's rules and variables, or the news that it is not plain enough.

https://www.gnu.org/software/make/manual/make.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from mlgitlab.analysis import programs

_ASSIGNMENT = re.compile(r"((?:(?:export|override|private)\s+)*)([\w./-]+)\s*(:{0,3}=|\?=|\+=|!=)\s*(.*)", re.DOTALL)
_RULE = re.compile(r"([^:=]*?)(&?::?)(?!=)(.*)", re.DOTALL)
_CONDITION = re.compile(r"(ifeq|ifneq|ifdef|ifndef|else|endif)\b")
_INCLUDE = re.compile(r"(-include|sinclude|include)\s+(.*)")
_BEYOND_US = re.compile(r"(?:define|undefine|vpath|load|unexport)\b")
# A special target that changes nothing about what runs.
_SPECIAL = frozenset(
    {".PHONY", ".SILENT", ".IGNORE", ".PRECIOUS", ".SECONDARY", ".INTERMEDIATE", ".DELETE_ON_ERROR"}
    | {".NOTPARALLEL", ".EXPORT_ALL_VARIABLES", ".ONESHELL", ".NOTINTERMEDIATE", ".LOW_RESOLUTION_TIME"}
)
_HARMLESS_FLAG = re.compile(r"--no-[\w-]+|--warn-[\w-]+|--silent|--jobs(?:=\d+)?|-?[jsrRkB]+\d*")
_NUMBER = re.compile(r"[-+]?\.?\d[\d.e+-]*")
_PLAIN_SHELLS = re.compile(r"(?:/usr)?(?:/bin/)?(?:/usr/bin/env )?(?:ba|da|z)?sh")
_MOST_FILES = 50


class NotPlainError(Exception):
    """The Makefile uses something that we don't follow."""


@dataclass(slots=True)
class Variable:
    """The texts that are assigned; None for one that is computed. `sure`: the environment has no say in it."""

    texts: list[str | None] = field(default_factory=list)
    sure: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A target or pattern, as written, with the prerequisites and recipe lines behind it."""

    targets: str
    prerequisites: str
    recipe: list[str]


@dataclass(slots=True)
class Makefile:
    """All rules and variables of a Makefile and of what it includes; `files` are those read, the first one first."""

    rules: list[Rule] = field(default_factory=list)
    variables: dict[str, Variable] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)
    computed: list[str] = field(default_factory=list)  # what `!=` runs


def read_makefile(path: str, load: Callable[[str], str | None]) -> Makefile:
    """Read a Makefile; `load` gives the text of a file by its name as written. Raises NotPlainError."""
    reader = _Reader(load)
    reader.file(path, required=True)
    return reader.found


class _Reader:
    def __init__(self, load: Callable[[str], str | None]) -> None:
        self.found = Makefile()
        self._load = load

    def file(self, path: str, *, required: bool) -> None:
        text = self._load(path)
        if text is None:
            if required:
                raise NotPlainError(path)
            return
        if path in self.found.files or len(self.found.files) > _MOST_FILES:
            raise NotPlainError(path)
        self.found.files.append(path)
        if re.search(r"\$[({](?:eval|guile|load)\b|\.SECONDEXPANSION|\.RECIPEPREFIX", text):
            raise NotPlainError(path)
        self._lines(text)

    def _lines(self, text: str) -> None:
        recipe: list[str] | None = None
        depth = 0
        for line in _joined(text):
            if line.startswith("\t") and recipe is not None:
                recipe.append(line[1:])
                continue
            said = _without_comment(line).strip()
            if not said:
                continue
            condition = _CONDITION.match(said)
            if condition:
                depth += {"endif": -1, "else": 0}.get(condition[1], 1)
                continue  # what stands in either branch counts
            recipe = self._said(said, conditional=depth > 0)

    def _said(self, said: str, *, conditional: bool) -> list[str] | None:
        """Take one line in; the recipe that following lines belong to, after a rule."""
        if _BEYOND_US.match(said):
            raise NotPlainError(said)
        if include := _INCLUDE.match(said):
            for path in include[2].split():
                if re.search(r"[$*?\[~]", path):
                    raise NotPlainError(said)
                self.file(path, required=include[1] == "include")
            return None
        if assignment := _ASSIGNMENT.fullmatch(said):
            self._assign(assignment[2], assignment[3], assignment[4], conditional=conditional)
            return None
        if re.fullmatch(r"export(?:\s+[\w\s]*)?", said):
            return None
        return self._rule(said)

    def _assign(self, name: str, operator: str, value: str, *, conditional: bool) -> None:
        if name == "VPATH" or (name == "SHELL" and not _PLAIN_SHELLS.fullmatch(value)):
            raise NotPlainError(name)
        if name in ("MAKEFLAGS", "GNUMAKEFLAGS") and not all(map(_HARMLESS_FLAG.fullmatch, value.split())):
            raise NotPlainError(name)
        variable = self.found.variables.setdefault(name, Variable())
        text: str | None = value
        if operator == "!=":
            self.found.computed.append(value)
            text = None
        elif operator == "+=":
            olds = variable.texts or [""]
            text = f"{olds[-1]} {value}".strip() if len(olds) == 1 and olds[0] is not None else None
            if text is not None and not conditional:
                variable.texts.clear()
        if text not in variable.texts:
            variable.texts.append(text)
        defaults = operator == "?=" and not _is_program(value)
        variable.sure |= not conditional and not defaults

    def _rule(self, said: str) -> list[str]:
        rule = _RULE.fullmatch(said)
        if rule is None:
            raise NotPlainError(said)
        targets = rule[1].strip()
        prerequisites, semicolon, inline = rule[3].partition(";")
        if own := _ASSIGNMENT.fullmatch(prerequisites.strip()):  # for this target alone
            self._assign(own[2], own[3], rule[3].partition(own[3])[2].strip(), conditional=True)
            return []
        if ":" in prerequisites or targets == ".DEFAULT":
            raise NotPlainError(said)
        if targets in _SPECIAL:
            return []
        if targets.startswith(".") and "/" not in targets:
            raise NotPlainError(said)  # a suffix rule
        recipe = [inline.strip()] if semicolon else []
        self.found.rules.append(Rule(targets=targets, prerequisites=prerequisites.strip(), recipe=recipe))
        return recipe


def _joined(text: str) -> Iterator[str]:
    yield from re.sub(r"\\\r?\n[ \t]*", " ", text).splitlines()


def _without_comment(line: str) -> str:
    return re.split(r"(?<!\\)#", line, maxsplit=1)[0]


def _is_program(value: str) -> bool:
    """Whether a default names the program to use, which somebody may have elsewhere, and no file of ours."""
    words = value.split()
    known = programs.WRAPPERS | programs.LAUNCHERS | programs.TESTERS | programs.HARMLESS | {"run", "pip", "-m"}
    return all(
        word in known or programs.PYTHON.fullmatch(word.rpartition("/")[2]) or _NUMBER.fullmatch(word) for word in words
    )
