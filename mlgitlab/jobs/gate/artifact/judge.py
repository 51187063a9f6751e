"""From the files of a model to rulings on its size and its formats."""

from __future__ import annotations

from mlgitlab.config.gates_artifact import FormatRules, SizeRules
from mlgitlab.jobs.gate.artifact.files import ModelFiles
from mlgitlab.jobs.gate.ruling import Findings


def judge(
    size: SizeRules | None, format_: FormatRules | None, candidate: ModelFiles, production: ModelFiles | None
) -> Findings:
    """What each limit says of the candidate's files. `production` is None for the first model of a name."""
    raise NotImplementedError
