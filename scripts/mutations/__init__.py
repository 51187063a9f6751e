"""Edits of files that are made by a program: cosmetic ones, which mean nothing, and semantic ones, which may."""

from __future__ import annotations

from collections.abc import Collection
from random import Random

from scripts.mutations import data_edits, notebook_edits, package_edits, python_edits, script_edits
from scripts.mutations.edits import Edit

__all__ = ["Edit", "cosmetic", "semantic"]

_DATA = (".yaml", ".yml", ".json", ".toml")


def cosmetic(path: str, content: bytes, rng: Random, *, docstrings: bool = True) -> Edit | None:
    """An edit that alters nothing but the looks; None where there is none for such a file.

    docstrings: whether their texts may be altered, because nobody reads them.
    """
    if path.endswith(".py"):
        return python_edits.cosmetic(content, rng, docstrings=docstrings)
    if path.endswith(".ipynb"):
        return notebook_edits.cosmetic(content, rng)
    if package_edits.is_requirements(path) or package_edits.is_lock(path):
        return package_edits.cosmetic(path, content, rng)
    if path.endswith(_DATA):
        return data_edits.cosmetic(path, content, rng)
    kind = script_edits.kind_of(path)
    return script_edits.cosmetic(kind, content, rng) if kind else None


def semantic(path: str, content: bytes, rng: Random, *, modules: Collection[str] | None = None) -> Edit | None:
    """An edit by which the file says something else; None where none was found.

    modules: what is imported by those for whom the edit of a list of packages shall matter.
    """
    if path.endswith(".py"):
        return python_edits.semantic(content, rng)
    if path.endswith(".ipynb"):
        return notebook_edits.semantic(content, rng)
    # Settings of tools are no part of what a pyproject.toml says to a model.
    if path.endswith("pyproject.toml") or package_edits.is_requirements(path) or package_edits.is_lock(path):
        return package_edits.semantic(path, content, rng, modules)
    if path.endswith(_DATA):
        return data_edits.semantic(path, content, rng)
    kind = script_edits.kind_of(path)
    return script_edits.semantic(kind, content) if kind else _bytes(content, rng)


def _bytes(content: bytes, rng: Random) -> Edit:
    if not content:
        return Edit("a byte more", b"x")
    at = rng.randrange(len(content))
    # A digit stays a digit, so that a table stays one.
    old = content[at]
    new = 48 + (old - 47) % 10 if chr(old).isdigit() else old ^ 1
    return Edit(f"byte {at}", content[:at] + bytes([new]) + content[at + 1 :])
