"""What a side of a comparison names: files on disk, files of a commit, or a model of the store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from mlgitlab.store.keys import PRODUCTION


@dataclass(frozen=True, slots=True, kw_only=True)
class OnDisk:
    """A file, or an MLflow run's folder."""

    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InCommit:
    """The same, as a commit has it; `path` from the repository's root."""

    rev: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OfModel:
    """The numbers recorded of a stored model, named `MODEL`, `MODEL@DIGEST` or `MODEL@POINTER`."""

    name: str


Side: TypeAlias = OnDisk | InCommit | OfModel


def side_of(text: str, *, exists: bool) -> Side:
    """What a text names; `exists`: there is a file or folder of that name, which comes first.

    `model:NAME@DIGEST`, `model:NAME@POINTER`, `production:NAME`, `COMMIT:PATH`, or a path.
    """
    word, colon, rest = text.partition(":")
    if exists or not (colon and word and rest):
        return OnDisk(path=text)
    if word == PRODUCTION:
        return OfModel(name=f"{rest}@{PRODUCTION}")
    return OfModel(name=rest) if word == "model" else InCommit(rev=word, path=rest)
