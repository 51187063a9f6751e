"""Files of results: every problem at once, with its line."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlgitlab.planning import results_file
from mlgitlab.planning.misses import Result

A, B = "a" * 40, "b" * 40
STEPS = ("fraud:train", "fraud:evaluate")


def line(commit: object = A, step: object = "fraud:train", result: object = "1", **more: object) -> str:
    return json.dumps({"commit": commit, "step": step, "result": result, **more})


def problems(*lines: str, steps: tuple[str, ...] = STEPS) -> list[str]:
    found = results_file.read("\n".join(lines).encode(), "r.jsonl", steps)[1]
    return [str(problem) for problem in found]


def test_results_are_read_line_by_line() -> None:
    content = f"{line()}\r\n\n{line(B, result='0.9 é', pipeline=7)}\n".encode()
    assert results_file.read(content, "r", STEPS) == (
        (
            Result(step="fraud:train", commit=A, value="1"),
            Result(step="fraud:train", commit=B, value="0.9 é"),
        ),
        (),
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("{", ["r.jsonl:1: not JSON"], id="half a line"),
        pytest.param("[" * 100_000, ["r.jsonl:1: not JSON"], id="too deep"),
        pytest.param("[]", ["r.jsonl:1: no JSON object"], id="a list"),
        pytest.param("{}", ["`commit` is missing", "`step` is missing", "`result` is missing"], id="nothing in it"),
        pytest.param(line(result=0.9), ["`result` is no text"], id="a number"),
        pytest.param(line("abc123"), ["`commit` is 'abc123', no full SHA"], id="a short SHA"),
        pytest.param(line(step="fraud:trian"), ["is called 'fraud:trian' (did you mean `fraud:train`?)"], id="a typo"),
    ],
)
def test_what_is_wrong_with_a_line_is_said(text: str, expected: list[str]) -> None:
    found = problems(text)
    assert len(found) == len(expected)
    for problem, words in zip(found, expected, strict=True):
        assert words in problem


def test_all_problems_are_told_at_once_with_their_lines() -> None:
    found = problems(line(), "{", line(B, step="x:train"), "", line(result="2"), line(1))
    assert [problem.split(": ")[0] for problem in found] == ["r.jsonl:2", "r.jsonl:3", "r.jsonl:5", "r.jsonl:6"]
    assert "another result of 'fraud:train' at this commit than in line 1" in found[2]


def test_the_same_result_twice_is_no_problem() -> None:
    assert problems(line(), line()) == []


def test_without_known_steps_every_name_is_taken() -> None:
    assert problems(line(step="gone:train"), steps=()) == []


def test_bytes_that_are_no_text_are_told() -> None:
    assert [str(each) for each in results_file.read(b"\xff\n", "r", ())[1]] == [
        "r:1: not JSON (each line is one object of its own)"
    ]


@given(st.binary())
def test_anything_is_read_or_refused(content: bytes) -> None:
    results, wrong = results_file.read(content, "r", STEPS)
    assert not results
    assert bool(wrong) is bool(content.replace(b"\n", b"").strip())
