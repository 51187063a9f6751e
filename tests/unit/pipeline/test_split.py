"""Past the limits: what goes together, and what comes first."""

from __future__ import annotations

import pytest

from mlgitlab.config.schema import GitLab, Tier
from mlgitlab.errors import ConfigError
from mlgitlab.pipeline.emit import emit
from mlgitlab.pipeline.instance import Instance
from mlgitlab.pipeline.nouns import Job, Pipeline
from mlgitlab.pipeline.split import Split, excess, split


def job(name: str, reads: tuple[str, ...] = (), after: tuple[str, ...] = (), **more: object) -> Job:
    needs = [{"job": need, "artifacts": True} for need in reads] + [{"job": n, "artifacts": False} for n in after]
    return Job(name=name, body={"stage": "train", "script": ["true"], "needs": needs, **more})


def pipeline(*jobs: Job) -> Pipeline:
    return Pipeline(stages=("train",), jobs=jobs)


def parted(limit: int, *jobs: Job) -> Split:
    return split(pipeline(*jobs), Instance.of(GitLab(max_jobs=limit)), "too many")


def names(found: Split) -> list[list[list[str]]]:
    return [[[each.name for each in part] for part in wave] for wave in found.waves]


@pytest.mark.parametrize(
    ("settings", "host", "limit"),
    [
        pytest.param(GitLab(), "", 500, id="a laptop assumes the free tier"),
        pytest.param(GitLab(), "gitlab.com", 500, id="gitlab.com"),
        pytest.param(GitLab(tier=Tier.TRIAL), "gitlab.com", 1000, id="trial"),
        pytest.param(GitLab(tier=Tier.PREMIUM), "gitlab.com", 1500, id="premium"),
        pytest.param(GitLab(tier=Tier.ULTIMATE), "gitlab.com", 2000, id="ultimate"),
        pytest.param(GitLab(), "git.example", None, id="self-managed has no limit by default"),
        pytest.param(GitLab(max_jobs=7), "git.example", 7, id="what the configuration says"),
    ],
)
def test_the_limit_of_jobs(settings: GitLab, host: str, limit: int | None) -> None:
    assert Instance.of(settings, host=host).max_jobs == limit


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        pytest.param(GitLab(max_jobs=3), "", id="it fits"),
        pytest.param(GitLab(max_jobs=2), "3 jobs exceed the 2 of one pipeline", id="jobs"),
        pytest.param(GitLab(max_needs=1), "the 2 needs of c exceed the 1 of one job", id="needs"),
        pytest.param(GitLab(max_yaml_bytes=100), "bytes of YAML exceed the 100 of one pipeline", id="bytes"),
    ],
)
def test_what_does_not_fit_is_said(settings: GitLab, expected: str) -> None:
    found = pipeline(job("a"), job("b"), job("c", after=("a", "b")))
    why = excess(found, Instance.of(settings), len(emit(found)))
    assert why.endswith(expected)
    assert bool(why) == bool(expected)


def test_a_matrix_counts_for_all_its_jobs() -> None:
    matrix = job("m", parallel={"matrix": [{"A": ["x", "y", "z"]}]})
    assert excess(pipeline(matrix), Instance.of(GitLab(max_jobs=2)), 0) == "3 jobs exceed the 2 of one pipeline"


def test_jobs_that_pass_artifacts_stay_together() -> None:
    found = parted(2, job("t1"), job("t2"), job("e1", reads=("t1",)), job("e2", reads=("t2",)))
    assert names(found) == [[["t1", "e1"], ["t2", "e2"]]]


def test_jobs_that_only_wait_run_in_a_later_wave() -> None:
    found = parted(2, job("check"), job("t1", after=("check",)), job("t2", after=("check",)))
    assert names(found) == [[["check"]], [["t1", "t2"]]]


def test_a_result_that_many_read_is_shared_with_all_that_it_needs() -> None:
    found = parted(
        2,
        job("data"),
        job("teacher", after=("data",)),
        *(job(f"s{i}", reads=("teacher",)) for i in range(3)),
    )
    assert [each.name for each in found.shared] == ["data", "teacher"]
    assert names(found) == [[["s0", "s1"], ["s2"]]]


def test_more_than_five_shared_results_cannot_be_read() -> None:
    teachers = [f"t{i}" for i in range(6)]
    students = [job(f"s{i}", reads=tuple(teachers)) for i in range(3)]
    with pytest.raises(ConfigError, match="it would read 6 results of another pipeline, and GitLab allows 5"):
        parted(2, *map(job, teachers), *students)


def test_a_job_that_fits_nowhere_is_named() -> None:
    with pytest.raises(ConfigError, match="job m: it does not fit into a pipeline of its own"):
        parted(2, job("m", parallel=3))
