"""Whose files lie where a training leaves them: the candidate's, and for a while those of the model in production."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mlgitlab import paths
from mlgitlab.errors import RefusedError
from mlgitlab.jobs.train.order import Order
from mlgitlab.jobs.train.preparing import stale
from mlgitlab.jobs.train.task import Tools
from mlgitlab.store import digests

_MOST_NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The work folder, as one model after the other is evaluated in it.

    trained: the step whose outputs the model is. aside: the folder in which the candidate's files wait. written: what
    an evaluation leaves, which both models' runs write under the same names.
    """

    tools: Tools
    trained: Order
    aside: str
    written: tuple[str, ...]

    def bring(self, digest: str) -> None:
        """Put exactly the files of a model where the training leaves them."""
        folder = self.tools.folder
        folder.remove(folder.entries([self.aside]), [self.aside])  # of a run that was killed; the store has all of it
        names = self._files(digest)
        folder.remove([name for name in stale(self.trained, folder) if name not in names], self.trained.outputs)
        self._pull(digest)

    @contextlib.contextmanager
    def instead(self, digest: str) -> Iterator[None]:
        """Another model's files in the candidate's place; afterwards everything is as it was."""
        folder = self.tools.folder
        theirs = self._files(digest)
        # Production may have left its files elsewhere than the candidate does.
        places = (*self.trained.outputs, *theirs)
        mine = list(dict.fromkeys(self._lying(theirs)))
        folder.move({name: f"{self.aside}/{name}" for name in mine})
        try:
            self._pull(digest)
            yield
        finally:
            folder.remove(self._lying(theirs), (*places, *map(_above, theirs)))
            folder.move({f"{self.aside}/{name}": name for name in mine})
            folder.remove([], [self.aside])

    def _lying(self, theirs: Sequence[str]) -> tuple[str, ...]:
        """What lies where either model's files, or what an evaluation writes, belong."""
        folder = self.tools.folder
        return (*stale(self.trained, folder), *folder.entries(theirs), *folder.entries(self.written))

    def _pull(self, digest: str) -> None:
        tools = self.tools
        tools.store.pull(self.trained.model, digest, tools.folder.root, tools.progress)

    def _files(self, digest: str) -> Sequence[str]:
        """The names of a model's files. RefusedError where one would take the place of a file that git tracks."""
        model, tools = self.trained.model, self.tools
        manifest = tools.store.manifest(model, digest)
        if manifest is None:
            hint = f"train it first: mlgitlab train {model}"
            raise RefusedError(f"{tools.store.address} holds no model {model}@{digests.short(digest)}", hint)
        names = [file.path for file in manifest.files]
        if tracked := sorted(tools.folder.tracked(names)):
            named = ", ".join(map(paths.show, tracked[:_MOST_NAMED]))
            raise RefusedError(f"{model}@{digests.short(digest)} has files that git tracks here: {named}")
        return names


def _above(name: str) -> str:
    """The topmost folder of a file's name; the file itself where it lies in none."""
    return name.partition("/")[0]
