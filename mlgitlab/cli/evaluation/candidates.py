"""Which model an evaluation or a gate is about: a candidate by its reference or digest."""

from __future__ import annotations

from mlgitlab import paths
from mlgitlab.config.wording import quoted
from mlgitlab.errors import UsageError
from mlgitlab.jobs.train.preparing import reference_name
from mlgitlab.jobs.train.world import WorkFolder
from mlgitlab.store.library import Store
from mlgitlab.store.naming import resolve
from mlgitlab.store.reference import Reference


def candidate(model: str, given: str, folder: WorkFolder, store: Store) -> tuple[str, str]:
    """Digest and step of the model that `MODEL` or `MODEL@DIGEST` means; the step is empty where nobody knows it.

    Without `@` it is the one that the file `given` names, or else the one that was trained here.
    """
    if "@" in model:
        if given:
            raise UsageError(f"{quoted(model)} names a model already", "leave out --reference, or what follows @")
        return resolve(store, model)[1], ""
    name = given or reference_name(f"{model}:train")
    content = folder.read(name)
    if content is None:
        hint = f"train it first (mlgitlab train {model}), or name a stored model: {model}@sha256:..."
        raise UsageError(f"there is no {paths.show(name)}, which would say which model of {model} is meant", hint)
    found = Reference.read(content, name)
    if found.model != model:
        raise UsageError(f"{paths.show(name)} is about {quoted(found.model)}, not {quoted(model)}")
    return found.digest, found.step
