"""Results that a commit itself records: the outputs of DVC's stages, by their hashes in dvc.lock."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from mlgitlab import paths
from mlgitlab.analysis.dvc.commands import reproductions
from mlgitlab.analysis.dvc.document import load
from mlgitlab.analysis.dvc.upstream import Target
from mlgitlab.analysis.dvc.values import Stage, UnresolvedError, Value
from mlgitlab.planning.dvc_files import DvcProject
from mlgitlab.planning.steps import StepSpec
from mlgitlab.protocols import Snapshot

LOCK = "dvc.lock"
# https://dvc.org/doc/user-guide/project-structure/dvcyaml-files#dvclock-file
_HASHES = ("md5", "etag", "checksum", "hdfs")
_Stages = Mapping[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """The values that a commit recorded anew, by step, and the paths that hold results: locks and outputs."""

    values: Mapping[str, str]
    places: frozenset[str]

    def is_result(self, path: str) -> bool:
        """Whether a changed path is a result, not a cause of one."""
        return any(place in self.places for place in (path, *paths.ancestors(path)))


def recorded(steps: Iterable[StepSpec], base: Snapshot, head: Snapshot, changed: Iterable[str]) -> Recorded | None:
    """What a commit says that the steps' stages made; None where no step has to do with DVC.

    A lock says nothing new about a stage whose entry is as it was: that result is of an earlier commit.
    """
    asked = {step.id: targets for step in steps if (targets := tuple(_targets(step)))}
    if not asked:
        return None
    stages = [stage for found in DvcProject.of(head).files.values() for stage in found.values() if stage.name]
    locks = {_lock(stage): stage.file for stage in stages}
    touched = sorted(locks.keys() & set(changed))
    then, now = (
        {lock: _stages(content, lock) for lock, content in side.read(touched).items()} for side in (base, head)
    )
    values = {}
    for id_, targets in asked.items():
        made = [stage for stage in stages if any(target is None or target.means(stage) for target in targets)]
        value = _value(made, then, now)
        if value:
            values[id_] = value
    outs = (out.path for stage in stages for out in stage.outs)
    return Recorded(values=values, places=frozenset((*locks, *outs)))


def _targets(step: StepSpec) -> Iterator[Target | None]:
    """The stages whose outputs are the step's results; None stands for all of them."""
    if step.dvc:
        yield from filter(None, map(Target.parse, step.dvc))
        return
    for run in reproductions((*step.before_script, *step.command)):
        yield from run.targets
        if run.everything:
            yield None


def _lock(stage: Stage) -> str:
    return posixpath.join(posixpath.dirname(stage.file), LOCK)


def _stages(content: bytes, lock: str) -> _Stages:
    try:
        document = load(content, lock)
    except UnresolvedError:
        return {}
    stages = document.get("stages") if isinstance(document, dict) else None
    return {str(name): entry for name, entry in stages.items()} if isinstance(stages, dict) else {}


def _value(made: Iterable[Stage], then: Mapping[str, _Stages], now: Mapping[str, _Stages]) -> str:
    """The outputs with their hashes; empty where nothing is new, or where a hash is not there."""
    is_new = False
    outs: list[str] = []
    for stage in made:
        lock = _lock(stage)
        entry = now.get(lock, {}).get(stage.name)
        is_new = is_new or (entry is not None and entry != then.get(lock, {}).get(stage.name))
        listed = entry.get("outs") if isinstance(entry, dict) else None
        hashed = [_hashed(out) for out in listed] if isinstance(listed, list) else [""]
        if not all(hashed):
            return ""
        outs += hashed
    return ", ".join(sorted(outs)) if is_new else ""


def _hashed(out: Value) -> str:
    if not isinstance(out, dict):
        return ""
    digest = next((str(out[name]) for name in _HASHES if out.get(name)), "")
    return f"{digest} {out.get('path')}" if digest else ""
