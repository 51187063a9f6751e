"""Numbers that the command line names, read."""

from __future__ import annotations

from collections.abc import Sequence

import click

from mlgitlab.cli.main import Surroundings
from mlgitlab.cli.wiring import numbers as disk
from mlgitlab.jobs.metrics.numbers import Numbers, merged
from mlgitlab.jobs.metrics.reading import FORMATS, check_size, read_file, read_folder
from mlgitlab.paths import show

format_option = click.option("--format", type=click.Choice(FORMATS), help="What the files are, whatever their names.")


def load(around: Surroundings, path: str, given: str | None) -> Numbers:
    """The numbers of a file or an MLflow run's folder."""
    folder = disk.folder(around, path)
    if folder is not None:
        return read_folder(path, folder)
    check_size(path, disk.size(around, path))
    return read_file(path, disk.content(around, path), given)


def load_all(around: Surroundings, paths: Sequence[str], given: str | None) -> Numbers:
    """The numbers of several, as one."""
    return merged([(show(path), load(around, path, given)) for path in paths])
