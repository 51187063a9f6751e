"""Whose numbers a report is made of: those of files, of the model in production, of one that stands in for another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from mlgitlab.cli.stores import utc_now
from mlgitlab.errors import UsageError, WorldError
from mlgitlab.jobs.metrics.numbers import Ignored, Numbers
from mlgitlab.jobs.metrics.record import KIND, Record, newest
from mlgitlab.paths import show
from mlgitlab.store import digests
from mlgitlab.store.keys import PRODUCTION
from mlgitlab.store.library import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Whose numbers they are. `digest` is empty where no reference names one; `store` opens the store, once."""

    model: str
    step: str
    digest: str
    store: Callable[[], Store]
    labels: Mapping[str, str]

    @property
    def every_label(self) -> dict[str, str]:
        """The model and the step, as far as they are known, and the labels."""
        own = {"model": self.model, "step": self.step}
        return {**{name: value for name, value in own.items() if value}, **self.labels}


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the report is made of. `carried`: the own numbers are those of a stored model, not of this run."""

    own: Mapping[str, float]
    carried: bool = False
    production: Mapping[str, float] = field(default_factory=dict)
    ignored: tuple[Ignored, ...] = ()
    remarks: tuple[str, ...] = ()


def from_files(asked: Asked, numbers: Numbers, *, production: bool) -> Found:
    """A store that does not answer must not spoil a training that is done: the report then says what it lacks."""
    beside: Mapping[str, float] | None = None
    remarks: list[str] = []
    if production:
        if not asked.model:
            raise UsageError("--production of which model?", "pass --model or --reference")
        try:
            beside = _of_production(asked)
        except WorldError as error:
            remarks.append(f"production's numbers are missing: {error.message}")
        else:
            if beside is None:
                remarks.append(f"no numbers of {show(asked.model)} in production are in the store")
    return Found(own=numbers.metrics, production=beside or {}, ignored=numbers.ignored, remarks=tuple(remarks))


def stored(asked: Asked, *, if_any: bool) -> Found:
    """The numbers of the model that stands in for one that was not trained.

    UsageError where the store has none, unless they are asked for `if_any`: then the report is empty, and says so.
    """
    production = _of_production(asked)
    pinned = _of_digest(asked, asked.digest) if asked.digest else None
    own = pinned if pinned is not None else production
    remarks = []
    if asked.digest and pinned is None:
        remarks.append(
            f"no numbers of {asked.model}@{digests.short(asked.digest)} are in the store: these are production's"
        )
    if own is None:
        which = digests.short(asked.digest) if asked.digest else "in production"
        missing = f"the store has no numbers of {show(asked.model)} {which}"
        if not if_any:
            hint = "`mlgitlab metrics report --record` keeps them, under the same --step and --label"
            raise UsageError(missing, hint)
        return Found(own={}, carried=True, remarks=(missing,))
    return Found(own=own, production=production or {}, carried=True, remarks=tuple(remarks))


def _of_production(asked: Asked) -> Mapping[str, float] | None:
    pointer = asked.store().pointer(asked.model, PRODUCTION)
    return _of_digest(asked, pointer.digest) if pointer else None


def _of_digest(asked: Asked, digest: str) -> Mapping[str, float] | None:
    kept = asked.store().records(asked.model, digest, KIND)
    return newest(kept, asked.step, asked.labels)


def keep(asked: Asked, own: Mapping[str, float]) -> None:
    """Record the numbers with the model that they are about."""
    made = Record(step=asked.step, labels=asked.labels, metrics=own, at=utc_now())
    asked.store().record(asked.model, asked.digest, KIND, made.content())
