"""Groups of stages: what `foreach` and `matrix` unfold to."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mlgitlab.analysis.dvc.library import nameable
from mlgitlab.analysis.dvc.scope import Scope
from mlgitlab.analysis.dvc.templates import Resolver, is_one_expression, is_template, spelled
from mlgitlab.analysis.dvc.values import Scalar, UnresolvedError, Value

MOST_STAGES = 10_000
Definition = Mapping[Scalar, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfolded:
    """One stage that is to be resolved: its name, what to resolve, the scope, and keys used on the way here."""

    name: str
    template: Definition
    scope: Scope
    used: frozenset[str] = frozenset()


def unfold(name: str, definition: Definition, resolver: Resolver) -> Iterator[Unfolded]:
    """The stages that an entry of `stages` stands for. Raises UnresolvedError."""
    if "@" in name:
        raise UnresolvedError("`@` in a name is for the stages of a group")
    if "foreach" in definition or "do" in definition:
        return _foreach(name, definition, resolver)
    if "matrix" in definition:
        return _matrix(name, definition, resolver)
    return iter((Unfolded(name=name, template=definition, scope=resolver.scope),))


@dataclass(frozen=True, slots=True)
class _Item:
    """A value to run a stage with; `taken`: from a variable, which DVC names in another way."""

    value: Value
    taken: bool

    def fragment(self, otherwise: str) -> str:
        """The item in a stage's name, where a list or mapping goes by another one."""
        if isinstance(self.value, (list, dict)):
            return otherwise
        return str(self.value) if self.taken else spelled(self.value)


def _foreach(name: str, definition: Definition, resolver: Resolver) -> Iterator[Unfolded]:
    template = definition.get("do")
    if set(definition) != {"foreach", "do"} or not isinstance(template, dict):
        raise UnresolvedError("`foreach` and `do` go together, and with nothing else")
    stands = _resolved(definition["foreach"], resolver)
    items: dict[str, dict[str, Value]]
    if isinstance(stands.value, dict):
        found = {spelled(key): value for key, value in stands.value.items()}
        items = {key: {"item": nameable(value), "key": key} for key, value in found.items()}
    elif isinstance(stands.value, list):
        values = _items(definition["foreach"], stands)
        compound = any(isinstance(item.value, (list, dict)) for item in values)
        names = (str(index) if compound else item.fragment("") for index, item in enumerate(values))
        items = {key: {"item": item.value} for key, item in zip(names, values, strict=True)}
    else:
        raise UnresolvedError("`foreach` is neither a list nor a mapping")
    if len(items) > MOST_STAGES:
        raise UnresolvedError(f"more than {MOST_STAGES} stages")
    return _stages(name, template, resolver, items)


def _matrix(name: str, definition: Definition, resolver: Resolver) -> Iterator[Unfolded]:
    axes = definition["matrix"]
    if not isinstance(axes, dict):
        raise UnresolvedError("`matrix` is no mapping")
    values = {}
    for axis, wanted in axes.items():
        stands = _resolved(wanted, resolver)
        if not isinstance(axis, str) or is_template(axis) or not isinstance(stands.value, list):
            raise UnresolvedError("`matrix` holds something else than lists by name")
        values[axis] = _items(wanted, stands)
    if math.prod(map(len, values.values())) > MOST_STAGES:
        raise UnresolvedError(f"more than {MOST_STAGES} stages")
    items: dict[str, dict[str, Value]] = {}
    for combination in itertools.product(*(enumerate(found) for found in values.values())):
        chosen = dict(zip(values, combination, strict=True))
        key = "-".join(item.fragment(f"{axis}{index}") for axis, (index, item) in chosen.items())
        items[key] = {"item": {axis: item.value for axis, (_, item) in chosen.items()}, "key": key}
    template = {field: value for field, value in definition.items() if field != "matrix"}
    return _stages(name, template, resolver, items)


def _stages(
    name: str, template: Definition, resolver: Resolver, items: Mapping[str, Mapping[str, Value]]
) -> Iterator[Unfolded]:
    used = frozenset(resolver.used)
    for key, variables in items.items():
        scope = resolver.scope.with_items(variables)
        yield Unfolded(name=f"{name}@{key}", template=template, scope=scope, used=used)


def _resolved(wanted: Value, resolver: Resolver) -> _Item:
    """A text may be one expression for the whole; then all of it is taken from a variable."""
    return _Item(resolver.resolve(wanted, any_type=True), taken=is_one_expression(wanted))


def _items(wanted: Value, stands: _Item) -> list[_Item]:
    assert isinstance(stands.value, list)
    if stands.taken or not isinstance(wanted, list):
        return [_Item(value, taken=True) for value in stands.value]
    written = zip(wanted, stands.value, strict=True)
    return [_Item(nameable(value), taken=is_one_expression(text)) for text, value in written]
