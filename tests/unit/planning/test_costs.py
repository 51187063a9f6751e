"""What a plan is likely to take, in numbers and in words, and what its budget says to that."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlgitlab.config.costs import Budget, Costs
from mlgitlab.config.field import Name
from mlgitlab.planning.costs import Amount, Estimate, Forecast, gpu_hours
from mlgitlab.planning.costs_forecast import State, forecast, on_gpus, rule
from mlgitlab.planning.costs_words import estimate_sentence, ruling_sentence, sentence
from mlgitlab.planning.evidence import Evidence, Pin
from mlgitlab.planning.plan import Plan, make
from tests.projects import MODELS, modified, plan

HOUR = 3600.0
ON_GPUS = MODELS.replace("paths: models/fraud\n", "paths: models/fraud\n        gpu: {type: a100, count: 2}\n").replace(
    "paths: models/churn\n", "paths: models/churn\n        gpu: t4\n        timeout: 3h\n"
)
COSTS = Costs(per_gpu_hour={Name("a100"): 3.40})


def expected(runs: Mapping[str, list[float]], *paths: str) -> Forecast:
    return forecast(plan(*modified(*paths), text=ON_GPUS, kind="default_branch"), runs, COSTS)


@pytest.mark.parametrize(
    ("runs", "gpus", "hours"),
    [
        pytest.param([HOUR], 1, Amount(median=1, p90=1), id="one run"),
        pytest.param([HOUR, 3 * HOUR], 1, Amount(median=2, p90=3), id="of two, the longer is the ninth of ten"),
        pytest.param([HOUR * n for n in range(1, 11)], 1, Amount(median=5.5, p90=9), id="ten runs"),
        pytest.param([HOUR], 4, Amount(median=4, p90=4), id="GPUs count one by one"),
        pytest.param([99 * HOUR], 1, Amount(median=12, p90=12), id="no run lasts longer than its limit"),
        pytest.param([], 2, Amount(unknown=24), id="without a run, the limit"),
    ],
)
def test_gpu_hours_are_those_of_earlier_runs(runs: list[float], gpus: int, hours: Amount) -> None:
    assert gpu_hours(runs, gpus=gpus, limit=12 * HOUR) == hours


def test_a_plan_takes_what_its_steps_on_gpus_take() -> None:
    found = expected({"fraud:train": [HOUR]}, "models/fraud/train.py", "models/churn/train.py")
    assert [estimate.step for estimate in found.estimates] == ["fraud:train", "churn:train"]
    assert found.hours == Amount(median=2, p90=2, unknown=3)
    assert (found.unknown, found.unpriced) == (("churn:train",), ("t4",))
    assert found.money is not None
    assert math.isclose(found.money.median, 6.80)


def test_trainings_that_the_change_does_not_reach_are_saved() -> None:
    found = expected({}, "models/fraud/train.py")
    assert (found.trainings, found.saved) == (2, 1)
    assert expected({}, "README.md").saved == 3


def test_a_training_that_the_store_has_is_saved() -> None:
    pin = Pin(step="fraud:train", model="fraud", digest="sha256:" + "a1" * 32, fingerprint="f")
    question = replace(
        plan(*modified("models/fraud/train.py"), text=ON_GPUS, kind="default_branch").question,
        evidence=Evidence(pins={"fraud:train": pin}),
    )
    assert forecast(make(question), {}, COSTS).saved == 2


def test_a_matrix_runs_once_for_each_dataset() -> None:
    text = MODELS.replace(
        "evaluate: python models/fraud/evaluate.py",
        "evaluate: {command: x, datasets: [transactions, late], gpu: t4, timeout: 1h}",
    ).replace("    quality:", "      late: data/late.csv\n    quality:")
    found = forecast(plan(*modified("models/fraud/x.py"), text=text, kind="default_branch"), {}, COSTS)
    assert found.hours == Amount(unknown=2)


def estimate(hours: Amount, runs: int = 5, price: float | None = 3.40, step: str = "fraud:train") -> Estimate:
    return Estimate(step=step, gpu="a100", runs=runs, hours=hours, price=price)


KNOWN = estimate(Amount(median=3.2, p90=4.0))
SENTENCES = {
    "this change starts 1 training, about 3.2 GPU hours (90 % under 4.0), 11 EUR; it saves 4 trainings": (
        Forecast(trainings=1, saved=4, currency="EUR", estimates=(KNOWN,))
    ),
    "this change starts 2 trainings, about 3.2 GPU hours (90 % under 4.0) and at most 2.0 GPU hours more, 11 EUR"
    " (no earlier run is known of churn:train; no price is known of a100); it saves 1 training": Forecast(
        trainings=2,
        saved=1,
        currency="EUR",
        estimates=(KNOWN, estimate(Amount(unknown=2.0), runs=0, price=None, step="churn:train")),
    ),
    "this change starts 1 training, at most 2.0 GPU hours, at most 6.80 EUR (no earlier run is known of fraud:train)": (
        Forecast(trainings=1, saved=0, currency="EUR", estimates=(estimate(Amount(unknown=2.0), runs=0),))
    ),
    "this change starts 1 training, about 1 GPU minute (90 % under 2), 0.05 EUR": Forecast(
        trainings=1, saved=0, currency="EUR", estimates=(estimate(Amount(median=0.0139, p90=0.03)),)
    ),
    "this change starts 1 training, about 1 GPU minute (90 % under 1), under 0.01 EUR": Forecast(
        trainings=1, saved=0, currency="EUR", estimates=(estimate(Amount(median=0.0001, p90=0.0001)),)
    ),
    "this change starts 1 training, at most 0.4 GPU hours, at most 1.14 EUR (no earlier run is known of fraud:train)": (
        Forecast(trainings=1, saved=0, currency="EUR", estimates=(estimate(Amount(unknown=1 / 3), runs=0),))
    ),
    "this change starts no training, nothing on a GPU; it saves 3 trainings": Forecast(
        trainings=0, saved=3, currency="EUR"
    ),
    "this change starts 1 training, nothing on a GPU": Forecast(trainings=1, saved=0, currency="EUR"),
}


@pytest.mark.parametrize(("said", "found"), SENTENCES.items(), ids=range(len(SENTENCES)))
def test_a_forecast_is_one_sentence(said: str, found: Forecast) -> None:
    assert sentence(found) == said


def test_each_step_says_whence_its_estimate_is() -> None:
    about = "it takes about 3.2 GPU hours (90 % under 4.0), 11 EUR"
    assert estimate_sentence(KNOWN, "EUR") == f"{about}, by its last 5 runs"
    assert estimate_sentence(replace(KNOWN, runs=1), "EUR") == f"{about}, by its last run"
    unknown = estimate(Amount(unknown=2.0), runs=0, price=None)
    at_most = "it takes at most 2.0 GPU hours, its time limit: no earlier run is known"
    assert estimate_sentence(unknown, "EUR") == at_most


@pytest.mark.parametrize(
    ("hours", "labels", "state"),
    [
        (4.0, (), State.WITHIN),
        (4.1, (), State.OVER),
        (4.1, ("bug", "ok"), State.CONFIRMED),
        (4.1, ("OK", "ok2"), State.OVER),
    ],
)
def test_over_the_budget_a_label_decides(hours: float, labels: tuple[str, ...], state: State) -> None:
    found = Forecast(trainings=1, saved=0, currency="EUR", estimates=(estimate(Amount(median=1, p90=hours)),))
    ruling = rule(found, Budget(max_gpu_hours=4, label="ok"), labels)
    assert ruling.state is state
    assert ("add the label ok" in ruling_sentence(ruling)) is (state is State.OVER)


def test_time_limits_count_where_no_run_is_known() -> None:
    found = Forecast(trainings=1, saved=0, currency="EUR", estimates=(estimate(Amount(unknown=5), runs=0),))
    assert rule(found, Budget(max_gpu_hours=4), ()).state is State.OVER


def without_gpus(found: Plan) -> Plan:
    return make(replace(found.question, withheld=dict.fromkeys(on_gpus(found), "over budget")))


def test_what_needs_a_step_that_is_left_out_is_left_out_as_well() -> None:
    before = plan(*modified("models/fraud/train.py"), text=ON_GPUS, kind="default_branch")
    after = without_gpus(before)
    gone = {step.spec.id for step in before.selected} - {step.spec.id for step in after.selected}
    assert gone == {"fraud:train", "fraud:evaluate", "student:train"}
    assert {step.skipped for step in after.skipped if step.spec.id in gone} == {"over budget"}
    assert forecast(after, {}, COSTS).saved == 1  # what is left out is not saved


_seconds = st.lists(st.floats(0, 1e6), max_size=12)


@given(_seconds, st.integers(1, 8), st.floats(1, 1e6))
def test_nine_of_ten_runs_take_no_less_than_half_of_them(runs: list[float], gpus: int, limit: float) -> None:
    found = gpu_hours(runs, gpus=gpus, limit=limit)
    assert 0 <= found.median <= found.p90 <= limit / HOUR * gpus + 1e-9
    assert (found.unknown > 0) is (not runs)
    assert gpu_hours(reversed(runs), gpus=gpus, limit=limit) == found
