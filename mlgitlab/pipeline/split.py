"""Past GitLab's limits one pipeline becomes several: which jobs go together, and in which order.

Jobs that pass artifacts to each other stay in one part. Jobs that only wait for each other may be
parted: the parts then run in waves. A result that jobs of many parts read is made in the child itself,
where GitLab lets its own children fetch it: https://docs.gitlab.com/ci/yaml/#needspipelinejob
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

from mlgitlab.errors import ConfigError, Problem
from mlgitlab.frozen import dataclass
from mlgitlab.pipeline.emit import job_size
from mlgitlab.pipeline.instance import Instance
from mlgitlab.pipeline.nouns import Job, Pipeline

# GitLab's NEEDS_CROSS_PIPELINE_DEPENDENCIES_LIMIT (lib/gitlab/ci/config/entry/needs.rb)
MOST_CROSS_NEEDS = 5
# Room for the header, `stages` and `workflow` of a part.
_FRAME_BYTES = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """The parting: `shared` jobs run first, then each wave's groups of jobs, one part each."""

    shared: tuple[Job, ...]
    waves: tuple[tuple[tuple[Job, ...], ...], ...]
    why: str

    def __str__(self) -> str:
        parts, waves = sum(map(len, self.waves)), len(self.waves)
        first = f", after {len(self.shared)} shared jobs" if self.shared else ""
        plural = "" if waves == 1 else "s"
        return f"{self.why}: split into {parts} child pipelines in {waves} wave{plural}{first}"


def excess(pipeline: Pipeline, instance: Instance, size: int) -> str:
    """Which limit one pipeline of `size` bytes would break, in words; empty when it fits."""
    if instance.max_jobs is not None and pipeline.count > instance.max_jobs:
        return f"{pipeline.count} jobs exceed the {instance.max_jobs} of one pipeline"
    if size > instance.max_yaml_bytes:
        return f"{size} bytes of YAML exceed the {instance.max_yaml_bytes} of one pipeline"
    most = max(pipeline.jobs, key=lambda job: len(job.needs))
    if len(most.needs) > instance.max_needs:
        return f"the {len(most.needs)} needs of {most.name} exceed the {instance.max_needs} of one job"
    return ""


def split(pipeline: Pipeline, instance: Instance, why: str) -> Split:
    """Part the jobs so that no dependency breaks; ConfigError when no parting can."""
    room = _Room(
        jobs=instance.max_jobs,
        size=max(1, instance.max_yaml_bytes - _FRAME_BYTES),
        weights={job.name: job_size(job) for job in pipeline.jobs},
    )
    shared: set[str] = set()
    while True:
        rest = [job for job in pipeline.jobs if job.name not in shared]
        groups = _together(rest)
        too_large = [group for group in groups if not room.holds(*room.taken(group))]
        if not too_large:
            break
        shared |= _with_ancestors(_most_read(too_large[0]), pipeline)
    kept = tuple(job for job in pipeline.jobs if job.name in shared)
    _refuse_cross_needs(rest, shared)
    return Split(shared=kept, waves=_waves(groups, room), why=why)


Group = tuple[Job, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Room:
    """What fits into one part."""

    jobs: int | None
    size: int
    weights: Mapping[str, int]

    def taken(self, group: Group) -> tuple[int, int]:
        """How many jobs and bytes the group takes."""
        return sum(job.count for job in group), sum(self.weights[job.name] for job in group)

    def holds(self, jobs: int, size: int) -> bool:
        return (self.jobs is None or jobs <= self.jobs) and size <= self.size


def _together(jobs: Sequence[Job]) -> list[Group]:
    """Groups of jobs that must share a part: joined by artifacts, or waiting for each other in a circle."""
    names = {job.name for job in jobs}
    leader = {name: name for name in names}

    def find(name: str) -> str:
        while leader[name] != name:
            leader[name] = leader[leader[name]]
            name = leader[name]
        return name

    for job in jobs:
        for read in job.reads:
            if read in names:
                leader[find(read)] = find(job.name)
    while True:
        members: dict[str, list[Job]] = {}
        for job in jobs:
            members.setdefault(find(job.name), []).append(job)
        circle = _circle(
            {
                key: {find(need) for job in group for need in job.needs if need in names} - {key}
                for key, group in members.items()
            }
        )
        if not circle:
            return [tuple(group) for group in members.values()]
        for name in circle[1:]:
            leader[find(name)] = find(circle[0])


def _circle(graph: Mapping[str, set[str]]) -> list[str]:
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def _most_read(group: Group) -> Job:
    readers = Counter(read for job in group for read in job.reads)
    candidates = [job for job in group if readers[job.name]]
    if not candidates:
        name = group[0].name
        raise ConfigError(
            (Problem(where=f"job {name}", what="it does not fit into a pipeline of its own"),),
            "raise gitlab.max_jobs or gitlab.max_yaml_bytes if your instance allows more",
        )
    return min(candidates, key=lambda job: (-readers[job.name], job.name))


def _with_ancestors(job: Job, pipeline: Pipeline) -> set[str]:
    by_name = {each.name: each for each in pipeline.jobs}
    found: set[str] = set()
    queue = [job.name]
    while queue:
        name = queue.pop()
        if name not in found:
            found.add(name)
            queue.extend(by_name[name].needs)
    return found


def _refuse_cross_needs(jobs: Iterable[Job], shared: set[str]) -> None:
    problems = tuple(
        Problem(
            where=f"job {job.name}",
            what=f"it would read {count} results of another pipeline, and GitLab allows {MOST_CROSS_NEEDS}",
        )
        for job in jobs
        if (count := len(shared & set(job.reads))) > MOST_CROSS_NEEDS
    )
    if problems:
        raise ConfigError(problems, "raise gitlab.max_jobs or gitlab.max_needs if your instance allows more")


def _waves(groups: Sequence[Group], room: _Room) -> tuple[tuple[Group, ...], ...]:
    """Groups by how many others they wait for, each wave packed into as few parts as fit in order."""
    home = {job.name: index for index, group in enumerate(groups) for job in group}
    graph = {
        index: {home[need] for job in group for need in job.needs if home.get(need, index) != index}
        for index, group in enumerate(groups)
    }
    wave: dict[int, int] = {}
    for index in TopologicalSorter(graph).static_order():
        wave[index] = 1 + max((wave[before] for before in graph[index]), default=0)
    return tuple(
        _packed([group for index, group in enumerate(groups) if wave[index] == number], room)
        for number in range(1, max(wave.values(), default=0) + 1)
    )


def _packed(groups: Sequence[Group], room: _Room) -> tuple[Group, ...]:
    parts: list[list[Job]] = []
    all_jobs, all_bytes = 0, 0
    for group in groups:
        jobs, size = room.taken(group)
        if parts and room.holds(all_jobs + jobs, all_bytes + size):
            parts[-1].extend(group)
            all_jobs, all_bytes = all_jobs + jobs, all_bytes + size
        else:
            parts.append(list(group))
            all_jobs, all_bytes = jobs, size
    return tuple(map(tuple, parts))
