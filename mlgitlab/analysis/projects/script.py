"""What a setup.py says in literals; it is never run.

https://setuptools.pypa.io/en/latest/references/keywords.html
"""

from __future__ import annotations

import ast
import warnings
from collections import Counter
from collections.abc import Iterator

from mlgitlab.analysis.projects.ini import grouped, read_entry_points
from mlgitlab.analysis.projects.values import UNREADABLE, Declared, entry_points, merged, packaged
from mlgitlab.analysis.values import Bindings

_FINDERS = frozenset({"find_packages", "find_namespace_packages"})


def read_setup_py(text: str) -> Declared:
    """The settings of every call of `setup`, and the folders in which packages are looked for."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            nodes = list(ast.walk(ast.parse(text)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return UNREADABLE
    bindings = Bindings(nodes)
    loads = Counter(node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load))
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    return merged(found for call in calls for found in _call(call, bindings, loads))


def _call(call: ast.Call, bindings: Bindings, loads: Counter[str]) -> Iterator[Declared]:
    name = bindings.qualified(call.func).rpartition(".")[2]
    if name == "setup":
        for keyword in call.keywords:
            yield _setting(keyword, bindings, loads)
    elif name in _FINDERS:
        where = call.args[0] if call.args else next((k.value for k in call.keywords if k.arg == "where"), None)
        if where is not None:
            folder = _literal(where, bindings, loads)
            yield Declared(roots=(folder,)) if isinstance(folder, str) else Declared(any_root=True)


def _setting(keyword: ast.keyword, bindings: Bindings, loads: Counter[str]) -> Declared:  # noqa: PLR0911  # one case per form
    value = _literal(keyword.value, bindings, loads)
    match keyword.arg, value:
        case None, _:
            return UNREADABLE  # `**settings`
        case "package_dir", dict():
            return merged(packaged(str(name), str(folder)) for name, folder in value.items())
        case "package_dir", _:
            return Declared(any_root=True)
        case "entry_points", str():
            return read_entry_points(value)
        case "entry_points", dict():
            return merged(_group(str(name), targets) for name, targets in value.items())
        case "entry_points", _:
            return Declared(any_point=True)
        case "scripts", list() | tuple():
            return Declared(files=tuple((str(path).rpartition("/")[2], str(path)) for path in value))
        case "scripts", _:
            return Declared(any_point=True)
        case _:
            return Declared()


def _group(name: str, targets: object) -> Declared:
    if isinstance(targets, str):
        return grouped(name, targets)
    if not isinstance(targets, list | tuple | set):
        return Declared(any_point=True)
    pairs = [str(target).partition("=") for target in targets]
    return entry_points(name, [(key, target) for key, _, target in pairs])


def _literal(node: ast.expr, bindings: Bindings, loads: Counter[str]) -> object:
    """The value of a literal, or of a name bound to one; None for anything else."""
    if isinstance(node, ast.Name):
        bound = bindings.value(node.id)
        if bound is None or loads[node.id] > 1:  # who mentions it elsewhere may add to it
            return None
        node = bound
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None
