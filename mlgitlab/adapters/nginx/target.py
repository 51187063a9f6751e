"""A `Target`: nginx on this host, in front of two slots."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from mlgitlab.adapters.http import ask
from mlgitlab.adapters.nginx.configuration import LOG, Scene, configuration, mark_of, traffic_of
from mlgitlab.adapters.nginx.log import AccessLog
from mlgitlab.adapters.nginx.process import CONFIGURATION, Nginx
from mlgitlab.adapters.nginx.slots import NAMES, Slot
from mlgitlab.adapters.recorder import recorder
from mlgitlab.config.deploy import NginxTarget, ShadowTraffic
from mlgitlab.errors import RefusedError, UsageError, WorldError
from mlgitlab.jobs.deploy.target import Answer, Question, Seen, Standing, Traffic
from mlgitlab.store import digests

RECORDER = "recorder"  # who gets copies while requests are recorded
_LARGEST_LOG = 256 << 20  # bytes; the one before is kept, too


@dataclass(kw_only=True)
class NginxOnHost:
    """nginx and its slots below `folder`. `environ` is what we were started with; little of it reaches the models."""

    folder: Path
    settings: NginxTarget
    shadow: ShadowTraffic
    environ: Mapping[str, str] = field(repr=False)

    def __post_init__(self) -> None:
        self._nginx = Nginx(folder=self.folder, program=self.settings.program)
        self._log = AccessLog(path=self.folder / LOG)

    def standing(self) -> Standing:
        """What nginx says that it does; where it does not run, what it would do. Warm is what answers."""
        warm = frozenset(slot.digest for slot in self._slots() if slot.is_warm())
        return Standing(traffic=self._traffic(), warm=warm)

    def room(self, digest: str) -> Path:
        """The model's folder."""
        return self.folder / "models" / digests.digits_of(digest)

    def place(self, digest: str) -> None:
        """Load the model in a slot that gets no requests."""
        self._nginx.prepare()
        slots, reached = self._slots(), self._reached()
        holding = [slot for slot in slots if slot.digest == digest]
        if holding and holding[0].is_warm():
            return
        if holding and digest in reached and holding[0].is_alive():
            # It may be slow because it is busy: to start it again would be the worst that one could do.
            if not holding[0].wait():
                raise WorldError(f"{digests.short(digest)} gets requests, runs, and does not answer")
            return
        free = [slot for slot in slots if slot.digest not in reached]
        if not (holding or free):
            raise RefusedError("both slots get requests", "end the deployment that is under way")
        slot = next(iter(holding or sorted(free, key=lambda each: bool(each.digest))))
        self._nginx.drain(self.settings.drain.seconds)
        slot.start(digest, self.room(digest))
        self._tidy()

    def ask(self, digest: str, question: Question) -> Answer:
        """Ask the model at the port of its slot."""
        for slot in self._slots():
            if slot.digest == digest:
                return ask(slot.port, question, self.settings, float(self.settings.timeout.seconds))
        raise UsageError(f"no slot holds {digests.short(digest)}")

    def route(self, traffic: Traffic) -> None:
        """Write the configuration, let nginx test it, put it in place, and let nginx read it."""
        self._apply(traffic, {})

    def _apply(self, traffic: Traffic, others: Mapping[str, int]) -> None:
        """`others`: ports of what is in no slot."""
        reached = self._reached()  # what is busy may be slow to say that it is well
        ready = [slot for slot in self._slots() if slot.digest in traffic.reached]
        warm = [slot for slot in ready if (slot.digest in reached and slot.is_alive()) or slot.is_warm()]
        ports = {**{slot.digest: slot.port for slot in warm}, **others}
        cold = sorted(digests.short(digest) for digest in traffic.reached - ports.keys())
        if cold:
            raise RefusedError(f"no slot has {' and '.join(cold)} ready", "place it first")
        keeping = self._nginx.prepare()
        scene = Scene(
            folder=self.folder,
            settings=self.settings,
            shadow=self.shadow,
            traffic=traffic,
            ports=ports,
            keeping=keeping,
        )
        content = configuration(scene)
        self._nginx.swap(content)
        self._turn_log()
        self._nginx.load(mark_of(content))

    def observe(self, since: float, until: float) -> Mapping[str, Seen]:
        """What the access log says."""
        return self._log.observe(since, until)

    def remove(self, digest: str) -> None:
        """Stop the model's process, and delete its files."""
        if digest in self._reached():
            raise RefusedError(f"{digests.short(digest)} gets requests", "let others answer first")
        for slot in self._slots():
            if slot.digest == digest:
                self._nginx.drain(self.settings.drain.seconds)
                slot.stop()
        self._tidy()

    @contextmanager
    def copying(self, seen: Callable[[Question], None], sample: float) -> Iterator[None]:
        """Let a server of our own be the shadow for a while. Should we be killed, copies go nowhere and hurt nobody."""
        traffic = self._traffic()
        if traffic.shadow not in ("", RECORDER):
            raise RefusedError("a shadow gets copies already", "end its deployment first")
        with recorder(seen, self.shadow.largest) as port:
            self._apply(replace(traffic, shadow=RECORDER, sample=sample), {RECORDER: port})
            try:
                yield
            finally:
                now = self._traffic()
                if now.shadow == RECORDER:  # else somebody has changed it since
                    self._apply(replace(now, shadow="", sample=0.0), {})

    def _slots(self) -> tuple[Slot, ...]:
        return tuple(
            Slot(
                name=name, folder=self.folder / "slots" / name, port=port, settings=self.settings, environ=self.environ
            )
            for name, port in zip(NAMES, self.settings.ports, strict=True)
        )

    def _traffic(self) -> Traffic:
        mark = self._nginx.mark()
        return traffic_of(mark if mark is not None else self._written())

    def _reached(self) -> frozenset[str]:
        """What gets requests, or would if nginx read the configuration that lies there."""
        return self._traffic().reached | traffic_of(self._written()).reached

    def _written(self) -> str:
        try:
            return mark_of((self.folder / CONFIGURATION).read_text("utf-8"))
        except OSError:
            return ""

    def _turn_log(self) -> None:
        """Begin a new file where the present one is large; nginx opens it when it reads its configuration."""
        log = self.folder / LOG
        if log.exists() and log.stat().st_size > _LARGEST_LOG:
            log.replace(log.with_name(f"{log.name}.1"))

    def _tidy(self) -> None:
        """Delete the files of models that no slot holds."""
        kept = {self.room(slot.digest).name for slot in self._slots() if slot.digest}
        for folder in (self.folder / "models").glob("*"):
            if folder.name not in kept:
                shutil.rmtree(folder, ignore_errors=True)
