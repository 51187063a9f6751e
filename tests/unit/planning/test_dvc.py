"""What the stages of a DVC project add to the steps that reproduce them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlgitlab.analysis.entry import entries_of
from mlgitlab.config.scalars import Duration, Globs
from mlgitlab.config.schema import StepKind
from mlgitlab.planning.dvc import Understood, with_dvc
from mlgitlab.planning.dvc_rules import key, literal
from mlgitlab.planning.globs import GlobIndex, compile_pattern
from mlgitlab.planning.steps import Rule, StepSpec
from tests.snapshots import DictSnapshot

PIPELINE = """
vars: [{folder: data}]
stages:
  prepare:
    cmd: python src/prepare.py
    deps: [src/prepare.py, "${folder}/raw.csv"]
    outs: ["${folder}/prepared"]
  train:
    wdir: models/fraud
    cmd: python train.py --lr ${fraud.lr}
    deps: [train.py, ../../data/prepared, ../../conf]
    params:
      - ../../params.yaml: [fraud.epochs, fraud.layers.0, "odd key.x"]
      - settings.py: [A.b]
    outs: [model.pkl]
    metrics:
      - scores.json: {cache: false}
  other:
    cmd: python other.py
    deps: [other.csv]
    outs: [other.out]
"""
FILES = {
    "dvc.yaml": PIPELINE,
    "params.yaml": "fraud: {lr: 0.1, epochs: 3, layers: [1]}\nchurn: {lr: 1}\n",
    "models/fraud/train.py": "",
    "src/prepare.py": "",
    "data/raw.csv.dvc": "",
    "conf/a.yaml": "",
}
STEP = StepSpec(
    id="fraud:train", kind=StepKind.TRAIN, owner="fraud", command=("dvc repro train",), timeout=Duration(60)
)


def understood(step: StepSpec = STEP, files: Mapping[str, str] = FILES, **changes: str) -> Understood:
    return with_dvc(
        {step.id: step}, DictSnapshot({**files, **{f"{name}.yaml": text for name, text in changes.items()}})
    )


def completed(step: StepSpec = STEP, files: Mapping[str, str] = FILES, **changes: str) -> StepSpec:
    return understood(step, files, **changes).steps[step.id]


def rules_for(path: str, step: StepSpec, *, is_tree: bool = False) -> set[Rule]:
    index: GlobIndex[Rule] = GlobIndex()
    for rule in step.rules:
        index.add(rule.globs, rule)
    return {rule for rule, _ in index.find(path, is_tree=is_tree)}


def keys_for(path: str, step: StepSpec) -> set[str] | None:
    """The keys of the file that count; None where all of it does."""
    found = rules_for(path, step)
    return None if any(not rule.keys for rule in found) else {one for rule in found for one in rule.keys}


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("models/fraud/train.py", id="a dependency, in the stage's folder"),
        pytest.param("conf/deep/b.yaml", id="a file in a folder that is one"),
        pytest.param("data/prepared/x.csv", id="what a stage before makes"),
        pytest.param("src/prepare.py", id="a dependency of a stage before"),
        pytest.param("models/fraud/model.pkl", id="an output"),
        pytest.param("models/fraud/scores.json", id="an output in git"),
        pytest.param("models/fraud/settings.py", id="parameters of Python"),
        pytest.param(".dvc/config", id="the settings of DVC"),
    ],
)
def test_what_the_stages_read_and_make_counts_as_a_whole(path: str) -> None:
    assert keys_for(path, completed()) is None


@pytest.mark.parametrize("path", ["other.csv", "other.out", "models/fraud/train.py2", "src", "README.md", "conf2/a"])
def test_what_other_stages_read_does_not_count(path: str) -> None:
    assert rules_for(path, completed()) == set()


def test_a_pointer_stands_for_a_dependency() -> None:
    assert rules_for("data/raw.csv", completed(), is_tree=True)


def test_parameters_and_variables_count_by_key() -> None:
    assert keys_for("params.yaml", completed()) is None  # DVC's key holds a space: nobody can say what it means
    plain = completed(dvc=PIPELINE.replace(', "odd key.x"', ""))
    assert keys_for("params.yaml", plain) == {"fraud.epochs", "fraud.layers", "fraud.lr"}


def test_the_definitions_and_the_lock_count_by_stage() -> None:
    assert keys_for("dvc.yaml", completed()) == {"stages.prepare", "stages.train", "vars"}
    assert keys_for("dvc.lock", completed()) == {"stages.prepare", "stages.train"}


def test_the_datasets_of_dvc_count_for_who_reads_them() -> None:
    step = completed(dvc="stages: {train: {cmd: x, deps: ['ds://cats']}}")
    assert keys_for("dvc.yaml", step) == {"stages.train", "vars", "datasets"}
    assert keys_for("dvc.lock", step) == {"stages.train", "datasets"}


def test_a_stage_of_a_group_is_defined_by_the_group_and_locked_by_its_name() -> None:
    step = completed(dvc="stages: {train: {foreach: [a.b, c], do: {cmd: 'x ${item}', deps: [d]}}}")
    assert keys_for("dvc.yaml", step) == {"stages.train", "vars"}
    assert keys_for("dvc.lock", step) == {'stages."train@a.b"', "stages.train@c"}


def test_the_commands_of_all_stages_are_run_in_their_folders() -> None:
    step = completed(replace(STEP, command=("cd models && dvc repro ../dvc.yaml:train",)))
    assert step.also_runs == (
        '(cd "$CI_PROJECT_DIR" && python src/prepare.py)',
        '(cd "$CI_PROJECT_DIR"/models/fraud && python train.py --lr 0.1)',
    )
    assert entries_of((*step.command, *step.also_runs)).scripts == ("models/fraud/train.py", "src/prepare.py")


def test_a_folder_with_an_odd_name_stays_one_word() -> None:
    step = completed(dvc="stages: {train: {cmd: python a.py && cd .., wdir: 'it''s; a'}, b: {cmd: python b.py}}")
    assert entries_of((*step.also_runs, "python c.py")).scripts == ("c.py", "it's; a/a.py")


def test_stages_may_be_named_where_the_command_hides_them() -> None:
    step = completed(replace(STEP, command=("make fraud",), dvc=("prepare", "dvc.yaml:other")))
    assert keys_for("dvc.lock", step) == {"stages.prepare", "stages.other"}
    assert understood(replace(STEP, command=("make fraud",), dvc=("prepare",))).remarks == ()


def test_the_named_stages_are_those_that_count() -> None:
    assert keys_for("dvc.lock", completed(replace(STEP, dvc=("prepare",)))) == {"stages.prepare"}


def test_a_command_without_targets_reproduces_all_of_its_file() -> None:
    found = keys_for("dvc.lock", completed(replace(STEP, command=("dvc repro",))))
    assert found == {"stages.prepare", "stages.train", "stages.other"}


def test_all_pipelines_are_all_files() -> None:
    files = {**FILES, "sub/dvc.yaml": "stages: {x: {cmd: y, deps: [z]}}", "empty/dvc.yaml": ""}
    step = completed(replace(STEP, command=("dvc repro -P",)), files)
    assert keys_for("sub/dvc.lock", step) == {"stages.x"}
    assert rules_for("other.csv", step)
    assert not rules_for("README.md", step)


def test_stages_of_another_file_come_before() -> None:
    files = {**FILES, "up/dvc.yaml": "stages: {conf: {cmd: python c.py, deps: [c.py], outs: [../conf/a.yaml]}}"}
    assert rules_for("up/c.py", completed(files=files))


FROZEN = PIPELINE.replace("  prepare:\n", "  prepare:\n    frozen: true\n")


def test_a_frozen_stage_counts_by_its_definition_and_its_outputs() -> None:
    step = completed(dvc=FROZEN)
    assert not rules_for("src/prepare.py", step)
    assert rules_for("data/prepared/a", step)
    assert keys_for("dvc.yaml", step) == {"stages.prepare", "stages.train", "vars"}
    assert not any("prepare.py" in line for line in step.also_runs)


@pytest.mark.parametrize("command", ["dvc repro -f train", "make train"])
def test_a_frozen_stage_counts_in_full_where_it_may_be_forced(command: str) -> None:
    step = completed(replace(STEP, command=(command,), dvc=("train",)), dvc=FROZEN)
    assert rules_for("src/prepare.py", step)
    assert any("prepare.py" in line for line in step.also_runs)


@pytest.mark.parametrize(
    ("step", "changes", "why"),
    [
        pytest.param(replace(STEP, dvc=("absent",)), {}, "there is no stage dvc.yaml:absent", id="no such stage"),
        pytest.param(replace(STEP, dvc=("sub/dvc.yaml:a",)), {}, "sub/dvc.yaml:a", id="no such file"),
        pytest.param(replace(STEP, dvc=("raw.dvc",)), {}, "raw.dvc is no stage", id="no stage at all"),
        pytest.param(replace(STEP, command=("dvc repro $A",)), {}, "the target $A", id="a target of the shell's"),
        pytest.param(STEP, {"dvc": "stages: {train: {cmd: '${a}'}}"}, "${a}", id="a stage that cannot be resolved"),
        pytest.param(STEP, {"dvc": PIPELINE.replace("other.csv", "'${a}'")}, "${a}", id="one that may come before"),
        pytest.param(STEP, {"dvc": "news: 1"}, "`news`", id="a file that cannot be understood"),
    ],
)
def test_what_cannot_be_understood_runs_for_every_change(step: StepSpec, changes: dict[str, str], why: str) -> None:
    found = understood(step, FILES, **changes)
    assert {rule.claims for rule in rules_for("README.md", found.steps[step.id])} == {False}
    (remark,) = found.remarks
    assert remark.key == step.id
    assert why in remark.what


def test_all_pipelines_of_a_repository_without_any_run_for_every_change() -> None:
    assert rules_for("README.md", completed(replace(STEP, command=("dvc repro -P",)), {"a": ""}))


def test_a_stage_that_dvc_always_runs_makes_the_step_run_for_every_change() -> None:
    found = understood(dvc=PIPELINE.replace("    wdir:", "    always_changed: true\n    wdir:"))
    assert rules_for("README.md", found.steps[STEP.id])
    assert "always changed" in found.remarks[0].what


def test_a_dependency_that_nothing_provides_may_be_in_any_pointer() -> None:
    pipeline = "stages: {train: {cmd: x, deps: [data/raw/a.csv, data/sub]}}"
    assert rules_for("else/where.dvc", completed(dvc=pipeline))
    for pointer in ("data/raw.dvc", "data/raw/a.csv.dvc", "data/raw/a.csv"):
        files = {**FILES, pointer: "", "data/sub/x.dvc": ""}
        assert not rules_for("else/where.dvc", completed(files=files, dvc=pipeline))


def test_variables_and_dependencies_are_found_through_links() -> None:
    snapshot = DictSnapshot(
        {"dvc.yaml": "stages: {train: {cmd: x, deps: ['${d}']}}", "base/p.yaml": "d: data/a", "store/a/b": ""},
        links={"params.yaml": "base/p.yaml", "data": "store"},
    )
    step = with_dvc({STEP.id: STEP}, snapshot).steps[STEP.id]
    assert keys_for("store/a/b", step) is None
    assert keys_for("base/p.yaml", step) == {"d"}


@pytest.mark.parametrize(
    ("command", "outputs"),
    [
        pytest.param(
            ("dvc repro train",),
            ("models/fraud/model.pkl", "models/fraud/scores.json", "dvc.lock"),
            id="nothing is pushed",
        ),
        pytest.param(
            ("dvc repro train", "dvc push"), ("models/fraud/scores.json", "dvc.lock"), id="outputs are pushed"
        ),
    ],
)
def test_the_outputs_of_the_targets_are_artifacts(command: tuple[str, ...], outputs: tuple[str, ...]) -> None:
    assert completed(replace(STEP, command=command)).outputs == outputs


def test_declared_outputs_stay_as_they_are() -> None:
    assert completed(replace(STEP, outputs=("x",))).outputs == ("x",)


def test_a_check_of_the_code_leaves_no_outputs() -> None:
    assert completed(replace(STEP, kind=StepKind.QUALITY)).outputs == ()


@pytest.mark.parametrize("name", ["$HOME", "a*", "a\\b", "x ", "[1]", "{a,b}"])
def test_an_output_with_a_name_that_gitlab_would_expand_is_left_out_and_told(name: str) -> None:
    found = understood(dvc="stages: {train: {cmd: x, outs: ['" + name + "']}}")
    assert found.steps[STEP.id].outputs == ("dvc.lock",)
    assert "has a name that GitLab does not take" in found.remarks[0].what


def test_a_step_that_has_nothing_to_do_with_dvc_stays_as_it_is_and_reads_nothing() -> None:
    snapshot, step = DictSnapshot(FILES), replace(STEP, command=("python train.py", "dvc pull"))
    assert with_dvc({STEP.id: step}, snapshot) == Understood(steps={STEP.id: step})
    assert snapshot.batches == []


def test_the_files_are_read_in_two_batches() -> None:
    snapshot = DictSnapshot({**FILES, "sub/dvc.yaml": "vars: [a.yaml]"})
    with_dvc({STEP.id: STEP, "b": replace(STEP, id="b")}, snapshot)
    assert snapshot.batches == [("dvc.yaml", "sub/dvc.yaml"), ("params.yaml", "sub/a.yaml", "sub/params.yaml")]


@given(st.text(min_size=1).filter(lambda text: not set(text) & {"/", "\0"} and text not in (".", "..")))
def test_a_literal_pattern_means_its_path_and_what_is_below_it(name: str) -> None:
    name = name.encode("utf-8", "replace").decode()
    pattern = compile_pattern(Globs((literal(f"a/{name}"),)).include[0])
    assert pattern.matches(f"a/{name}")
    assert pattern.matches(f"a/{name}/b")
    assert not pattern.matches(f"a/{name}b")
    assert not pattern.matches(f"a/b{name}")
    assert not pattern.matches(f"b/a/{name}")


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        pytest.param(("stages", "train"), "stages.train", id="plain"),
        pytest.param(("stages", "train@a-b"), "stages.train@a-b", id="of a group"),
        pytest.param(("stages", "a.b"), 'stages."a.b"', id="with a dot"),
        pytest.param(("stages", 'a"b'), 'stages."a\\"b"', id="with a quote"),
        pytest.param(("stages", "a*"), 'stages."a*"', id="with a star"),
    ],
)
def test_a_key_pattern_means_the_key_whatever_its_name(names: tuple[str, ...], expected: str) -> None:
    assert key(*names) == expected
