"""What gates lead to: a step that judges, and one that tries the gates."""

from __future__ import annotations

from mlgitlab.config.schema import StepKind
from mlgitlab.planning import gates
from mlgitlab.planning.derive import derive
from mlgitlab.planning.profiles import BUILT_IN
from mlgitlab.planning.select import scope
from tests.projects import MODELS, config, plan, steps

JUDGED = MODELS.replace(
    "evaluate: python models/fraud/evaluate.py",
    """evaluate:
          command: python models/fraud/evaluate.py
          image: judge:1
          timeout: 3h
          predictions: {file: p.csv, score: p}
        gates:
          metrics:
            roc_auc: {margin: 0.01}
            own: {entry: "metrics/own.py:cost", direction: lower, margin: 1}
          inference: {command: python serve.py, requests: data/requests.jsonl, latency_p50: {max_ratio: 2}}""",
)


def test_a_gate_needs_what_it_judges_and_by_what() -> None:
    found = steps(JUDGED)["fraud:gate"]
    needs = [(need.step, need.artifacts, need.required) for need in found.needs]
    assert needs == [("fraud:evaluate", True, True), ("fraud:train", True, True)]
    assert (found.kind, found.stage, found.ours) == (StepKind.GATE, "gate", True)
    assert found.outputs == (".mlgitlab/fraud/gate/",)


def test_a_gate_runs_where_the_evaluation_does() -> None:
    found = steps(JUDGED)["fraud:gate"]
    assert (found.image, found.timeout.seconds) == ("judge:1", 3 * 3600)


def test_what_a_gate_reads_selects_it() -> None:
    found = steps(JUDGED)["fraud:gate"]
    assert found.entry == ("metrics/own.py",)
    assert found.also_runs == ("python serve.py",)
    assert "/data/requests.jsonl" in {pattern for rule in found.rules for pattern in rule.globs.include}


def test_a_model_without_gates_has_neither_step() -> None:
    assert not {step for step in steps() if step.endswith((":gate", ":drill"))}


def test_a_drill_shares_the_stage_of_gates_and_runs_on_a_schedule_alone() -> None:
    assert steps(JUDGED)["fraud:drill"].stage == "gate"
    assert [name for name, profile in BUILT_IN.items() if StepKind.DRILL in profile.steps] == ["schedule"]


def test_what_a_smoke_run_leaves_is_no_candidate() -> None:
    derived = steps(JUDGED)
    profile = config(JUDGED + "    profiles: {p: {steps: [smoke, evaluate, gate]}}\n").profiles
    within = scope(derived, next(iter(profile.values())))
    assert "fraud:gate" not in within.allowed
    assert "fraud:evaluate" in within.allowed


def test_a_schedule_evaluates_judges_and_drills() -> None:
    chosen = {step.spec.id for step in plan(text=JUDGED, kind="schedule").selected}
    assert {"fraud:evaluate", "fraud:gate", "fraud:drill"} <= chosen


def test_gates_that_were_taken_out_are_kept_for_models_that_are_still_trained() -> None:
    now, then = config(MODELS), config(JUDGED)
    kept = gates.kept(now, [then])
    assert list(kept) == ["fraud"]
    found = derive(now, kept)["fraud:gate"]
    assert found.gates == kept["fraud"]
    assert found.differences(derive(then)["fraud:gate"])


def test_gates_that_are_still_there_are_not_replaced() -> None:
    assert gates.kept(config(JUDGED), [config(JUDGED)]) == {}


def test_without_a_store_nothing_is_judged_and_that_is_said() -> None:
    left, told = gates.without_store(steps(JUDGED))
    assert not {step for step in left if step.endswith((":gate", ":drill"))}
    assert told == (
        "no gate judges fraud, and nothing of it can be promoted: there is no store to keep a verdict (set `store`)",
    )
    assert gates.without_store(steps()) == (steps(), ())
