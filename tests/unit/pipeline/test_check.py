"""GitLab's rules, each broken once."""

from __future__ import annotations

import pytest

from mlgitlab.config.schema import GitLab
from mlgitlab.errors import ConfigError
from mlgitlab.pipeline.check import check
from mlgitlab.pipeline.instance import Instance
from mlgitlab.pipeline.nouns import Job, Pipeline

INSTANCE = Instance.of(GitLab())
GOOD = {"stage": "train", "timeout": "1 hour", "script": ["true"]}


def job(name: str = "a", must_need: tuple[str, ...] = (), **keywords: object) -> Job:
    return Job(name=name, body={**GOOD, **keywords}, must_need=must_need)


def problems(*jobs: Job, stages: tuple[str, ...] = ("data", "train")) -> list[str]:
    try:
        check(Pipeline(stages=stages, jobs=jobs), INSTANCE)
    except ConfigError as error:
        return [str(problem) for problem in error.problems]
    return []


def test_a_good_pipeline_has_no_problem() -> None:
    assert problems(job(), job("b", needs=["a"], stage="train")) == []


@pytest.mark.parametrize(
    ("jobs", "expected"),
    [
        pytest.param([job(), job()], "job a: there are 2 jobs of this name", id="two of a name"),
        pytest.param(
            [job(f"n{i}") for i in range(501)],
            "pipeline: it has 501 jobs, and GitLab allows 500 (gitlab.max_jobs)",
            id="too many jobs",
        ),
        pytest.param([], "pipeline: it holds no job that GitLab would run", id="empty"),
        pytest.param([job(stage=".pre")], "pipeline: it holds no job that GitLab would run", id="only .pre"),
        pytest.param([job(stage="deploy")], "job a: stage 'deploy' is not declared", id="stage"),
        pytest.param([job(needs=["b"])], "job a: it needs 'b', which is not in the pipeline", id="missing need"),
        pytest.param(
            [job(stage="data", needs=["b"]), job("b")], "job a: it needs 'b' of a later stage", id="later stage"
        ),
        pytest.param(
            [job(needs=["b"]), job("b", needs=["a"])], "pipeline: jobs need each other in a circle: ", id="circle"
        ),
        pytest.param([job("image")], "job image: GitLab gives this name a meaning of its own", id="reserved"),
        pytest.param([job(".a"), job("b")], "job .a: GitLab gives this name a meaning of its own", id="hidden"),
        pytest.param([job("a" * 256)], f"job {'a' * 256}: a name has 1 to 255 characters", id="long name"),
        pytest.param([job(scripts=[])], "job a: unknown keyword 'scripts' (did you mean script?)", id="keyword"),
        pytest.param([job(script=[])], "job a: it has no script", id="no script"),
        pytest.param([job(script=[1])], "job a: every line of the script must be a text", id="odd script"),
        pytest.param(
            [Job(name="a", body={"stage": "train", "script": ["x"]})],
            "job a: it has no timeout (a job that hangs would hold its runner)",
            id="no timeout",
        ),
        pytest.param(
            [job(f"n{i}") for i in range(51)] + [job(needs=[f"n{i}" for i in range(51)])],
            "job a: it needs 51 jobs, and GitLab allows 50 (gitlab.max_needs)",
            id="needs",
        ),
        pytest.param([job(must_need=("b",)), job("b")], "job a: its template drops the need for 'b'", id="dropped"),
        pytest.param(
            [job(needs=[{"job": "b", "optional": True}]), job("b")],
            "job a: the need for 'b' is optional: the job would start without it",
            id="optional",
        ),
        pytest.param([job(tags=["t"] * 50)], "job a: it has 50 tags, and GitLab allows fewer than 50", id="tags"),
        pytest.param(
            [job(parallel=201)], "job a: parallel makes 201 jobs of it, and GitLab allows 1 to 200", id="parallel"
        ),
        pytest.param(
            [job(parallel={"matrix": [{"A": ["x"] * 15, "B": ["y"] * 15}]})],
            "job a: parallel makes 225 jobs of it, and GitLab allows 1 to 200",
            id="matrix",
        ),
        pytest.param([job(retry={"max": 3})], "job a: retry 3: GitLab allows 0 to 2", id="retry"),
        pytest.param([job(cache=[{"paths": ["a"]}] * 5)], "job a: it has 5 caches, and GitLab allows 4", id="caches"),
        pytest.param(
            [job(cache={"key": {"files": ["a", "b", "c"]}})],
            "job a: cache:key:files names 3 files, and GitLab allows 2",
            id="key files",
        ),
        pytest.param(
            [job(variables={"A": "$[[ inputs.x ]]"})],
            "job a: $[[ in '$[[ inputs.x ]]' (GitLab may read it as an input; write it with a space between)",
            id="interpolation",
        ),
        pytest.param(
            [job(variables={"A": "\udcff"})], r"job a: '\udcff' is not UTF-8, and YAML cannot hold it", id="bytes"
        ),
    ],
)
def test_what_gitlab_would_refuse(jobs: list[Job], expected: str) -> None:
    assert any(found.startswith(expected) for found in problems(*jobs)), problems(*jobs)


def test_all_problems_are_reported_at_once() -> None:
    assert len(problems(job(stage="x", retry=9, scripts=1))) == 3


def test_a_trigger_job_takes_other_keywords() -> None:
    trigger = Job(name="t", body={"stage": "train", "trigger": {"include": []}, "tags": ["gpu"]})
    assert problems(trigger)[0].startswith("job t: unknown keyword 'tags'")
