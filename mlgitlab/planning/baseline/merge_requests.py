"""Baselines of merge request pipelines: https://docs.gitlab.com/ci/pipelines/merge_request_pipelines/."""

from __future__ import annotations

from mlgitlab.ci import PipelineKind
from mlgitlab.config.scalars import GitLabVersion
from mlgitlab.planning.baseline.search import TOO_SHALLOW, Search
from mlgitlab.planning.baseline.values import Resolved, Rule

# Mended by gitlab-org/gitlab!205670 of autumn 2025. Which release had it first we could not read
# anywhere; this one came half a year later.
_RETARGET_MENDED = GitLabVersion(19, 0)


def detached(search: Search) -> Resolved:
    """HEAD is the source branch. GitLab's own base, unless a retarget or a rebase left it behind."""
    base = search.env.diff_base_sha
    if search.obtains_ancestor(base, _remote(search)):
        older = _older_than(search, base)
        warnings = (f"also compared with {older[0][:12]}, where HEAD left the target: a retarget?",) if older else ()
        why = f"compared with {base[:12]}, the base of the merge request"
        return search.found(Rule.DIFF_BASE, why, base, *older, warnings=warnings)
    stale = (f"CI_MERGE_REQUEST_DIFF_BASE_SHA {base[:12]} is no known ancestor of HEAD",) if base else ()
    return _since_target(search, stale)


def _older_than(search: Search, base: str) -> tuple[str, ...]:
    """Where HEAD left the target branch, as far as GitLab's base hides it.

    A stacked merge request that was retargeted may keep the tip of the branch below it as its base
    (https://gitlab.com/gitlab-org/gitlab/-/issues/442031); the commits of that branch are its own now.
    """
    if _updates_retargeted(search.env.server_version):
        return ()
    return tuple(sha for sha in _since_target(search, ()).bases if not search.history.is_ancestor(base, sha))


def _updates_retargeted(server_version: str) -> bool:
    """Whether GitLab gives a retargeted merge request its new base; a look at the target may fetch much history."""
    version = GitLabVersion.known(server_version)
    return version is not None and version >= _RETARGET_MENDED


def merged(search: Search) -> Resolved:
    """HEAD merges the source branch into the target branch, or into the car ahead: its first parent."""
    parents = search.history.parents(search.head)
    if search.env.simulated:
        return _simulated(search, parents)
    if len(parents) < 2:
        return _unmerged(search)
    parent = parents[0]
    if not search.obtains(parent, _remote(search)):
        return search.unknown(f"the first parent of HEAD, {parent[:12]}, is not here; {TOO_SHALLOW}")
    why = f"compared with {parent[:12]}, which GitLab merged the source branch into"
    target = search.env.target_branch_sha
    # In a train the target is the branch, and the first parent the car ahead: they differ by right.
    if search.env.kind is PipelineKind.MERGE_TRAIN or not target or target == parent:
        return search.found(Rule.FIRST_PARENT, why, parent)
    warning = f"CI_MERGE_REQUEST_TARGET_BRANCH_SHA {target[:12]} is not the first parent of HEAD"
    bases = (parent, target) if search.obtains(target, _remote(search)) else (parent,)
    return search.found(Rule.FIRST_PARENT, why, *bases, warnings=(warning,))


def _unmerged(search: Search) -> Resolved:
    """HEAD of a project that merges by fast-forward: the rebased source branch itself."""
    target = search.env.target_branch_sha
    if search.obtains_ancestor(target, _remote(search)):
        return search.found(Rule.TARGET, f"compared with {target[:12]}, the target branch that HEAD stands on", target)
    return detached(search)


def _simulated(search: Search, parents: tuple[str, ...]) -> Resolved:
    """On a laptop HEAD may be a merge the other way round, of the target into the source branch."""
    tip = search.history.branch_tip(_target(search)) if len(parents) == 2 else None
    if tip and search.history.is_ancestor(parents[0], tip):
        return search.found(Rule.FIRST_PARENT, f"compared with {parents[0][:12]}, the first parent of HEAD", parents[0])
    return _since_target(search, ("HEAD is no merge into the target branch: compared with where it left that branch",))


def _since_target(search: Search, warnings: tuple[str, ...]) -> Resolved:
    return search.merge_base(_target(search), _remote(search), warnings=warnings)


def _target(search: Search) -> str:
    return search.env.target_branch or search.default_branch


def _remote(search: Search) -> str:
    return search.env.target_url or "origin"
