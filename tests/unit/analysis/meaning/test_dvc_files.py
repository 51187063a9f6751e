"""The files of DVC."""

from __future__ import annotations

import pytest

from mlgitlab.analysis.meaning.dvc_files import LOCK, PIPELINE, POINTER
from mlgitlab.analysis.meaning.values import Kind, Layer, Meaning, Part

STAGE = """
stages:
  train:
    cmd: python train.py
    deps: [train.py, data]
    outs:
      - model.pkl:
          cache: false
    plots:
      - loss.csv:
          x: step
      - roc.csv
"""
LOCKED = """
schema: '2.0'
stages:
  train:
    cmd: python train.py
    deps:
    - path: data/x.csv
      hash: md5
      md5: a304afb96060aad90176268345e10355
      size: 10
    params:
      params.yaml:
        train.lr: 0.1
    outs:
    - path: model.pkl
      md5: 12e5
      size: 20
"""
POINTED = """
outs:
- md5: a304afb96060aad90176268345e10355.dir
  size: 10
  nfiles: 2
  hash: md5
  path: images
"""


def read(kind: Kind, text: str) -> Meaning:
    found = kind.read(text.encode())
    assert found is not None
    return found


def code(kind: Kind, text: str) -> list[Part]:
    return [part for part in read(kind, text).parts if part.layer is Layer.CODE]


def names(kind: Kind, text: str) -> list[str]:
    return [part.name for part in code(kind, text)]


def test_a_pipeline_is_read_by_key() -> None:
    assert names(PIPELINE, STAGE) == [
        "stages.train.cmd",
        "stages.train.deps",
        'stages.train.outs[0]."model.pkl".cache',
        'stages.train.plots[0]."loss.csv"',
        "stages.train.plots[1]",
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("cmd:", "desc: words\n    cmd:", id="description of a stage"),
        pytest.param("cache: false", "cache: false\n          desc: words", id="description of an output"),
        pytest.param("x: step", "x: epoch", id="axis"),
        pytest.param("x: step", "x: step\n          title: words", id="title"),
        pytest.param("x: step", "y: [a, b]\n          template: linear", id="template"),
        pytest.param("\nstages:", "\nplots:\n- loss.csv: {x: step}\nstages:", id="plots of the project"),
        pytest.param("stages:", "# comment\nstages:", id="comment"),
    ],
)
def test_what_describes_and_displays_counts_for_no_step(old: str, new: str) -> None:
    assert old in STAGE
    assert code(PIPELINE, STAGE) == code(PIPELINE, STAGE.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("python train.py", "python train.py -v", id="command"),
        pytest.param("[train.py, data]", "[train.py]", id="dependency"),
        pytest.param("cache: false", "cache: true", id="cache"),
        pytest.param("cmd:", "frozen: true\n    cmd:", id="frozen"),
        pytest.param("cmd:", "meta: {reviewed: 1}\n    cmd:", id="what programs of users may read"),
        pytest.param("- loss.csv", "- other.csv", id="a plot's file"),
        pytest.param("      - loss.csv:\n          x: step\n", "", id="a plot with options that goes"),
        pytest.param("      - roc.csv\n", "", id="a plot that goes"),
        pytest.param("x: step", "x: step\n          cache: false", id="an option of a plot that is no display"),
        pytest.param("train:", "desc:", id="a stage that is called desc"),
    ],
)
def test_what_a_stage_does_counts(old: str, new: str) -> None:
    assert old in STAGE
    assert code(PIPELINE, STAGE) != code(PIPELINE, STAGE.replace(old, new, 1))


def test_descriptions_are_parts_for_checks() -> None:
    text = "stages:\n  a:\n    foreach: [x]\n    do: {cmd: 'b', desc: words}\nartifacts: {m: {path: p, desc: words}}\n"
    assert [part.name for part in read(PIPELINE, text).parts if part.layer is Layer.TOOLING] == [
        "stages.a.do.desc",
        "artifacts.m.desc",
    ]


def test_an_output_of_which_only_a_description_is_said_counts() -> None:
    text = "stages: {a: {cmd: b, outs: [m.pkl: {desc: words}]}}"
    assert names(PIPELINE, text) == ["stages.a.cmd", 'stages.a.outs[0]."m.pkl"']
    assert code(PIPELINE, text) == code(PIPELINE, text.replace("words", "others"))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("stages: {a: {cmd: b, params: [desc: c]}}", id="a key of parameters"),
        pytest.param("stages: {a: {cmd: b, deps: [desc: c]}}", id="an option that dependencies lack"),
        pytest.param("vars: [{desc: c}]", id="a variable"),
        pytest.param("params: {desc: c}", id="elsewhere"),
        pytest.param("desc: c", id="at the root"),
        pytest.param("stages: {a: {cmd: b, meta: {desc: c}}}", id="of users' data"),
        pytest.param("stages: {a: {cmd: b, desc: {c: d}}}", id="no text"),
        pytest.param("stages: {a: {cmd: b, outs: [p.csv: {title: c}]}}", id="display of what is no plot"),
    ],
)
def test_a_word_elsewhere_is_no_description(text: str) -> None:
    assert {part.layer for part in read(PIPELINE, text).parts} == {Layer.CODE}


def test_a_lock_is_read_by_path() -> None:
    assert names(LOCK, LOCKED) == [
        "schema",
        "stages.train.cmd",
        'stages.train.deps."data/x.csv".hash',
        'stages.train.deps."data/x.csv".md5',
        'stages.train.deps."data/x.csv".size',
        'stages.train.params."params.yaml"."train.lr"',
        'stages.train.outs."model.pkl".md5',
        'stages.train.outs."model.pkl".size',
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("a304afb", "b304afb", id="hash of a dependency"),
        pytest.param("12e5", "12e6", id="hash of an output"),
        pytest.param("12e5", "120e4", id="a hash that looks like a number"),
        pytest.param("0.1", "0.2", id="parameter"),
        pytest.param("model.pkl", "other.pkl", id="path"),
        pytest.param("'2.0'", "2.0", id="schema"),
    ],
)
def test_what_a_lock_says_counts(old: str, new: str) -> None:
    assert old in LOCKED
    assert read(LOCK, LOCKED) != read(LOCK, LOCKED.replace(old, new))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("stages: {a: {outs: [{path: x, md5: b}, {path: x, md5: c}]}}", id="a path twice"),
        pytest.param("stages: {a: {outs: [{md5: x}]}}", id="no path"),
        pytest.param("stages: {a: {outs: [{path: [x]}]}}", id="a path that is a list"),
        pytest.param("stages: {a: {outs: [x, {path: x}]}}", id="a text among entries"),
        pytest.param("stages: {a: {outs: {x: {md5: b}}}}", id="a mapping"),
        pytest.param("stages: [x]", id="no stages"),
        pytest.param("a: {cmd: b, outs: [{path: x, md5: c}]}", id="first schema"),
    ],
)
def test_a_lock_of_another_shape_is_read_by_key(text: str) -> None:
    assert read(LOCK, text) != read(LOCK, text.replace("x", "y"))


def test_lists_and_mappings_of_a_lock_differ() -> None:
    listed, mapped = "stages: {a: {outs: [{path: x, md5: b}]}}", "stages: {a: {outs: {x: {md5: b}}}}"
    assert names(LOCK, listed) == names(LOCK, mapped)
    assert read(LOCK, listed) != read(LOCK, mapped)


def test_a_pointer_is_read_by_path() -> None:
    assert names(POINTER, POINTED) == ["outs.images.md5", "outs.images.size", "outs.images.nfiles", "outs.images.hash"]


@pytest.mark.parametrize(
    "more",
    [
        pytest.param("desc: words\n", id="description"),
        pytest.param("  desc: words\n", id="description of an output"),
        pytest.param("# comment\n", id="comment"),
    ],
)
def test_what_describes_a_pointer_counts_for_no_step(more: str) -> None:
    assert code(POINTER, POINTED) == code(POINTER, POINTED + more)


@pytest.mark.parametrize("more", ["meta: {a: b}\n", "wdir: x\n", "frozen: true\n", "  remote: x\n", "  cache: false\n"])
def test_what_else_a_pointer_says_counts(more: str) -> None:
    assert code(POINTER, POINTED) != code(POINTER, POINTED + more)


@pytest.mark.parametrize("kind", [PIPELINE, LOCK, POINTER], ids=lambda kind: kind.name)
@pytest.mark.parametrize("content", [b"a: b\n---\na: c", b"a: b\na: c", b"a: [", b"&a {b: *a}"])
def test_what_dvc_would_not_read_has_no_meaning(kind: Kind, content: bytes) -> None:
    assert kind.read(content) is None


@pytest.mark.parametrize("kind", [PIPELINE, LOCK, POINTER], ids=lambda kind: kind.name)
@pytest.mark.parametrize("content", [b"", b"x", b"- x", b"[]", b"plots: []", b"!t {outs: [{path: x}]}"])
def test_any_yaml_has_a_meaning(kind: Kind, content: bytes) -> None:
    assert kind.read(content) is not None


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("dvc.yaml", PIPELINE),
        ("a/dvc.yaml", PIPELINE),
        ("dvc.lock", LOCK),
        ("data/x.csv.dvc", POINTER),
        (".dvc", None),
        ("a/.dvc", None),
        (".dvc/config", None),
        ("my-dvc.yaml", None),
    ],
)
def test_files_are_known_by_their_names(path: str, kind: Kind | None) -> None:
    assert [found for found in (PIPELINE, LOCK, POINTER) if found.matches(path)] == ([kind] if kind else [])
