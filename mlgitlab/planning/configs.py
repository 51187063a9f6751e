"""The check of the project's own training configurations: what it reads, and what decides what it says."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from mlgitlab.config.field import Name
from mlgitlab.config.scalars import Globs
from mlgitlab.config.schema import Settings, Step
from mlgitlab.planning.datasets import anchored, schema_file
from mlgitlab.planning.steps import Rule
from mlgitlab.results import Cause

# The name of the quality step that checks them all.
CONFIGS = "configs"
_REPORT = ".mlgitlab/quality/configs.xml"
CHECK = Step(command=(f"mlgitlab config check --junit {_REPORT}",), junit=_REPORT)


def described_by(name: str, settings: Settings) -> Iterator[Rule]:
    """The files that are checked, and those that say how. They make no file known: what reads them is the training."""
    key = f"configs.{name}"
    found = [("files", settings.files)]
    if settings.schema:
        found.append(("schema", Globs((anchored(schema_file(settings.schema)),))))
    if settings.hydra:  # groups of a composition lie beside the primary configuration and below it
        found.append(("hydra", Globs((anchored(f"{PurePosixPath(settings.hydra).parent}/**"),))))
    for part, globs in found:
        if globs:
            yield Rule(cause=Cause.INPUTS, key=f"{key}.{part}", globs=globs, claims=False)


def compared(configs: Mapping[Name, Settings]) -> str:
    """What decides what the check says besides the files, as one line."""
    told = {
        name: [
            [settings.files.include, settings.files.exclude],
            settings.schema,
            settings.hydra,
            settings.overrides,
            settings.paths,
        ]
        for name, settings in configs.items()
    }
    return json.dumps(told, sort_keys=True)
