"""What a replay of commits adds up to."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlgitlab.changes import Change
from mlgitlab.config.scalars import Globs
from mlgitlab.config.schema import StepKind
from mlgitlab.planning.dvc_rules import anything
from mlgitlab.planning.impact import Impact
from mlgitlab.planning.shadow import Patterns, Replay, counted, replayed
from mlgitlab.planning.tally import Tally, add_up, frequent, tally
from mlgitlab.results import Cause, Reason
from tests import projects

PROJECT = """
    version: 1
    defaults: {inputs: requirements.txt}
    models:
      fraud:
        paths: [models/fraud, "!models/fraud/notes"]
        inputs: ["params.yaml:fraud.*", conf/shared.yaml]
        datasets: transactions
        gpu: a100
        train: {command: python models/fraud/train.py, inputs: fraud.sql, outputs: out/fraud}
        smoke: python models/fraud/train.py --smoke
        evaluate: python models/fraud/evaluate.py
      trial:
        paths: models/trial
        smoke: python models/trial/train.py
      student:
        paths: models/student
        models: fraud
        train: {command: python models/student/train.py, outputs: out/student}
    datasets:
      transactions: {path: data/transactions.csv, schema: schemas/t.yml, validate: python check.py}
    quality:
      tests: {command: pytest, owns: tests}
    ignore: ["*.md"]
"""
STEPS = counted(projects.steps(PROJECT))
FRAUD = {"fraud:train", "fraud:evaluate", "student:train"}


def patterns(*changes: Change) -> set[str]:
    return set(Patterns(STEPS, projects.config(PROJECT).ignore).select(changes))


def test_everything_counts_in_full_but_checks_of_the_code() -> None:
    assert set(STEPS) == {*FRAUD, "trial:smoke", "data:transactions"}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        pytest.param("models/fraud/train.py", FRAUD, id="a model's folder, and who reads its result"),
        pytest.param("models/fraud/notes/a.py", set(), id="what the folder excludes"),
        pytest.param("models/fraud/README.md", set(), id="what is ignored"),
        pytest.param("params.yaml", FRAUD, id="a file of which some keys count"),
        pytest.param("conf/shared.yaml", FRAUD, id="an input"),
        pytest.param("fraud.sql", {*FRAUD}, id="an input of one step"),
        pytest.param("data/transactions.csv", {*FRAUD, "data:transactions"}, id="a dataset"),
        pytest.param("data/transactions.csv.dvc", {*FRAUD, "data:transactions"}, id="its pointer"),
        pytest.param("schemas/t.yml", {*FRAUD, "data:transactions"}, id="its schema"),
        pytest.param("requirements.txt", set(STEPS), id="an input of all"),
        pytest.param("models/trial/train.py", {"trial:smoke"}, id="a model that has no full training"),
        pytest.param("libs/scaling.py", set(), id="a library"),
        pytest.param("tests/test_a.py", set(), id="a test"),
        pytest.param("unheard/of.bin", set(), id="what no rule knows"),
    ],
)
def test_patterns_select_what_they_name_and_what_follows(path: str, expected: set[str]) -> None:
    assert patterns(*projects.modified(path)) == expected


def test_a_rule_for_whatever_changes_is_no_pattern_that_somebody_would_write() -> None:
    step = STEPS["trial:smoke"]
    steps = {step.id: replace(step, rules=(*step.rules, anything("what DVC may read")))}
    assert Patterns(steps, Globs()).select(projects.modified("unheard/of.bin")) == frozenset()


def test_patterns_select_nothing_for_no_change() -> None:
    assert patterns() == set()


def reason(cause: Cause, path: str) -> Reason:
    return Reason(cause=cause, text="", chain=(path, "models/fraud/train.py"))


def one(*changes: Change, **reasons: tuple[Reason, ...]) -> Replay:
    direct = {f"{name}:train": found for name, found in reasons.items()}
    index = Patterns(STEPS, projects.config(PROJECT).ignore)
    return replayed("c" * 40, "b" * 40, changes, Impact(reasons=direct), index)


def test_patterns_are_blind_where_only_an_import_leads_to_a_step() -> None:
    found = one(*projects.modified("libs/a.py", "libs/b.py"), fraud=(
        reason(Cause.IMPORT, "libs/b.py"), reason(Cause.IMPORT, "libs/a.py"), reason(Cause.OPAQUE, "libs/c.py"),
    ))  # fmt: skip
    assert found.selected == FRAUD
    assert found.patterns == frozenset()
    assert found.blind == {"fraud:train": ("libs/a.py", "libs/b.py")}


@pytest.mark.parametrize(
    ("path", "cause"),
    [
        pytest.param("models/fraud/train.py", Cause.IMPORT, id="a pattern found the step by another file"),
        pytest.param("unheard/of.bin", Cause.UNMATCHED, id="no import led to it"),
    ],
)
def test_patterns_are_not_blind_where(path: str, cause: Cause) -> None:
    assert one(*projects.modified(path), fraud=(reason(cause, path),)).blind == {}


def test_quality_steps_are_left_out_of_what_mlgitlab_selects() -> None:
    index = Patterns(STEPS, projects.config(PROJECT).ignore)
    impact = Impact(reasons={"quality:tests": (reason(Cause.PATHS, "tests/a.py"),)}, unmatched=("x",))
    found = replayed("c" * 40, "b" * 40, projects.modified("tests/a.py"), impact, index)
    assert (found.selected, found.unmatched, found.changed) == (frozenset(), ("x",), ("tests/a.py",))


def replay(selected: set[str] = frozenset(), patterns: set[str] = frozenset(), **more: object) -> Replay:  # type: ignore[assignment]
    values = {"selected": frozenset(selected), "patterns": frozenset(patterns), **more}
    return Replay(commit="c", base="b", steps=STEPS, **values)  # type: ignore[arg-type]


def test_runs_are_counted_by_kind_and_by_machine() -> None:
    found = tally([replay({*FRAUD, "trial:smoke", "data:transactions"}), replay({"trial:smoke"})], lambda r: r.selected)
    assert found == Tally(training=4, evaluation=1, data=1, all=6, on_gpu=1)


def test_what_is_left_out_does_not_make_up_for_what_is_added() -> None:
    found = add_up([
        replay({"fraud:train"}, {"student:train"}, blind={"fraud:train": ("libs/a.py",)}),
        replay({"trial:smoke"}, {"trial:smoke"}, unmatched=("x",)),
    ])  # fmt: skip
    assert (found.mlgitlab.training, found.patterns.training, found.everything.training) == (2, 2, 6)
    assert (found.left_out.training, found.added.training) == (1, 1)
    assert (found.imported.training, found.unknown.training) == (1, 1)


SETS = st.frozensets(st.sampled_from(sorted(STEPS)))


@given(st.lists(st.builds(replay, SETS, SETS), max_size=4))
def test_the_sums_agree(replays: list[Replay]) -> None:
    found = add_up(replays)
    for name in ("training", "evaluation", "data", "all", "on_gpu"):
        ours, theirs, left_out, added, everything = (
            getattr(each, name)
            for each in (found.mlgitlab, found.patterns, found.left_out, found.added, found.everything)
        )
        assert ours - added == theirs - left_out
        assert max(ours, theirs) <= everything


def test_the_most_frequent_come_first_and_count_once_for_each_commit() -> None:
    assert frequent([["b", "b", "a"], ["c"], ["c", "b"]]) == (("b", 2), ("c", 2), ("a", 1))


def test_smoke_counts_only_where_there_is_no_full_training() -> None:
    assert [step.id for step in STEPS.values() if step.kind is StepKind.SMOKE] == ["trial:smoke"]
