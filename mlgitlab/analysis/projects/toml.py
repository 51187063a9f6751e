"""Values of a TOML document by their expected shape; ShapeError where one has another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mlgitlab.analysis.projects.values import ShapeError

Table = Mapping[str, object]


def table(holder: Table, *names: str) -> Table:
    """The table below these keys; empty where there is none."""
    for name in names:
        found = holder.get(name, {})
        if not isinstance(found, dict):
            raise ShapeError(name)
        holder = found
    return holder


def tables(holder: Table, name: str) -> list[Table]:
    """An array of tables; empty where there is none."""
    found = holder.get(name, [])
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise ShapeError(name)
    return found


def text(holder: Table, name: str) -> str:
    """A string; empty where there is none."""
    found = holder.get(name, "")
    if not isinstance(found, str):
        raise ShapeError(name)
    return found


def strings(holder: Table, name: str) -> tuple[str, ...]:
    """An array of strings, or a single one."""
    found = holder.get(name, [])
    items = [found] if isinstance(found, str) else found
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
        raise ShapeError(name)
    return tuple(items)


def mapping(holder: Table, name: str) -> Mapping[str, str]:
    """A table whose values are all strings; empty where there is none."""
    found = table(holder, name)
    return {key: _string(value) for key, value in found.items()}


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise ShapeError(repr(type(value)))
    return value


def texts_in(value: object) -> Iterator[str]:
    """Every string anywhere in a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from texts_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts_in(item)
