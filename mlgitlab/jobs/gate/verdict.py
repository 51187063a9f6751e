"""A verdict: what all rules say about exactly one model, compared with exactly one other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from mlgitlab.jobs.gate.ruling import Curve, Outcome, Ruling

# The kind of record that the store keeps it as: models/<model>/<candidate's digest>/verdict/<sha256>.json
KIND = "verdict"


class Compared(StrEnum):
    """What the candidate was compared with."""

    PRODUCTION = "production"
    NOTHING = "bootstrap"  # the first model of its name: only rules that need no other model were judged
    ITSELF = "identical"  # production is the very same model: there is nothing to promote


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationSet:
    """Rows that were judged on: the dataset's name, the digest of its bytes, and how many rows."""

    dataset: str
    digest: str
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Digests are `sha256:` and 64 digits; `production` is empty for the first model of a name.

    `rules` is the SHA-256 of the rules that were applied, `weakened` what a merge request tried to take from those of
    its target branch. `at` is UTC as ISO 8601; `commit`, `branch`, `pipeline` and `job` are empty outside CI. `author`
    is the login of whoever started the pipeline. `facts` name the machine and the libraries.
    """

    model: str
    candidate: str
    production: str = ""
    compared: Compared
    outcome: Outcome
    rulings: tuple[Ruling, ...]
    sets: tuple[EvaluationSet, ...] = ()
    curves: tuple[Curve, ...] = ()
    rules: str = ""
    weakened: tuple[str, ...] = ()
    at: str = ""
    commit: str = ""
    branch: str = ""
    protected: bool = False
    merge_request: str = ""
    pipeline: str = ""
    job: str = ""
    author: str = ""
    tool: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def failed(self) -> tuple[Ruling, ...]:
        """The mandatory rulings that say no."""
        return tuple(ruling for ruling in self.rulings if ruling.mandatory and ruling.outcome is Outcome.FAIL)
