"""Before the command runs: nothing old lies where its results will be, and the models that it reads are in place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mlgitlab import paths
from mlgitlab.errors import UsageError
from mlgitlab.jobs.train.order import Order
from mlgitlab.jobs.train.world import WorkFolder
from mlgitlab.store.library import Store
from mlgitlab.store.reference import Reference

# Files that keep a folder in git, and are no part of what is made there.
KEEPERS = (".gitkeep", ".keep", ".gitignore")
_MOST_NAMED = 5


def model_files(order: Order, folder: WorkFolder) -> tuple[str, ...]:
    """The names of what lies in the outputs, but for what only keeps a folder in git."""
    return tuple(name for name in folder.files(order.outputs) if not _keeps(name))


def stale(order: Order, folder: WorkFolder) -> tuple[str, ...]:
    """What lies in the outputs from before, and is to be deleted. UsageError where git tracks some of it."""
    if not order.outputs:
        raise UsageError(
            f"{order.step} declares no outputs: there is nothing that could be kept",
            f"set `outputs:` of models.{order.model}.{order.kind} to the files or folders that the command writes",
        )
    found = tuple(name for name in folder.entries(order.outputs) if not _keeps(name))
    tracked = sorted(folder.tracked(found))
    if tracked:
        named = ", ".join(map(paths.show, tracked[:_MOST_NAMED]))
        more = f" and {len(tracked) - _MOST_NAMED} more" if len(tracked) > _MOST_NAMED else ""
        raise UsageError(
            f"git tracks files in the outputs of {order.step}: {named}{more}",
            "outputs are emptied before a training; let them be a folder of their own that git ignores",
        )
    return found


def _keeps(name: str) -> bool:
    return name.rpartition("/")[2] in KEEPERS


@dataclass(frozen=True, slots=True, kw_only=True)
class Upstream:
    """A model that a training reads. digest: empty where its files were taken as they lie."""

    step: str
    model: str
    digest: str
    said: str


def upstream_of(
    order: Order, wanted: Mapping[str, str], store: Store, read: Callable[[str], bytes | None]
) -> tuple[Upstream, ...]:
    """The models that the training reads. `wanted` has the fingerprint of each of their steps; `read` reads files.

    UsageError where a model at hand was made from other code, data or settings than those here, and the store
    holds none that was.
    """
    return tuple(_one(step, model, wanted.get(step, ""), store, read) for step, model in order.upstream)


def _one(step: str, model: str, fingerprint: str, store: Store, read: Callable[[str], bytes | None]) -> Upstream:
    name = reference_name(step)
    content = read(name)
    reference = Reference.read(content, name) if content is not None else None
    if reference and reference.fingerprint == fingerprint:
        return Upstream(step=step, model=model, digest=reference.digest, said=f"as {name} says")
    kept = store.result(step, fingerprint) if fingerprint else None
    if kept and store.manifest(model, kept.digest):
        return Upstream(step=step, model=model, digest=kept.digest, said=f"made by commit {kept.commit[:12]}")
    if reference:
        raise UsageError(
            f"the model of {step} that {name} names was made from other code, data or settings than those here",
            f"train it first: mlgitlab train {model}{' --smoke' if step.endswith(':smoke') else ''}",
        )
    return Upstream(step=step, model=model, digest="", said=f"there is no {name}: files are taken as they lie")


def reference_name(step: str) -> str:
    """Where the reference to a step's result is."""
    model, _, kind = step.partition(":")
    return f".mlgitlab/{model}/{kind}.json"
