"""What an evaluation touches besides what a training does: files of predictions, read by numpy when needed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mlgitlab.adapters.machine import SystemClock
from mlgitlab.errors import UsageError

if TYPE_CHECKING:
    from mlgitlab.jobs.gate.reading import Columns


def clock() -> SystemClock:
    """The machine's clocks."""
    return SystemClock()


def read_columns(path: Path, name: str, wanted: Iterable[str] | None) -> Columns:
    """The columns of a file of predictions."""
    from mlgitlab.adapters import predictions  # noqa: PLC0415 (with numpy)

    return predictions.read_columns(path, name, wanted)


def read_ids(path: Path, name: str, column: str) -> Sequence[str]:
    """The ids in a file."""
    from mlgitlab.adapters import predictions  # noqa: PLC0415 (with numpy)

    return predictions.read_ids(path, name, column)


def require_numpy() -> None:
    """UsageError where numpy is not installed."""
    try:
        import numpy  # noqa: F401, ICN001, PLC0415 (an extra)
    except ImportError:
        raise UsageError(
            "predictions are judged with numpy, which is missing", 'pip install "mlgitlab[gate]"'
        ) from None
