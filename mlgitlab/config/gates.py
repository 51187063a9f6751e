"""The rules of `gates` in `mlgitlab.yml`: what a model must be to pass."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field

from mlgitlab.config import gates_fairness, gates_inference_check, gates_metrics
from mlgitlab.config.field import Name, doc
from mlgitlab.config.gates_artifact import FormatRules, SizeRules
from mlgitlab.config.gates_fairness import FairnessRule
from mlgitlab.config.gates_inference import InferenceRules
from mlgitlab.config.gates_metrics import MetricRule, Statistics
from mlgitlab.frozen import dataclass

# A documented key is one line.
# fmt: off


@dataclass(frozen=True, slots=True, kw_only=True)
class Gates:
    """What a model must be to pass. Each rule counts, unless it is `advisory`; a gate without a rule that counts passes nobody."""

    metrics: Mapping[Name, MetricRule] = field(default_factory=dict, metadata=doc("Rules about metrics, by the metric's name or one of your own."))
    fairness: Mapping[Name, FairnessRule] = field(default_factory=dict, metadata=doc("Rules about groups, by the criterion's name or one of your own."))
    inference: InferenceRules | None = field(default=None, metadata=doc("How fast the model answers, and how much memory that takes."))
    size: SizeRules | None = field(default=None, metadata=doc("How large the model's files are."))
    format: FormatRules | None = field(default=None, metadata=doc("In which formats the model's files are, and what they would make a loader do."))
    held_out: tuple[str, ...] = field(default=(), metadata=doc("The evaluation's datasets that rules on rows are judged by; empty for all of them. One that was trained or tuned on passes nobody."))
    statistics: Statistics = field(default=Statistics(), metadata=doc("How sure the rules on rows must be."))

    @property
    def on_rows(self) -> bool:
        """Whether there are rules that need predictions."""
        return bool(self.metrics or self.fairness)


# fmt: on


def faults(gates: Gates) -> Iterator[tuple[str, str]]:
    """What in the rules contradicts itself or means nothing: the key below `gates`, and a sentence."""
    for name, metric in gates.metrics.items():
        yield from ((f"metrics.{name}", what) for what in gates_metrics.faults(name, metric))
    for name, fairness in gates.fairness.items():
        yield from ((f"fairness.{name}", what) for what in gates_fairness.faults(name, fairness))
    if gates.inference:
        yield from gates_inference_check.wrong(gates.inference)
    if not (gates.on_rows or gates.inference or gates.size or gates.format):
        yield "", "there is no rule: such a gate passes nobody"
    yield from (("statistics", what) for what in gates_metrics.settings_faults(gates.statistics))
