"""The parameters of one model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml


def read(script: str) -> dict[str, Any]:
    """The `params.yaml` beside the script, which passes its `__file__`."""
    return yaml.safe_load(Path(script).with_name("params.yaml").read_text("utf-8"))
