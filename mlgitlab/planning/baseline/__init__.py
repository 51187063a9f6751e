"""Which commits a pipeline is compared with, and the rule that named them."""

from mlgitlab.planning.baseline.by_kind import resolve
from mlgitlab.planning.baseline.values import RULES, Resolved, Rule

__all__ = ["RULES", "Resolved", "Rule", "resolve"]
