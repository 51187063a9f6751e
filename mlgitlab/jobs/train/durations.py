"""How long an earlier run of a training took, by its provenance."""

from __future__ import annotations

import math
from collections.abc import Mapping


def seconds_of(provenance: Mapping[str, object]) -> float | None:
    """The seconds that the command ran; None where the record does not tell."""
    run = provenance.get("run")
    seconds = run.get("seconds") if isinstance(run, Mapping) else None
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return None
    return float(seconds) if math.isfinite(seconds) and seconds >= 0 else None
