"""Folders that a source puts on the module path."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from mlgitlab.analysis.references import Place
from mlgitlab.analysis.values import Bindings
from mlgitlab.frozen import dataclass

_ADDING = frozenset({"append", "insert", "extend", "__iadd__"})
NAMES = frozenset({"path", "__path__", "addsitedir"})  # see `imports.NAMES`


@dataclass(frozen=True, slots=True, kw_only=True)
class Edits:
    """The folders added; `any_root` when one is unknown, `everything` when a package's own path is edited."""

    roots: tuple[Place, ...]
    any_root: bool
    everything: bool


def edits_of(nodes: Iterable[ast.AST], bindings: Bindings) -> Edits:
    """All edits of `sys.path` and `__path__` in a module."""
    added: list[Place | None] = []
    everything = False
    for node in nodes:
        if not isinstance(node, ast.Call | ast.Assign | ast.AugAssign):
            continue
        for target, values in _additions(node, bindings):
            if target == "__path__":
                everything |= not _is_extend_path(values)
            else:
                added += [bindings.place(value) for value in values]
    roots = tuple(sorted({place for place in added if place is not None}))
    return Edits(roots=roots, any_root=None in added, everything=everything)


def _additions(node: ast.AST, bindings: Bindings) -> Iterator[tuple[str, list[ast.expr]]]:
    match node:
        case ast.Call(func=ast.Attribute(attr=method, value=target), args=args) if method in _ADDING and args:
            if name := _path_name(target, bindings):
                yield name, _elements(args[-1], name, bindings) if method in ("extend", "__iadd__") else [args[-1]]
        case ast.Call(args=[where, *_]) if bindings.qualified(node.func) == "site.addsitedir":
            yield "sys.path", [where]
        case ast.AugAssign(target=target, value=value):
            if name := _path_name(target, bindings):
                yield name, _elements(value, name, bindings)
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                if name := _path_name(target, bindings):
                    yield name, _elements(value, name, bindings)
            # Another name for the list itself: whatever is added through it goes unseen.
            if isinstance(value, ast.Attribute) and _path_name(value, bindings) == "sys.path":
                yield "sys.path", [value]
        case _:
            pass


def _path_name(node: ast.expr, bindings: Bindings) -> str:
    target = node.value if isinstance(node, ast.Subscript) else node
    name = bindings.qualified(target)
    if name.rpartition(".")[2] == "__path__":
        return "__path__"
    return "sys.path" if name == "sys.path" or name.endswith(".sys.path") else ""


def _elements(value: ast.expr, target: str, bindings: Bindings) -> list[ast.expr]:
    match value:
        case ast.List(elts=items) | ast.Tuple(elts=items):
            return [
                item.value if isinstance(item, ast.Starred) else item for item in items if not _is_old(item, bindings)
            ]
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return [*_elements(left, target, bindings), *_elements(right, target, bindings)]
        case _:
            pass
    return [] if _is_old(value, bindings) else [value]


def _is_old(value: ast.expr, bindings: Bindings) -> bool:
    """Whether the value is the path as it was: `sys.path`, `*sys.path`, `sys.path[1:]`, `list(sys.path)`."""
    match value:
        case ast.Starred(value=inner) | ast.Call(func=ast.Name(id="list"), args=[inner]):
            return _is_old(inner, bindings)
        case ast.Subscript() | ast.Attribute() | ast.Name():
            return _path_name(value, bindings) == "sys.path"
        case _:
            pass
    return False


def _is_extend_path(values: list[ast.expr]) -> bool:
    """`__path__ = pkgutil.extend_path(__path__, __name__)`: the same package under every root."""
    return all(
        isinstance(value, ast.Call)
        and isinstance(value.func, ast.Attribute | ast.Name)
        and _called(value) == "extend_path"
        for value in values
    )


def _called(value: ast.Call) -> str:
    return value.func.attr if isinstance(value.func, ast.Attribute) else getattr(value.func, "id", "")
