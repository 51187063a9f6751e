"""Durations, versions and patterns as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlgitlab.config.scalars import Duration, GitLabVersion, Globs, Share


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90m", 5400),
        ("1h 30m", 5400),
        ("1h30m", 5400),
        ("1 hour and 30 minutes", 5400),
        ("2 days", 172800),
        ("1 day, 2 hrs", 93600),
        (" 1W ", 604800),
        ("45 secs", 45),
    ],
)
def test_a_duration_is_read(text: str, seconds: int) -> None:
    assert Duration.parse(text) == Duration(seconds)


@pytest.mark.parametrize(
    "text", ["", "90", "0m", "m", "5ms", "1 fortnight", "-1h", "1.5h", "1h 30", "\u0661h", "9" * 5000 + "s"]
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a duration such as"):
        Duration.parse(text)


@given(st.integers(1, 10**9))
def test_a_duration_is_printed_as_it_could_be_written(seconds: int) -> None:
    assert Duration.parse(str(Duration(seconds))) == Duration(seconds)
    assert Duration.parse(Duration(seconds).spoken()) == Duration(seconds)


@pytest.mark.parametrize(("text", "expected"), [("17.10", (17, 10)), ("v16.0.1-ee", (16, 0)), ("18.2+x", (18, 2))])
def test_a_gitlab_version_is_read(text: str, expected: tuple[int, int]) -> None:
    assert GitLabVersion.parse(text) == GitLabVersion(*expected)


@pytest.mark.parametrize("text", ["", "17", "17.x", "17.5 beta", "seventeen.five"])
def test_what_is_no_gitlab_version_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a GitLab version"):
        GitLabVersion.parse(text)


def test_versions_are_compared_as_numbers() -> None:
    assert GitLabVersion.parse("17.10") > GitLabVersion.parse("17.9")


def test_patterns_are_sorted_into_includes_and_excludes() -> None:
    assert Globs.parse(("src", "!src/docs", "\\!odd")) == Globs(("src", "\\!odd"), ("src/docs",))


@pytest.mark.parametrize(
    ("text", "value"), [("2%", 0.02), ("0.02", 0.02), (" 12.5 % ", 0.125), (".5", 0.5), ("0", 0.0)]
)
def test_a_share_is_read(text: str, value: float) -> None:
    assert Share.parse(text) == Share(value)
    assert Share.parse(str(Share(value))) == Share(value)


@pytest.mark.parametrize("text", ["", "%", "-1%", "2 percent", "nan", "1e400", "1,5%", "\u0661%", "2%%"])
def test_what_is_no_share_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a share such as"):
        Share.parse(text)
