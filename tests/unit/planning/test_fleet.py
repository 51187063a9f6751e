"""Whether runners take the jobs of a plan, and what is said where none does."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlgitlab.config.fleet import BUILT_IN_PROFILES, Missing, Runners
from mlgitlab.planning.fleet import Fleet, Match, Wanted, match, refusal, refuses, sentence, wants
from mlgitlab.planning.profiles import BUILT_IN
from mlgitlab.runners import AccessLevel, Runner, RunnerStatus, RunnerType
from tests.projects import steps

GPU = Wanted(tags=("a100", "gpu"), timeout=7200, steps=("fraud:train",))
PLAIN = Wanted(tags=(), timeout=600, steps=("quality:lint",))
RIGHT = Runner(
    id=42,
    description="box",
    type=RunnerType.PROJECT,
    status=RunnerStatus.ONLINE,
    online=True,
    paused=False,
    tags=("a100", "big", "gpu"),
    maximum_timeout=7200,
)


@pytest.mark.parametrize(
    ("runner", "wanted", "protected", "why"),
    [
        pytest.param(RIGHT, GPU, False, "", id="all tags, and more"),
        pytest.param(replace(RIGHT, paused=True), GPU, False, "is paused", id="paused"),
        pytest.param(
            replace(RIGHT, online=False, status=RunnerStatus.NEVER_CONTACTED),
            GPU,
            False,
            "has never contacted GitLab",
            id="new",
        ),
        pytest.param(replace(RIGHT, online=False, status=RunnerStatus.STALE), GPU, False, "is stale", id="stale"),
        pytest.param(replace(RIGHT, tags=("gpu",)), GPU, False, "lacks a100", id="a tag is missing"),
        pytest.param(replace(RIGHT, tags=("A100", "gpu")), GPU, False, "lacks a100", id="letter case counts"),
        pytest.param(RIGHT, PLAIN, False, "takes no job without tags", id="untagged jobs"),
        pytest.param(replace(RIGHT, run_untagged=True), PLAIN, False, "", id="a runner that takes untagged jobs"),
        pytest.param(
            replace(RIGHT, access=AccessLevel.REF_PROTECTED),
            GPU,
            False,
            "takes jobs of protected branches and tags only",
            id="protected",
        ),
        pytest.param(replace(RIGHT, access=AccessLevel.REF_PROTECTED), GPU, True, "", id="a protected ref"),
        pytest.param(replace(RIGHT, access=AccessLevel.REF_PROTECTED), GPU, None, "", id="nobody knows the ref"),
        pytest.param(replace(RIGHT, maximum_timeout=7199), GPU, False, "ends jobs after 1h 59m 59s", id="too short"),
        pytest.param(replace(RIGHT, maximum_timeout=None), GPU, False, "", id="no limit"),
        pytest.param(replace(RIGHT, detailed=False, tags=()), GPU, False, "", id="GitLab does not show its settings"),
    ],
)
def test_a_runner_takes_a_job_or_says_why_not(runner: Runner, wanted: Wanted, protected: bool | None, why: str) -> None:
    assert refusal(runner, wanted, protected=protected) == why


def test_each_set_of_tags_and_time_limit_is_wanted_once() -> None:
    text = """
        version: 1
        defaults: {timeout: 10m}
        quality: {lint: ruff, types: {command: mypy, tags: [b, a]}, docs: {command: make, tags: [a, b, a]}}
    """
    assert wants(steps(text).values()) == (
        Wanted(tags=(), timeout=600, steps=("quality:lint",)),
        Wanted(tags=("a", "b"), timeout=600, steps=("quality:docs", "quality:types")),
    )


def test_what_is_said_of_hostile_runners_is_printable() -> None:
    rude = replace(RIGHT, description="\x1b[2Jgone\u202e", paused=True)
    (found,) = match([GPU], {GPU.tags: [rude]}, protected=False)
    assert sentence(found).isprintable()
    assert "runner 42" in sentence(found)
    odd = Match(wanted=replace(GPU, tags=("\x1b[2J",)))
    assert sentence(odd) == r"no runner takes the tags \x1b[2J for 2h (fraud:train): no runner has them"


def test_a_project_without_runners_is_told_so() -> None:
    (found,) = match([PLAIN], {}, protected=False)
    assert sentence(found) == "no runner takes a job without tags for 10m (quality:lint): there is no runner"


def test_many_reasons_are_counted() -> None:
    many = [replace(RIGHT, id=number, paused=True) for number in range(50)]
    (found,) = match([GPU], {GPU.tags: many}, protected=False)
    assert sentence(found).endswith("; runner 4 'box' is paused and 45 more")


@pytest.mark.parametrize(("policy", "refused"), [("fail", True), ("fallback", True), ("warn", False)])
def test_a_policy_refuses_what_would_wait_in_vain(policy: str, refused: bool) -> None:
    missing = Match(wanted=GPU)
    assert refuses(Fleet(policy=Runners(missing=Missing(policy)), matches=(missing,))) is refused
    assert not refuses(Fleet(policy=Runners(missing=Missing(policy)), matches=(replace(missing, runner=1),)))
    assert not refuses(Fleet(policy=Runners(missing=Missing(policy)), unasked="no token"))


def test_the_profiles_that_need_no_declaration_are_those_that_are_built_in() -> None:
    assert BUILT_IN.keys() == BUILT_IN_PROFILES


_tags = st.frozensets(st.sampled_from("abc"), max_size=3).map(lambda found: tuple(sorted(found)))
_runners = st.builds(
    Runner,
    id=st.integers(1, 9),
    description=st.text(max_size=3),
    type=st.just(RunnerType.PROJECT),
    status=st.sampled_from(RunnerStatus),
    online=st.booleans(),
    paused=st.booleans(),
    tags=_tags,
    access=st.sampled_from(AccessLevel),
    maximum_timeout=st.none() | st.integers(600, 7200),
    run_untagged=st.booleans(),
    detailed=st.booleans(),
)
_wanted = st.builds(Wanted, tags=_tags, timeout=st.integers(600, 7200), steps=st.just(("m:train",)))


@given(st.lists(_wanted, max_size=4), st.lists(_runners, max_size=4), _runners, st.sampled_from([True, False, None]))
def test_one_more_runner_never_makes_an_answer_worse(
    wanted: list[Wanted], runners: list[Runner], more: Runner, protected: bool | None
) -> None:
    before = match(wanted, {want.tags: runners for want in wanted}, protected=protected)
    after = match(wanted, {want.tags: [*runners, more] for want in wanted}, protected=protected)
    for one, other in zip(before, after, strict=True):
        assert other.runner is not None or one.runner is None
        assert (other.runner is None) is bool(other.refusals)


@given(_wanted, st.lists(_runners, max_size=5, unique_by=lambda runner: runner.id), st.booleans())
def test_the_order_of_the_runners_means_nothing(wanted: Wanted, runners: list[Runner], protected: bool) -> None:
    one = match([wanted], {wanted.tags: runners}, protected=protected)
    assert match([wanted], {wanted.tags: list(reversed(runners))}, protected=protected) == one
