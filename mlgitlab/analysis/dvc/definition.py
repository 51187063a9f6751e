"""What a stage's definition says once its templates are resolved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from mlgitlab.analysis.dvc.places import outside, place
from mlgitlab.analysis.dvc.scope import DEFAULT_PARAMS
from mlgitlab.analysis.dvc.values import Out, OutKind, Scalar, Stage, UnresolvedError, Value, shown

KEYS = frozenset(
    {"cmd", "wdir", "deps", "params", "vars", "frozen", "meta", "desc", "always_changed", "outs", "metrics", "plots"}
)
_OUT_FLAGS = frozenset({"cache", "persist", "checkpoint", "remote", "push", "desc", "type", "labels", "meta"})
_PLOT_FLAGS = frozenset({"template", "x", "y", "x_label", "y_label", "title", "header"})


def stage_of(name: str, data: Mapping[Scalar, Value], file: str, folder: str) -> Stage:
    """The stage that resolved data describes; `folder` is that of dvc.yaml. Raises UnresolvedError."""
    unknown = [str(key) for key in data if key not in KEYS]
    if unknown:
        raise UnresolvedError(f"`{shown(unknown[0])}` is no key of a stage that we know")
    wdir = place(_text(data.get("wdir", ""), "wdir"), folder)
    if wdir is None:
        raise UnresolvedError("its wdir lies outside the repository")
    found = _Places(wdir)
    deps = found.inside(_texts(data.get("deps", []), "deps"), found.external_deps)
    params = found.params(data.get("params", []))
    outs = tuple(out for kind in OutKind for out in found.outs(data.get(kind.value, []), kind))
    used = deps or params or outs or found.external_deps or found.external_outs
    return Stage(
        name=name,
        file=file,
        cmd=_commands(data.get("cmd")),
        wdir=wdir,
        deps=deps,
        params=params,
        outs=outs,
        external_deps=tuple(found.external_deps),
        external_outs=tuple(found.external_outs),
        frozen=_flag(data, "frozen"),
        always_changed=_flag(data, "always_changed") or not used,
    )


def _commands(value: Value) -> tuple[str, ...]:
    """DVC gives each line of a text, or each item of a list, to a shell of its own."""
    lines = value.splitlines() if isinstance(value, str) else _texts(value, "cmd")
    return tuple(line for line in lines if line.strip())


def _text(value: Value, key: str) -> str:
    if not isinstance(value, str):
        raise UnresolvedError(f"`{key}` holds something else than text")
    return value


def _texts(value: Value, key: str) -> list[str]:
    if not isinstance(value, list):
        raise UnresolvedError(f"`{key}` is no list")
    return [_text(item, key) for item in value]


def _flag(data: Mapping[Scalar, Value], key: str, *, default: bool = False) -> bool:
    value = data.get(key, default)
    if not isinstance(value, bool):
        raise UnresolvedError(f"`{key}` is neither true nor false")
    return value


@dataclass(slots=True)
class _Places:
    """Sorts a stage's paths into those of the repository and those outside it."""

    wdir: str
    external_deps: dict[str, None] = field(default_factory=dict)
    external_outs: dict[str, None] = field(default_factory=dict)

    def inside(self, texts: list[str], external: dict[str, None]) -> tuple[str, ...]:
        """The repository's paths, each once; the others are added to `external`."""
        found: dict[str, None] = {}
        for text in texts:
            path = place(text, self.wdir)
            if path is None:
                external[outside(text, self.wdir)] = None
            else:
                found[path] = None
        return tuple(found)

    def params(self, value: Value) -> dict[str, tuple[str, ...]]:
        """For each file the keys that count, sorted; none where all of it does."""
        keys: dict[str, set[str]] = {}
        whole: set[str] = set()
        for text, wanted in _params(value):
            for path in self.inside([text], self.external_deps):
                keys.setdefault(path, set()).update(wanted)
                whole.update(() if wanted else (path,))
        return {path: () if path in whole else tuple(sorted(found)) for path, found in keys.items()}

    def outs(self, value: Value, kind: OutKind) -> Iterator[Out]:
        """The outputs under one key; flags given twice for one path add up."""
        flags: dict[str, dict[Scalar, Value]] = {}
        for text, more in _flagged(value, kind):
            flags.setdefault(text, {}).update(more)
        for text, given in flags.items():
            for path in self.inside([text], self.external_outs):
                cached = _flag(given, "cache", default=True)
                yield Out(
                    path=path,
                    kind=kind,
                    cached=cached,
                    persist=_flag(given, "persist"),
                    pushed=cached and _flag(given, "push", default=True),
                )


def _params(value: Value) -> Iterator[tuple[str, list[str]]]:
    """Each file that `params` names, with the keys given there: none for the whole file."""
    if not isinstance(value, list):
        raise UnresolvedError("`params` is no list")
    for item in value:
        if isinstance(item, str):
            yield DEFAULT_PARAMS, [item]
        elif isinstance(item, dict):
            for file, keys in item.items():
                yield _text(file, "params"), _texts(keys, "params") if keys else []
        else:
            raise UnresolvedError("`params` holds something that is neither a key nor a file with keys")


def _flagged(value: Value, kind: OutKind) -> Iterator[tuple[str, dict[Scalar, Value]]]:
    if not isinstance(value, list):
        raise UnresolvedError(f"`{kind}` is no list")
    known = _OUT_FLAGS | _PLOT_FLAGS if kind is OutKind.PLOT else _OUT_FLAGS
    for item in value:
        if isinstance(item, str):
            yield item, {}
            continue
        if not isinstance(item, dict):
            raise UnresolvedError(f"`{kind}` holds something that is no path")
        for path, flags in item.items():
            if not isinstance(flags, dict) or not flags.keys() <= known:
                raise UnresolvedError(f"`{kind}` says something of a path that we do not know")
            yield _text(path, kind), flags
