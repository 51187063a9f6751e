"""The variables that DVC's templating sees at one place of a dvc.yaml, and the files they come from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from mlgitlab.analysis.dvc.library import Budget, Library, named
from mlgitlab.analysis.dvc.places import place
from mlgitlab.analysis.dvc.values import Scalar, UnresolvedError, Value, shown

DEFAULT_PARAMS = "params.yaml"
_EXPRESSION = re.compile(r"[^.\[\]]+(?:\.[^.\[\]]+|\[[^.\[\]]+\]\s*)*")
_INDEX = re.compile(r"\s*[-+]?[0-9]{1,9}\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Variables by name. `items` are those of a group (`item`, `key`), which no file can redefine.

    sources: the top-level variables that each file gave. loaded: what was asked of each file, None for all.
    """

    variables: Mapping[str, Value] = field(default_factory=dict)
    items: Mapping[str, Value] = field(default_factory=dict)
    sources: Mapping[str, frozenset[str]] = field(default_factory=dict)
    loaded: Mapping[str, tuple[str, ...] | None] = field(default_factory=dict)

    def select(self, expression: str) -> tuple[Value, str]:
        """What `a.b[0]` stands for, and the key of a file that this is part of: `a.b`. Raises UnresolvedError."""
        if not _EXPRESSION.fullmatch(expression):
            raise UnresolvedError(f"${{{shown(expression)}}} is no expression that we know")
        names = [name.strip() for name in expression.replace("[", ".").replace("]", "").split(".")]
        table = self.items if names[0] in self.items else self.variables
        if names[0] not in table:
            raise _missing(expression)
        here, key, in_list = table[names[0]], names[:1], False
        for name in names[1:]:
            in_list |= isinstance(here, list)
            here = _part(here, name, expression)
            key += [] if in_list else [name]
        return here, ".".join(key)

    def with_items(self, items: Mapping[str, Value]) -> Scope:
        """The scope of one stage of a group."""
        return replace(self, items={**self.items, **items})

    def with_default(self, folder: str, library: Library, budget: Budget) -> Scope:
        """The scope after `params.yaml`, where the folder of dvc.yaml has one."""
        path = place(DEFAULT_PARAMS, folder)
        assert path is not None, "a folder of the repository holds its files"
        return self._with_file(path, (), library, budget) if library.has(path) else self

    def with_vars(self, items: Iterable[Value], folder: str, library: Library, budget: Budget) -> Scope:
        """The scope after a `vars` list, whose files lie in `folder`. Raises UnresolvedError."""
        wanted = [_wanted(item, folder) for item in items]
        for one in wanted:
            if not isinstance(one, dict):
                library.has(one[0])  # all are asked for at once, whichever fails first
        scope = self
        for one in wanted:
            scope = scope._merged(one, budget) if isinstance(one, dict) else scope._with_file(*one, library, budget)
        return scope

    def _with_file(self, path: str, keys: tuple[str, ...], library: Library, budget: Budget) -> Scope:
        before = self.loaded.get(path, ())
        if path in self.loaded and not keys and before is None:
            return self  # a whole file may be named again; any other repetition defines a variable twice
        table = library.table(path)
        missing = [key for key in keys if key not in table]
        if missing:
            raise UnresolvedError(f"{shown(path)} has no key {shown(missing[0])}")
        taken = {key: table[key] for key in keys} if keys else table
        merged = self._merged(taken, budget)
        return replace(
            merged,
            sources={**self.sources, path: self.sources.get(path, frozenset()) | taken.keys()},
            loaded={**self.loaded, path: (*(before or ()), *keys) if keys else None},
        )

    def _merged(self, more: Mapping[str, Value], budget: Budget) -> Scope:
        reserved = more.keys() & self.items.keys()
        if reserved:
            raise UnresolvedError(f"the variable {shown(min(reserved))} belongs to the group")
        return replace(self, variables=_merge(self.variables, more, budget))


def _missing(expression: str) -> UnresolvedError:
    return UnresolvedError(f"there is no variable ${{{shown(expression.strip())}}}")


def _part(value: Value, name: str, expression: str) -> Value:
    if isinstance(value, dict) and name in value:
        return value[name]
    if isinstance(value, list) and _INDEX.fullmatch(name) and -len(value) <= int(name) < len(value):
        return value[int(name)]
    raise _missing(expression)


def _merge(into: Mapping[str, Value], more: Mapping[str, Value], budget: Budget) -> dict[str, Value]:
    budget.spend(len(into) + len(more))
    merged = dict(into)
    for key, value in more.items():
        old = merged.get(key)
        if isinstance(old, dict) and isinstance(value, dict):
            inner: dict[Scalar, Value] = {}
            inner.update(_merge(named(old), named(value), budget))
            merged[key] = inner
        elif key in merged:
            raise UnresolvedError(f"the variable {shown(key)} is defined twice")
        else:
            merged[key] = value
    return merged


def _wanted(item: Value, folder: str) -> tuple[str, tuple[str, ...]] | dict[str, Value]:
    """The file and keys that an entry of `vars` names, or the variables that it is."""
    if isinstance(item, dict):
        return named(item)
    if not isinstance(item, str):
        raise UnresolvedError("`vars` holds something that is neither a file nor a mapping")
    name, _, keys = item.partition(":")
    path = place(name, folder)
    if path is None:
        raise UnresolvedError(f"the variables of {shown(name)} lie outside the repository")
    return path, tuple(key for key in keys.split(",") if key)
