"""GitLab's nouns: jobs, stages and the pipeline they form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field

from mlgitlab.frozen import dataclass

Body = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One job: its keywords as plain data, the lines that say why it is there, and the needs it must keep."""

    name: str
    body: Body
    because: tuple[str, ...] = ()
    must_need: tuple[str, ...] = ()

    @property
    def stage(self) -> str:
        """The stage, GitLab's default `test` where none is given."""
        return str(self.body.get("stage", "test"))

    @property
    def needs(self) -> tuple[str, ...]:
        """Names of needed jobs in the same pipeline."""
        return tuple(name for name, _ in needs_of(self.body))

    @property
    def reads(self) -> tuple[str, ...]:
        """Names of the needed jobs whose artifacts are downloaded."""
        return tuple(name for name, artifacts in needs_of(self.body) if artifacts)

    @property
    def count(self) -> int:
        """How many jobs GitLab makes of it (`parallel`, `parallel:matrix`)."""
        parallel = self.body.get("parallel")
        if isinstance(parallel, int):
            return parallel
        if isinstance(parallel, Mapping) and isinstance(matrix := parallel.get("matrix"), list):
            return sum(permutations(row) for row in matrix)
        return 1


def needs_of(body: Body) -> Iterator[tuple[str, bool]]:
    """Each needed job of the same pipeline, and whether its artifacts are downloaded."""
    needs = body.get("needs")
    for need in needs if isinstance(needs, list) else ():
        if isinstance(need, str):
            yield need, True
        elif isinstance(need, Mapping) and "job" in need and not {"pipeline", "project"} & need.keys():
            yield str(need["job"]), need.get("artifacts") is not False


def without_empty(body: Body) -> dict[str, object]:
    """Leave out keywords that say nothing; an empty `needs` says that the job starts at once."""
    return {
        key: value
        for key, value in body.items()
        if value or value not in (None, [], {}) or (key == "needs" and value == [])
    }


def permutations(row: object) -> int:
    """The number of jobs that one row of a matrix stands for."""
    total = 1
    for values in row.values() if isinstance(row, Mapping) else ():
        total *= len(values) if isinstance(values, list) else 1
    return total


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """One YAML file's worth of jobs. `header` is written above them as comments."""

    stages: tuple[str, ...]
    jobs: tuple[Job, ...]
    header: tuple[str, ...] = ()
    keywords: Body = field(default_factory=lambda: {"workflow": {"rules": [{"when": "always"}]}})

    @property
    def count(self) -> int:
        """How many jobs GitLab makes of it."""
        return sum(job.count for job in self.jobs)
