"""The parameters of training and evaluation, read from params.yaml."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml


@dataclass(frozen=True)
class Params:
    """`seed` and `test_share` decide which patients are held out; `alpha` is the strength of the penalty."""

    seed: int
    test_share: float
    alpha: float


def read(path: Path = Path("params.yaml")) -> Params:
    """Read the file; TypeError for a missing or unknown key."""
    return Params(**yaml.safe_load(path.read_text("utf-8")))
