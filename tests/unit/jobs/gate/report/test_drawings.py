"""Intervals and curves as drawings."""

from __future__ import annotations

import math
import xml.etree.ElementTree as ET

import pytest

from mlgitlab.jobs.gate.report import forest, groups, plots
from mlgitlab.jobs.gate.report.effect import Effect
from mlgitlab.jobs.gate.ruling import Curve, CurveKind, Interval, Judged, Outcome, Side
from tests.verdicts import passing


def drop(estimate: float, half: float, **more: object) -> Effect:
    interval = Interval(low=estimate - half, high=estimate + half)
    known = {"judged": Judged.DIFFERENCE, "margin": -0.01, "higher_is_better": True, **more}
    return Effect(estimate=estimate, interval=interval, **known)  # type: ignore[arg-type]


def places(found: Effect) -> dict[str, float]:
    """Where the margin, no difference and the estimate stand, from the left."""
    root = ET.fromstring(forest.draw(found, Outcome.PASS))
    [dot] = root.iter("circle")
    return {"dot": float(dot.get("cx", ""))} | {
        line.get("class", ""): float(line.get("x1", "")) for line in root.iter("line")
    }


def test_better_is_to_the_right_whichever_way_the_metric_goes() -> None:
    higher = places(drop(0.005, 0.002))
    assert higher["margin"] < higher["even"] < higher["dot"]
    lower = places(drop(-0.005, 0.002, margin=0.01, higher_is_better=False))
    assert lower == higher


def test_the_margin_stands_at_one_place_in_all_rows() -> None:
    rows = [
        places(drop(0.0, 0.002)),
        places(drop(1.5, 4.0, margin=-12.0)),
        places(drop(1.0, 0.02, judged=Judged.RATIO, margin=1.1, higher_is_better=False)),
    ]
    assert len({round(row["margin"], 1) for row in rows}) == 1


def test_everything_has_its_place_and_what_never_ends_an_arrow() -> None:
    dots = [places(drop(estimate, 0.002))["dot"] for estimate in (-1e300, -0.5, -0.05, -0.02, 0.0, 0.02, 0.05, 1e300)]
    assert dots == sorted(dots)
    assert dots[0] >= 8
    assert dots[-1] <= forest.WIDTH - 8
    wide = ET.fromstring(forest.draw(drop(0.0, math.inf), Outcome.INCONCLUSIVE))
    assert sum("L" in (path.get("d") or "") for path in wide.iter("path")) == 2


@pytest.mark.parametrize("margin", [None, 0.0, math.nan, math.inf])
def test_without_a_margin_to_measure_by_what_was_found_fills_the_drawing(margin: float | None) -> None:
    assert 100 < places(drop(0.4, 0.1, margin=margin))["dot"] < 192


def test_what_is_no_number_is_not_drawn() -> None:
    assert not forest.draw(drop(math.nan, 0.1), Outcome.FAIL)
    assert not forest.draw(drop(0.1, 0.1, judged=Judged.VALUE, margin=None), Outcome.PASS)


def test_both_sides_of_a_kind_share_a_drawing_and_the_candidate_lies_on_top() -> None:
    found = plots.plots(passing().curves)
    assert [plot.kind for plot in found] == [
        CurveKind.ROC,
        CurveKind.PRECISION_RECALL,
        CurveKind.CALIBRATION,
        CurveKind.LATENCY,
        CurveKind.GROUPS,
    ]
    assert all([curve.side for curve in plot.curves] == [Side.PRODUCTION, Side.CANDIDATE] for plot in found)


def test_a_drawing_says_how_many_points_are_no_numbers() -> None:
    curve = Curve(kind=CurveKind.ROC, side=Side.CANDIDATE, x=(0.0, math.nan, 1.0), y=(0.0, 0.5, 1.0))
    root = ET.fromstring(plots.draw(plots.plots([curve])[0], "p"))
    assert "candidate: 2 points, 1 more are no numbers" in (root.findtext("desc") or "")


def test_groups_past_the_most_are_counted() -> None:
    names = tuple(f"group {number}" for number in range(groups.MOST + 3))
    numbers = tuple(map(float, range(len(names))))
    curve = Curve(kind=CurveKind.GROUPS, side=Side.CANDIDATE, x=numbers, y=numbers, labels=names)
    [plot] = plots.plots([curve])
    assert groups.left_out(plot) == 3
    drawn = ET.fromstring(groups.draw(plot, "p"))
    assert "3 more groups are not drawn" in (drawn.findtext("desc") or "")


def test_latencies_far_apart_get_a_logarithmic_axis() -> None:
    curve = Curve(kind=CurveKind.LATENCY, side=Side.CANDIDATE, x=(1.0, 10.0, 100.0), y=(0.1, 0.5, 1.0))
    root = ET.fromstring(plots.draw(plots.plots([curve])[0], "p"))
    [line] = [path.get("d", "") for path in root.iter("path") if path.get("d", "").count("L") == 2]
    first, middle, last = (float(point.split()[0]) for point in line.removeprefix("M").split(" L"))
    assert middle - first == pytest.approx(last - middle, abs=0.2)
