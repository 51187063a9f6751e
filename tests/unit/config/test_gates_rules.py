"""Rules of gates that contradict themselves, or ask for nothing, are found."""

from __future__ import annotations

import dataclasses
import math

import pytest

from mlgitlab.config import gates_fairness, gates_metrics
from mlgitlab.config.build import build_section
from mlgitlab.config.faults import Report
from mlgitlab.config.gates_fairness import Criterion, FairnessRule
from mlgitlab.config.gates_metrics import Direction, Metric, MetricRule, Statistics
from mlgitlab.config.nodes import Table, compose
from mlgitlab.config.scalars import Share
from mlgitlab.config.shapes import Section


@pytest.mark.parametrize("metric", Metric)
def test_a_rule_about_a_metric_that_is_known_is_fine(metric: Metric) -> None:
    assert not list(gates_metrics.faults(metric, MetricRule(margin=0.01, at_least=0.5)))
    assert not list(gates_metrics.faults("mine", MetricRule(metric=metric, relative_margin=Share(0.02))))


@pytest.mark.parametrize(
    ("name", "rule", "fault"),
    [
        pytest.param("acuracy", MetricRule(margin=0.1), "no metric that is known", id="unknown"),
        pytest.param("mine", MetricRule(entry="a.py:f", margin=0.1), "`direction", id="no direction"),
        pytest.param(
            "f1",
            MetricRule(entry="a.py:f", metric="f1", direction=Direction.LOWER, margin=0.1),
            "give one",
            id="two metrics",
        ),
        pytest.param("f1", MetricRule(), "asks for nothing", id="no condition"),
        pytest.param("f1", MetricRule(margin=-0.1), "must not be negative", id="negative"),
        pytest.param("f1", MetricRule(margin=math.nan), "finite", id="NaN"),
        pytest.param("f1", MetricRule(margin=0.1, gain=0.1), "`gain`", id="margin and gain"),
        pytest.param("f1", MetricRule(margin=0.1, relative_margin=Share(0.1)), "twice", id="two margins"),
        pytest.param("f1", MetricRule(relative_margin=Share(1.5)), "below 100%", id="all of it"),
        pytest.param("f1", MetricRule(margin=0.1, level=1.0), "`level`", id="level"),
        pytest.param("f1", MetricRule(margin=0.1, resamples=10), "`resamples`", id="few resamples"),
        pytest.param("f1", MetricRule(margin=0.1, min_rows=0), "`min_rows`", id="no rows"),
        pytest.param("pinball", MetricRule(margin=0.1, quantile=1.0), "`quantile`", id="quantile"),
        pytest.param("ndcg", MetricRule(margin=0.1, k=0), "`k`", id="k"),
        pytest.param("calibration_error", MetricRule(margin=0.1, bins=1), "`bins`", id="bins"),
    ],
)
def test_a_rule_about_a_metric_that_means_nothing_is_found(name: str, rule: MetricRule, fault: str) -> None:
    [found] = gates_metrics.faults(name, rule)
    assert fault in found


def test_so_are_settings_that_no_interval_can_be_made_with() -> None:
    assert not list(gates_metrics.settings_faults(Statistics()))
    assert len(list(gates_metrics.settings_faults(Statistics(level=0.1, resamples=3, seed=-1)))) == 3


def test_a_metric_of_ones_own_needs_a_direction_alone() -> None:
    assert not list(gates_metrics.faults("mine", MetricRule(entry="a.py:f", direction=Direction.LOWER, margin=1.0)))


FAIR = FairnessRule(groups=(("sex",),), max_difference=0.1)


@pytest.mark.parametrize("criterion", Criterion)
def test_a_rule_about_a_criterion_that_is_known_is_fine(criterion: Criterion) -> None:
    assert not list(gates_fairness.faults(criterion, FAIR))


@pytest.mark.parametrize(
    ("name", "changes", "fault"),
    [
        pytest.param("parity", {}, "no criterion that is known", id="unknown"),
        pytest.param("demographic_parity", {"groups": ()}, "names no column", id="no groups"),
        pytest.param("demographic_parity", {"groups": ((),)}, "names no column", id="an empty group"),
        pytest.param("demographic_parity", {"max_difference": None}, "asks for nothing", id="no condition"),
        pytest.param("demographic_parity", {"min_ratio": 1.25}, "cannot be above 1", id="ratio"),
        pytest.param("demographic_parity", {"at_most": 0.1}, "belongs to", id="bound of a loss"),
        pytest.param("demographic_parity", {"min_group": 1}, "`min_group`", id="no group"),
        pytest.param("calibration", {"bins": 0}, "`bins`", id="bins"),
    ],
)
def test_a_rule_about_fairness_that_means_nothing_is_found(name: str, changes: dict[str, object], fault: str) -> None:
    [found] = gates_fairness.faults(name, dataclasses.replace(FAIR, **changes))  # type: ignore[arg-type]
    assert fault in found


@pytest.mark.parametrize(
    ("written", "columns"),
    [
        ("region", (("region",),)),
        ("[region, sex]", (("region",), ("sex",))),
        ("[[region, sex], age]", (("region", "sex"), ("age",))),
    ],
)
def test_columns_and_their_intersections_are_written_as_lists(written: str, columns: object) -> None:
    report = Report("mlgitlab.yml")
    table = compose(f"margin: 1\nrelative_margin: 2%\nslices: {written}\n".encode(), "mlgitlab.yml")
    assert isinstance(table, Table)
    values = build_section(Section(MetricRule), table, "", report)
    assert not report.problems()
    assert (values["slices"], values["relative_margin"]) == (columns, Share(0.02))
