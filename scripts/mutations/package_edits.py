"""Edits of requirements and lock files: comments and order, or the version of one package."""

from __future__ import annotations

import re
from collections.abc import Collection
from random import Random

from scripts.mutations import layout
from scripts.mutations.edits import Edit, Way, chosen, decoded, pick, replaced

# Modules that are not called as what brings them, and what no model is made with.
_BROUGHT_BY = {"sklearn": "scikit-learn", "yaml": "pyyaml", "PIL": "pillow", "cv2": "opencv-python"}
_TOOLS = frozenset({"pytest", "ruff", "mypy", "black", "isort", "flake8", "pylint", "coverage", "pre-commit", "tox"})
_NAME = r"[A-Za-z0-9][A-Za-z0-9._-]*"
_REQUIREMENT = re.compile(rf"(?m)^(?P<name>{_NAME})(?P<sign>[=>]=)(?P<version>[0-9][0-9.]*)(?P<rest>[ \t]*\\?)$")
_DEPENDENCY = re.compile(rf'"(?P<name>{_NAME})(?:[=>~]=)(?P<version>[0-9][0-9.]*)"')
_LOCKED = re.compile(rf'(?m)^name = "(?P<name>{_NAME})"\nversion = "(?P<version>[^"\n]+)"$')


def is_lock(path: str) -> bool:
    """Whether a path names a lock in TOML."""
    return path.rpartition("/")[2] in ("uv.lock", "poetry.lock", "pdm.lock", "pylock.toml")


def is_requirements(path: str) -> bool:
    """Whether a path names a requirements file."""
    name = path.rpartition("/")[2]
    return "requirements" in path and name.endswith((".txt", ".in", ".lock"))


def cosmetic(path: str, content: bytes, rng: Random) -> Edit | None:
    """Comments, blank lines, blanks, the order of requirements, the case of a name."""
    text = decoded(content)
    if text is None:
        return None
    ways = {"a comment line": _comment_above} if is_lock(path) else _COSMETIC
    return pick(ways, text, rng, lambda _, __: True)


def semantic(path: str, content: bytes, rng: Random, modules: Collection[str] | None = None) -> Edit | None:
    """Another version of a package that brings one of the modules; without any, of one that is no tool."""
    text = decoded(content)
    if text is None:
        return None
    wanted = None if modules is None else {_normal(_BROUGHT_BY.get(name, name)) for name in modules}
    entries = list(_pattern(path).finditer(text))
    used = [entry for entry in entries if wanted is not None and _normal(entry["name"]) in wanted]
    entry = chosen(used or [entry for entry in entries if _normal(entry["name"]) not in _TOOLS], rng)
    if entry is None:
        return None
    other = replaced(text, *entry.span("version"), f"{entry['version']}.1")
    return Edit(f"the version of {entry['name']}", other.encode("utf-8"))


def _pattern(path: str) -> re.Pattern[str]:
    if path.endswith("pyproject.toml"):
        return _DEPENDENCY
    return _LOCKED if is_lock(path) else _REQUIREMENT


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _comment_above(text: str, rng: Random) -> str:
    lines = text.splitlines(keepends=True)
    starts = [number for number, line in enumerate(lines) if line.startswith("[[")] or [0]
    at = rng.choice(starts)
    return "".join([*lines[:at], "# A note that says nothing.\n", *lines[at:]])


def _comment(text: str, rng: Random) -> str | None:
    found = chosen(list(_REQUIREMENT.finditer(text)), rng)
    return found and replaced(text, found.start(), found.start(), "# A note that says nothing.\n")


def _comment_behind(text: str, rng: Random) -> str | None:
    found = chosen([found for found in _REQUIREMENT.finditer(text) if not found["rest"]], rng)
    return found and replaced(text, found.end(), found.end(), "  # A note that says nothing.")


def _swapped(text: str, rng: Random) -> str | None:
    lines = text.splitlines(keepends=True)
    plain = [bool(_REQUIREMENT.match(line)) and not line.rstrip().endswith("\\") for line in lines]
    pairs = [at for at in range(len(lines) - 1) if plain[at] and plain[at + 1] and lines[at + 1].endswith("\n")]
    at = chosen(pairs, rng)
    return None if at is None else "".join([*lines[:at], lines[at + 1], lines[at], *lines[at + 2 :]])


def _blanks(text: str, rng: Random) -> str | None:
    found = chosen(list(_REQUIREMENT.finditer(text)), rng)
    return found and replaced(text, *found.span("sign"), f" {found['sign']} ")


def _letter_case(text: str, rng: Random) -> str | None:
    found = chosen(list(_REQUIREMENT.finditer(text)), rng)
    return found and replaced(text, *found.span("name"), found["name"].swapcase().replace("-", "_"))


_COSMETIC: dict[str, Way] = {
    "a comment line": _comment,
    "a comment at the end of a line": _comment_behind,
    "the order": _swapped,
    "blanks": _blanks,
    "the case of a name": _letter_case,
    "line ends": layout.windows_ends,
}
