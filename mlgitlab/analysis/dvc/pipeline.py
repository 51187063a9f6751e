"""From the bytes of a dvc.yaml to its stages.

https://dvc.org/doc/user-guide/project-structure/dvcyaml-files
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import replace

from mlgitlab.analysis.dvc.definition import stage_of
from mlgitlab.analysis.dvc.document import load
from mlgitlab.analysis.dvc.groups import MOST_STAGES, Unfolded, unfold
from mlgitlab.analysis.dvc.library import Budget, Library
from mlgitlab.analysis.dvc.places import place
from mlgitlab.analysis.dvc.scope import Scope
from mlgitlab.analysis.dvc.templates import Resolver, is_template
from mlgitlab.analysis.dvc.values import Scalar, Stage, UnresolvedError, Value, shown

FILE = "dvc.yaml"
_SECTIONS = frozenset({"vars", "stages", "params", "metrics", "plots", "artifacts", "datasets"})
_MOST_WORK = 10_000_000


def is_pipeline(path: str) -> bool:
    """Whether the path names a file of stages."""
    return posixpath.basename(path) == FILE


def needed_files(content: bytes, path: str, files: Mapping[str, bytes]) -> tuple[str, ...]:
    """The files that the templates of a dvc.yaml read, sorted, as far as `files` (those already read) lets us see.

    Ask again with what they hold until nothing new is named: a stage's own variables may lie in a folder that
    other variables name. Three times is enough.
    """
    reading = _Reading(path, files)
    reading.stages(content)
    return tuple(sorted(reading.library.asked))


def stages(content: bytes, path: str, files: Mapping[str, bytes]) -> Mapping[str, Stage]:
    """The stages of a dvc.yaml by name, groups unfolded. Never raises.

    `files`: content by path; a file that is not among them does not exist. What cannot be resolved is an opaque
    stage: under its own name, under its group's, or, where the whole file cannot be understood, under no name.
    """
    return _Reading(path, files).stages(content)


class _Reading:
    def __init__(self, path: str, files: Mapping[str, bytes]) -> None:
        self._path = path
        self._folder = posixpath.dirname(path)
        self._budget = Budget(_MOST_WORK)
        self.library = Library(files, self._budget)

    def stages(self, content: bytes) -> dict[str, Stage]:
        try:
            document = _table(load(content, self._path), shown(self._path))
            if unknown := document.keys() - _SECTIONS:
                return self._unreadable(f"`{shown(min(map(str, unknown)))}` is no section that we know")
            scope = self._scope(_list(document.get("vars", []), "vars"))
            definitions = _table(document.get("stages", {}), "stages")
        except UnresolvedError as error:
            return self._unreadable(str(error))
        found: dict[str, Stage] = {}
        for name, definition in definitions.items():
            found |= {stage.name: stage for stage in self._entry(str(name), definition, scope)}
            if len(found) > MOST_STAGES:
                return self._unreadable(f"more than {MOST_STAGES} stages")
        return found

    def _unreadable(self, reason: str) -> dict[str, Stage]:
        return {"": Stage(name="", file=self._path, opaque=reason)}

    def _scope(self, items: list[Value]) -> Scope:
        if is_template(items):
            raise UnresolvedError("`vars` holds expressions, which DVC does not allow")
        default = Scope().with_default(self._folder, self.library, self._budget)
        return default.with_vars(items, self._folder, self.library, self._budget)

    def _entry(self, name: str, definition: Value, scope: Scope) -> Iterator[Stage]:
        """The stage, or the stages of the group; an opaque one where nobody can tell."""
        try:
            unfolded = list(unfold(name, _table(definition, "its definition"), Resolver(scope, self._budget)))
        except UnresolvedError as error:
            yield Stage(name=name, file=self._path, definition=name, opaque=str(error))
            return
        for one in unfolded:
            yield replace(self._stage(one), definition=name)

    def _stage(self, one: Unfolded) -> Stage:
        try:
            self._budget.spend(1)
            return self._resolved(one)
        except UnresolvedError as error:
            return Stage(name=one.name, file=self._path, opaque=str(error))

    def _resolved(self, one: Unfolded) -> Stage:
        template = dict(one.template)
        folder = self._wdir(Resolver(one.scope, self._budget).resolve(template.get("wdir", "")))
        items = _list(template.pop("vars", []), "vars")
        self._budget.spend(sum(len(item) for item in items if isinstance(item, dict)))
        if is_template(items):
            raise UnresolvedError("its `vars` hold expressions, which DVC does not allow")
        scope = one.scope.with_vars(items, folder, self.library, self._budget) if items else one.scope
        resolver = Resolver(scope, self._budget)
        data = {key: resolver.resolve(value, flags=key == "cmd") for key, value in template.items()}
        stage = stage_of(one.name, data, self._path, self._folder)
        return replace(stage, variables=_by_file(one.used | resolver.used, scope))

    def _wdir(self, value: Value) -> str:
        folder = place(str(value), self._folder) if isinstance(value, str) else None
        if folder is None:
            raise UnresolvedError("its wdir is no folder of the repository")
        return folder


def _by_file(used: frozenset[str], scope: Scope) -> dict[str, tuple[str, ...]]:
    """The used keys by the files that may have given them."""
    by_file = {
        file: tuple(sorted(key for key in used if key.partition(".")[0] in given))
        for file, given in scope.sources.items()
    }
    return {file: keys for file, keys in sorted(by_file.items()) if keys}


def _table(value: Value, what: str) -> dict[Scalar, Value]:
    if not isinstance(value, dict):
        raise UnresolvedError(f"{what} is no mapping")
    return value


def _list(value: Value, what: str) -> list[Value]:
    if not isinstance(value, list):
        raise UnresolvedError(f"`{what}` is no list")
    return value
