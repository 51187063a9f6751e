"""Which stages a target means, and which come before them."""

from __future__ import annotations

import pytest

from mlgitlab.analysis.dvc.upstream import Target, wanted
from mlgitlab.analysis.dvc.values import Out, Stage


@pytest.mark.parametrize(
    ("text", "folder", "expected"),
    [
        pytest.param("train", "", Target(file="dvc.yaml", name="train"), id="a name"),
        pytest.param("train@a-b", "", Target(file="dvc.yaml", name="train@a-b"), id="one of a group"),
        pytest.param("train@a/b:c", "", Target(file="dvc.yaml", name="train@a/b:c"), id="one with an odd key"),
        pytest.param("train", "sub", Target(file="sub/dvc.yaml", name="train"), id="a name in a folder"),
        pytest.param("dvc.yaml", "", Target(file="dvc.yaml"), id="a file"),
        pytest.param("sub/dvc.yaml:train", "", Target(file="sub/dvc.yaml", name="train"), id="a name in a file"),
        pytest.param("../a/dvc.yaml:train", "b", Target(file="a/dvc.yaml", name="train"), id="a file beside"),
        pytest.param(":train", "", Target(file="dvc.yaml", name="train"), id="an empty file"),
        pytest.param("data/raw.dvc", "", None, id="a pointer"),
        pytest.param("../dvc.yaml", "", None, id="out of the repository"),
        pytest.param("sub/other.yaml:train", "", None, id="another file"),
        pytest.param("a" * 9_000 + "/dvc.yaml", "", None, id="too long"),
    ],
)
def test_a_target_is_read_as_dvc_reads_it(text: str, folder: str, expected: Target | None) -> None:
    assert Target.parse(text, folder) == expected


def stage(name: str, deps: tuple[str, ...] = (), outs: tuple[str, ...] = (), **more: object) -> Stage:
    made = tuple(Out(path=path) for path in outs)
    return Stage(name=name, file="dvc.yaml", definition=name.partition("@")[0], deps=deps, outs=made, **more)  # type: ignore[arg-type]


def names(target: str, *stages: Stage) -> list[str]:
    parsed = Target.parse(target)
    assert parsed is not None
    files: dict[str, dict[str, Stage]] = {}
    for one in stages:
        files.setdefault(one.file, {})[one.name] = one
    return [one.name for one in wanted(files, parsed)]


@pytest.mark.parametrize(
    ("dep", "out"),
    [
        pytest.param("data", "data", id="the same path"),
        pytest.param("data/a/b.csv", "data", id="a path in a folder that is made"),
        pytest.param("data", "data/a/b.csv", id="a folder around what is made"),
        pytest.param("", "data/a", id="the whole repository"),
    ],
)
def test_who_makes_a_dependency_comes_before(dep: str, out: str) -> None:
    assert names("train", stage("make", outs=(out,)), stage("train", deps=(dep,))) == ["make", "train"]


def test_a_name_that_only_begins_alike_is_another_path() -> None:
    assert names("train", stage("make", outs=("data2", "data-a")), stage("train", deps=("data",))) == ["train"]


def test_parameters_and_places_outside_are_made_by_stages_too() -> None:
    tuned = stage("tune", outs=("best.yaml",))
    upload = stage("upload", external_outs=("s3://bucket/a",))
    last = stage("train", params={"best.yaml": ("lr",)}, external_deps=("s3://bucket/a/b",))
    assert names("train", tuned, upload, last) == ["tune", "upload", "train"]


def test_the_way_leads_back_through_every_stage() -> None:
    chain = [stage(f"s{n}", deps=(f"d{n}",), outs=(f"d{n + 1}",)) for n in range(2_000)]
    assert len(names("s1999", *chain)) == 2_000
    assert names("s0", *chain) == ["s0"]


def test_a_circle_ends() -> None:
    assert names("a", stage("a", deps=("x",), outs=("y",)), stage("b", deps=("y",), outs=("x",))) == ["a", "b"]


def test_nothing_comes_before_a_frozen_stage() -> None:
    first, second = stage("first", outs=("a",)), stage("second", deps=("a",), outs=("b",), frozen=True)
    assert names("third", first, second, stage("third", deps=("b",))) == ["second", "third"]
    assert names("second", first, second) == ["second"]


def test_a_group_means_its_stages() -> None:
    group = (stage("train@a"), stage("train@b"), stage("trainer"))
    assert names("train", *group) == ["train@a", "train@b"]
    assert names("train@b", *group) == ["train@b"]
    assert names("dvc.yaml", *group) == ["train@a", "train@b", "trainer"]


def test_a_pattern_means_what_is_like_it() -> None:
    found = wanted({"dvc.yaml": {"ab": stage("ab"), "b": stage("b")}}, Target(file="dvc.yaml", name="a*", pattern=True))
    assert [one.name for one in found] == ["ab"]


@pytest.mark.parametrize("target", ["absent", "other/dvc.yaml", "train@a"])
def test_what_does_not_exist_means_nothing(target: str) -> None:
    assert names(target, stage("train")) == []


def test_what_is_opaque_may_make_anything() -> None:
    other = Stage(name="x", file="sub/dvc.yaml", opaque="why")
    assert names("train", stage("train"), other) == ["train", "x"]


@pytest.mark.parametrize("opaque", ["", "train"])
def test_a_name_may_be_in_what_is_opaque(opaque: str) -> None:
    """A file, or a group, that nobody can look into."""
    assert names("train@a", stage(opaque, opaque="why")) == [opaque]
