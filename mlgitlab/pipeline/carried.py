"""The job that carries production's numbers forward, so that no pipeline of the default branch is without metrics.

GitLab compares a merge request's metrics with those of the newest pipeline of its target branch; where that pipeline
evaluated nothing, there would be nothing to compare with: https://docs.gitlab.com/ci/testing/metrics_reports/
"""

from __future__ import annotations

from collections.abc import Iterator

from mlgitlab.ci import PipelineKind
from mlgitlab.config.schema import StepKind
from mlgitlab.pipeline.calls import FOLDER
from mlgitlab.planning.plan import Plan
from mlgitlab.planning.steps import StepSpec

CARRIED = "mlgitlab:metrics"
# One line for each model takes a second; past this, the job would cost more than the comparison is worth.
MOST_MODELS = 50


def not_evaluated(plan: Plan) -> tuple[StepSpec, ...]:
    """The evaluations whose numbers this pipeline does not make anew; none where nobody would compare with them."""
    if plan.question.kind is not PipelineKind.DEFAULT_BRANCH:
        return ()
    skipped = (step.spec for step in plan.skipped)
    found = tuple(spec for spec in skipped if spec.kind is StepKind.EVALUATE and spec.metrics)
    return found if len(found) <= MOST_MODELS else ()


def carried(specs: tuple[StepSpec, ...], named: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The lines of the job, and the reports that they write; `named` is the option that names the configuration."""
    made = [each for spec in specs for each in _reports(spec, named)]
    return tuple(line for line, _ in made), tuple(path for _, path in made)


def _reports(spec: StepSpec, named: str) -> Iterator[tuple[str, str]]:
    for dataset in spec.matrix or ("",):
        path = f"{FOLDER}/{spec.owner}/production{f'-{dataset}' if dataset else ''}-metrics.txt"
        label = f" --label dataset={dataset}" if dataset else ""
        whose = f"--model {spec.owner} --step evaluate{label}"
        yield f"mlgitlab metrics report --if-any {whose} --output {path}{named}", path
