"""Variables that make pandera do less than it says."""

from __future__ import annotations

from collections.abc import Mapping

from mlgitlab.errors import UsageError
from mlgitlab.paths import printable

_TRUE = ("true", "True", "1")
_FULL = "SCHEMA_AND_DATA"


def refuse_overrides(environ: Mapping[str, str]) -> None:
    """UsageError that names the variable which would switch checks off, or have other code run them."""
    enabled = environ.get("PANDERA_VALIDATION_ENABLED", "True")
    depth = environ.get("PANDERA_VALIDATION_DEPTH", _FULL)
    narwhals = environ.get("PANDERA_USE_NARWHALS_BACKEND", "False")
    wrong = {
        "PANDERA_VALIDATION_ENABLED": (enabled not in _TRUE, enabled, "pandera would check nothing"),
        "PANDERA_VALIDATION_DEPTH": (depth != _FULL, depth, "pandera would not run every check"),
        "PANDERA_USE_NARWHALS_BACKEND": (narwhals in _TRUE, narwhals, "pandera would check by other code"),
    }
    said = [f"{name}={printable(value)}: {why}" for name, (is_wrong, value, why) in wrong.items() if is_wrong]
    if said:
        raise UsageError("; ".join(said), "unset it: a validation that checks less passes what it should not")
