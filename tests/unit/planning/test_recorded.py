"""What dvc.lock says that a step's stages made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlgitlab.config.scalars import Duration
from mlgitlab.config.schema import StepKind
from mlgitlab.planning.recorded import Recorded, recorded
from mlgitlab.planning.steps import StepSpec
from tests.snapshots import DictSnapshot

PIPELINE = """
stages:
  prepare: {cmd: a, deps: [raw.csv], outs: [data/prepared]}
  train:
    wdir: work
    cmd: b
    deps: [../data/prepared]
    outs: [model.pkl]
    metrics: [scores.json: {cache: false}]
"""
LOCK = """
schema: '2.0'
stages:
  prepare:
    cmd: a
    outs: [{path: data/prepared, md5: p1.dir, size: 3}]
  train:
    cmd: b
    deps: [{path: ../data/prepared, md5: p1.dir}]
    outs: [{path: model.pkl, md5: m1, size: 5}, {path: scores.json, hash: md5, md5: s1}]
"""
NAMED = StepSpec(
    id="fraud:train", kind=StepKind.TRAIN, owner="fraud", command=("make",), dvc=("train",), timeout=Duration(60)
)
SHOWN = replace(NAMED, dvc=(), command=("dvc repro train",))
ALL = replace(NAMED, dvc=(), command=("dvc repro -P",))
NEITHER = replace(NAMED, dvc=())


def found(
    then: str | None, now: str, step: StepSpec = NAMED, changed: tuple[str, ...] = ("dvc.lock",)
) -> Recorded | None:
    before = {"dvc.yaml": PIPELINE, **({"dvc.lock": then} if then is not None else {})}
    return recorded([step], DictSnapshot(before), DictSnapshot({"dvc.yaml": PIPELINE, "dvc.lock": now}), changed)


def values(then: str | None, now: str, step: StepSpec = NAMED) -> Mapping[str, str]:
    records = found(then, now, step)
    assert records is not None
    return records.values


@pytest.mark.parametrize(
    ("then", "now", "expected"),
    [
        pytest.param(LOCK, LOCK.replace("m1", "m2"), "m2 model.pkl, s1 scores.json", id="another output"),
        pytest.param(None, LOCK, "m1 model.pkl, s1 scores.json", id="the first lock"),
        pytest.param("broken: [", LOCK, "m1 model.pkl, s1 scores.json", id="a lock that could not be read before"),
        pytest.param(LOCK, LOCK.replace("cmd: b", "cmd: c"), "m1 model.pkl, s1 scores.json", id="made anew alike"),
        pytest.param(LOCK, LOCK.replace("cmd: a", "cmd: c"), None, id="only another stage"),
        pytest.param(LOCK, LOCK.replace("md5: m1, ", ""), None, id="no hash"),
        pytest.param(LOCK, LOCK.replace("  train:", "  gone:"), None, id="no entry"),
        pytest.param(LOCK, "broken: [", None, id="no YAML"),
        pytest.param(LOCK, "stages: [train]", None, id="no mapping"),
    ],
)
def test_a_lock_tells_what_was_made_anew(then: str | None, now: str, expected: str | None) -> None:
    assert values(then, now) == ({"fraud:train": expected} if expected else {})


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        pytest.param(NAMED, "m2 model.pkl, s1 scores.json", id="the stages that it names"),
        pytest.param(SHOWN, "m2 model.pkl, s1 scores.json", id="those that its command shows"),
        pytest.param(ALL, "m2 model.pkl, p1.dir data/prepared, s1 scores.json", id="all stages"),
    ],
)
def test_the_results_of_a_step_are_those_of(step: StepSpec, expected: str) -> None:
    assert values(LOCK, LOCK.replace("m1", "m2"), step) == {"fraud:train": expected}


def test_a_step_without_stages_has_no_records() -> None:
    assert found(LOCK, LOCK.replace("m1", "m2"), NEITHER) is None


def test_a_lock_that_did_not_change_says_nothing() -> None:
    records = found(LOCK, LOCK, changed=("work/model.pkl",))
    assert records is not None
    assert records.values == {}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("dvc.lock", True),
        ("work/scores.json", True),
        ("data/prepared/part.csv", True),
        ("raw.csv", False),
        ("dvc.yaml", False),
        ("model.pkl", False),
    ],
)
def test_locks_and_outputs_are_results(path: str, expected: bool) -> None:
    records = found(LOCK, LOCK)
    assert records is not None
    assert records.is_result(path) is expected


@given(st.text("stages:train\n -{}[]outs'&*!pathmd5"))
def test_any_lock_is_read_or_left_alone(content: str) -> None:
    assert values(None, content) == {}
