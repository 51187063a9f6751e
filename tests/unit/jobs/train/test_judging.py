"""How an end is judged."""

from __future__ import annotations

import signal
from dataclasses import dataclass

import pytest

from mlgitlab.jobs.train.judging import failure, fits


@dataclass(frozen=True)
class End:
    code: int = 0
    seconds: float = 1.0
    timed_out: bool = False
    signal: int = 0
    left: bool = False
    peak_bytes: int = 0


@pytest.mark.parametrize(
    ("end", "said"),
    [
        (End(code=3), "failed with exit code 3"),
        (End(code=-signal.SIGKILL), "was ended by signal SIGKILL"),
        (End(code=128 + signal.SIGKILL), "failed with exit code 137: SIGKILL"),
        (End(code=0, timed_out=True), "did not finish within 1m 30s"),
        (End(code=255), "failed with exit code 255"),
    ],
)
def test_a_failure_says_how_the_command_ended(end: End, said: str) -> None:
    error = failure("the command", end, 90)
    assert error is not None
    assert said in error.message


def test_memory_is_suspected_where_something_was_killed() -> None:
    for code in (-9, 137):
        error = failure("the command", End(code=code), 90)
        assert error is not None
        assert "memory" in error.hint


def test_a_success_is_no_failure() -> None:
    assert failure("the command", End(), 90) is None


@pytest.mark.parametrize(
    ("name", "pattern", "expected"),
    [
        ("out/a/model.pt", "*.pt", True),
        ("out/a/model.pt", "out/*.pt", False),
        ("out/a/model.pt", "out/**/*.pt", True),
        ("out/model.pt", "out/**/*.pt", True),
        ("out/model.pt", "./out/model.pt", True),
        ("out/model.pt", "out", False),
        ("out/model.pt", "**", True),
        ("out/model.pt", "model.pth", False),
    ],
)
def test_patterns_of_checkpoints(name: str, pattern: str, expected: bool) -> None:
    assert fits(name, pattern) == expected
