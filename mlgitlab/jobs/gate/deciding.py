"""The verdict: all rulings about exactly one model, and where and by whom they were asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import Enum

from mlgitlab import __version__
from mlgitlab.config.gates import Gates
from mlgitlab.jobs.gate.binding import Bound
from mlgitlab.jobs.gate.case import Case
from mlgitlab.jobs.gate.judging import conclusive, judge, judged_by
from mlgitlab.jobs.gate.ruling import overall
from mlgitlab.jobs.gate.verdict import EvaluationSet, Verdict
from mlgitlab.store import digests, documents


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """Where a verdict was asked for; all but the time is empty outside CI. `at` is UTC as ISO 8601."""

    at: str
    commit: str = ""
    branch: str = ""
    protected: bool = False
    merge_request: str = ""
    pipeline: str = ""
    job: str = ""
    author: str = ""

    @classmethod
    def of(cls, environ: Mapping[str, str], at: str, commit: str, branch: str) -> Occasion:
        """From GitLab's predefined variables."""
        return cls(
            at=at,
            commit=commit,
            branch=branch,
            protected=environ.get("CI_COMMIT_REF_PROTECTED") == "true",
            merge_request=environ.get("CI_MERGE_REQUEST_IID", ""),
            pipeline=environ.get("CI_PIPELINE_URL", ""),
            job=environ.get("CI_JOB_URL", ""),
            author=environ.get("GITLAB_USER_LOGIN", ""),
        )


def decide(case: Case, bound: Bound, occasion: Occasion) -> Verdict:
    """Judge the case: its verdict."""
    judged = judge(case, bound)
    rulings = (*judged.rulings, *conclusive(judged.rulings, case.compared))
    applied = [*([bound.rules] if bound.rules else []), *bound.then]
    asked = {each.dataset for rules in applied for each in judged_by(case, rules)}
    sets = (each.kept for each in case.answers if each.kept is not None and each.dataset in asked)
    return Verdict(
        model=case.model,
        candidate=case.candidate,
        production=case.production,
        compared=case.compared,
        outcome=overall(rulings),
        rulings=rulings,
        sets=tuple(EvaluationSet(dataset=kept.dataset, digest=kept.set, rows=kept.rows) for kept in sets),
        curves=judged.curves,
        rules=digest_of(applied),
        weakened=bound.weakened,
        tool=f"mlgitlab {__version__}",
        facts=judged.facts,
        **asdict(occasion),
    )


def digest_of(rules: list[Gates]) -> str:
    """The SHA-256 of the rules that were applied."""
    return digests.of(documents.canonical({"rules": [_plain(each) for each in map(asdict, rules)]}))


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, Enum):
        return str(value.value)
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)
