from __future__ import annotations

import pytest

from mlgitlab.ci import ZERO_SHA, CiEnvironment, PipelineKind
from mlgitlab.config.schema import Baseline
from mlgitlab.errors import UsageError
from mlgitlab.planning.baseline import RULES, Resolved, Rule, resolve
from mlgitlab.planning.baseline.values import empty_tree
from tests.histories import MemoryHistory, sha
from tests.unit.planning.baseline_cases import (
    BRANCH,
    CASES,
    DEFAULT,
    DETACHED,
    EMPTY,
    FORK,
    GRAPH,
    MERGED,
    TRAIN,
    ZERO,
    Case,
)


def _sha(name: str) -> str:
    return {"": "", ZERO: ZERO_SHA, EMPTY: empty_tree("0" * 40)}.get(name) or (name and sha(name))


def _environment(case: Case) -> CiEnvironment:
    shas = {key: _sha(value) for key, value in case.env.items() if key.endswith("_sha")}
    others = {key: value for key, value in case.env.items() if not key.endswith("_sha")}
    return CiEnvironment(kind=case.kind, simulated=case.simulated, default_branch="main", **shas, **others)  # type: ignore[arg-type]


def _history(case: Case) -> MemoryHistory:
    return MemoryHistory(
        drawing=GRAPH,
        remotes={"origin": {"main": case.main}, FORK: {"main": "D"}},
        tags=case.tags,
    )


def _resolve(case: Case, *, explicit: str = "") -> Resolved:
    return resolve(
        _environment(case),
        Baseline(),
        _history(case),
        head=sha(case.head),
        explicit=explicit,
    )


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_each_kind_of_pipeline_finds_its_baseline(case: Case) -> None:
    found = _resolve(case)

    assert (found.rule, found.bases) == (case.rule, tuple(sorted(_sha(name) for name in case.bases)))
    assert found.head == sha(case.head)
    assert found.known == bool(case.bases)
    assert case.why in found.why
    assert case.warns in " ".join(found.warnings)
    assert bool(found.warnings) == bool(case.warns)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_an_explicit_base_wins_in_every_kind_of_pipeline(case: Case) -> None:
    found = _resolve(case, explicit=sha("A"))

    assert (found.rule, found.bases) == (Rule.EXPLICIT, (sha("A"),))


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_a_wrong_explicit_base_is_never_replaced_by_a_guess(case: Case) -> None:
    with pytest.raises(UsageError, match="nowhere"):
        _resolve(case, explicit="nowhere")


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_a_retry_finds_the_same_baseline(case: Case) -> None:
    assert _resolve(case) == _resolve(case)


@pytest.mark.parametrize("name", ["D", "main"])
def test_an_explicit_base_may_be_a_commit_or_a_branch_that_only_the_server_has(name: str) -> None:
    history = MemoryHistory(drawing=GRAPH, here={"F2"}, remotes={"origin": {"main": "D"}})
    env = CiEnvironment(kind=PipelineKind.MANUAL)

    found = resolve(env, Baseline(), history, head=sha("F2"), explicit=name if name == "main" else sha(name))

    assert found.bases == (sha("D"),)
    assert history.fetched == [("D", "origin")]


def test_a_laptop_without_a_remote_counts_uncommitted_changes_only_and_says_so() -> None:
    history = MemoryHistory(drawing=GRAPH, branches={"main": "D"}, default="main")

    found = resolve(CiEnvironment(), Baseline(), history, head=sha("D"))

    assert (found.rule, found.bases) == (Rule.HEAD, (sha("D"),))
    assert "--base" in found.why


def test_a_laptop_with_one_commit_and_no_remote_has_everything_new() -> None:
    history = MemoryHistory(drawing="A", branches={"main": "A"}, default="main")

    assert resolve(CiEnvironment(), Baseline(), history, head=sha("A")).rule is Rule.EMPTY_TREE


def test_the_configured_default_branch_wins_over_what_the_clone_seems_to_say() -> None:
    history = MemoryHistory(drawing=GRAPH, branches={"main": "F2", "trunk": "C"}, default="main")

    found = resolve(CiEnvironment(), Baseline(default_branch="trunk"), history, head=sha("F2"))

    assert found.bases == (sha("B"),)


def test_without_any_default_branch_the_setting_to_make_is_named() -> None:
    found = resolve(CiEnvironment(), Baseline(), MemoryHistory(drawing=GRAPH), head=sha("F2"))

    assert not found.known
    assert "baseline.default_branch" in found.why


@pytest.mark.parametrize(
    ("kind", "head", "env"),
    [
        pytest.param(MERGED, "MERGED", CiEnvironment(kind=MERGED), id="merged result"),
        pytest.param(TRAIN, "CAR", CiEnvironment(kind=TRAIN), id="merge train"),
        pytest.param(BRANCH, "F2", CiEnvironment(kind=BRANCH, default_branch="main"), id="branch"),
        pytest.param(DETACHED, "F2", CiEnvironment(kind=DETACHED, target_branch="main"), id="merge request"),
        pytest.param(DEFAULT, "D", CiEnvironment(kind=DEFAULT, before_sha=sha("B")), id="default branch"),
        pytest.param(DEFAULT, "D", CiEnvironment(kind=DEFAULT, simulated=True), id="simulated push"),
    ],
)
def test_a_clone_of_depth_1_without_a_server_is_unknown_and_never_a_first_commit(
    kind: PipelineKind, head: str, env: CiEnvironment
) -> None:
    history = MemoryHistory(drawing=GRAPH, here={head}, online=False, remotes={"origin": {"main": head}})
    if kind in (BRANCH, DETACHED):
        history = MemoryHistory(drawing=GRAPH, here={head, "D"}, online=False, remotes={"origin": {"main": "D"}})

    found = resolve(env, Baseline(), history, head=sha(head))

    assert (found.rule, found.bases) == (Rule.UNKNOWN, ())
    assert "GIT_DEPTH" in found.why


def test_the_commit_of_a_fork_is_asked_of_the_target_project() -> None:
    history = MemoryHistory(drawing=GRAPH, here={"F1", "F2"}, remotes={FORK: {"main": "D"}})
    env = CiEnvironment(kind=DETACHED, target_branch="main", target_url=FORK, diff_base_sha=sha("B"))

    found = resolve(env, Baseline(), history, head=sha("F2"))

    assert found.bases == (sha("B"),)
    assert {remote for _, remote in history.fetched} == {FORK}


def test_every_rule_is_explained() -> None:
    assert set(RULES) == set(Rule)


def test_every_rule_but_the_special_ones_is_reached_by_a_case() -> None:
    assert {case.rule for case in CASES.values()} == set(Rule) - {Rule.EXPLICIT, Rule.HEAD, Rule.GIVEN}


def test_the_empty_tree_has_its_name_in_a_sha256_repository_too() -> None:
    assert empty_tree("0" * 64) == "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321"
