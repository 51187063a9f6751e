"""Numbers of groups, their differences and ratios are those of fairlearn."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from fairlearn import metrics as reference
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sklearn.metrics import mean_absolute_error, precision_score, root_mean_squared_error, zero_one_loss

from mlgitlab.config.gates_fairness import Criterion, FairnessRule, GroupLoss
from mlgitlab.config.gates_metrics import Statistics
from mlgitlab.jobs.gate.fairness.case import Case, measured
from mlgitlab.jobs.gate.fairness.extremes import difference, ratio
from mlgitlab.jobs.gate.predictions import Pair, Predictions, Task
from tests.predictions import side

SEEDS = st.integers(0, 2**32 - 1)
QUICK = settings(max_examples=15, deadline=None)
SETTINGS = Statistics(resamples=200)


def drawn(seed: int, count: int, groups: int, *, weighted: bool) -> tuple[Any, Any, Any, Any]:
    generator = np.random.default_rng(seed)
    group = generator.integers(groups, size=count).astype(str)
    truth, predicted = (generator.random((2, count)) < 0.5).astype(float)
    weight = generator.random(count) + 0.1 if weighted else None
    return truth, predicted, group, weight


def judged(criterion: Criterion, answers: Predictions, **rule: Any) -> tuple[float, float]:
    """The largest difference and the smallest ratio."""
    asked = FairnessRule(criterion=criterion, groups=(("g",),), min_group=2, **rule)
    case = measured("rule", asked, ("g",), Pair(dataset="", candidate=answers), SETTINGS, alone=True)
    assert isinstance(case, Case), case
    smallest = ratio(case.numbers, 0, 0.95)
    return difference(case.numbers, 0, 0.95).value, np.nan if isinstance(smallest, str) else smallest.value


def answers_of(task: Task, truth: Any, predicted: Any, group: Any, weight: Any) -> Predictions:
    return side(task, truth, predicted=predicted, groups={"g": group}, **({} if weight is None else {"weight": weight}))


@QUICK
@given(SEEDS, st.integers(30, 200), st.integers(2, 4), st.booleans())
def test_criteria_of_classification(seed: int, count: int, groups: int, weighted: bool) -> None:
    truth, predicted, group, weight = drawn(seed, count, groups, weighted=weighted)
    enough = [np.count_nonzero((group == each) & (values == part)) >= 2
              for each in np.unique(group) for values in (truth, predicted) for part in (0, 1)]  # fmt: skip
    assume(len(np.unique(group)) > 1 and all(enough))
    answers = answers_of(Task.BINARY, truth, predicted, group, weight)
    given_groups = {"sensitive_features": group, "sample_weight": weight}
    expected = {
        Criterion.DEMOGRAPHIC_PARITY: (
            reference.demographic_parity_difference(truth, predicted, **given_groups),
            reference.demographic_parity_ratio(truth, predicted, **given_groups),
        ),
        Criterion.EQUAL_OPPORTUNITY: (
            reference.equal_opportunity_difference(truth, predicted, **given_groups),
            reference.equal_opportunity_ratio(truth, predicted, **given_groups),
        ),
        Criterion.EQUALISED_ODDS: (
            reference.equalized_odds_difference(truth, predicted, **given_groups),
            reference.equalized_odds_ratio(truth, predicted, **given_groups),
        ),
        Criterion.PREDICTIVE_PARITY: by_frame(precision_score, truth, predicted, group, weight),
        Criterion.ERROR_PARITY: by_frame(zero_one_loss, truth, predicted, group, weight),
    }
    for criterion, wanted in expected.items():
        assert judged(criterion, answers) == pytest.approx(wanted, abs=1e-9, nan_ok=True), criterion


def by_frame(function: Any, truth: Any, predicted: Any, group: Any, weight: Any) -> tuple[float, float]:
    parameters = {"sample_weight": weight} if weight is not None else None
    frame = reference.MetricFrame(
        metrics=function, y_true=truth, y_pred=predicted, sensitive_features=group, sample_params=parameters
    )
    return frame.difference(), frame.ratio()


@QUICK
@given(SEEDS, st.integers(20, 200), st.integers(2, 4), st.booleans())
def test_criteria_of_regression(seed: int, count: int, groups: int, weighted: bool) -> None:
    truth, _, group, weight = drawn(seed, count, groups, weighted=weighted)
    predicted = np.random.default_rng(seed).gamma(2.0, size=count)
    assume(len(np.unique(group)) > 1 and min(np.count_nonzero(group == each) for each in np.unique(group)) >= 2)
    answers = answers_of(Task.REGRESSION, truth, predicted, group, weight)
    mean = by_frame(reference.mean_prediction, truth, predicted, group, weight)
    assert judged(Criterion.MEAN_DIFFERENCE, answers) == pytest.approx(mean, abs=1e-9)
    for loss, function in ((GroupLoss.MAE, mean_absolute_error), (GroupLoss.RMSE, root_mean_squared_error)):
        wanted = by_frame(function, truth, predicted, group, weight)
        assert judged(Criterion.ERROR_PARITY, answers, loss=loss) == pytest.approx(wanted, abs=1e-9)
