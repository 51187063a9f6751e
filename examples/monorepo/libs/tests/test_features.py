"""Features must stay in their range, whatever the table holds."""

from __future__ import annotations

import numpy as np
import pytest

from features import money, transactions
from features.encoding import one_hot
from features.scaling import unit


@pytest.mark.parametrize(("value", "expected"), [(-5, 0.0), (0, 0.0), (5, 0.5), (10, 1.0), (99, 1.0)])
def test_unit_maps_the_range_and_clips_the_rest(value: float, expected: float) -> None:
    assert unit(np.array([value]), 0, 10) == pytest.approx([expected])


def test_a_payment_from_an_empty_account_takes_no_share() -> None:
    assert money.of_balance(np.array([10.0]), np.array([0.0])) == pytest.approx([0.0])


def test_an_unknown_plan_is_none_of_the_known() -> None:
    assert one_hot(np.array(["pro", "gold"]), ("basic", "pro")).tolist() == [[0.0, 1.0], [0.0, 0.0]]


def test_every_feature_of_a_payment_lies_between_0_and_1() -> None:
    table = {
        "amount": np.array([0.0, 1e9]),
        "balance": np.array([0.0, 1.0]),
        "hour": np.array([0.0, 23.0]),
        "country_risk": np.array([0.0, 1.0]),
        "shop_age_days": np.array([0.0, 1e6]),
    }
    built = transactions.build(table)
    assert built.min() >= 0
    assert built.max() <= 1
