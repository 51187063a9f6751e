"""An MLflow run's folder: a file for each metric, a line `timestamp value step` for each time it was logged."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Protocol

from mlgitlab.errors import UsageError
from mlgitlab.jobs.metrics.numbers import Collector
from mlgitlab.jobs.metrics.tables import number
from mlgitlab.jobs.metrics.trees import decoded
from mlgitlab.paths import show

_MOST_LISTED = 5
_DELETED = re.compile(rb"^lifecycle_stage:\s*['\"]?deleted['\"]?\s*$", re.MULTILINE)


class Folder(Protocol):
    """Files below a folder, by their paths from it."""

    def names(self) -> tuple[str, ...]:
        """Every file's path."""
        ...

    def read(self, name: str) -> bytes:
        """One file's content."""
        ...


def gather_run(folder: Folder, source: str, into: Collector) -> None:
    """Note the metrics of the only run in a folder: that of the run, of its experiment, or `mlruns`.

    Runs that MLflow has marked as deleted do not count. UsageError where there is none, or more than one.
    """
    runs = _runs(folder)
    if len(runs) > 1:
        listed = ", ".join(show(run) for run in sorted(runs)[:_MOST_LISTED])
        raise UsageError(f"{source} holds {len(runs)} MLflow runs: {listed}", "name the folder of one")
    if not runs:
        raise UsageError(
            f"{source} holds no MLflow run", "a run is a folder with `meta.yaml` or with files in `metrics/`"
        )
    [(_, files)] = runs.items()
    for name, path in sorted(files.items()):
        _gather_metric(folder.read(path), name, f"{source}/{show(path)}", into)


def _runs(folder: Folder) -> dict[str, dict[str, str]]:
    """Folder of each run (empty: this one) to its metrics' names and files."""
    names = folder.names()
    found: dict[str, dict[str, str]] = {}
    for path in names:
        head, cut, metric = f"/{path}".partition("/metrics/")
        if cut and metric:
            found.setdefault(head.strip("/"), {})[metric] = path
    return {run: files for run, files in found.items() if not _is_deleted(folder, run, names)}


def _is_deleted(folder: Folder, run: str, names: tuple[str, ...]) -> bool:
    meta = f"{run}/meta.yaml" if run else "meta.yaml"
    return meta in names and _DELETED.search(folder.read(meta)) is not None


def _gather_metric(content: bytes, name: str, source: str, into: Collector) -> None:
    """MLflow's own order: by step, then by time."""
    points = [
        _point(line, f"{source}:{index}")
        for index, line in enumerate(decoded(content, source).split("\n"), 1)
        if line.strip()
    ]
    for _, step, value in sorted(points, key=lambda point: (point[1], point[0])):
        into.point(name, step, value)


def _point(line: str, where: str) -> tuple[float, float, float]:
    """Time in milliseconds, step and value of one line; logs of old versions have no step."""
    cells = [number(cell) for cell in line.split()]
    if len(cells) not in (2, 3) or None in cells:
        raise UsageError(f"{where}: not a line of an MLflow metric: {show(line[:60])}", "was the file cut short?")
    time, value, step = (*cells, 0.0)[:3]
    assert time is not None
    assert value is not None
    assert step is not None
    return time, step, value


class Files:
    """Files that are in memory already."""

    def __init__(self, contents: Mapping[str, bytes]) -> None:
        self._contents = contents

    def names(self) -> tuple[str, ...]:
        """Every file's path."""
        return tuple(self._contents)

    def read(self, name: str) -> bytes:
        """One file's content."""
        return self._contents[name]
