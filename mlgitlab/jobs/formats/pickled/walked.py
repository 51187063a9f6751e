"""One pickle, or PyTorch's five in a row, followed to the end."""

from __future__ import annotations

from dataclasses import dataclass, field

from mlgitlab.jobs.formats.pickled import torch
from mlgitlab.jobs.formats.pickled.arrays import Arrays
from mlgitlab.jobs.formats.pickled.machine import Hooks, Machine
from mlgitlab.jobs.formats.pickled.source import Readable, Source, UnfollowedError
from mlgitlab.jobs.formats.pickled.values import Name, Value
from mlgitlab.jobs.formats.tally import Tensors, added

_OLD_PICKLES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Walked:
    """What was found. ids: persistent ids, which only PyTorch's loader knows. unfollowed: what could not be told."""

    names: frozenset[Name]
    unfollowed: str = ""
    ids: frozenset[Value] = frozenset()
    tensors: Tensors = field(default_factory=dict)
    pickles: int = 1
    old_torch: bool = False


def walk(stream: Readable, most: int, *, persistent: bool = False) -> Walked:
    """Follow what stands from the stream's place to its end: a pickle and nothing after it.

    most: bytes to be read; persistent: whether persistent ids may be in it. Raises CutError where sizes contradict.
    """
    source, arrays = Source(stream, most), Arrays()
    machine = Machine(source=source, hooks=Hooks(called=arrays.called, built=arrays.built))
    try:
        old = machine.run() == torch.OLD
        tensors = torch.old(source, machine) if old else {}
        _check_end(source, machine, persistent=persistent or old)
    except UnfollowedError as error:
        return Walked(names=frozenset(machine.names), unfollowed=str(error))
    return Walked(
        names=frozenset(machine.names),
        ids=frozenset(machine.stored),
        tensors=added([tensors, arrays.counted()]),
        pickles=_OLD_PICKLES if old else 1,
        old_torch=old,
    )


def _check_end(source: Source, machine: Machine, *, persistent: bool) -> None:
    if machine.stored and not persistent:
        raise UnfollowedError("it asks its loader for something by a persistent id")
    if not source.over():
        raise UnfollowedError("something follows the pickle's end")
