"""What a training leaves on disk until the store has its result, so that no outage costs the model."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from mlgitlab import paths
from mlgitlab.errors import RefusedError, UsageError
from mlgitlab.jobs.metrics.record import Record

_FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A finished training that the store may not know of yet.

    files: size in bytes and time of change (ns since 1970) of each by name; digests: their SHA-256, where somebody had
    the time. metrics: None where the step declares none. keep: whether it may stand in for later runs.
    """

    step: str
    fingerprint: str
    provenance: Mapping[str, object]
    files: Mapping[str, tuple[int, int]]
    digests: Mapping[str, str] = field(default_factory=dict)
    metrics: Mapping[str, float] | None = None
    keep: bool = True

    @property
    def content(self) -> bytes:
        """The file's bytes."""
        found = {
            "format": _FORMAT,
            "step": self.step,
            "fingerprint": self.fingerprint,
            "provenance": self.provenance,
            "files": {name: list(stamp) for name, stamp in self.files.items()},
            "digests": dict(self.digests),
            "metrics": None if self.metrics is None else Record(metrics=self.metrics).content(),
            "keep": self.keep,
        }
        return (json.dumps(found, indent=1, sort_keys=True) + "\n").encode("ascii")

    @classmethod
    def read(cls, content: bytes, where: str) -> Pending:
        """What `content` was written as; UsageError for anything else."""
        try:
            found = json.loads(content)
            if found["format"] != _FORMAT:
                raise ValueError  # noqa: TRY301 (as for all that is wrong with it)
            metrics = found["metrics"]
            return cls(
                step=str(found["step"]),
                fingerprint=str(found["fingerprint"]),
                provenance=dict(found["provenance"]),
                files={str(name): (int(size), int(time)) for name, (size, time) in found["files"].items()},
                digests={str(name): str(digest) for name, digest in found["digests"].items()},
                metrics=None if metrics is None else Record.read(metrics).metrics,
                keep=bool(found["keep"]),
            )
        except (ValueError, KeyError, TypeError, AttributeError):
            raise UsageError(f"{where} was not written by this mlgitlab, or was damaged", "train again") from None


def check_unchanged(
    pending: Pending, fingerprint: str, now: Mapping[str, tuple[int, int]], digest: Callable[[str], str]
) -> None:
    """RefusedError where the code, or a file of the model, is no longer what it was when the training ended.

    now: the files' sizes and times; digest: the SHA-256 of one. A copy of a file has another time, and the same digest.
    """
    if pending.fingerprint != fingerprint:
        raise RefusedError(
            f"{pending.step} was trained from other code, data or settings than those here",
            "check out what it was trained from, or train again; `mlgitlab fingerprint --diff` says what differs",
        )
    differing = sorted(
        name
        for name in {*pending.files, *now}
        if pending.files.get(name) != now.get(name)
        and not (name in now and name in pending.digests and pending.digests[name] == digest(name))
    )
    if differing:
        named = ", ".join(map(paths.show, differing[:5]))
        raise RefusedError(f"the outputs of {pending.step} changed since it was trained: {named}", "train again")
