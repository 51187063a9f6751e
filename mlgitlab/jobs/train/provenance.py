"""The record of how a model came about: everything that somebody needs to believe it or to make it again."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mlgitlab import __version__, paths
from mlgitlab.jobs.train.environment import script
from mlgitlab.jobs.train.order import Order
from mlgitlab.jobs.train.preparing import Upstream

FORMAT = 1
_MOST_NAMED = 50
_LOCKS = frozenset({
    "requirements.txt", "uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock", "pylock.toml", "conda-lock.yml",
    "environment.yml", "environment.yaml", "pixi.lock", "dvc.lock",
})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The files that a training starts from. changed: tracked files that are not as in the commit."""

    commit: str
    branch: str = ""
    project: str = ""
    changed: tuple[str, ...] = ()
    untracked: tuple[str, ...] = ()

    def facts(self) -> dict[str, object]:
        """For the record; long lists are cut, and counted."""
        return {
            "commit": self.commit,
            "branch": self.branch,
            "project": self.project,
            "dirty": bool(self.changed),
            **_listed("changed", self.changed),
            **_listed("untracked", self.untracked),
        }


def _listed(name: str, found: Sequence[str]) -> dict[str, object]:
    return {name: [paths.show(path) for path in sorted(found)[:_MOST_NAMED]], f"{name}_count": len(found)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """A step's fingerprint. ingredients: (kind, name, digest) of each thing that it covers; unknown: what it cannot."""

    fingerprint: str
    scheme: int
    ingredients: tuple[tuple[str, str, str], ...] = ()
    unknown: tuple[str, ...] = ()
    data: frozenset[str] = frozenset()  # the paths that are files of datasets

    def facts(self) -> dict[str, object]:
        """For the record: the digest of all ingredients, and those of data, lock files and of models read."""
        everything = json.dumps([list(item) for item in self.ingredients]).encode()
        files = [(name, digest) for kind, name, digest in self.ingredients if kind in ("input", "code")]
        return {
            "fingerprint": self.fingerprint,
            "scheme": self.scheme,
            "unknown": list(self.unknown),
            "ingredients": {"sha256": hashlib.sha256(everything).hexdigest(), "count": len(self.ingredients)},
            "data": {paths.show(name): digest for name, digest in files if name in self.data},
            "locks": {paths.show(name): digest for name, digest in files if _is_lock(name)},
        }

    def expected(self, step: str) -> str:
        """The fingerprint of a step whose result this one reads; empty where it is none of them."""
        return next((digest for kind, name, digest in self.ingredients if (kind, name) == ("upstream", step)), "")


def _is_lock(name: str) -> bool:
    last = name.rpartition("/")[2]
    return last in _LOCKS or (last.startswith("requirements") and last.endswith(".txt"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """The CI job; all empty on a laptop."""

    url: str = ""
    pipeline: str = ""
    image: str = ""
    runner: str = ""
    runner_name: str = ""
    server: str = ""

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Job:
        """From GitLab's predefined variables."""
        return cls(
            url=environ.get("CI_JOB_URL", ""),
            pipeline=environ.get("CI_PIPELINE_URL", ""),
            image=environ.get("CI_JOB_IMAGE", ""),
            runner=environ.get("CI_RUNNER_ID", ""),
            runner_name=environ.get("CI_RUNNER_DESCRIPTION", ""),
            server=environ.get("CI_SERVER_URL", ""),
        )

    @property
    def builder(self) -> str:
        """A URI for who ran the training: the runner of a GitLab instance, or somebody's own machine."""
        return f"{self.server}/-/runners/{self.runner}" if self.server and self.runner else "mlgitlab:builder:laptop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run of the command. seconds and bytes; `gpu_peak_bytes` is None where nobody could tell."""

    started: dt.datetime
    finished: dt.datetime
    seconds: float
    exit_code: int
    peak_bytes: int
    gpu_peak_bytes: int | None = None
    machine: Mapping[str, object] = field(default_factory=dict)


def record(
    order: Order, basis: Basis, source: Source, job: Job, run: Run, upstream: Sequence[Upstream]
) -> dict[str, object]:
    """The record as plain data. Names of variables are in it, values of none."""
    return {
        "format": FORMAT,
        "mlgitlab": __version__,
        "model": order.model,
        "step": order.step,
        **basis.facts(),
        "git": source.facts(),
        "command": list(order.command),
        "command_sha256": hashlib.sha256(script(order.command).encode("utf-8", "surrogatepass")).hexdigest(),
        "seed": order.seed,
        "parameters": dict(sorted(order.parameters.items())),
        "variables": sorted(order.variables),
        "datasets": dict(sorted(order.datasets.items())),
        "upstream": {each.step: each.digest for each in upstream},
        "machine": {
            **run.machine,
            "image": job.image or order.image,
            "runner": job.runner,
            "runner_name": job.runner_name,
        },
        "run": {
            "started": utc(run.started),
            "finished": utc(run.finished),
            "seconds": round(run.seconds, 3),
            "exit_code": run.exit_code,
            "peak_bytes": run.peak_bytes,
            "gpu_peak_bytes": run.gpu_peak_bytes,
            "job": job.url,
            "pipeline": job.pipeline,
            "builder": job.builder,
        },
    }


def utc(moment: dt.datetime) -> str:
    """The time in UTC as ISO 8601, to the second: `2026-01-31T12:00:00Z`."""
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
