"""What the variable of a loop goes through, where the loop says so itself."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

Found = Callable[[str], "ast.expr | None"]  # from a name to the literal that it stands for

_SAME_ELEMENTS = frozenset({"sorted", "list", "tuple", "set", "frozenset", "reversed", "iter"})
_VIEWS = frozenset({"items", "keys", "values"})
_TOO_DEEP = 6


def targets(target: ast.expr) -> dict[str, int | None]:
    """The names that a loop binds: each with its place in the element, None for the whole of it."""
    match target:
        case ast.Name(id=name):
            return {name: None}
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            return {part.id: place for place, part in enumerate(parts) if isinstance(part, ast.Name)}
        case _:
            return {}


def iterated(loop: ast.expr) -> ast.Name | None:
    """The name whose elements a loop reads, and does nothing else with: `X`, `X.items()`, `sorted(X)`."""
    match loop:
        case ast.Name():
            return loop
        case ast.Call(func=ast.Attribute(value=ast.Name() as name, attr=view), args=[]) if view in _VIEWS:
            return name
        case ast.Call(func=ast.Name(id=function), args=[inner]) if function in _SAME_ELEMENTS:
            return iterated(inner)
    return None


def elements(loop: ast.expr, place: int | None, literal: Found, depth: int = 0) -> list[ast.expr] | None:
    """Every expression that a loop's variable may be, at that place of each element; None where that is not said."""
    if depth > _TOO_DEEP:
        return None
    match loop:
        case ast.Tuple(elts=items) | ast.List(elts=items) | ast.Set(elts=items):
            return _at(items, place)
        case ast.Dict(keys=keys):
            return None if None in keys else _at([key for key in keys if key], place)
        case ast.Call(func=ast.Attribute(value=of, attr=view), args=[]) if view in _VIEWS:
            found = literal(of.id) if isinstance(of, ast.Name) else of
            return _view(found, view, place) if isinstance(found, ast.Dict) else None
        case ast.Call(func=ast.Name(id=function), args=[inner]) if function in _SAME_ELEMENTS:
            pass
        case ast.Name(id=name) if (value := literal(name)) is not None:
            inner = value
        case _:
            return None
    return elements(inner, place, literal, depth + 1)


def _view(found: ast.Dict, view: str, place: int | None) -> list[ast.expr] | None:
    if None in found.keys:
        return None
    keys = [key for key in found.keys if key]
    if view == "items":
        return (keys, found.values)[place] if place in (0, 1) else None
    return _at(keys if view == "keys" else found.values, place)


def _at(items: Sequence[ast.expr], place: int | None) -> list[ast.expr] | None:
    if any(isinstance(item, ast.Starred) for item in items):
        return None
    if place is None:
        return list(items)
    found: list[ast.expr] = []
    for item in items:
        if not isinstance(item, ast.Tuple | ast.List) or len(item.elts) <= place:
            return None
        found.append(item.elts[place])
    return _at(found, None)
