"""What a plan costs, asked of the store, and what its budget says to that."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import assert_never

from mlgitlab.ci import PipelineKind
from mlgitlab.cli.inputs import Stores, store_address
from mlgitlab.cli.planning.flow import Survey, instead
from mlgitlab.config.costs import Costs, Over
from mlgitlab.errors import MlgitlabError, RefusedError
from mlgitlab.jobs.train.durations import seconds_of
from mlgitlab.jobs.train.publishing import PROVENANCE
from mlgitlab.planning.costs import Forecast
from mlgitlab.planning.costs_forecast import MERGE_REQUESTS, Ruling, State, forecast, on_gpus, rule
from mlgitlab.planning.costs_words import confirmation, over_budget
from mlgitlab.planning.plan import make
from mlgitlab.store import recent
from mlgitlab.store.library import Store

# So many runs of a step are looked at, the newest; of very many steps fewer, since each run is three requests.
MOST_RUNS, LEAST_RUNS, _MOST_TOGETHER = 10, 2, 200
_AT_ONCE = 16


def weigh(found: Survey, stores: Stores) -> Survey:
    """The survey with what its plan takes; where that is over the budget, the one that the budget's policy leads to.

    A person is shown the plan as it is: only GitLab knows the labels of a merge request.
    """
    expected, notes = _forecast(found, stores)
    known = found.knowing(forecast=expected).noting(*notes)
    budget, env = found.project.config.budgets.merge_request, found.request.env
    if budget is None or not (env.kind in MERGE_REQUESTS or _stands_in_for_one(found)):
        return known
    ruling = rule(expected, budget, env.labels)
    known = known.knowing(ruling=ruling)
    return _over(known, ruling, stores) if ruling.state is State.OVER and env.in_ci else known


def _stands_in_for_one(found: Survey) -> bool:
    """Whether this is what a merge request would run, on a laptop."""
    env = found.request.env
    return env.kind is PipelineKind.LAPTOP and not (found.request.options.profile or env.profile)


def _forecast(found: Survey, stores: Stores) -> tuple[Forecast, tuple[str, ...]]:
    """What the survey's plan takes, and what kept the store from being asked."""
    runs, notes = _runs(found, stores)
    return forecast(found.plan, runs, found.project.config.costs or Costs()), notes


def _runs(found: Survey, stores: Stores) -> tuple[Mapping[str, tuple[float, ...]], tuple[str, ...]]:
    """The seconds of the last runs of each selected training on a GPU, and what kept the store from being asked."""
    config = found.project.config
    steps = [step.spec.id for step in found.plan.selected if step.spec.gpu and step.spec.is_training]
    if not steps or not store_address(found.request, config):
        return {}, ()
    try:
        store = stores(config)
        if isinstance(store, str):
            # Where the store was asked for results, the plan has said so already.
            return {}, (store,) if store and store not in found.plan.question.evidence.notes else ()
        most = max(LEAST_RUNS, min(MOST_RUNS, _MOST_TOGETHER // len(steps)))
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            lasted = pool.map(lambda step: _seconds(store, step, most), steps)
            return dict(zip(steps, lasted, strict=True)), ()
    except MlgitlabError as error:
        return {}, (f"how long earlier runs took is not known: {error.message}",)


def _seconds(store: Store, step: str, most: int) -> tuple[float, ...]:
    found = (seconds_of(record) for record in recent.records(store.bucket, step, PROVENANCE, most))
    return tuple(seconds for seconds in found if seconds is not None)


def _over(found: Survey, ruling: Ruling, stores: Stores) -> Survey:
    budget, why = ruling.budget, over_budget(ruling)
    match budget.over:
        case Over.FAIL:
            raise RefusedError(f"the change is {why}", confirmation(ruling))
        case Over.LEAVE_OUT:
            withheld = dict.fromkeys(on_gpus(found.plan), why)
            other = replace(found, plan=make(replace(found.plan.question, withheld=withheld)))
        case Over.FALLBACK:
            other = instead(found, budget.fallback_profile or "", why, stores)
        case _:
            assert_never(budget.over)
    expected, _ = _forecast(other, stores)
    if rule(expected, budget, ()).state is State.OVER:
        said = f"{why}; the profile {budget.fallback_profile} would be over it as well"
        raise RefusedError(f"the change is {said}", confirmation(ruling))
    return other.knowing(forecast=expected)
