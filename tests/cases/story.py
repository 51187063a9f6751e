"""A golden case as it is written: `story.yml`, read and checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent
PROJECT = FOLDER / "_project"


@dataclass(frozen=True, kw_only=True)
class Story:
    """One case. The keys are those of `story.yml`; README.md beside this file describes them."""

    folder: Path
    says: str
    edge: Sequence[int] = ()
    project: bool = True
    config: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    history: Sequence[Mapping[str, Any]] = ()
    clone: Mapping[str, Any] = field(default_factory=lambda: {"job": "HEAD"})
    work: Mapping[str, Any] = field(default_factory=dict)
    beside: Mapping[str, str] = field(default_factory=dict)
    ci: Mapping[str, str] | None = None
    run: Sequence[str] = ()
    stdin: str = ""
    cwd: str = "."
    exit: int = 0
    plan: bool = False
    runners: Sequence[Mapping[str, Any]] | None = None
    judged: Sequence[Mapping[str, Any]] = ()

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.folder.name

    @classmethod
    def read(cls, folder: Path) -> Story:
        """Read a folder; a key that nobody knows is an error."""
        written = yaml.safe_load((folder / "story.yml").read_text("utf-8"))
        known = {each.name for each in fields(cls)} - {"folder"}
        if unknown := sorted(written.keys() - known):
            raise AssertionError(f"{folder.name}/story.yml has unknown keys: {unknown}")
        return cls(folder=folder, **written)

    @property
    def first_files(self) -> dict[str, str]:
        """What the first commit holds."""
        found = {**(_project() if self.project else {}), **self.files}
        if self.config:
            found["mlgitlab.yml"] = found.get("mlgitlab.yml", "") + self.config
        return found


@cache
def _project() -> Mapping[str, str]:
    files = yaml.safe_load((PROJECT / "files.yml").read_text("utf-8"))
    return {**files, "mlgitlab.yml": (PROJECT / "mlgitlab.yml").read_text("utf-8")}


def stories() -> list[Story]:
    """Every case, by name."""
    return [Story.read(path.parent) for path in sorted(FOLDER.glob("*/story.yml"))]


def edges() -> dict[int, str]:
    """The edge cases that the stories have to cover, in our words."""
    found: dict[int, str] = yaml.safe_load((FOLDER / "edges.yml").read_text("utf-8"))
    return found
