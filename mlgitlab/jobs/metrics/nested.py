"""Numbers in nested mappings and lists: the keys on the way to a number, joined by dots, are its name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mlgitlab.jobs.metrics.numbers import Collector
from mlgitlab.jobs.metrics.steps import step_name
from mlgitlab.jobs.metrics.trees import Pairs, Tree, described


def gather(value: Tree, name: str, into: Collector) -> None:
    """Note every number below `value`.

    A list of numbers is a series whose steps are 0, 1, 2, ...; a list of mappings is a log, one entry a step.
    """
    match value:
        case bool() | str() | None:
            into.ignore(name, described(value))
        case Pairs():
            for key, inner in value:
                gather(inner, _join(name, key), into)
        case list():
            _gather_list(value, name, into)
        case _ if name:
            into.metric(name, value)
        case _:
            into.ignore(name, "a number without a name")


def gather_rows(rows: Sequence[Mapping[str, Tree]], name: str, into: Collector) -> None:
    """Note the entries of a log: each name is a series, by the key that holds the step or by the entry's number."""
    key = step_name(rows[0] if rows else (), lambda each: all(_is_number(row.get(each)) for row in rows))
    for index, row in enumerate(rows):
        step = row[key] if key else index
        assert isinstance(step, int | float)
        for each, value in row.items():
            if key and each == key:
                continue
            full = _join(name, each)
            if isinstance(value, float):
                into.point(full, step, value)
            else:
                into.hole(full, described(value))


def flat(pairs: Pairs, name: str = "") -> dict[str, Tree]:
    """One entry of a log with the names of nested values joined; a key that is given twice counts where it is last."""
    found: dict[str, Tree] = {}
    for key, value in pairs:
        full = _join(name, key)
        found |= flat(value, full) if isinstance(value, Pairs) else {full: value}
    return found


def _gather_list(value: list[Tree], name: str, into: Collector) -> None:
    if value and all(isinstance(item, Pairs) for item in value):
        gather_rows([flat(item) for item in value if isinstance(item, Pairs)], name, into)
    elif name and any(_is_number(item) for item in value) and not any(isinstance(item, list | Pairs) for item in value):
        gather_rows([{"": item} for item in value], name, into)
    else:
        into.ignore(name, "a list that is neither of numbers nor of mappings")


def _is_number(value: Tree) -> bool:
    return isinstance(value, float)


def _join(name: str, key: str) -> str:
    return f"{name}.{key}" if name and key else name or key
