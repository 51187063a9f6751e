"""Baselines of pipelines for a pushed branch or tag."""

from __future__ import annotations

from mlgitlab.ci import ZERO_SHA
from mlgitlab.planning.baseline.search import TOO_SHALLOW, Search
from mlgitlab.planning.baseline.values import Resolved, Rule, empty_tree


def default_branch(search: Search) -> Resolved:
    """Since the last push. What a failed or cancelled pipeline did not train, the store asks for (`evidence`)."""
    if search.env.simulated and not search.env.before_sha:
        return _simulated(search)
    before = search.env.before_sha
    if not search.obtains(before):
        return _without_before(search, before)
    if search.history.is_ancestor(before, search.head) is True:
        why = f"compared with {before[:12]}, the branch before this push"
        return search.found(Rule.BEFORE_PUSH, why, before)
    return _rewritten(search, before)


def branch(search: Search) -> Resolved:
    """The whole branch, never its last push: a red push followed by a harmless one must not turn green."""
    base = search.env.default_branch_base_sha
    if search.obtains_ancestor(base):
        return search.found(Rule.BRANCH_BASE, f"compared with {base[:12]}, where GitLab says the branch left", base)
    return search.merge_base(search.default_branch)


def tag(search: Search, pattern: str) -> Resolved:
    """The release before this one."""
    previous = search.history.previous_tag(pattern, search.head)
    if previous is None:
        return search.everything(f"no earlier tag like {pattern!r}")
    name, sha = previous
    return search.found(Rule.PREVIOUS_TAG, f"compared with {sha[:12]}, the earlier tag {name!r}", sha)


def _without_before(search: Search, before: str) -> Resolved:
    if not search.history.parents(search.head):
        return search.everything("HEAD is the first commit")
    # HEAD^1 would miss every other commit of this push.
    if before and before != ZERO_SHA:
        why = f"the branch before this push, {before[:12]}, is gone from the server; or {TOO_SHALLOW}"
    else:
        why = "GitLab does not say what the branch was before this push (CI_COMMIT_BEFORE_SHA is zeros)"
    return search.unknown(why)


def _rewritten(search: Search, before: str) -> Resolved:
    """After a forced push, what it dropped counts as well as what it brought."""
    bases = search.history.merge_bases(before, search.head)
    if bases == ():
        bases = (empty_tree(search.head),)
    why = f"compared with {before[:12]}, which the push replaced, and its common ancestors with HEAD"
    warning = f"the push rewrote the branch: {before[:12]} is no known ancestor of HEAD"
    return search.found(Rule.REWRITTEN_PUSH, why, before, *(bases or ()), warnings=(warning,))


def _simulated(search: Search) -> Resolved:
    parents = search.history.parents(search.head)
    if not parents:
        return search.everything("HEAD is the first commit")
    if not search.obtains(parents[0]):
        return search.unknown(f"the parent of HEAD, {parents[0][:12]}, is not here; {TOO_SHALLOW}")
    parent = parents[0]
    warning = "simulated: a real push may bring more commits than the last one; pass --base to say which"
    return search.found(Rule.PARENT, f"compared with {parent[:12]}, the parent of HEAD", parent, warnings=(warning,))
