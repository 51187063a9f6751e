"""A Python body in pieces that a person would name."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator, Sequence

from mlgitlab.analysis.meaning.names import shortened
from mlgitlab.analysis.meaning.syntax import docstring_of

_LONGEST_DOTTED = 6
_MOST_TARGETS = 4
_NAMES = {
    ast.AsyncFor: "for",
    ast.AsyncWith: "with",
    ast.Delete: "del",
    ast.Expr: "expression",
    ast.Import: "imports",
    ast.ImportFrom: "imports",
    ast.TryStar: "try",
}

Piece = tuple[str, list[ast.stmt]]


def pieces_of(body: Sequence[ast.stmt]) -> Iterator[Piece]:
    """The statements of a body in order, in named pieces: neighbouring imports are one, a class is one for each member.

    Every statement is in one piece, so that the pieces together say what the body says. Names may repeat.
    """
    for importing, group in itertools.groupby(body, lambda item: isinstance(item, (ast.Import, ast.ImportFrom))):
        if importing:
            yield "imports", list(group)
            continue
        for statement in group:
            if isinstance(statement, ast.ClassDef):
                yield from _members(statement)
            else:
                yield _name(statement), [statement]


def _members(node: ast.ClassDef) -> Iterator[Piece]:
    """A class's header, its docstring included, then each of its members."""
    documented = 0 if docstring_of(node.body) is None else 1
    fields = {name: getattr(node, name) for name in node._fields}
    header = ast.ClassDef(**{**fields, "body": node.body[:documented]})
    yield _name(node), [header]
    for member in node.body[documented:]:
        yield f"{_name(node)}: {_name(member)}", [member]


def _name(node: ast.stmt) -> str:
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            found = f"def {name}"
        case ast.ClassDef(name=name):
            found = f"class {name}"
        case ast.Assign(targets=targets):
            found = ", ".join(dict.fromkeys(name for target in targets[:_MOST_TARGETS] for name in _bound(target)))
        case ast.AnnAssign(target=target) | ast.AugAssign(target=target):
            found = _dotted(target)
        case ast.Expr(value=ast.Call(func=function)):
            found = f"{_dotted(function)}()"
        case ast.If(test=ast.Compare(left=ast.Name(id="__name__"))):
            found = "if __name__"
        case _:
            found = _NAMES.get(type(node), type(node).__name__.lower())
    return shortened(found)


def _bound(target: ast.expr) -> list[str]:
    items = target.elts[:_MOST_TARGETS] if isinstance(target, (ast.Tuple, ast.List)) else [target]
    return [_dotted(item) for item in items]


def _dotted(node: ast.expr) -> str:
    """`a.b` for `a.b`, `a.b[0]` and `a.b(1)`; dots stand for what is neither."""
    names: list[str] = []
    while len(names) < _LONGEST_DOTTED:
        match node:
            case ast.Attribute(value=value, attr=name):
                names.append(name)
                node = value
            case ast.Subscript(value=value) | ast.Call(func=value) | ast.Starred(value=value):
                node = value
            case ast.Name(id=name):
                names.append(name)
                break
            case _:
                names.append("…")
                break
    return ".".join(reversed(names))
