"""Learning curves as SVG."""

from __future__ import annotations

import math
import xml.etree.ElementTree as ET

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mlgitlab.jobs.metrics.curves import page
from mlgitlab.jobs.metrics.curves.axes import labels, linear, logarithmic
from mlgitlab.jobs.metrics.curves.charts import Chart, Line, charts, subject, thinned
from mlgitlab.jobs.metrics.curves.svg import draw
from mlgitlab.jobs.metrics.numbers import Points

_SVG = "{http://www.w3.org/2000/svg}"
VALUES = st.lists(st.floats(), min_size=1, max_size=30)


def chart(*values: float, title: str = "loss") -> Chart:
    points = tuple((float(step), value) for step, value in enumerate(values))
    return Chart(title=title, lines=(Line(label=title, points=points, count=len(points)),))


def parsed(drawn: str) -> ET.Element:
    return ET.fromstring(drawn)


@given(VALUES)
@example([1.7e308])
@example([-1.7e308, 1.7e308])
@example([0.0, 5e-324])
def test_every_finite_value_has_its_place_on_a_linear_axis(values: list[float]) -> None:
    axis = linear(values)
    finite = [value for value in values if math.isfinite(value)]
    assert all(-1e-9 <= axis.place(value) <= 1 + 1e-9 for value in [*finite, *axis.ticks])
    assert len(set(labels(axis))) == len(axis.ticks) <= 13


@given(VALUES)
@example([9.999999999999347e307])
@example([5e-324])
def test_every_positive_value_has_its_place_on_a_logarithmic_axis(values: list[float]) -> None:
    axis = logarithmic(values)
    assert all(-1e-9 <= axis.place(value) <= 1 + 1e-9 for value in values if axis.holds(value))
    assert len(axis.ticks) <= 13


def test_ticks_are_round() -> None:
    assert labels(linear([1_000_000.1, 1_000_000.4])) == tuple(f"1000000.{digit}" for digit in range(1, 5))
    assert labels(linear([0, 20_000_000])) == ("0", "5e+06", "1e+07", "1.5e+07", "2e+07")
    assert labels(linear([0.13, 0.87])) == ("0.0", "0.2", "0.4", "0.6", "0.8", "1.0")
    assert labels(linear([-3, 4])) == ("-4", "-2", "0", "2", "4")
    assert labels(logarithmic([0.002, 30])) == ("0.001", "0.01", "0.1", "1", "10", "100")
    assert labels(logarithmic([0.5, 0.9])) == ("0.5", "1")


@given(VALUES, st.booleans())
def test_any_series_makes_a_drawing_without_numbers_that_svg_does_not_know(values: list[float], log: bool) -> None:
    drawn = draw(chart(*values), 0, log=log)
    shapes = [each.attrib for each in parsed(drawn).iter() if each.tag != f"{_SVG}text"]
    assert not any("nan" in value or "inf" in value for each in shapes for value in each.values())
    assert draw(chart(*values), 0, log=log) == drawn


def test_a_value_that_is_not_finite_is_a_gap_a_cross_and_a_word() -> None:
    root = parsed(draw(chart(3, 2, math.nan, 1, 1), 0))
    [path] = [each for each in root.iter(f"{_SVG}path") if each.get("d", "").count("L")]
    assert path.get("d", "").count("M") == 2
    assert [each.text for each in root.iter(f"{_SVG}text")].count("\u00d7") == 1
    assert "1 not finite" in (root.findtext(f"{_SVG}desc") or "")


def test_a_lone_value_is_a_dot() -> None:
    assert len(list(parsed(draw(chart(1, math.nan, 2, 3), 0)).iter(f"{_SVG}circle"))) == 1


def test_a_logarithmic_axis_says_how_many_values_it_cannot_show() -> None:
    assert "2 not above zero" in (parsed(draw(chart(1, 0, -1, 2), 0, log=True)).findtext(f"{_SVG}desc") or "")


def test_names_are_text_wherever_they_stand() -> None:
    hostile = '</title><script>alert("1")</script>\x1b\x00&'
    for content in (page.html([chart(1, 2, title=hostile)], hostile), page.svg([chart(1, 2, title=hostile)], hostile)):
        assert b"<script" not in content
        assert b"\x1b" not in content
    parsed(page.svg([chart(1, 2, title=hostile)], hostile).decode())


def test_a_page_has_nothing_from_elsewhere_and_an_id_of_its_own_for_each_chart() -> None:
    content = page.html([chart(1, 2), chart(2, 1, title="auc")], "Curves").decode()
    assert content.count("http") == content.count("http://www.w3.org/2000/svg") == 2
    assert content.count('id="mlc0t"') == content.count('id="mlc1t"') == 1
    assert "prefers-color-scheme:dark" in content


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("val_loss", "loss"),
        ("train/loss", "loss"),
        ("eval.top-1", "top_1"),
        ("loss", "loss"),
        ("test", "test"),
        ("latest_loss", "latest_loss"),
    ],
)
def test_series_of_one_subject_share_a_chart(name: str, title: str) -> None:
    assert subject(name) == title


def test_lines_of_several_files_say_which() -> None:
    points: Points = ((0, 1.0), (1, 2.0))
    [found] = charts({"a.csv": {"loss": points}, "b.csv": {"val_loss": points, "lr": points}}, only=["*loss"])
    assert [line.label for line in found.lines] == ["a.csv: loss", "b.csv: val_loss"]


def test_a_long_series_keeps_its_extremes_its_nan_and_its_end() -> None:
    values = [0.5] * 50_000
    values[777], values[778], values[779] = 9.0, -9.0, math.nan
    points = tuple((float(step), value) for step, value in enumerate(values))
    kept = thinned(points)
    assert len(kept) <= 1000
    assert {9.0, -9.0} <= {value for _, value in kept}
    assert any(math.isnan(value) for _, value in kept)
    assert kept[-1] == points[-1]
