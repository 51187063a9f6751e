"""Pipelines of every kind, each with the baseline that it must get."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mlgitlab.ci import PipelineKind
from mlgitlab.planning.baseline import Rule

if TYPE_CHECKING:
    from collections.abc import Mapping

# main: A B C D; feature leaves at B; MERGED is what GitLab makes of feature and main,
# CAR what it makes of feature and the car ahead, PULLED what `git merge main` makes on feature.
GRAPH = """
    A
    B A
    C B
    D C
    F1 B
    F2 F1
    MERGED D F2
    AHEAD D
    CAR AHEAD F2
    PULLED F2 D
    ORPHAN
    CROSS1 C F2
    CROSS2 F2 C
    TIP1 CROSS1
    TIP2 CROSS2
"""
EMPTY = "empty tree"
FORK = "https://gitlab.example.com/team/project"
ZERO = "zeros"
GONE = "GONE"


@dataclass(frozen=True, kw_only=True)
class Case:
    """A pipeline of `kind` at `head`, with commits by their drawn names, and the answer it must get."""

    kind: PipelineKind
    head: str
    rule: Rule
    bases: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    simulated: bool = False
    main: str = "D"
    tags: Mapping[str, str] = field(default_factory=dict)
    warns: str = ""
    why: str = ""


DETACHED, MERGED, TRAIN = PipelineKind.MERGE_REQUEST, PipelineKind.MERGED_RESULT, PipelineKind.MERGE_TRAIN
DEFAULT, BRANCH, TAG = PipelineKind.DEFAULT_BRANCH, PipelineKind.BRANCH, PipelineKind.TAG
SCHEDULE, MANUAL, LAPTOP = PipelineKind.SCHEDULE, PipelineKind.MANUAL, PipelineKind.LAPTOP

CASES = {
    "a merge request is compared with the base that GitLab names": Case(
        kind=DETACHED, head="F2", env={"diff_base_sha": "B", "target_branch": "main"}, rule=Rule.DIFF_BASE, bases=("B",)
    ),
    "a base that is no ancestor any more gives way to the merge base with the target": Case(
        kind=DETACHED,
        head="F2",
        env={"diff_base_sha": "C", "target_branch": "main"},
        rule=Rule.MERGE_BASE,
        bases=("B",),
        warns="CI_MERGE_REQUEST_DIFF_BASE_SHA",
    ),
    "a stacked merge request that was retargeted is compared with where it left the new target, too": Case(
        kind=DETACHED,
        head="F2",
        env={"diff_base_sha": "F1", "target_branch": "main"},
        rule=Rule.DIFF_BASE,
        bases=("B", "F1"),
        warns="where HEAD left the target",
    ),
    "a GitLab that mends the base of a retargeted merge request is trusted": Case(
        kind=DETACHED,
        head="F2",
        env={"diff_base_sha": "F1", "target_branch": "main", "server_version": "19.0.1-ee"},
        rule=Rule.DIFF_BASE,
        bases=("F1",),
    ),
    "a base that is gone gives way to the merge base with the target": Case(
        kind=DETACHED,
        head="F2",
        env={"diff_base_sha": GONE, "target_branch": "main"},
        rule=Rule.MERGE_BASE,
        bases=("B",),
        warns="CI_MERGE_REQUEST_DIFF_BASE_SHA",
    ),
    "a merge request from a fork is compared with the target project's branch, not the fork's": Case(
        kind=DETACHED,
        head="F2",
        main="F2",
        env={"diff_base_sha": GONE, "target_branch": "main", "target_url": FORK},
        rule=Rule.MERGE_BASE,
        bases=("B",),
        warns="CI_MERGE_REQUEST_DIFF_BASE_SHA",
    ),
    "a merge request whose target branch is missing has no baseline": Case(
        kind=DETACHED, head="F2", env={"target_branch": "release"}, rule=Rule.UNKNOWN, bases=(), why="`release`"
    ),
    "a merged result is compared with its first parent, never with the merge request's base": Case(
        kind=MERGED,
        head="MERGED",
        env={"diff_base_sha": "B", "target_branch_sha": "D", "target_branch": "main"},
        rule=Rule.FIRST_PARENT,
        bases=("D",),
    ),
    "a merged result whose target is not its first parent is compared with both": Case(
        kind=MERGED,
        head="MERGED",
        env={"target_branch_sha": "C", "target_branch": "main"},
        rule=Rule.FIRST_PARENT,
        bases=("C", "D"),
        warns="CI_MERGE_REQUEST_TARGET_BRANCH_SHA",
    ),
    "a car of a merge train is compared with the car ahead": Case(
        kind=TRAIN,
        head="CAR",
        env={"target_branch_sha": "D", "target_branch": "main"},
        rule=Rule.FIRST_PARENT,
        bases=("AHEAD",),
    ),
    "a train that merges by fast-forward is compared with the target branch": Case(
        kind=TRAIN,
        head="F2",
        env={"target_branch_sha": "B", "diff_base_sha": "A", "target_branch": "main"},
        rule=Rule.TARGET,
        bases=("B",),
    ),
    "a train by fast-forward whose target moved on is compared with the merge request's base": Case(
        kind=TRAIN,
        head="F2",
        env={"target_branch_sha": "D", "diff_base_sha": "B", "target_branch": "main"},
        rule=Rule.DIFF_BASE,
        bases=("B",),
    ),
    "a simulated merged result at a merge into main is compared with its first parent": Case(
        kind=MERGED, head="MERGED", simulated=True, rule=Rule.FIRST_PARENT, bases=("D",)
    ),
    "a simulated merged result at a merge of main into the branch is not": Case(
        kind=MERGED, head="PULLED", simulated=True, rule=Rule.MERGE_BASE, bases=("D",), warns="no merge into"
    ),
    "a simulated merged result at an ordinary commit is compared with where it left main": Case(
        kind=MERGED, head="F2", simulated=True, rule=Rule.MERGE_BASE, bases=("B",), warns="no merge into"
    ),
    "a push of several commits counts all of them": Case(
        kind=DEFAULT, head="D", env={"before_sha": "A"}, rule=Rule.BEFORE_PUSH, bases=("A",)
    ),
    "a forced push counts what it dropped, too": Case(
        kind=DEFAULT,
        head="F2",
        env={"before_sha": "D"},
        rule=Rule.REWRITTEN_PUSH,
        bases=("B", "D"),
        warns="rewrote",
    ),
    "a forced push of an unrelated history makes everything new": Case(
        kind=DEFAULT,
        head="ORPHAN",
        env={"before_sha": "D"},
        rule=Rule.REWRITTEN_PUSH,
        bases=("D", EMPTY),
        warns="rewrote",
    ),
    "a branch before the push that is gone is never replaced by the parent": Case(
        kind=DEFAULT, head="D", env={"before_sha": GONE}, rule=Rule.UNKNOWN, bases=(), why="GIT_DEPTH"
    ),
    "a push of which GitLab does not say what was before has no baseline": Case(
        kind=DEFAULT, head="D", env={"before_sha": ZERO}, rule=Rule.UNKNOWN, bases=(), why="zeros"
    ),
    "a push without CI_COMMIT_BEFORE_SHA has no baseline": Case(
        kind=DEFAULT, head="D", rule=Rule.UNKNOWN, bases=(), why="CI_COMMIT_BEFORE_SHA"
    ),
    "the first commit of main is all new": Case(
        kind=DEFAULT, head="A", env={"before_sha": ZERO}, rule=Rule.EMPTY_TREE, bases=(EMPTY,), why="first commit"
    ),
    "a simulated push is compared with the parent, with a warning": Case(
        kind=DEFAULT, head="D", simulated=True, rule=Rule.PARENT, bases=("C",), warns="--base"
    ),
    "a simulated push of the first commit is all new": Case(
        kind=DEFAULT, head="A", simulated=True, rule=Rule.EMPTY_TREE, bases=(EMPTY,)
    ),
    "a branch is compared with the base that GitLab names": Case(
        kind=BRANCH,
        head="F2",
        env={"default_branch_base_sha": "B", "before_sha": "F1"},
        rule=Rule.BRANCH_BASE,
        bases=("B",),
    ),
    "a branch is compared with where it left main, never with its last push": Case(
        kind=BRANCH, head="F2", env={"before_sha": "F1"}, rule=Rule.MERGE_BASE, bases=("B",)
    ),
    "a new branch is compared with where it left main": Case(
        kind=BRANCH, head="F2", env={"before_sha": ZERO}, rule=Rule.MERGE_BASE, bases=("B",)
    ),
    "a rewritten branch is compared with where it left main": Case(
        kind=BRANCH, head="F2", env={"before_sha": GONE}, rule=Rule.MERGE_BASE, bases=("B",)
    ),
    "a branch without commits of its own is proven empty": Case(
        kind=BRANCH, head="C", rule=Rule.MERGE_BASE, bases=("C",), why="already contained"
    ),
    "a branch that shares no history with main is all new": Case(
        kind=BRANCH, head="ORPHAN", rule=Rule.EMPTY_TREE, bases=(EMPTY,), why="no common ancestor"
    ),
    "after a criss-cross merge all best ancestors count": Case(
        kind=BRANCH, head="TIP1", main="TIP2", rule=Rule.MERGE_BASE, bases=("C", "F2"), why="both ways"
    ),
    "a tag is compared with the tag before it": Case(
        kind=TAG, head="D", tags={"v1": "A", "v2": "B", "v3": "D"}, rule=Rule.PREVIOUS_TAG, bases=("B",), why="'v2'"
    ),
    "a tag is not compared with a tag of another branch": Case(
        kind=TAG, head="D", tags={"v1": "A", "v2": "F2"}, rule=Rule.PREVIOUS_TAG, bases=("A",)
    ),
    "the first tag is all new": Case(kind=TAG, head="D", tags={"v1": "D"}, rule=Rule.EMPTY_TREE, bases=(EMPTY,)),
    "a schedule is decided by its profile": Case(
        kind=SCHEDULE, head="D", env={"before_sha": ZERO}, rule=Rule.PROFILE, bases=()
    ),
    "a manual run is decided by its profile": Case(kind=MANUAL, head="D", rule=Rule.PROFILE, bases=()),
    "a laptop is compared with where the work left main": Case(
        kind=LAPTOP, head="F2", rule=Rule.MERGE_BASE, bases=("B",)
    ),
    "main on a laptop is compared with what is pushed": Case(
        kind=LAPTOP, head="D", main="B", rule=Rule.MERGE_BASE, bases=("B",)
    ),
    "main on a laptop with all pushed is proven empty": Case(
        kind=LAPTOP, head="D", rule=Rule.MERGE_BASE, bases=("D",), why="already contained"
    ),
}
