"""What a training asks of the world; `mlgitlab.cli.wiring.train` supplies the real answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO, Protocol


class Clock(Protocol):
    """The time, and waiting. Durations are seconds."""

    def now(self) -> dt.datetime:
        """The time of day, in UTC."""
        ...

    def seconds(self) -> float:
        """Seconds since some moment."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class Ended(Protocol):
    """How a script ended: its exit status or -n for signal n, its seconds, the signal that reached us or 0."""

    @property
    def code(self) -> int:
        """Its exit status, or -n for signal n."""
        ...

    @property
    def seconds(self) -> float:
        """Its duration."""
        ...

    @property
    def timed_out(self) -> bool:
        """Whether its time was over."""
        ...

    @property
    def signal(self) -> int:
        """The signal that reached us meanwhile, or 0."""
        ...

    @property
    def left(self) -> bool:
        """Whether it left processes running, which were ended."""
        ...

    @property
    def peak_bytes(self) -> int:
        """The largest resident size of any of its processes."""
        ...


class Shell(Protocol):
    """Runs a script in the repository's folder; `seen` gets every piece of its output."""

    def __call__(
        self, script: str, environ: Mapping[str, str], *, seconds: float, grace: float, seen: Callable[[bytes], None]
    ) -> Ended:
        """Run it to its end, or for so many seconds."""
        ...


class Machine(Protocol):
    """The machine that we run on."""

    def facts(self, environ: Mapping[str, str]) -> Mapping[str, object]:
        """What of it can matter for a result: system, CPUs, GPUs, the version of Python on PATH."""
        ...

    def watching(self) -> AbstractContextManager[Callable[[], int | None]]:
        """Watches the GPUs' memory; the function that it gives says the most bytes seen in use, None for unknown."""
        ...


class WorkFolder(Protocol):
    """The repository's folder. Names are paths from its top, with `/`."""

    @property
    def root(self) -> Path:
        """Where it is."""
        ...

    def files(self, outputs: Sequence[str]) -> Mapping[str, Path]:
        """The regular files at or below the outputs (paths or patterns), sorted by name, and where their bytes are.

        A link to a file or folder of the repository stands for what it leads to. UsageError for one that leads out of
        it or in a circle, and for what is neither file nor folder.
        """
        ...

    def entries(self, outputs: Sequence[str]) -> Sequence[str]:
        """Everything at or below the outputs but folders, sorted by name; a link is itself, not what it leads to."""
        ...

    def tracked(self, names: Iterable[str]) -> frozenset[str]:
        """Those of the names that git tracks."""
        ...

    def remove(self, names: Iterable[str], outputs: Sequence[str]) -> None:
        """Delete files and links, and the folders below the outputs that are empty then."""
        ...

    def stamp(self, name: str) -> tuple[int, int]:
        """A file's size in bytes and time of change in nanoseconds since 1970; (-1, 0) where there is none."""
        ...

    def open(self, name: str) -> BinaryIO:
        """A file, to be read; UsageError where it cannot be."""
        ...

    def read(self, name: str) -> bytes | None:
        """A file's content; None where there is no such file."""
        ...

    def is_folder(self, name: str) -> bool:
        """Whether it is a folder."""
        ...

    def write(self, name: str, content: bytes) -> None:
        """Replace a file's content in one step."""
        ...

    def move(self, names: Mapping[str, str]) -> None:
        """Give files new names, `{old: new}`; folders that are missing are made. Links are moved, not followed."""
        ...
