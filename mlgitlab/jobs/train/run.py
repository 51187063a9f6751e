"""A training from beginning to end: prepared, run, judged, and handed to the store."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from mlgitlab import paths
from mlgitlab.errors import MlgitlabError, RefusedError
from mlgitlab.jobs.train import judging, loss
from mlgitlab.jobs.train.attempts import note
from mlgitlab.jobs.train.environment import echoed, environment, script
from mlgitlab.jobs.train.handing import hand_over, pending_name, stamps
from mlgitlab.jobs.train.order import Limit, Order, limit
from mlgitlab.jobs.train.pending import Pending
from mlgitlab.jobs.train.preparing import Upstream, stale, upstream_of
from mlgitlab.jobs.train.provenance import Run, record, utc
from mlgitlab.jobs.train.publishing import Published, steadily
from mlgitlab.jobs.train.task import Task, Tools
from mlgitlab.jobs.train.world import Ended

_PATIENCE = 60.0  # seconds for a store that does not answer before anything has begun


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """What the command did: how it ended, and what was seen of it."""

    ended: Ended
    run: Run
    printed: loss.Series | None


def train(task: Task, tools: Tools) -> Published | int:
    """Train, and hand the result to the store: what it holds now, or the signal that ended the training.

    RefusedError where the command fails or leaves less than it should; WorldError where the store cannot be
    reached: the result then lies on disk, ready for `--publish`.
    """
    order = task.order
    if not order.smoke:  # a smoke run that is lost is owed to nobody
        until = min(task.ends, tools.clock.seconds() + _PATIENCE)
        steadily(lambda: tools.store.enrol(order.step), tools.clock, until, tools.tell)
    upstream = _fetch_upstream(task, tools)
    old = stale(order, tools.folder)
    if old:
        tools.tell(f"deleting {len(old)} old files of the outputs")
    tools.folder.remove([*old, pending_name(order)], order.outputs)
    before = judging.written(order, tools.folder)
    began = tools.clock.now()
    try:
        finished = _run(task, tools)
        if finished.ended.signal:
            note(task, tools, utc(began), f"cancelled by signal {finished.ended.signal}")
            return finished.ended.signal
        wrong = tuple(judging.problems(order, tools.folder, finished.printed, before, int(began.timestamp() * 1e9)))
        _refuse(order, wrong)
        metrics = judging.numbers_of(order.metrics, tools.folder).metrics if order.metrics else None
    except MlgitlabError as error:
        note(task, tools, utc(began), error.message.partition("\n")[0])
        raise
    _say_loss(order, tools, finished)
    pending = _pending(task, tools, finished.run, upstream, metrics)
    tools.folder.write(pending_name(order), pending.content)
    return hand_over(task, tools, pending)


def _fetch_upstream(task: Task, tools: Tools) -> tuple[Upstream, ...]:
    wanted = {step: task.basis.expected(step) for step, _ in task.order.upstream}
    found = upstream_of(task.order, wanted, tools.store, tools.folder.read)
    for each in found:
        tools.tell(f"reads {each.step}: {each.digest[:19] or 'no digest'} ({each.said})")
        if each.digest:
            tools.store.pull(each.model, each.digest, tools.folder.root, tools.progress)
    return found


def _run(task: Task, tools: Tools) -> Finished:
    """Run the command, and then the lines that load what it wrote."""
    order, clock = task.order, tools.clock
    environ = environment(
        order,
        environ=task.environ,
        root=str(tools.folder.root),
        fingerprint=task.basis.fingerprint,
        secret=task.secret,
    )
    watch = loss.Watch(order.loss.pattern, echoed(order.command)) if order.loss and order.loss.pattern else None
    seen = watch.feed if watch else _nothing
    machine = tools.machine.facts(environ)
    began = clock.now()
    with tools.machine.watching() as peak:
        ended = _script(task, tools, order.command, environ, seen)
        if not ended.signal:
            _raise_failure("the command", ended, task)
    run = Run(
        started=began,
        finished=clock.now(),
        seconds=ended.seconds,
        exit_code=ended.code,
        peak_bytes=ended.peak_bytes,
        gpu_peak_bytes=peak(),
        machine=machine,
    )
    if order.load and not ended.signal:
        loaded = _script(task, tools, order.load, environ, _nothing)
        if not loaded.signal:
            _raise_failure("`load`, which reads what was written,", loaded, task)
        ended = loaded
    return Finished(ended=ended, run=run, printed=watch.finish() if watch else None)


def _script(
    task: Task, tools: Tools, lines: Sequence[str], environ: Mapping[str, str], seen: Callable[[bytes], None]
) -> Ended:
    left = _limit(task, tools)
    ended = tools.shell(script(lines), environ, seconds=left.seconds, grace=left.grace, seen=seen)
    if ended.left:
        tools.tell("processes that the command had left running were ended")
    return ended


def _limit(task: Task, tools: Tools) -> Limit:
    return limit(task.order.timeout, task.spent + tools.clock.seconds() - task.since)


def _raise_failure(what: str, ended: Ended, task: Task) -> None:
    error = judging.failure(what, ended, limit(task.order.timeout, task.spent).seconds)
    if error:
        raise error


def _refuse(order: Order, wrong: Sequence[str]) -> None:
    if wrong:
        lines = "\n".join(f"  {each}" for each in wrong)
        count = "1 problem" if len(wrong) == 1 else f"{len(wrong)} problems"
        raise RefusedError(f"{order.step} ended well, and left {count}\n{lines}")


def _say_loss(order: Order, tools: Tools, finished: Finished) -> None:
    series = {"printed": finished.printed} if finished.printed else {}
    if order.loss and order.loss.file:
        series[paths.show(order.loss.file)] = judging.loss_in(
            judging.numbers_of(order.loss.file, tools.folder), order.loss.key
        )
    for line in judging.said_of_loss(order, series):
        tools.tell(line)


def _pending(
    task: Task, tools: Tools, run: Run, upstream: Sequence[Upstream], metrics: Mapping[str, float] | None
) -> Pending:
    differing = task.differing()
    if differing:
        named = ", ".join(map(paths.show, differing[:5]))
        tools.tell(f"changed while it was training: {named}; the model is kept, but stands in for no later run")
    return Pending(
        step=task.order.step,
        fingerprint=task.basis.fingerprint,
        provenance=record(task.order, task.basis, task.source, task.job, run, upstream),
        files=stamps(task, tools),
        metrics=metrics,
        keep=not differing,
    )


def _nothing(_piece: bytes) -> None:
    """Nobody looks."""
