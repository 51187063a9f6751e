"""From a measurement to rulings."""

from __future__ import annotations

from mlgitlab.config.gates_inference import InferenceRules
from mlgitlab.jobs.gate.inference.measured import Measured
from mlgitlab.jobs.gate.ruling import Findings


def judge(rule: InferenceRules, measured: Measured) -> Findings:
    """What each limit of the rule says of the candidate, the latencies as curves, and the machine's facts."""
    raise NotImplementedError
