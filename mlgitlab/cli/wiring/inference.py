"""What serves models for a measurement on this machine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where things are: the repository's folder, and those that hold each model's files as the store names them."""

    root: Path
    candidate: Path
    production: Path | None
    environ: Mapping[str, str]
