"""Whether GitLab has a runner for each job of a plan: what the jobs want, which runner takes them, or why none does.

How GitLab matches jobs and runners: https://docs.gitlab.com/ci/runners/configure_runners/ and .../runners_scope/.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from mlgitlab import paths
from mlgitlab.config.fleet import Missing, Runners
from mlgitlab.config.scalars import Duration
from mlgitlab.planning.steps import StepSpec
from mlgitlab.runners import AccessLevel, Runner, RunnerStatus

Tags = tuple[str, ...]
_MOST_NAMED = 5
_LONGEST_NAME = 40
_STATES = {RunnerStatus.STALE: "is stale", RunnerStatus.NEVER_CONTACTED: "has never contacted GitLab"}


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Wanted:
    """What some steps want of a runner: all of these tags (none: that it takes untagged jobs), and so many seconds."""

    tags: Tags
    timeout: int
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """The answer for one want: a runner's number, or why each runner with the tags does not take it."""

    wanted: Wanted
    runner: int | None = None
    refusals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """What the runners say to a plan. unasked: why GitLab was not asked; empty where it was."""

    policy: Runners = field(default_factory=Runners)
    matches: tuple[Match, ...] = ()
    unasked: str = ""

    @property
    def missing(self) -> tuple[Match, ...]:
        """The wants that no runner takes."""
        return tuple(match for match in self.matches if match.runner is None)

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences for people: what was not checked, or which jobs would wait in vain."""
        if self.unasked:
            return (f"the runners were not checked: {self.unasked}",)
        return tuple(map(sentence, self.missing))


def wants(steps: Iterable[StepSpec]) -> tuple[Wanted, ...]:
    """What the steps want, each want once, sorted; the tags of a job in no particular order are one want."""
    found: dict[tuple[Tags, int], list[str]] = {}
    for step in steps:
        found.setdefault((tuple(sorted(set(step.tags))), step.timeout.seconds), []).append(step.id)
    return tuple(
        Wanted(tags=tags, timeout=timeout, steps=tuple(sorted(ids))) for (tags, timeout), ids in sorted(found.items())
    )


def match(wanted: Iterable[Wanted], runners: Mapping[Tags, Iterable[Runner]], *, protected: bool | None) -> list[Match]:
    """The runner for each want. runners: by the tags that GitLab was asked for. protected: None if nobody knows."""
    return [_match(want, runners.get(want.tags, ()), protected) for want in wanted]


def _match(wanted: Wanted, runners: Iterable[Runner], protected: bool | None) -> Match:
    refusals = []
    for runner in sorted(runners, key=lambda each: each.id):
        why = refusal(runner, wanted, protected=protected)
        if not why:
            return Match(wanted=wanted, runner=runner.id)
        refusals.append(f"runner {runner.id}{_name(runner)} {why}")
    return Match(wanted=wanted, refusals=tuple(refusals))


def refusal(runner: Runner, wanted: Wanted, *, protected: bool | None) -> str:  # noqa: PLR0911 (one for each reason)
    """Why the runner does not take the job, or would end it too early, as half a sentence; empty where it takes it.

    What GitLab does not show of a runner of somebody else's is taken to be right.
    """
    if runner.paused:
        return "is paused"
    if not runner.online:
        return _STATES.get(runner.status, "is offline")
    if not runner.detailed:
        return ""
    if lacking := sorted(set(wanted.tags) - set(runner.tags)):
        return f"lacks {_tags(lacking)}"
    if not wanted.tags and not runner.run_untagged:
        return "takes no job without tags"
    if runner.access is AccessLevel.REF_PROTECTED and protected is False:
        return "takes jobs of protected branches and tags only"
    if runner.maximum_timeout is not None and runner.maximum_timeout < wanted.timeout:
        return f"ends jobs after {Duration(runner.maximum_timeout)}"
    return ""


def sentence(found: Match) -> str:
    """Why no runner takes some jobs; tags and names of runners are text of others."""
    wanted = found.wanted
    what = f"the tags {_tags(wanted.tags)}" if wanted.tags else "a job without tags"
    nobody = "no runner has them" if wanted.tags else "there is no runner"
    jobs = ", ".join(wanted.steps[:_MOST_NAMED]) + _more(wanted.steps)
    why = "; ".join(found.refusals[:_MOST_NAMED]) + _more(found.refusals)
    return f"no runner takes {what} for {Duration(wanted.timeout)} ({jobs}): {why or nobody}"


def _tags(tags: Iterable[str]) -> str:
    return ", ".join(map(paths.printable, tags))


def _name(runner: Runner) -> str:
    name = paths.printable(runner.description)
    return f" {name[:_LONGEST_NAME]!r}" if name else ""


def _more(items: tuple[str, ...]) -> str:
    more = len(items) - _MOST_NAMED
    return f" and {more} more" if more > 0 else ""


def facts(found: Fleet) -> dict[str, object]:
    """The element `runners` of plan.json."""
    return {
        "checked": not found.unasked,
        "why": paths.printable(found.unasked),
        "missing": str(found.policy.missing),
        "wanted": [
            {
                "tags": [paths.printable(tag) for tag in each.wanted.tags],
                "timeout_seconds": each.wanted.timeout,
                "steps": list(each.wanted.steps),
                "runner": each.runner,
                "refusals": list(each.refusals),
            }
            for each in found.matches
        ],
    }


def refuses(found: Fleet) -> bool:
    """Whether the policy writes no pipeline for such a plan; a fallback that lacks a runner, too, is none."""
    return bool(found.missing) and found.policy.missing is not Missing.WARN
