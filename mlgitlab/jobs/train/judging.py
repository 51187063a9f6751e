"""After the command has ended: whether it went well, and what it left is what was asked for. All problems at once."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath

from mlgitlab import paths
from mlgitlab.config.scalars import Duration
from mlgitlab.errors import RefusedError, UsageError
from mlgitlab.jobs.formats import registry
from mlgitlab.jobs.metrics.numbers import Numbers
from mlgitlab.jobs.metrics.reading import read_file, read_folder
from mlgitlab.jobs.metrics.runs import Files
from mlgitlab.jobs.train import loss
from mlgitlab.jobs.train.order import Order
from mlgitlab.jobs.train.preparing import model_files
from mlgitlab.jobs.train.world import Ended, WorkFolder

# Times of change are those of the disk, which may be coarse, or of another machine's clock.
_SLACK_NS = 2_000_000_000


def failure(what: str, ended: Ended, seconds: float) -> RefusedError | None:
    """Why a command's end is a failure; None for a success. seconds: the time that it had."""
    if ended.timed_out:
        took = Duration(max(1, int(seconds)))
        return RefusedError(
            f"{what} was ended: it did not finish within {took}",
            "raise `timeout` of the step, or let it do less; a part of the time is kept back to save the result",
        )
    if ended.code < 0:
        return RefusedError(f"{what} was ended by signal {_signal(-ended.code)}", _killed(-ended.code))
    if ended.code > 128 and (name := _signal(ended.code - 128)) != str(ended.code - 128):
        return RefusedError(f"{what} failed with exit code {ended.code}: {name}", _killed(ended.code - 128))
    return RefusedError(f"{what} failed with exit code {ended.code}") if ended.code else None


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)


def _killed(number: int) -> str:
    return "the system may have ended it for want of memory" if number == signal.SIGKILL else ""


def written(order: Order, folder: WorkFolder) -> Mapping[str, tuple[tuple[int, int], ...]]:
    """The state of the files of numbers that the step declares. Those that it writes have another one afterwards."""
    declared = [name for name in (order.metrics, order.loss.file if order.loss else None) if name]
    return {name: tuple(folder.stamp(each) for each in folder.files([name])) for name in declared}


def problems(
    order: Order,
    folder: WorkFolder,
    printed: loss.Series | None,
    before: Mapping[str, tuple[tuple[int, int], ...]],
    began_ns: int,
) -> Iterator[str]:
    """What is wrong with what the command left.

    before: `written` before it started. began_ns: when it started, in nanoseconds since 1970.

    printed: the losses that its output held, where the step declares a pattern for them.
    """
    found = model_files(order, folder)
    for output in order.outputs:
        there = folder.files([output])
        if not there:
            yield f"the output {paths.show(output)!r} is not there, or is empty"
        elif all(folder.stamp(name)[0] == 0 for name in there):
            yield f"the output {paths.show(output)!r} holds nothing but empty files"
    for name, state in written(order, folder).items():
        if state == before.get(name):
            yield f"{paths.show(name)!r} is {'not what this run wrote' if state else 'not there'}"
    yield from _checkpoints(order, folder, found, began_ns)
    yield from _loss(order, folder, printed)


def _checkpoints(order: Order, folder: WorkFolder, found: Sequence[str], began_ns: int) -> Iterator[str]:
    for pattern in order.checkpoint:
        matching = [name for name in found if fits(name, pattern)]
        if not matching:
            yield f"no file among the outputs fits the checkpoint {paths.show(pattern)!r}"
        elif all(folder.stamp(name)[1] < began_ns - _SLACK_NS for name in matching):
            yield f"the checkpoint {paths.show(pattern)!r} is older than this run"
        for name in matching:
            with folder.open(name) as stream:
                fault = registry.fault(name, stream, folder.stamp(name)[0])
            if fault:
                yield f"the checkpoint {paths.show(name)!r} is damaged: {paths.printable(fault)}"


def fits(name: str, pattern: str) -> bool:
    """Whether a pattern means the path: `*` within a folder, `**` across; without a slash, the file's name alone."""
    wanted = pattern.removeprefix("./")
    if "/" not in wanted:
        return PurePosixPath(name).match(wanted)
    return _parts_fit(tuple(name.split("/")), tuple(wanted.split("/")))


def _parts_fit(name: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    if not wanted or not name:
        return not name and all(part == "**" for part in wanted)
    if wanted[0] == "**":
        return _parts_fit(name, wanted[1:]) or _parts_fit(name[1:], wanted)
    return PurePosixPath(name[0]).match(wanted[0]) and _parts_fit(name[1:], wanted[1:])


def _loss(order: Order, folder: WorkFolder, printed: loss.Series | None) -> Iterator[str]:
    if order.loss is None:
        return
    if printed is not None and (fault := loss.fault(printed, must_fall=order.smoke)):
        yield (
            fault if printed.count else f"{fault} in the output by the pattern {paths.show(order.loss.pattern or '')!r}"
        )
    if order.loss.file is not None:
        where = paths.show(order.loss.file)
        try:
            series = loss_in(numbers_of(order.loss.file, folder), order.loss.key)
        except UsageError as error:
            yield f"the loss cannot be read: {error.message}"
            return
        if fault := loss.fault(series, must_fall=order.smoke):
            yield f"{fault}, in {where}, {paths.show(order.loss.key)!r}"


def numbers_of(name: str, folder: WorkFolder) -> Numbers:
    """The numbers of a file, or of an MLflow run's folder; UsageError where there are none."""
    if folder.is_folder(name):
        inside = folder.files([name])
        prefix = paths.normalise(name) + "/"
        contents = {each.removeprefix(prefix): folder.read(each) or b"" for each in inside if _is_small(each)}
        return read_folder(name, Files(contents))
    content = folder.read(name)
    if content is None:
        raise UsageError(f"there is no {paths.show(name)}", "did the command write it?")
    return read_file(name, content)


def _is_small(name: str) -> bool:
    """Whether it is a file of a run's numbers, not of its models."""
    return "/metrics/" in f"/{name}" or name.endswith("meta.yaml")


def loss_in(numbers: Numbers, key: str) -> loss.Series:
    """The series of a key; one number counts as a series of one."""
    if key in numbers.series:
        return loss.Series(value for _, value in numbers.series[key])
    if key in numbers.metrics:
        return loss.Series([numbers.metrics[key]])
    return loss.Series()


def said_of_loss(order: Order, series: Mapping[str, loss.Series]) -> Iterator[str]:
    """A sentence for the log: how the loss went, or that nobody looked."""
    if order.loss is None:
        yield "no loss is declared: not checked"
    for where, found in series.items():
        first, last = loss.ends(found.values)
        yield f"loss {first:.6g} -> {last:.6g} (means of the first and last third of {found.count} values, {where})"
