"""Rules about metrics: the candidate beside production on the same rows, with intervals."""

from mlgitlab.jobs.gate.metrics.judging import judge

__all__ = ["judge"]
