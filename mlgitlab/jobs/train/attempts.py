"""Word of a run that made nothing."""

from __future__ import annotations

import json

from mlgitlab import paths
from mlgitlab.errors import MlgitlabError
from mlgitlab.jobs.train.task import Task, Tools

KIND = "attempt"


def note(task: Task, tools: Tools, at: str, outcome: str) -> None:
    """Leave word of a run that made nothing: a file, and, if the store answers at once, a note there."""
    content = {
        "format": 1,
        "step": task.order.step,
        "fingerprint": task.basis.fingerprint,
        "commit": task.source.commit,
        "started": at,
        "outcome": paths.printable(outcome),
        "job": task.job.url,
        "pipeline": task.job.pipeline,
    }
    try:
        tools.folder.write(
            f"{task.order.folder}-attempt.json", (json.dumps(content, indent=2, sort_keys=True) + "\n").encode("ascii")
        )
        key = f"{task.order.step} {task.basis.fingerprint} {at} {task.job.url}"
        tools.store.note(KIND, key, content)
    except MlgitlabError as error:  # the failure that is noted says more than this one
        tools.tell(f"the attempt could not be noted: {error.message}")
