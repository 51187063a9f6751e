"""What a dataset leads to: the files that make it, and the step that validates it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from mlgitlab.config.inputs import Inputs
from mlgitlab.config.patterns import matcher_of
from mlgitlab.config.scalars import Globs
from mlgitlab.config.schema import Dataset, Engine, Step
from mlgitlab.planning.steps import Rule
from mlgitlab.results import Cause

_MAGIC = re.compile(r"[*?\[\]\\]")


def reports_of(name: str) -> str:
    """The folder in which `mlgitlab data validate` leaves its reports."""
    return f".mlgitlab/data/{name}"


def is_remote(dataset: Dataset) -> bool:
    """Whether the data lies outside git, where it can change without a commit."""
    return "://" in (dataset.path or "")


def validation_of(name: str, dataset: Dataset) -> Step | None:
    """The step that validates it: the declared command, or ours where there is a schema."""
    if dataset.validate or not dataset.schema:
        return dataset.validate
    folder = reports_of(name)
    return Step(
        command=(f"mlgitlab data validate {name}",),  # a name holds nothing that a shell would read
        outputs=(f"{folder}/",),
        metrics=f"{folder}/metrics.txt",
        junit=f"{folder}/junit.xml",
        codequality=f"{folder}/codequality.json",
    )


def entry_of(schema: str | None) -> tuple[str, ...]:
    """The Python file, or the module, that makes a schema, if one does."""
    file = schema_file(schema)
    if file.endswith(".py"):
        return (file,)
    module, colon, _ = (schema or "").partition(":")
    return (f"-m {module}",) if colon and "/" not in module else ()


def schema_file(schema: str | None) -> str:
    """The schema's file, without the name of the object in it: `schemas.py:transactions`."""
    file, _, name = (schema or "").rpartition(":")
    return file if file and name.isidentifier() else schema or ""


def made_by(name: str, dataset: Dataset) -> Iterator[Rule]:
    """The files of the dataset, of its schema, and those that make it."""
    if dataset.path and not is_remote(dataset):
        yield Rule(cause=Cause.PATHS, key=f"datasets.{name}.path", globs=Globs((anchored(dataset.path),)))
    if dataset.schema:
        globs = Globs((anchored(schema_file(dataset.schema)),))
        yield Rule(cause=Cause.INPUTS, key=f"datasets.{name}.schema", globs=globs)
    yield from inputs(f"datasets.{name}.inputs", dataset.inputs)


def judged_by(name: str, dataset: Dataset) -> Iterator[Rule]:
    """The files that its validation alone reads."""
    if dataset.drift:
        key = f"datasets.{name}.drift.profile"
        yield Rule(cause=Cause.INPUTS, key=key, globs=Globs((anchored(dataset.drift.profile),)))


def described(name: str, dataset: Dataset) -> str:
    """The dataset as one comparable line: a new place or format is a change of every step that reads it."""
    return json.dumps([name, dataset.path, dataset.schema, dataset.format])


def checks_of(dataset: Dataset) -> str:
    """What its validation looks for besides the schema, as one comparable line; empty where nothing is said."""
    drift = dataset.drift
    limits = [drift.profile, drift.psi, drift.nulls, drift.min_rows, list(drift.columns)] if drift else None
    if limits is None and dataset.engine is Engine.POLARS and not dataset.sensitive:
        return ""
    return json.dumps([str(dataset.engine), list(dataset.sensitive), limits])


def inputs(key: str, declared: Inputs, *, claims: bool = True) -> Iterator[Rule]:
    """The rules of an `inputs` key."""
    if declared.files:
        yield Rule(cause=Cause.INPUTS, key=key, globs=declared.files, claims=claims)
    for keyed in declared.keys:
        yield Rule(cause=Cause.INPUTS, key=key, globs=keyed.files, claims=claims, keys=keyed.patterns)


def anchored(path: str) -> str:
    """A path starts at the root, unlike a pattern without a slash; what is no pattern is taken as it stands."""
    place = "/" + path.removeprefix("./").lstrip("/")
    return place if matcher_of(place) else _MAGIC.sub(r"\\\g<0>", place)
