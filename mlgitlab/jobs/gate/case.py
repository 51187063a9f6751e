"""All that a gate knows about a candidate before it judges."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mlgitlab.config.gates_inference import InferenceRules
from mlgitlab.config.gates_metrics import MetricRule
from mlgitlab.jobs.gate.artifact.files import ModelFiles
from mlgitlab.jobs.gate.held_out import Training
from mlgitlab.jobs.gate.inference.measured import Measured
from mlgitlab.jobs.gate.metrics.own import OwnMetric
from mlgitlab.jobs.gate.predictions import Predictions
from mlgitlab.jobs.gate.record import Kept
from mlgitlab.jobs.gate.verdict import Compared


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What both models answered on one evaluation set.

    kept and candidate: None where nobody evaluated the candidate on it. production is None without a model in
    production, and where `missing` says why there are no answers of it. place: where the dataset lies.
    """

    dataset: str
    kept: Kept | None = None
    candidate: Predictions | None = None
    production: Predictions | None = None
    beside: Kept | None = None
    missing: str = ""
    place: str = ""


@dataclass(frozen=True, kw_only=True)
class Case:
    """A candidate and the model in production; `production` is its digest, empty where there is none.

    folder: where the files of predictions are. smoke: whether the candidate is the result of a short training. measure
    serves both models and times them. own loads the metrics of the project's own, by rule.
    """

    model: str
    candidate: str
    folder: Path
    production: str = ""
    smoke: bool = False
    answers: tuple[Answers, ...] = ()
    training: Training = field(default_factory=Training)
    files: ModelFiles
    production_files: ModelFiles | None = None
    measure: Callable[[InferenceRules], Measured]
    own: Callable[[Mapping[str, MetricRule]], Mapping[str, OwnMetric]]

    @property
    def compared(self) -> Compared:
        """What the candidate is compared with."""
        if not self.production:
            return Compared.NOTHING
        return Compared.ITSELF if self.production == self.candidate else Compared.PRODUCTION
