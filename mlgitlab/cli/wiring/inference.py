"""What serves models for a measurement on this machine."""

from __future__ import annotations

import contextlib
import importlib.util
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mlgitlab.adapters import machine, process
from mlgitlab.adapters.inference import endpoint, guard, memory, requests, runtime
from mlgitlab.adapters.inference.endpoint import Endpoint
from mlgitlab.adapters.inference.lines import Conversation, LineProcess
from mlgitlab.adapters.inference.runtime import Runtime
from mlgitlab.adapters.machine import SystemClock
from mlgitlab.config.gates_inference import InferenceRules, ServedOverHttp
from mlgitlab.errors import UsageError
from mlgitlab.jobs.gate.inference.measured import Who
from mlgitlab.jobs.gate.inference.world import NotServedError, Running
from mlgitlab.jobs.train import gpu


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where things are: the repository's folder, and those that hold each model's files as the store names them."""

    root: Path
    candidate: Path
    production: Path | None
    environ: Mapping[str, str]


@contextlib.contextmanager
def serving(rule: InferenceRules, places: Places) -> Iterator[LocalWorld]:
    """Models that can be served here; whatever was started is ended with it.

    UsageError for wrong requests, and where numpy, with which times are judged, is missing.
    """
    if importlib.util.find_spec("numpy") is None:
        raise UsageError("times are judged with numpy, which is missing", "pip install 'mlgitlab[gate]'")
    given: tuple[bytes, ...] = ()
    if rule.requests is not None:
        given = requests.read(places.root / rule.requests, whole=rule.endpoint is not None)
    world = LocalWorld(rule=rule, places=places, given=given)
    with guard.ended(world.end):
        yield world


@dataclass(kw_only=True)
class LocalWorld:
    """Serves models as processes of this machine."""

    rule: InferenceRules
    places: Places
    given: tuple[bytes, ...]
    _started: list[Running] = field(default_factory=list)
    _told: dict[str, str] = field(default_factory=dict)

    @property
    def production(self) -> bool:
        """Whether there is a model in production."""
        return self.places.production is not None

    def start(self, who: Who) -> Running:
        """Serve a model and wait until it is ready."""
        folder = self.places.candidate if who is Who.CANDIDATE else self.places.production
        assert folder is not None
        before = memory.in_use(self.places.environ)
        environ = {**self.places.environ, "MLGITLAB_MODEL_DIR": str(folder.resolve()), "PYTHONUNBUFFERED": "1"}
        if self.rule.endpoint:
            return self._serve(self.rule.endpoint, environ, before)
        if self.rule.onnx is not None:
            return self._run(folder.resolve() / self.rule.onnx, environ, before)
        lines = LineProcess(_argv(self.rule.command), self.places.root, environ)
        running = Conversation(
            lines=lines,
            requests=self.given,
            memory=memory.Memory(lines.process.pid, environ, before),
            first=self.rule.start_within.seconds,
            each=self.rule.answer_within.seconds,
        )
        self._started.append(running)
        return running

    def _serve(self, rule: ServedOverHttp, environ: Mapping[str, str], before: int | None) -> Running:
        port = endpoint.free_port()
        environ = {**environ, "MLGITLAB_HOST": endpoint.HOST, "MLGITLAB_PORT": str(port)}
        started = endpoint.start(_argv(rule.command), self.places.root, environ)
        running = Endpoint(
            process=started,
            port=port,
            path=rule.path,
            content_type=rule.content_type,
            concurrency=rule.concurrency,
            requests=self.given,
            memory=memory.Memory(started.pid, environ, before),
            each=self.rule.answer_within.seconds,
        )
        self._started.append(running)
        try:
            running.wait(rule.ready, self.rule.start_within.seconds)
        except NotServedError:
            running.end()
            raise
        return running

    def _run(self, model: Path, environ: Mapping[str, str], before: int | None) -> Running:
        if not model.is_file():
            raise NotServedError(f"it has no file {self.rule.onnx!r}")
        file = self.places.root / self.rule.requests if self.rule.requests is not None else None
        lines = runtime.start(model, file, self.places.root, environ)
        running = Runtime(
            lines=lines,
            memory=memory.Memory(lines.process.pid, environ, before),
            first=self.rule.start_within.seconds,
            each=self.rule.answer_within.seconds,
            told=lambda about: self._told.update(runtime=about),
        )
        self._started.append(running)
        return running

    def seconds(self) -> float:
        """Seconds since some moment."""
        return SystemClock().seconds()

    def facts(self) -> Mapping[str, str]:
        """The machine: its system, CPUs, GPUs and their driver."""
        environ = self.places.environ
        gpus = gpu.gpus(machine.printed(gpu.NAMES, environ), machine.printed(gpu.TABLE, environ))
        found = {name: str(value) for name, value in machine.facts().items()}
        gpu_facts = {"gpus": ", ".join(gpus.names), "driver": gpus.driver, "cuda": gpus.cuda}
        return {**found, **{name: value for name, value in gpu_facts.items() if value}, **self._told}

    def end(self) -> None:
        """End everything."""
        for running in self._started:
            running.end()


def _argv(lines: tuple[str, ...]) -> tuple[str, ...]:
    """The command, as GitLab's shell would run it."""
    program = process.shell()
    options = ("-eo", "pipefail") if program.endswith("bash") else ("-e",)
    return (program, *options, "-c", "\n".join(lines))
