"""Rules about groups of people: how far a model's answers, or its errors, differ between them."""

from mlgitlab.jobs.gate.fairness.judging import judge

__all__ = ["judge"]
