"""What a training works with: processes, the machine, the disk, keys."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import click

from mlgitlab.adapters import files, machine, process
from mlgitlab.adapters.machine import SystemClock
from mlgitlab.adapters.signing import Signer, Verifier
from mlgitlab.adapters.workfolder import DiskFolder
from mlgitlab.cli.main import Surroundings
from mlgitlab.jobs.train import gpu
from mlgitlab.jobs.train.task import Tools
from mlgitlab.store.library import Store

_BETWEEN_LOOKS = 10.0  # seconds
_KEEPALIVE = 600.0


class Told(Protocol):
    """Whoever hears what is going on."""

    def __call__(self, line: str) -> None:
        """Say a line."""
        ...

    def progress(self, count: int) -> None:
        """Note bytes that have just been transferred."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalShell:
    """Runs scripts in a folder. silence: seconds after which a line says that one is still running."""

    folder: Path
    silence: float
    aside: bool

    def __call__(
        self, script: str, environ: Mapping[str, str], *, seconds: float, grace: float, seen: Callable[[bytes], None]
    ) -> process.Ended:
        """Run a script; its output goes to standard output, or to standard error where that is for machines."""
        stream = sys.stderr if self.aside else sys.stdout
        stream.flush()
        watch = process.Supervision(
            limit=seconds, grace=grace, silence=self.silence, output=stream.fileno(), seen=seen, quiet=_still_running
        )
        return process.run(script, cwd=self.folder, environ=environ, watch=watch)


def _still_running(seconds: float) -> None:
    # GitLab ends a job whose log stays silent for an hour.
    click.echo(f"mlgitlab: still running, for {seconds / 60:.0f} minutes", err=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalMachine:
    """The machine that we run on, and its GPUs where there is an `nvidia-smi`."""

    environ: Mapping[str, str]

    def facts(self, environ: Mapping[str, str]) -> Mapping[str, object]:
        """Its system, CPUs and GPUs, and the version of the Python that a command finds."""
        gpus = gpu.gpus(machine.printed(gpu.NAMES, self.environ), machine.printed(gpu.TABLE, self.environ))
        asked = (machine.printed((name, "--version"), environ) for name in ("python", "python3"))
        python = next((text.removeprefix("Python ").strip() for text in asked if text), "")
        return {
            **machine.facts(),
            "gpus": list(gpus.names),
            "driver": gpus.driver,
            "cuda": gpus.cuda,
            "python": python,
        }

    @contextlib.contextmanager
    def watching(self) -> Iterator[Callable[[], int | None]]:
        """Looks at the GPUs' memory every ten seconds."""
        seen: list[int] = []

        def look() -> None:
            used = gpu.used_bytes(machine.printed(gpu.TABLE, self.environ))
            if used is not None:
                seen[:] = [max([used, *seen])]

        if not machine.printed(gpu.NAMES, self.environ):
            yield lambda: None
            return
        with machine.now_and_then(_BETWEEN_LOOKS, look):
            yield lambda: seen[0] if seen else None


def clock() -> SystemClock:
    """The machine's clocks."""
    return SystemClock()


def work_folder(root: str) -> DiskFolder:
    """The repository's folder."""
    return DiskFolder(root=Path(root))


def signer(around: Surroundings, value: str) -> Signer:
    """The key that a variable holds: as PEM, or, for a variable of type file, in the file that it names."""
    pem = value.encode() if value.lstrip().startswith("-----BEGIN") else files.read(Path(around.cwd, value))
    return Signer(pem)


def verifier(pem: bytes) -> Verifier:
    """A public key."""
    return Verifier(pem)


def tools_of(around: Surroundings, store: Store, root: str, teller: Told, *, aside: bool) -> Tools:
    """What an evaluation or a gate works with. aside: what commands print goes to standard error."""
    folder = work_folder(root)
    return Tools(
        store=store,
        folder=folder,
        shell=LocalShell(folder=folder.root, silence=_KEEPALIVE, aside=aside),
        machine=LocalMachine(environ=around.environ),
        clock=clock(),
        signer=None,
        tell=teller,
        progress=teller.progress,
    )
