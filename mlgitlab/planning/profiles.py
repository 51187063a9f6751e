"""Profiles: what runs in which kind of pipeline, and which one applies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from mlgitlab.ci import CiEnvironment, PipelineKind
from mlgitlab.config.schema import Config, Profile, Select, StepKind
from mlgitlab.errors import UsageError
from mlgitlab.frozen import dataclass

_CHECKS = (StepKind.QUALITY, StepKind.DATA)
_FULL = (*_CHECKS, StepKind.TRAIN, StepKind.EVALUATE, StepKind.GATE)

BUILT_IN: Mapping[str, Profile] = {
    "merge_request": Profile(description="checks and a smoke training", steps=(*_CHECKS, StepKind.SMOKE)),
    "branch": Profile(description="checks and a smoke training", steps=(*_CHECKS, StepKind.SMOKE)),
    "default_branch": Profile(description="full training and evaluation", steps=_FULL),
    "tag": Profile(description="full training and evaluation", steps=_FULL),
    "schedule": Profile(
        description="everything, whatever changed, and a drill of the gates",
        steps=(*_FULL, StepKind.DRILL),
        select=Select.ALL,
    ),
    "manual": Profile(description="everything, whatever changed", steps=_FULL, select=Select.ALL),
    "full-train": Profile(description="full training in a merge request", steps=_FULL, labels=("ml::full-train",)),
    "skip-train": Profile(description="checks only", steps=_CHECKS, labels=("ml::skip-train",)),
}
# The profile for each kind of pipeline, the first that the configuration declares or that is built in.
_BY_KIND: Mapping[PipelineKind, tuple[str, ...]] = {
    PipelineKind.MERGE_REQUEST: ("merge_request",),
    PipelineKind.MERGED_RESULT: ("merge_request",),
    PipelineKind.MERGE_TRAIN: ("merge_train", "merge_request"),
    PipelineKind.DEFAULT_BRANCH: ("default_branch",),
    PipelineKind.BRANCH: ("branch",),
    PipelineKind.TAG: ("tag",),
    PipelineKind.SCHEDULE: ("schedule",),
    PipelineKind.MANUAL: ("manual",),
    PipelineKind.LAPTOP: ("merge_request",),
}
_MERGE_REQUESTS = frozenset({PipelineKind.MERGE_REQUEST, PipelineKind.MERGED_RESULT, PipelineKind.MERGE_TRAIN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The profile that applies, and the sentence that says why."""

    name: str
    profile: Profile
    why: str


def choose(config: Config, env: CiEnvironment, requested: str = "") -> Chosen:
    """The profile by request, by label or by kind of pipeline, in this order.

    Raises UsageError for a requested profile that nobody declared.
    """
    profiles = _profiles(config)
    if name := requested or env.profile:
        if name not in profiles:
            import difflib  # noqa: PLC0415 (only for faults)

            near = difflib.get_close_matches(name, profiles, n=1)
            meant = f"did you mean {near[0]}?" if near else f"there are: {', '.join(sorted(profiles))}"
            raise UsageError(f"there is no profile {name!r}", meant)
        return Chosen(name=name, profile=profiles[name], why="it was asked for")
    if env.kind in _MERGE_REQUESTS and (labelled := _by_label(profiles, env.labels)):
        return labelled
    name = next(name for name in _BY_KIND[env.kind] if name in profiles)
    kind = env.kind.replace("_", " ")
    why = "what a merge request would run" if env.kind is PipelineKind.LAPTOP else f"this is a {kind} pipeline"
    return Chosen(name=name, profile=profiles[name], why=why)


def _profiles(config: Config) -> dict[str, Profile]:
    """The declared profiles and the built-in ones that they do not replace, by name or by label."""
    declared = {str(name): profile for name, profile in config.profiles.items()}
    taken = {label for profile in declared.values() for label in profile.labels}
    built_in = {
        name: replace(profile, labels=tuple(label for label in profile.labels if label not in taken))
        for name, profile in BUILT_IN.items()
    }
    return {**built_in, **declared}


def _by_label(profiles: Mapping[str, Profile], labels: tuple[str, ...]) -> Chosen | None:
    """Of several labelled profiles the one that runs the most kinds of steps, then the first by name."""
    found = sorted(
        (-len(profile.steps), name, label)
        for name, profile in profiles.items()
        for label in profile.labels
        if label in labels
    )
    if not found:
        return None
    _, name, label = found[0]
    return Chosen(name=name, profile=profiles[name], why=f"the merge request has the label {label}")
