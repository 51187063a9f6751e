"""What a DVC stage means for a step that reproduces it: rules, command lines, artifacts."""

from __future__ import annotations

import json
import posixpath
import re
import shlex
from collections.abc import Iterable, Iterator

from mlgitlab.analysis.dvc.values import Out, Stage, shown
from mlgitlab.config.scalars import Globs
from mlgitlab.planning.steps import Rule
from mlgitlab.results import Cause

_MAGIC = re.compile(r"[*?\[\]\\]")
_TRAILING_SPACE = re.compile(r"\s\Z")
# Files whose keys are compared one by one. DVC reads any other as YAML or Python, and then all of it counts.
_KEYED = (".yaml", ".yml", ".json", ".toml")
_BARE_KEY = re.compile(r"[A-Za-z0-9_@-]+", re.ASCII)
# An index of a list or a pattern of DVC's cannot be told from a key: what stands above it counts.
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*", re.ASCII)
# GitLab matches the paths of artifacts as patterns, and the runner expands variables in them.
_NO_ARTIFACT = re.compile(r"[*?\[\]{}\\$\x00-\x1f]|\s\Z|^\s")
# The settings that every stage depends on. They say nothing about what else depends on them.
SETTINGS = Rule(cause=Cause.INPUTS, key="settings of DVC", globs=Globs(("**/.dvc/config", ".dvcignore")), claims=False)


def literal(path: str) -> str:
    """The pattern that means exactly this path, and all below it; the empty path is the whole repository."""
    escaped = _MAGIC.sub(r"\\\g<0>", path)
    return "/" + _TRAILING_SPACE.sub(lambda space: f"[{space[0]}]", escaped)


def rules_of(stage: Stage) -> Iterator[Rule]:
    """The files and keys that the stage reads and is defined by.

    A frozen stage is run again only where its definition or its outputs have changed, so its dependencies and
    parameters do not count. Outputs count because a changed one, or a new entry in dvc.lock, is another result.
    """
    where = f"{shown(stage.file)}: stages.{shown(stage.name)}"
    folder = posixpath.dirname(stage.file)
    if not stage.frozen:
        if stage.deps:
            yield _files(f"{where}.deps", stage.deps)
        for file, keys in stage.params.items():
            yield _keys(f"{where}.params", file, _param_keys(file, keys))
    if stage.outs:
        yield _files(f"{where}.outs", (out.path for out in stage.outs))
    for file, names in stage.variables.items():
        yield _keys(f"variables of {where}", file, _param_keys(file, names))
    shared = ("vars", "datasets") if any(dep.startswith("ds://") for dep in stage.external_deps) else ("vars",)
    yield _keys(where, stage.file, (key("stages", stage.definition), *shared))
    lock = posixpath.join(folder, "dvc.lock")
    yield _keys(f"{shown(lock)}: stages.{shown(stage.name)}", lock, (key("stages", stage.name), *shared[1:]))


def anything(why: str) -> Rule:
    """The rule of a step of which nobody can say what it reads: every file that is not ignored."""
    return Rule(cause=Cause.INPUTS, key=why, globs=Globs(("**",)), claims=False)


def any_pointer(stage: Stage, paths: Iterable[str]) -> Rule:
    """The rule for dependencies that no file, stage or pointer of their name provides: any pointer may."""
    named = ", ".join(sorted(map(shown, paths)))
    told = f"{shown(stage.file)}: stages.{shown(stage.name)}.deps (no file is {named}; a pointer may hold it)"
    return Rule(cause=Cause.INPUTS, key=told, globs=Globs(("?*.dvc",)), claims=False)


def lines_of(stage: Stage) -> Iterator[str]:
    """The stage's command lines, each in a shell of its own that starts in the stage's folder."""
    folder = f'"$CI_PROJECT_DIR"/{shlex.quote(stage.wdir)}' if stage.wdir else '"$CI_PROJECT_DIR"'
    for line in () if stage.frozen else stage.cmd:
        yield f"(cd {folder} && {line})"


def outputs_of(stages: Iterable[Stage], *, pushes: bool) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The artifacts of a job that reproduces these stages, and the outputs that GitLab cannot take.

    Without `dvc push` an output would stay on the runner, so all of them are artifacts. With it, only those that
    DVC does not push. dvc.lock is one in both cases: it tells the next job which outputs these are.
    """
    found: dict[str, None] = {}
    refused: list[str] = []
    for stage in stages:
        wanted = [out.path for out in stage.outs if _is_artifact(out, pushes=pushes)]
        for path in (*wanted, posixpath.join(posixpath.dirname(stage.file), "dvc.lock")):
            if path and not _NO_ARTIFACT.search(path):
                found[path] = None
            else:
                refused.append(path)
    return tuple(found), tuple(refused)


def key(*names: str) -> str:
    """The pattern that means a key and all below it, whatever its name."""
    return ".".join(name if _BARE_KEY.fullmatch(name) else json.dumps(name) for name in names)


def _is_artifact(out: Out, *, pushes: bool) -> bool:
    return not (pushes and out.pushed)


def _files(told: str, paths: Iterable[str]) -> Rule:
    return Rule(cause=Cause.INPUTS, key=told, globs=Globs(tuple(dict.fromkeys(map(literal, paths)))))


def _keys(told: str, file: str, keys: tuple[str, ...]) -> Rule:
    return Rule(cause=Cause.INPUTS, key=told, globs=Globs((literal(file),)), keys=keys)


def _param_keys(file: str, keys: tuple[str, ...]) -> tuple[str, ...]:
    """The patterns for DVC's dotted keys; none, which means the whole file, where one cannot be followed."""
    if not file.lower().endswith(_KEYED):
        return ()
    found: dict[str, None] = {}
    for dotted in keys:
        names = []
        for name in dotted.split("."):
            if not _PLAIN_NAME.fullmatch(name):
                break
            names.append(name)
        if not names:
            return ()
        found[key(*names)] = None
    return tuple(found)
