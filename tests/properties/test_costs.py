"""What must be true of the cost of every project and change, and of leaving out what costs too much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from mlgitlab.changes import Change
from mlgitlab.ci import PipelineKind
from mlgitlab.config.costs import Costs
from mlgitlab.config.field import Name
from mlgitlab.config.schema import Config
from mlgitlab.planning.costs_forecast import forecast, on_gpus
from mlgitlab.planning.plan import make
from mlgitlab.planning.select import scope
from mlgitlab.planning.sides import Reached
from mlgitlab.results import Cause
from tests.properties.drawn import change_lists, configs, kinds, loaded, planned

COSTS = Costs(per_gpu_hour={Name("a100"): 3.0, Name("t4"): 0.5})
_runs = st.dictionaries(
    st.sampled_from([f"m{number}:{kind}" for number in range(4) for kind in ("smoke", "train")]),
    st.lists(st.floats(0, 1e5), max_size=3),
)


@given(configs(), change_lists, kinds, loaded, _runs)
def test_one_more_change_never_costs_less(
    config: Config, changes: Sequence[Change], kind: PipelineKind, reached: Reached, runs: dict[str, list[float]]
) -> None:
    costs = [
        forecast(planned(config, config, changes[:count], kind, reached), runs, COSTS)
        for count in range(len(changes) + 1)
    ]
    for fewer, more in pairwise(costs):
        assert fewer.hours.reserved <= more.hours.reserved + 1e-9
        assert fewer.hours.median <= more.hours.median + 1e-9
        assert fewer.trainings <= more.trainings
        assert fewer.saved >= more.saved
        assert (fewer.money.reserved if fewer.money else 0) <= (more.money.reserved if more.money else 0) + 1e-9


@given(configs(), change_lists, kinds, loaded, _runs)
def test_the_same_change_in_another_order_costs_the_same(
    config: Config, changes: Sequence[Change], kind: PipelineKind, reached: Reached, runs: dict[str, list[float]]
) -> None:
    one, other = (planned(config, config, changes, kind, reached, backwards=backwards) for backwards in (False, True))
    assert forecast(one, runs, COSTS) == forecast(other, runs, COSTS)


@given(configs(), change_lists, kinds, loaded)
def test_what_is_left_of_a_plan_needs_no_gpu_and_nothing_that_is_gone(
    config: Config, changes: Sequence[Change], kind: PipelineKind, reached: Reached
) -> None:
    before = planned(config, config, changes, kind, reached)
    gone = on_gpus(before)
    after = make(replace(before.question, withheld=dict.fromkeys(gone, "over budget")))
    left = {step.spec.id for step in after.selected}
    assert not any(step.spec.gpu for step in after.selected)
    stay = {step.spec.id for step in before.selected if {reason.cause for reason in step.reasons} != {Cause.NEEDED}}
    assert stay - gone <= left <= {step.spec.id for step in before.selected} - gone
    within = scope(before.question.steps, before.question.profile.profile)
    for step in after.selected:
        assert {need.step for need in within.needs(step.spec) if need.required} <= left
