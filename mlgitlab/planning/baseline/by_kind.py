"""One rule for each kind of pipeline."""

from __future__ import annotations

from typing import assert_never

from mlgitlab import paths
from mlgitlab.ci import CiEnvironment, PipelineKind
from mlgitlab.config.schema import Baseline
from mlgitlab.errors import UsageError
from mlgitlab.planning.baseline import merge_requests, pushes
from mlgitlab.planning.baseline.search import WHICH_COMMITS, Search
from mlgitlab.planning.baseline.values import Resolved, Rule
from mlgitlab.protocols import History


def resolve(  # noqa: PLR0911 - one return for each kind of pipeline
    env: CiEnvironment,
    settings: Baseline,
    history: History,
    *,
    head: str,
    explicit: str = "",
    on_disk: bool = True,
) -> Resolved:
    """The baseline of the pipeline that `env` describes, for the commit `head`.

    `explicit` is what `--base` named, for pipelines of any kind. `on_disk`: whether files that are not committed
    count.

    Raises UsageError for an `explicit` that names no commit.
    """
    if explicit:
        return _explicit(Search(env=env, history=history, head=head, default_branch=""), explicit)
    # A setting is a person's word, the clone's answer a deduction; GitLab's own word beats both.
    default_branch = env.default_branch or settings.default_branch or history.default_branch() or ""
    search = Search(env=env, history=history, head=head, default_branch=default_branch)
    match env.kind:
        case PipelineKind.MERGE_REQUEST:
            return merge_requests.detached(search)
        case PipelineKind.MERGED_RESULT | PipelineKind.MERGE_TRAIN:
            return merge_requests.merged(search)
        case PipelineKind.DEFAULT_BRANCH:
            return pushes.default_branch(search)
        case PipelineKind.BRANCH:
            return pushes.branch(search)
        case PipelineKind.TAG:
            return pushes.tag(search, settings.tag_pattern)
        case PipelineKind.SCHEDULE | PipelineKind.MANUAL:
            return _profile(search)
        case PipelineKind.LAPTOP:
            return _laptop(search, on_disk=on_disk)
        case _:
            assert_never(env.kind)


def _explicit(search: Search, rev: str) -> Resolved:
    """Exactly the commit that was named. A wrong name is never replaced by a guess."""
    history = search.history
    sha = history.resolve(rev) or (rev if history.obtain(rev) else history.branch_tip(rev))
    if sha is None:
        raise UsageError(
            f"--base names no commit: {paths.show(rev)}",
            WHICH_COMMITS,
        )
    return search.found(Rule.EXPLICIT, f"compared with {sha[:12]}, as --base asks", sha)


def _profile(search: Search) -> Resolved:
    # CI_COMMIT_BEFORE_SHA is all zeros there: no commit is "the one before".
    why = f"a pipeline of the kind `{search.env.kind}` runs what its profile says, not what changed; --base compares"
    return Resolved(rule=Rule.PROFILE, head=search.head, why=why)


def _laptop(search: Search, *, on_disk: bool) -> Resolved:
    """Where the work left the default branch; on that branch, what has not been pushed."""
    found = search.merge_base(search.default_branch)
    if found.bases != (search.head,) or search.history.resolve(f"refs/remotes/origin/{search.default_branch}"):
        return found
    if not search.history.parents(search.head):
        return search.everything("HEAD is the first commit")
    if not on_disk:  # nothing but the commit is looked at, and comparing it with itself would prove nothing
        return search.unknown("the clone knows nothing to compare the commit with; pass --base")
    branch = f"`{paths.show(search.default_branch)}`"
    why = f"HEAD is part of {branch}, of which no remote copy is known, so only uncommitted changes count; see --base"
    return search.found(Rule.HEAD, why, search.head)
