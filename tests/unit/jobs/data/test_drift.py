from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import polars as pl
import pytest
from sklearn.datasets import load_diabetes

from mlgitlab.adapters.tables.summaries import measure
from mlgitlab.jobs.data.drift import Finding, Limits, Outcome, compare, overall
from mlgitlab.jobs.data.drift_psi import distance, noise, psi
from mlgitlab.jobs.data.profile import Profile
from mlgitlab.jobs.data.profile_counts import like
from mlgitlab.jobs.data.profile_making import profile_of

FEW = Limits(min_rows=100)


def profile(frame: pl.DataFrame, baseline: Profile | None = None, sensitive: Sequence[str] = ()) -> Profile:
    counted = measure([frame], like(baseline) if baseline else None)
    return profile_of(counted.result(), counted.rows, like=baseline, sensitive=sensitive)


def compared(before: Sequence[object], now: Sequence[object], limits: Limits = FEW) -> Finding:
    old, new = (pl.DataFrame({"x": values}, strict=False) for values in (before, now))
    baseline = profile(old)
    (exact,) = compare(baseline, profile(new, baseline), limits)
    (by_profiles,) = compare(baseline, profile(new), limits)
    # With other bins less is known, and never something else.
    assert by_profiles.outcome in (exact.outcome, Outcome.INCONCLUSIVE)
    return exact


def diabetes() -> pl.DataFrame:
    """442 patients; the columns' unscaled numbers."""
    data = load_diabetes(scaled=False)
    return pl.DataFrame(data.data, schema=data.feature_names)


def test_young_and_old_patients_differ_in_weight_and_blood_pressure() -> None:
    patients = diabetes()
    young, old = patients.filter(pl.col("age") < 50), patients.filter(pl.col("age") >= 50)
    baseline = profile(young)
    found = {each.column: each for each in compare(baseline, profile(old, baseline), FEW)}
    assert {name for name, each in found.items() if each.outcome is Outcome.FAIL} >= {"age", "bmi", "bp"}
    assert found["age"].distance == 1.0
    assert found["sex"].outcome is Outcome.PASS
    (bmi,) = compare(baseline, profile(old), replace(FEW, columns=("bmi",)))
    assert bmi.outcome is Outcome.FAIL


@pytest.mark.parametrize("seed", range(5))
def test_random_halves_of_the_patients_do_not_differ(seed: int) -> None:
    patients = diabetes().sample(fraction=1, shuffle=True, seed=seed)
    baseline = profile(patients[:221])
    assert {each.outcome for each in compare(baseline, profile(patients[221:], baseline), FEW)} == {Outcome.PASS}


def test_too_few_rows_are_no_pass() -> None:
    found = compared([1.0] * 999, [1.0] * 5000, Limits())
    assert found.outcome is Outcome.INCONCLUSIVE
    assert found.reasons == ("the baseline has 999 rows, and 1000 are needed to tell",)


def test_a_large_sample_does_not_make_a_small_shift_a_drift() -> None:
    before = [index / 1000 for index in range(50_000)]
    found = compared(before, [value + 0.5 for value in before], Limits())
    assert found.outcome is Outcome.PASS
    assert found.psi is not None
    assert found.psi < 0.1


def test_few_values_among_many_rows_cannot_be_judged() -> None:
    before = [None] * 2000 + [float(index) for index in range(30)]
    assert compared(before, before, Limits()).outcome is Outcome.INCONCLUSIVE


def test_a_constant_that_changes_drifts() -> None:
    assert compared([5.0] * 500, [6.0] * 500).outcome is Outcome.FAIL
    assert compared([5.0] * 500, [5.0] * 500).psi == 0.0


def test_values_beyond_the_baselines_range_drift_and_are_said() -> None:
    before = [float(index % 100) for index in range(1000)]
    found = compared(before, [*before[:700], *([1e6] * 300)])
    assert found.outcome is Outcome.FAIL
    assert "above the baseline's greatest: 1e+06 > 99" in found.notes


def test_infinite_numbers_are_a_bin_of_their_own() -> None:
    before = [float(index % 10) for index in range(1000)]
    assert compared(before, [*before[:500], *([math.inf] * 500)]).outcome is Outcome.FAIL


def test_numbers_that_are_none_count_as_missing() -> None:
    before = [float(index % 10) for index in range(1000)]
    found = compared(before, [*before[:900], *([math.nan] * 100)])
    assert found.outcome is Outcome.FAIL
    assert found.reasons == ("missing values rose from 0.0% to 10.0%, by more than 5.0%",)


def test_new_values_of_a_category_are_named() -> None:
    found = compared(["a", "b"] * 500, ["a", "b"] * 400 + ["c"] * 200)
    assert (found.outcome, found.notes) == (Outcome.FAIL, ("new values: 'c'",))
    assert compared(["a", "b"] * 500, ["a", "b"] * 499 + ["c"] * 2).outcome is Outcome.PASS


def test_names_of_rows_are_others_in_every_version_and_do_not_drift() -> None:
    found = compared([f"a{i}" for i in range(400)], [f"b{i}" for i in range(400)])
    assert found.outcome is Outcome.PASS
    assert "each value is there once" in found.notes[0]
    repeated = compared([f"a{i}" for i in range(400)], [f"a{i // 40}" for i in range(400)])
    assert repeated.outcome is Outcome.FAIL


def test_a_shift_between_categories_drifts() -> None:
    assert compared([True] * 500 + [False] * 500, [True] * 900 + [False] * 100).outcome is Outcome.FAIL


def test_more_categories_than_are_listed_are_compared() -> None:
    before = [f"v{index % 80:02}" for index in range(8000)]
    assert compared(before, before).outcome is Outcome.PASS
    assert compared(before, [f"w{index % 80:02}" for index in range(8000)]).outcome is Outcome.FAIL


def test_another_type_is_a_drift_and_a_wider_number_is_none() -> None:
    assert compared([1, 2] * 500, ["1", "2"] * 500).reasons == ("the type was integer and is text",)
    found = compared([1, 2] * 500, [1.0, 2.0] * 500)
    assert (found.outcome, found.notes) == (Outcome.PASS, ("was Int64, is Float64",))


def test_a_column_that_emptied_or_filled_is_no_pass() -> None:
    assert compared([1] * 1000, [None] * 1000).outcome is Outcome.FAIL
    assert compared([None] * 1000, [1] * 1000).outcome is Outcome.INCONCLUSIVE
    assert compared([None] * 1000, [None] * 1000).outcome is Outcome.PASS


def test_columns_that_are_gone_new_or_asked_for_in_vain() -> None:
    old, new = profile(pl.DataFrame({"a": [1] * 200})), profile(pl.DataFrame({"b": [1] * 200}))
    assert [(each.column, each.outcome) for each in compare(old, new, FEW)] == [
        ("a", Outcome.FAIL),
        ("b", Outcome.PASS),
    ]
    asked = compare(old, new, replace(FEW, columns=("b", "c")))
    assert [each.outcome for each in asked] == [Outcome.INCONCLUSIVE, Outcome.FAIL]


def test_sensitive_columns_are_compared_by_what_is_missing_alone() -> None:
    old = profile(pl.DataFrame({"x": ["secret"] * 200}), sensitive=["x"])
    new = pl.DataFrame({"x": ["other"] * 200})
    (same,) = compare(old, profile(new), FEW)
    assert same.outcome is Outcome.PASS
    assert "other" not in repr(same)
    (gone,) = compare(old, profile(new.with_columns(x=pl.lit(None, dtype=pl.String))), FEW)
    assert gone.outcome is Outcome.FAIL


def test_nothing_compared_is_no_pass() -> None:
    assert overall(()) is Outcome.INCONCLUSIVE
    passes = Finding(column="a", outcome=Outcome.PASS)
    unknown = Finding(column="b", outcome=Outcome.INCONCLUSIVE)
    assert overall((passes,)) is Outcome.PASS
    assert overall((passes, unknown)) is Outcome.INCONCLUSIVE
    assert overall((unknown, replace(passes, outcome=Outcome.FAIL))) is Outcome.FAIL


def test_the_index_of_a_known_example() -> None:
    expected = (0.5 - 0.3) * math.log(0.5 / 0.3) + (0.5 - 0.7) * math.log(0.5 / 0.7)
    assert psi([500_000, 500_000], [300_000, 700_000]) == pytest.approx(expected, rel=1e-4)


def test_the_index_of_two_samples_of_one_distribution_is_about_the_noise() -> None:
    values = pl.Series(range(20)).sample(200 * 300, with_replacement=True, seed=1)
    indices = []
    for start in range(0, len(values), 600):
        before, now = (
            [int((part == bin_).sum()) for bin_ in range(20)]
            for part in (values[start : start + 300], values[start + 300 : start + 600])
        )
        indices.append(psi(before, now))
    assert sum(indices) / len(indices) == pytest.approx(noise(20, 300, 300), rel=0.1)


def test_the_distance_is_the_largest_difference_of_shares() -> None:
    assert distance([1, 1, 0, 0], [0, 0, 1, 1], ordered=True) == 1.0
    assert distance([1, 0, 1, 0], [0, 1, 0, 1], ordered=True) == 0.5
    assert distance([1, 0, 1, 0], [0, 1, 0, 1], ordered=False) == 1.0
