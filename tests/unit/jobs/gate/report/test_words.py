"""Numbers as people read them."""

from __future__ import annotations

import math

import pytest

from mlgitlab.jobs.gate.report import words
from mlgitlab.jobs.gate.ruling import Interval


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (None, "", "-"),
        (0.0, "", "0"),
        (-0.0, "", "0"),
        (0.94123456, "", "0.9412"),
        (12000.0, "", "12,000"),
        (12000.5, "", "12,000.5"),
        (1e20, "", "1e+20"),
        (math.nan, "ms", "not a number"),
        (math.inf, "", "infinite"),
        (-math.inf, "", "-infinite"),
        (19.4, "ms", "19.4 ms"),
        (12.5, "%", "12.5 %"),
        (812_345_344.0, "bytes", "774.7 MiB"),
        (-2048.0, "bytes", "-2 KiB"),
        (3.0, "@all [x](y) <b>", "3 all xy b"),
    ],
)
def test_a_number_has_four_digits_and_a_unit_of_letters(value: float | None, unit: str, text: str) -> None:
    assert words.number(value, unit) == text


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (-0.0373, -0.0245, "-0.037 to -0.025"),
        (-0.00181, 0.00097, "-0.0018 to +0.0010"),
        (-120.0, 340.0, "-120 to +340"),
        (-math.inf, 0.5, "-infinite to +0.5"),
        (0.5, 0.5, "+0.5 to +0.5"),
    ],
)
def test_an_interval_has_as_many_decimals_as_its_width_is_worth(low: float, high: float, text: str) -> None:
    assert words.interval(Interval(low=low, high=high)) == text


def test_a_long_or_hostile_text_is_short_and_printable() -> None:
    assert words.cut("a\nb", 10) == "a\\x0ab"
    assert words.cut("x" * 50, 10) == "xxxxxxxxx\u2026"
    assert words.short(f"sha256:{'a' * 64}") == "sha256:aaaaaaaaaaaa"
    assert len(words.short("\n" * 100)) <= 40
