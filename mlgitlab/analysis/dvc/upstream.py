"""Which stages a target reproduces: its own, and all whose outputs those depend on."""

from __future__ import annotations

import posixpath
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from mlgitlab import paths
from mlgitlab.analysis.dvc.pipeline import FILE, is_pipeline
from mlgitlab.analysis.dvc.places import place
from mlgitlab.analysis.dvc.values import Stage, UnresolvedError

Files = Mapping[str, Mapping[str, Stage]]
_NAMED = re.compile(r"(?P<file>.*?)(?::(?P<name>[^\\/:]*))?", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Target:
    """Stages of one dvc.yaml: one by its name, a group, those like a pattern, or all (no name)."""

    file: str
    name: str = ""
    pattern: bool = False

    @classmethod
    def parse(cls, text: str, folder: str = "", *, pattern: bool = False) -> Target | None:
        """What `dvc repro` takes in a folder: `train`, `train@a`, `sub/dvc.yaml`, `sub/dvc.yaml:train`.

        None for anything else, such as a pointer file or a path out of the repository.
        """
        group, at, key = text.partition("@")
        found = _NAMED.fullmatch(group)
        assert found is not None, "every text is a file without a name"
        file, name = found["file"], found["name"] or ""
        if not found["name"] and not is_pipeline(text):
            file, name = "", group
        try:
            path = place(file or FILE, folder)
        except UnresolvedError:
            return None
        if path is None or not is_pipeline(path) or text.endswith(".dvc"):
            return None
        return cls(file=path, name=f"{name}{at}{key}" if name else "", pattern=pattern)

    def __str__(self) -> str:
        return f"{self.file}:{self.name}" if self.name else self.file

    def means(self, stage: Stage) -> bool:
        """Whether the stage is one of the target's; what is opaque may be."""
        if stage.file != self.file:
            return False
        if not self.name or not stage.name:
            return True
        if self.pattern:
            return fnmatchcase(stage.name, self.name) or bool(stage.opaque)
        group = self.name.rpartition("@")[0]
        return self.name in (stage.name, stage.definition) or (bool(stage.opaque) and stage.name == group)


def wanted(files: Files, target: Target) -> tuple[Stage, ...]:
    """The stages that `dvc repro TARGET` may run, in the files' order; empty where there is no such stage.

    A stage stands before another that depends on one of its outputs: on the same path, one inside it, or a folder
    around it. A frozen stage is one of them, and what stands before it is not: DVC does not look at the
    dependencies of a frozen stage. A stage that is opaque may make anything, so all of those are meant.
    """
    asked = [stage for stage in files.get(target.file, {}).values() if target.means(stage)]
    if not asked:
        return ()
    every = [stage for found in files.values() for stage in found.values()]
    reached = _Makers(every).before(asked)
    return tuple(stage for stage in every if stage.opaque or stage.address in reached)


class _Makers:
    """The stages by what they make."""

    def __init__(self, stages: Iterable[Stage]) -> None:
        self._by_out: dict[str, list[Stage]] = {}
        for stage in stages:
            for out in (*(out.path for out in stage.outs), *stage.external_outs):
                self._by_out.setdefault(out, []).append(stage)
        self._outs = sorted(self._by_out)

    def before(self, asked: Iterable[Stage]) -> frozenset[str]:
        """The addresses of the stages asked for and of all before them."""
        pending = list(asked)
        reached = {stage.address for stage in pending}
        followed: set[str] = set()
        while pending:
            stage = pending.pop()
            read = set() if stage.frozen else {*stage.deps, *stage.params, *stage.external_deps} - followed
            followed |= read
            for maker in (maker for path in read for maker in self._of(path)):
                if maker.address not in reached:
                    reached.add(maker.address)
                    pending.append(maker)
        return frozenset(reached)

    def _of(self, path: str) -> Iterator[Stage]:
        for out in (path, *paths.ancestors(path), *self._inside(path)):
            yield from self._by_out.get(out, ())

    def _inside(self, folder: str) -> list[str]:
        if not folder:
            return self._outs
        return self._outs[bisect_left(self._outs, folder + "/") : bisect_left(self._outs, folder + "0")]


def pipeline_of(folder: str) -> str:
    """The file that `dvc repro` reads in a folder when nothing else is named."""
    return posixpath.join(folder, FILE)
