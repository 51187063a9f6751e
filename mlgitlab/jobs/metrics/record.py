"""The numbers of a model as the store keeps them: a record of kind `metrics`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mlgitlab.errors import WorldError
from mlgitlab.jobs.metrics.openmetrics import shown
from mlgitlab.jobs.metrics.tables import number

KIND = "metrics"
_FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Numbers that one step found out about a model; `labels` tell several reports of a step apart (a dataset).

    `at` is the time in UTC as ISO 8601: the same numbers again, after others, are the newest once more.
    """

    step: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    at: str = ""

    def content(self) -> dict[str, object]:
        """Plain data. Numbers are texts: JSON has no NaN, and no agreement on how many digits a number keeps."""
        return {
            "format": _FORMAT,
            "step": self.step,
            "at": self.at,
            "labels": dict(sorted(self.labels.items())),
            "metrics": {name: shown(value) for name, value in sorted(self.metrics.items())},
        }

    @classmethod
    def read(cls, content: Mapping[str, object]) -> Record:
        """What `content` wrote; WorldError for anything else: somebody else has written into the store."""
        step, labels, metrics = content.get("step"), content.get("labels"), content.get("metrics")
        if content.get("format") != _FORMAT or not isinstance(step, str) or not isinstance(metrics, Mapping):
            raise WorldError(
                "a record of metrics in the store is not of format 1", "was it written by a newer mlgitlab?"
            )
        numbers = {str(name): number(value) if isinstance(value, str) else None for name, value in metrics.items()}
        if None in numbers.values() or not isinstance(labels, Mapping):
            raise WorldError("a record of metrics in the store holds something that is no number")
        return cls(
            step=step,
            labels={str(name): str(value) for name, value in labels.items()},
            metrics={name: value for name, value in numbers.items() if value is not None},
            at=str(content.get("at", "")),
        )


def newest(
    contents: Sequence[Mapping[str, object]], step: str, labels: Mapping[str, str]
) -> Mapping[str, float] | None:
    """The numbers of the newest record of a step with these labels; None where there is none. Oldest come first."""
    records = (Record.read(content) for content in reversed(contents))
    return next((each.metrics for each in records if each.step == step and dict(each.labels) == dict(labels)), None)


def latest(contents: Sequence[Mapping[str, object]]) -> Mapping[str, float]:
    """The newest number of each name, whatever step found it out. Oldest come first."""
    found: dict[str, float] = {}
    for content in contents:
        found |= Record.read(content).metrics
    return dict(sorted(found.items()))
