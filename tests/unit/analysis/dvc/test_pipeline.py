"""What a dvc.yaml asks for, what makes a stage opaque, and that no content can hurt."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlgitlab.analysis.dvc.pipeline import needed_files, stages
from mlgitlab.analysis.dvc.places import place
from mlgitlab.analysis.dvc.values import Stage

TEXTS = st.sampled_from(
    ["a", "${a}", "${a.b[0]}", "x-${item}", "\\${a}", "${", "}", "params.yaml", "../..", "", "s3://b"]
)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS
DATA = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3))
KEYS = st.sampled_from(
    ["cmd", "deps", "outs", "params", "metrics", "plots", "wdir", "vars", "foreach", "do", "matrix", "frozen", "meta"]
)
STAGES = st.dictionaries(st.sampled_from(["a", "b", "a@b"]), st.dictionaries(KEYS, DATA) | DATA, max_size=3)


def read(content: str | bytes, files: dict[str, str] | None = None, path: str = "dvc.yaml") -> dict[str, Stage]:
    raw = content.encode() if isinstance(content, str) else content
    return dict(stages(raw, path, {name: text.encode() for name, text in (files or {}).items()}))


def test_the_default_parameters_and_all_variable_files_are_asked_for_at_once() -> None:
    content = b"vars: [a.yaml, sub/b.json:x, {c: 1}]\nstages: {}"
    assert needed_files(content, "dvc.yaml", {}) == ("a.yaml", "params.yaml", "sub/b.json")
    assert needed_files(content, "x/dvc.yaml", {}) == ("x/a.yaml", "x/params.yaml", "x/sub/b.json")


def test_variables_in_a_folder_that_a_variable_names_are_asked_for_when_it_is_known() -> None:
    content = b"vars: [a.yaml]\nstages: {t: {foreach: '${m}', do: {wdir: 'm/${item}', vars: [p.yaml], cmd: x}}}"
    assert needed_files(content, "dvc.yaml", {}) == ("a.yaml", "params.yaml")
    assert set(needed_files(content, "dvc.yaml", {"a.yaml": b"m: [u, v]"})) >= {"m/u/p.yaml", "m/v/p.yaml"}


def test_the_files_asked_for_are_not_without_end() -> None:
    names = ",".join(f"v{number}.yaml" for number in range(1_000))
    items = ",".join(map(str, range(9_000)))
    content = f"stages: {{t: {{foreach: [{items}], do: {{cmd: x, wdir: 'd${{item}}', vars: [{names}]}}}}}}"
    assert 1_000 < len(needed_files(content.encode(), "dvc.yaml", {})) < 100_000


def test_the_keys_that_took_part_are_known_by_file() -> None:
    content = "vars: [b.yaml]\nstages: {t: {foreach: '${n.m}', do: {cmd: 'x ${item} ${a.b[0].c} ${z}', wdir: '${w}'}}}"
    files = {"params.yaml": "a: {b: [{c: 1}], d: 2}\nw: sub", "b.yaml": "n: {m: [u]}\nz: 1\nunused: 2"}
    (stage,) = read(content, files).values()
    assert stage.variables == {"b.yaml": ("n.m", "z"), "params.yaml": ("a.b", "w")}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param("stages: {a: {cmd: x, surprise: 1}}", "`surprise` is no key", id="an unknown key"),
        pytest.param("stages: {a: {cmd: 'echo ${b}'}}", "no variable ${b}", id="an unknown variable"),
        pytest.param("stages: {a: {cmd: x, vars: [b.yaml]}}", "no file b.yaml", id="a file that is not there"),
        pytest.param("stages: {a: {cmd: x, vars: [../b.yaml]}}", "outside", id="a file outside the repository"),
        pytest.param("stages: {a: {cmd: x, wdir: /tmp}}", "no folder of the repository", id="a folder outside it"),
        pytest.param("stages: {a: {deps: [b]}}", "`cmd` is no list", id="no command"),
        pytest.param("stages: {a: {cmd: x, deps: b}}", "`deps` is no list", id="deps that are no list"),
        pytest.param("stages: {a: {cmd: x, frozen: 1}}", "neither true nor false", id="a flag that is none"),
        pytest.param("stages: {a: {cmd: x, outs: [{b: {new: 1}}]}}", "do not know", id="an unknown flag"),
        pytest.param("stages: {a: {cmd: x, metrics: [{b: {x: 1}}]}}", "do not know", id="a plot's flag on a metric"),
        pytest.param("stages: {a: text}", "no mapping", id="a stage that is none"),
        pytest.param("stages: {a: {foreach: [1], cmd: x}}", "go together", id="foreach without do"),
        pytest.param("stages: {a: {matrix: {b: text}, cmd: x}}", "something else than lists", id="a matrix of text"),
        pytest.param("stages: {a: {foreach: text, do: {cmd: x}}}", "neither a list", id="foreach over text"),
    ],
)
def test_a_stage_that_cannot_be_resolved_says_why(content: str, reason: str) -> None:
    (stage,) = read(content).values()
    assert stage.name == "a"
    assert reason in stage.opaque


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("news: 1\nstages: {a: {cmd: x}}", id="an unknown section"),
        pytest.param("vars: [b.yaml]\nstages: {a: {cmd: x}}", id="variables that are not there"),
        pytest.param("vars: ['${b}']\nstages: {a: {cmd: x}}", id="variables named by variables"),
        pytest.param("vars: [p.py]\nstages: {a: {cmd: x}}", id="variables of Python"),
        pytest.param("stages: {a: {cmd: x}}\nstages: {}", id="a key twice"),
        pytest.param("%YAML 1.1\n---\nstages: {a: {cmd: x}}", id="another YAML"),
        pytest.param("stages: [a]", id="stages that are no mapping"),
        pytest.param("<<<<<<< HEAD", id="a conflict"),
        pytest.param(b"\xff\x00", id="bytes"),
        pytest.param("stages: " + "[" * 10_000, id="no end of brackets"),
    ],
)
def test_a_file_that_cannot_be_understood_is_one_stage_without_a_name(content: str | bytes) -> None:
    (stage,) = read(content, {"p.py": "a = 1"}).values()
    assert (stage.name, stage.file) == ("", "dvc.yaml")
    assert stage.opaque


def test_one_stage_that_cannot_be_resolved_leaves_the_others_alone() -> None:
    found = read("stages: {a: {cmd: '${b}'}, c: {cmd: x, deps: [d]}}")
    assert found["a"].opaque
    assert found["c"].deps == ("d",)


def test_a_reason_is_short_and_on_one_line() -> None:
    (stage,) = read('stages: {a: {cmd: "${' + "b." * 5_000 + '\\u202Ec}"}}').values()
    assert len(stage.opaque) < 200
    assert stage.opaque.isprintable()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("stages: {a: {cmd: '" + "${" * 200_000 + "'}}", id="braces that never close"),
        pytest.param('stages: {a: {cmd: "' + "${" * 100_000 + '\\n}"}}', id="a brace that closes all on another line"),
        pytest.param('stages: {a: {cmd: "' + "${\\n" * 100_000 + '}"}}', id="braces that close on another line"),
        pytest.param(
            "stages: {a: {cmd: x, matrix: {a: &l [" + "1," * 99 + "1], b: *l, c: *l, d: *l, e: *l}}}", id="a product"
        ),
        pytest.param("vars: [{x: '" + "y" * 90_000 + "'}]\nstages: {a: {cmd: '" + "${x}" * 9_000 + "'}}", id="copies"),
        pytest.param(
            "vars: [{x: {" + ",".join(f"k{n}: 1" for n in range(9_000)) + "}}]\n"
            "stages: {a: {foreach: [" + ",".join(map(str, range(9_000))) + "], do: {cmd: 'p ${x}'}}}",
            id="options for each of many",
        ),
        pytest.param("stages: {a: {cmd: x, deps: ['" + "a/" * 500_000 + "']}}", id="a path without end"),
        pytest.param("vars: [{x: 1" + "0" * 90_000 + "}]\nstages: {a: {cmd: '${x}'}}", id="a number without end"),
    ],
)
def test_hostile_content_is_read_in_little_time(content: str) -> None:
    begin = time.process_time()
    found = read(content)
    assert found
    assert time.process_time() - begin < 10


@given(STAGES, DATA)
@settings(max_examples=150, deadline=None)
def test_nothing_that_a_file_can_hold_makes_it_raise(entries: object, variables: object) -> None:
    content = json.dumps({"stages": entries, "vars": [variables]})  # JSON is YAML
    for stage in read(content, {"params.yaml": json.dumps(variables)}).values():
        for path in (stage.wdir, *stage.deps, *stage.params, *(out.path for out in stage.outs)):
            assert place(path, "") == path  # in the repository, and in its normal form


@given(st.binary(max_size=200))
@settings(max_examples=100, deadline=None)
def test_no_bytes_make_it_raise(content: bytes) -> None:
    assert isinstance(read(content), dict)
