"""Which results prove that something should have run."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlgitlab.planning.misses import Checked, Miss, Result, check
from mlgitlab.planning.shadow import Replay, counted
from tests import projects

STEPS = counted(projects.steps())
STEP = "fraud:train"


def history(*selected: str, changed: str = "") -> list[Replay]:
    """Commits 1, 2, ... after commit 0; `x` selects the step, `-` does not, `?` is not known, `0` had no such step."""
    return [
        Replay(
            commit=str(number),
            base=str(number - 1),
            changed=(f"{changed or 'file'}{number}",),
            steps={} if mark in "?0" else STEPS,
            selected=frozenset({STEP} if mark == "x" else {"churn:train"}),
            independent=frozenset({STEP} if mark in "xi" else ()),
            skipped="nobody knows" if mark == "?" else "",
        )
        for number, mark in enumerate(selected, start=1)
    ]


def results(told: str, *, recorded: bool = False) -> Iterable[Result]:
    """`0a 2b`: the result was a at commit 0, and b at commit 2."""
    return [Result(step=STEP, commit=each[:-1], value=each[-1], recorded=recorded) for each in told.split()]


@pytest.mark.parametrize(
    ("marks", "told", "expected"),
    [
        pytest.param("-", "0a 1b", [("0", "1")], id="changed, and nothing ran"),
        pytest.param("-", "0a 1a", [], id="unchanged"),
        pytest.param("x", "0a 1b", [], id="changed where it ran"),
        pytest.param("x--", "0a 3b", [], id="ran at the first in between"),
        pytest.param("--x", "0a 3b", [], id="ran at the last"),
        pytest.param("x-", "1a 2b", [("1", "2")], id="ran at the earlier result only"),
        pytest.param("---x", "0a 3b", [("0", "3")], id="ran later only"),
        pytest.param("---", "0a 1b 3a", [("0", "1"), ("1", "3")], id="changed back"),
        pytest.param("-x-", "0a 1a 2b 3b", [], id="each with the one before it, not with the first"),
        pytest.param("-?-", "0a 3b", [], id="something in between is not known"),
        pytest.param("-0-", "0a 3b", [], id="there was no such step in between"),
        pytest.param("--", "0a 7b", [], id="a result of another commit"),
        pytest.param("--", "2b 0a", [("0", "2")], id="in any order"),
    ],
)
def test_a_miss_is_a_difference_after_which_nothing_ran(marks: str, told: str, expected: list[tuple[str, str]]) -> None:
    found = check(history(*marks), results(told))
    assert [(miss.earlier, miss.commit) for miss in found.misses] == expected


def test_a_miss_names_what_changed_in_between() -> None:
    assert check(history("-", "-", "-"), results("1a 3b")).misses == (
        Miss(
            step=STEP,
            commit="3",
            earlier="1",
            value="b",
            earlier_value="a",
            changed=("file2", "file3"),
            recorded=False,
        ),
    )


def test_pairs_and_differences_are_counted() -> None:
    found = check(history(*"-x-"), results("0a 1a 2b 3c"))
    assert (found.compared, found.differing, len(found.misses)) == (3, 2, 1)


def test_steps_are_compared_with_themselves() -> None:
    other = Result(step="churn:train", commit="1", value="b")
    assert check(history("-"), [*results("0a"), other]) == Checked()


def test_what_dvc_records_has_to_have_a_cause_besides_itself() -> None:
    told = "1a 2b 3c"
    marks = "-xi"  # at 3, only what was recorded is what did not select it
    assert [miss.commit for miss in check(history(*marks), results(told)).misses] == ["3"]
    assert check(history(*marks), results(told, recorded=True)).misses == ()
    assert check(history(*"-x-"), results("1a 3b", recorded=True)).misses == ()


def test_given_and_recorded_results_are_not_compared_with_each_other() -> None:
    assert check(history("-"), [*results("0a"), *results("1b", recorded=True)]).compared == 0


def test_without_commits_nothing_is_compared() -> None:
    assert check([], results("0a 1b")) == Checked()


@given(st.text("x-", max_size=6), st.lists(st.sampled_from("ab"), max_size=7))
def test_every_difference_is_selected_or_missed(marks: str, values: list[str]) -> None:
    found = check(history(*marks), results(" ".join(f"{at}{value}" for at, value in enumerate(values))))
    shown = values[: len(marks) + 1] if marks else []
    different = [at for at in range(1, len(shown)) if shown[at] != shown[at - 1]]
    assert [int(miss.commit) for miss in found.misses] == [at for at in different if marks[at - 1] == "-"]
