"""From the end of a training to the store, however long that takes, and also some time later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from mlgitlab.errors import MlgitlabError
from mlgitlab.jobs.train.order import Order
from mlgitlab.jobs.train.pending import Pending, check_unchanged
from mlgitlab.jobs.train.preparing import model_files
from mlgitlab.jobs.train.publishing import Published, publish, steadily
from mlgitlab.jobs.train.task import Task, Tools


def pending_name(order: Order) -> str:
    """Where a finished training waits until the store has it."""
    return f"{order.folder}-pending.json"


def hand_over(task: Task, tools: Tools, pending: Pending) -> Published:
    """Give the store what a training left, as long as the job's time allows."""

    def attempt() -> Published:
        return publish(pending, store=tools.store, folder=tools.folder, signer=tools.signer, progress=tools.progress)

    try:
        published = steadily(attempt, tools.clock, task.ends, tools.tell)
    except MlgitlabError as error:
        if not any(pending.digests.values()):
            digests = {name: tools.store.files.digest(tools.folder.root / name, _uncounted) for name in pending.files}
            tools.folder.write(pending_name(task.order), replace(pending, digests=digests).content)
        smoke = " --smoke" if task.order.smoke else ""
        finish = f"mlgitlab train {task.order.model}{smoke} --publish"
        hint = f"the model is trained and lies in place; once the store answers, finish with: {finish}"
        raise type(error)(f"the store has no result yet: {error.message}", hint) from None
    tools.folder.remove([pending_name(task.order)], ())
    return published


def stamps(task: Task, tools: Tools) -> Mapping[str, tuple[int, int]]:
    """The files of the model as they are now: sizes and times of change."""
    return {name: tools.folder.stamp(name) for name in model_files(task.order, tools.folder)}


def unchanged(pending: Pending, task: Task, tools: Tools) -> Pending:
    """What an earlier training left; RefusedError where the code or the model's files are not what they were."""

    def digest(name: str) -> str:
        return tools.store.files.digest(tools.folder.root / name, _uncounted)

    check_unchanged(pending, task.basis.fingerprint, stamps(task, tools), digest)
    return pending


def _uncounted(_count: int) -> None:
    """Nobody waits for it."""
