"""Models in slots without nginx in front of them: to be asked, and gone afterwards."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from mlgitlab.adapters.http import ask, free_ports
from mlgitlab.adapters.nginx.slots import NAMES, Slot
from mlgitlab.config.deploy import NginxTarget
from mlgitlab.errors import UsageError
from mlgitlab.jobs.deploy.target import Answer, Question
from mlgitlab.store import digests


@dataclass(frozen=True, slots=True, kw_only=True)
class Alone:
    """Two slots; a model takes the first that is free."""

    folder: Path
    slots: tuple[Slot, ...]

    def room(self, digest: str) -> Path:
        """Where a model's files are wanted."""
        return self.folder / "models" / digests.digits_of(digest)

    def place(self, digest: str) -> None:
        """Start a model; RefusedError, with its last words, where it does not answer in time."""
        next(slot for slot in self.slots if not slot.digest).start(digest, self.room(digest))

    def ask(self, digest: str, question: Question) -> Answer:
        """Put a question to a model that was placed."""
        slot = next(slot for slot in self.slots if slot.digest == digest)
        return ask(slot.port, question, slot.settings, float(slot.settings.timeout.seconds))


@contextlib.contextmanager
def alone(settings: NginxTarget | None, environ: Mapping[str, str]) -> Iterator[Alone]:
    """Slots in a folder and on ports of their own; the models end with the block."""
    if settings is None or not settings.serve:
        raise UsageError("only a model that `nginx.serve` starts can be started here")
    with tempfile.TemporaryDirectory(prefix="mlgitlab-") as name:
        folder, own = Path(name), replace(settings, unit=None)
        slots = tuple(
            Slot(name=each, folder=folder / each, port=port, settings=own, environ=environ)
            for each, port in zip(NAMES, free_ports(len(NAMES)), strict=True)
        )
        try:
            yield Alone(folder=folder, slots=slots)
        finally:
            for slot in slots:
                slot.stop()
