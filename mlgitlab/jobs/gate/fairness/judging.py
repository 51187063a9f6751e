"""What the rules of `gates.fairness` say about a pair of models."""

from __future__ import annotations

from collections.abc import Mapping

from mlgitlab.config.gates_fairness import FairnessRule
from mlgitlab.config.gates_metrics import Statistics
from mlgitlab.jobs.gate.predictions import Pair
from mlgitlab.jobs.gate.ruling import Findings


def judge(rules: Mapping[str, FairnessRule], pair: Pair, settings: Statistics) -> Findings:
    """One ruling for each condition and set of groups of each rule; the groups' values as curves."""
    raise NotImplementedError
