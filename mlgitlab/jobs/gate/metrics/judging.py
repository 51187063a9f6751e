"""What the rules of `gates.metrics` say about a pair of models."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeAlias

from mlgitlab.config.gates_metrics import MetricRule, Statistics
from mlgitlab.jobs.gate.predictions import Floats, Pair
from mlgitlab.jobs.gate.ruling import Findings

# Truth, predicted, scores and weight, as `Predictions` has them, to one number.
OwnMetric: TypeAlias = Callable[[Floats, Floats | None, Floats | None, Floats | None], float]


def judge(
    rules: Mapping[str, MetricRule],
    pair: Pair,
    settings: Statistics,
    own: Mapping[str, OwnMetric] = MappingProxyType({}),
) -> Findings:
    """One ruling for each rule, and one for each group of its slices; curves of both models.

    own: what the `entry` of a rule leads to, by the rule's name.
    """
    raise NotImplementedError
