"""Signs that a source finds classes by their names, so that imports may not show all that it uses."""

from __future__ import annotations

import ast
import re
import warnings

from mlgitlab.analysis.values import Bindings

_HINT = re.compile(rb"@[\w.]*register|\bgetattr\(|\[")
_TABLE = re.compile(r"[A-Z][A-Z0-9_]{2,}|\w*(?:registry|Registry|REGISTRY)\w*")
_GIVEN = frozenset(
    {"args", "arguments", "cfg", "config", "conf", "opt", "opts", "options", "params", "hparams", "settings"}
)


def looks_up_by_name(source: bytes) -> bool:
    """Whether it registers classes, or picks one by a name that a configuration or a command gives.

    Counts: a decorator `register...`; `getattr(module, name)`; `MODELS[args.model]` and the like. A source
    that cannot be parsed shows nothing.
    """
    if not _HINT.search(source):
        return False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            nodes = list(ast.walk(ast.parse(source)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    bindings = Bindings(nodes)
    return any(_is_sign(node, bindings) for node in nodes)


def _is_sign(node: ast.AST, bindings: Bindings) -> bool:
    match node:
        case ast.FunctionDef(decorator_list=decorators) | ast.ClassDef(decorator_list=decorators):
            called = (each.func if isinstance(each, ast.Call) else each for each in decorators)
            return any(bindings.qualified(each).rpartition(".")[2].startswith("register") for each in called)
        case ast.Call(func=ast.Name(id="getattr"), args=[ast.Name(id=name), wanted, *_]):
            return name in bindings.modules and not isinstance(wanted, ast.Constant)
        case ast.Subscript(value=ast.Name() | ast.Attribute() as table, slice=ast.expr() as key):
            named = bindings.qualified(table).rpartition(".")[2]
            return _TABLE.fullmatch(named) is not None and _is_given(key)
        case _:
            return False


def _is_given(key: ast.expr) -> bool:
    """Whether a key comes out of arguments or a configuration: `args.model`, `config["model"]["name"]`."""
    while isinstance(key, ast.Attribute | ast.Subscript):
        key = key.value
        if isinstance(key, ast.Attribute) and key.attr in _GIVEN:
            return True
    return isinstance(key, ast.Name) and key.id in _GIVEN
