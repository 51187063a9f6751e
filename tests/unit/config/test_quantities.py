"""Sizes and times as people write them."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mlgitlab.config.quantities import ByteSize, Elapsed, shown_bytes


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("500MB", 500_000_000),
        ("2GiB", 2 << 30),
        ("1.5 gib", 3 << 29),
        ("4096", 4096),
        ("1 kB", 1000),
        (" 7B ", 7),
        ("1TiB", 1 << 40),
    ],
)
def test_a_size_is_read(text: str, size: int) -> None:
    assert ByteSize.parse(text) == ByteSize(size)
    assert re.match(ByteSize.pattern, text)


@pytest.mark.parametrize("text", ["", "MB", "0", "-1MB", "1.MB", "1e9", "5 apples", "0.1B", "9" * 30, "\u0661MB"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a size such as"):
        ByteSize.parse(text)


@pytest.mark.parametrize(("text", "milliseconds"), [("50ms", 50), ("1.5s", 1500), ("800us", 0.8), ("2 m", 120_000)])
def test_a_time_is_read(text: str, milliseconds: float) -> None:
    assert Elapsed.parse(text) == Elapsed(milliseconds)
    assert re.match(Elapsed.pattern, text)


@pytest.mark.parametrize("text", ["", "50", "0ms", "-1ms", "1h", "ms"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a time such as"):
        Elapsed.parse(text)


@given(st.integers(1, 10**13))
def test_a_size_is_shown_so_that_it_reads_as_about_the_same(size: int) -> None:
    assert ByteSize.parse(shown_bytes(size)).bytes == pytest.approx(size, rel=0.006, abs=1)


@pytest.mark.parametrize("text", ["500MB", "2GiB", "1.5GiB", "16GiB"])
def test_a_round_size_is_shown_as_it_was_written(text: str) -> None:
    assert str(ByteSize.parse(text)) == text


@given(st.floats(0.001, 1e9))
@example(0.0078125)
def test_a_time_is_shown_so_that_it_reads_as_the_same(milliseconds: float) -> None:
    assert Elapsed.parse(str(Elapsed(milliseconds))).milliseconds == pytest.approx(milliseconds, rel=1e-6)
