"""A stage of a DVC pipeline, all templating resolved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from mlgitlab.paths import show

# What YAML, JSON and TOML can hold, as far as DVC's templating takes it.
Scalar = None | bool | int | float | str
Value = Scalar | list["Value"] | dict[Scalar, "Value"]

_LONGEST_SHOWN = 100


def shown(text: str) -> str:
    """A name out of a file, for people: on one line, and not longer than that."""
    return show(text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}...")


class UnresolvedError(Exception):
    """Something that we cannot resolve as DVC would; the message is the reason, for people."""


class OutKind(StrEnum):
    """Under which key of a stage an output stands."""

    OUT = "outs"
    METRIC = "metrics"
    PLOT = "plots"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Out:
    """One output. `cached`: DVC keeps it, and git does not; `pushed`: `dvc push` takes it to the remote."""

    path: str
    kind: OutKind = OutKind.OUT
    cached: bool = True
    persist: bool = False
    pushed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One stage; every path starts at the repository's root (an empty one is the root itself).

    file: its dvc.yaml. definition: the key below `stages` that defines it, `train` for the stage `train@a`.
    cmd: the shell lines, each run by a shell of its own in `wdir`.
    params: for each file the keys that count; none means the whole file.
    variables: the keys of files that the templating of this stage used.
    external_deps, external_outs: places outside the repository, as URLs or paths.
    always_changed: DVC runs it every time; so it does with a stage that has neither dependencies nor outputs.
    opaque: why nothing but the name is known; empty where all is. A file that cannot be read is one such stage
    without a name.
    """

    name: str
    file: str
    definition: str = ""
    cmd: tuple[str, ...] = ()
    wdir: str = ""
    deps: tuple[str, ...] = ()
    params: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    variables: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    outs: tuple[Out, ...] = ()
    external_deps: tuple[str, ...] = ()
    external_outs: tuple[str, ...] = ()
    frozen: bool = False
    always_changed: bool = False
    opaque: str = ""

    @property
    def address(self) -> str:
        """The stage as `dvc repro` takes it at the repository's root."""
        return f"{self.file}:{self.name}" if self.name else self.file
