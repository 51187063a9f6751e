"""What the search for a baseline ends in: commits, the rule that named them, and a sentence for people."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from mlgitlab.frozen import dataclass

# The empty tree's name is the digest of nothing, so every git repository knows it.
_EMPTY_TREES = {
    40: "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    64: "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
}


class Rule(StrEnum):
    """How the baseline was found. Part of plan.json's contract; `RULES` explains each."""

    EXPLICIT = "explicit"
    DIFF_BASE = "diff-base"
    FIRST_PARENT = "first-parent"
    TARGET = "target"
    MERGE_BASE = "merge-base"
    BRANCH_BASE = "branch-base"
    BEFORE_PUSH = "before-push"
    REWRITTEN_PUSH = "rewritten-push"
    PARENT = "parent"
    PREVIOUS_TAG = "previous-tag"
    EMPTY_TREE = "empty-tree"
    HEAD = "head"
    PROFILE = "profile"
    GIVEN = "given"
    UNKNOWN = "unknown"


RULES: Mapping[Rule, str] = {
    Rule.EXPLICIT: "the commit that `--base` names, and no other",
    Rule.DIFF_BASE: "`CI_MERGE_REQUEST_DIFF_BASE_SHA`, where it is an ancestor of HEAD",
    Rule.FIRST_PARENT: "the first parent of GitLab's merge commit: the target branch, or the car ahead in the train",
    Rule.TARGET: "`CI_MERGE_REQUEST_TARGET_BRANCH_SHA`, where HEAD is no merge commit",
    Rule.MERGE_BASE: "the best common ancestors of HEAD and the target or default branch",
    Rule.BRANCH_BASE: "`CI_COMMIT_DEFAULT_BRANCH_BASE_SHA`, where it is an ancestor of HEAD",
    Rule.BEFORE_PUSH: "`CI_COMMIT_BEFORE_SHA`: what the branch was before this push",
    Rule.REWRITTEN_PUSH: "`CI_COMMIT_BEFORE_SHA` and its common ancestors with HEAD, after a forced push",
    Rule.PARENT: "the first parent of HEAD, in a simulated push only",
    Rule.PREVIOUS_TAG: "the nearest earlier tag like `baseline.tag_pattern`",
    Rule.EMPTY_TREE: "nothing: everything is new",
    Rule.HEAD: "HEAD itself: only uncommitted changes count",
    Rule.PROFILE: "none: the profile decides, not a difference",
    Rule.GIVEN: "none: `--all` or `--changed-files` says what changed",
    Rule.UNKNOWN: "none could be found: `baseline.on_unknown` decides",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """The answer. What differs between any of `bases` (commits or trees) and `head` has changed.

    No bases: what changed is not known; with the rule `profile` nobody needs to know.
    """

    rule: Rule
    bases: tuple[str, ...] = ()
    head: str
    why: str
    warnings: tuple[str, ...] = ()

    @property
    def known(self) -> bool:
        """Whether there is something to compare with."""
        return bool(self.bases)


def empty_tree(head: str) -> str:
    """The tree without files, in a repository whose object names are like `head`."""
    return _EMPTY_TREES[len(head)]
