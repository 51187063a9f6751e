"""However a pipeline is parted, every dependency is kept and no part is too large."""

from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st

from mlgitlab.config.schema import GitLab
from mlgitlab.errors import ConfigError
from mlgitlab.pipeline.instance import Instance
from mlgitlab.pipeline.nouns import Job, Pipeline
from mlgitlab.pipeline.split import MOST_CROSS_NEEDS, Split, split


@st.composite
def pipelines(draw: st.DrawFn) -> Pipeline:
    """Any graph without a circle; a need is of artifacts, or of order alone."""
    jobs: list[Job] = []
    for number in range(draw(st.integers(2, 14))):
        earlier = [job.name for job in jobs]
        needed = draw(st.lists(st.sampled_from(earlier), unique=True, max_size=4)) if earlier else []
        needs = [{"job": name, "artifacts": draw(st.booleans())} for name in needed]
        body = {"stage": "train", "script": ["true"], "needs": needs, "parallel": draw(st.integers(1, 2))}
        jobs.append(Job(name=f"j{number}", body=body))
    return Pipeline(stages=("train",), jobs=tuple(jobs))


def parted(pipeline: Pipeline, limit: int) -> Split:
    try:
        return split(pipeline, Instance.of(GitLab(max_jobs=limit)), "too many")
    except ConfigError:
        assume(False)  # what cannot be parted is refused
        raise


@given(pipelines(), st.integers(2, 8))
def test_every_need_is_in_the_same_part_in_an_earlier_wave_or_shared(pipeline: Pipeline, limit: int) -> None:
    found = parted(pipeline, limit)
    shared = {job.name for job in found.shared}
    place = {
        job.name: (wave, part)
        for wave, parts in enumerate(found.waves)
        for part, jobs in enumerate(parts)
        for job in jobs
    }
    assert place.keys() | shared == {job.name for job in pipeline.jobs}
    assert not place.keys() & shared
    for job in pipeline.jobs:
        if job.name in shared:
            assert set(job.needs) <= shared
            continue
        assert len(shared & set(job.reads)) <= MOST_CROSS_NEEDS
        for need in set(job.needs) - shared:
            if need in job.reads:
                assert place[need] == place[job.name]
            else:
                assert place[need] == place[job.name] or place[need][0] < place[job.name][0]


@given(pipelines(), st.integers(2, 8))
def test_no_part_exceeds_the_limit(pipeline: Pipeline, limit: int) -> None:
    found = parted(pipeline, limit)
    assert all(sum(job.count for job in part) <= limit for wave in found.waves for part in wave)


@given(pipelines(), st.integers(2, 8))
def test_the_same_pipeline_is_always_parted_alike(pipeline: Pipeline, limit: int) -> None:
    assert parted(pipeline, limit) == parted(pipeline, limit)
