"""What an expression is known to be without running it: texts, dotted names and folders."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable

from mlgitlab.analysis import elements
from mlgitlab.analysis.references import Anchor, Place
from mlgitlab.frozen import dataclass

OWN_PACKAGE = "\0"  # stands for `__name__` and `__package__` at the start of a text
_TOO_DEEP = 12
_HERE = Place(anchor=Anchor.PROCESS, path="")
SAME_FOLDER = frozenset(
    {"Path", "PurePath", "PosixPath", "PurePosixPath", "str", "fspath", "abspath", "realpath", "normpath", "expanduser"}
)
SAME_PATH_METHODS = frozenset({"resolve", "absolute", "as_posix", "expanduser", "__str__"})


@dataclass(frozen=True, slots=True)
class Text:
    """A string's known beginning, and whether that is all of it."""

    prefix: str
    complete: bool


_UNKNOWN = Text("", complete=False)


class Bindings:
    """What the names of one module are bound to, where that is beyond doubt."""

    def __init__(self, nodes: Iterable[ast.AST]) -> None:
        self.modules: dict[str, str] = {}
        self._values: dict[str, list[ast.expr]] = {}
        self._loops: dict[str, list[tuple[ast.expr, int | None]]] = {}
        self._stores: Counter[str] = Counter()
        self._loads: Counter[str] = Counter()
        self._iterated: Counter[str] = Counter()  # of the loads, those that only loop over it
        self._rebound = False
        for node in nodes:
            self._bind(node)

    def _bind(self, node: ast.AST) -> None:
        match node:
            case ast.Import(names=names):
                for alias in names:
                    bound = alias.asname or alias.name.partition(".")[0]
                    self.modules[bound] = alias.name if alias.asname else bound
            case ast.ImportFrom(names=[ast.alias(name="*")]):
                self._rebound = True  # it may bring any name
            case ast.ImportFrom(module=str(module), names=names, level=0):
                self.modules.update({alias.asname or alias.name: f"{module}.{alias.name}" for alias in names})
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                self._values.setdefault(name, []).append(value)
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                self._values.setdefault(name, []).append(value)
            case ast.For(target=target, iter=loop) | ast.comprehension(target=target, iter=loop):
                self._bind_loop(target, loop)
            case ast.Name(id=name, ctx=context):
                (self._loads if isinstance(context, ast.Load) else self._stores)[name] += 1
            case ast.arg(arg=name):
                self._stores[name] += 2
            case _:
                pass

    def _bind_loop(self, target: ast.expr, loop: ast.expr) -> None:
        for name, place in elements.targets(target).items():
            self._loops.setdefault(name, []).append((loop, place))
        if (over := elements.iterated(loop)) is not None:
            self._iterated[over.id] += 1

    def value(self, name: str) -> ast.expr | None:
        """The expression that is the name's only value anywhere in the module; for a loop's variable, `a or b or c`."""
        loops = self._loops.get(name, [])
        if len(loops) != 1 or name in self._values or not self._is_bound_once(name):
            return self._assigned(name)
        items = elements.elements(*loops[0], self._literal)
        return None if items is None else ast.BoolOp(op=ast.Or(), values=items)

    def _assigned(self, name: str) -> ast.expr | None:
        values = self._values.get(name, [])
        alone = len(values) == 1 and name not in self._loops and self._is_bound_once(name)
        return values[0] if alone else None

    def loop(self, name: str) -> ast.expr | None:
        """What the name is each element of, where a loop alone binds it."""
        loops = self._loops.get(name, [])
        alone = len(loops) == 1 and name not in self._values and self._is_bound_once(name)
        return loops[0][0] if alone and loops[0][1] is None else None

    def _is_bound_once(self, name: str) -> bool:
        return self._stores[name] == 1 and name not in self.modules and not self._rebound

    def _literal(self, name: str) -> ast.expr | None:
        """The name's value, if nobody adds elements to it: it is a tuple, or private and only looped over."""
        value = self._assigned(name)
        private = name.startswith("_") and self._loads[name] == self._iterated[name]
        return value if isinstance(value, ast.Tuple) or private else None

    def qualified(self, node: ast.expr) -> str:
        """The dotted name behind an attribute chain, through import aliases; empty for other expressions."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return ""
        return ".".join((self.modules.get(node.id, node.id), *reversed(parts)))

    def texts(self, node: ast.expr, depth: int = 0) -> tuple[Text, ...]:  # noqa: PLR0911  # one case per form
        """Every string that the expression may be; an unknown one has an incomplete prefix."""
        if depth > _TOO_DEEP:
            return (_UNKNOWN,)
        match node:
            case ast.Constant(value=str(text)):
                return (Text(text, complete=True),)
            case ast.JoinedStr(values=parts):
                return self._joined([p.value if isinstance(p, ast.FormattedValue) else p for p in parts], depth)
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return self._joined([left, right], depth)
            case ast.BinOp(left=ast.Constant(value=str(text)), op=ast.Mod()):
                return (Text(text.partition("%")[0], complete=False),)
            case ast.Call(func=ast.Attribute(value=ast.Constant(value=str(text)), attr="format")):
                return (Text(text.partition("{")[0], complete=False),)
            case ast.IfExp(body=body, orelse=orelse):
                return (*self.texts(body, depth + 1), *self.texts(orelse, depth + 1))
            case ast.BoolOp(values=values):
                return tuple(text for value in values for text in self.texts(value, depth + 1)) or (_UNKNOWN,)
            case _:
                pass
        return self._named_text(node, depth)

    def _named_text(self, node: ast.expr, depth: int) -> tuple[Text, ...]:
        match node:
            case ast.Name(id="__name__" | "__package__"):
                return (Text(OWN_PACKAGE, complete=True),)
            case ast.Name(id=name) if (value := self.value(name)) is not None:
                return self.texts(value, depth + 1)
            case ast.Attribute(value=ast.Name(id=name), attr="__name__" | "__package__") if name in self.modules:
                return (Text(self.modules[name], complete=True),)
        return (_UNKNOWN,)

    def _joined(self, parts: list[ast.expr], depth: int) -> tuple[Text, ...]:
        known: tuple[Text, ...] = (Text("", complete=True),)
        for part in parts:
            if not any(text.complete for text in known):
                break
            tails = self.texts(part, depth + 1)
            known = tuple(
                joined
                for text in known
                for joined in ([Text(text.prefix + t.prefix, t.complete) for t in tails] if text.complete else [text])
            )
            if len(known) > 64:
                return (_UNKNOWN,)
        return known

    def place(self, node: ast.expr, depth: int = 0) -> Place | None:  # noqa: C901, PLR0911  # one case per form
        """The folder or file that a path expression means; None when it cannot be computed."""
        if depth > _TOO_DEEP:
            return None
        match node:
            case ast.Constant(value=str(text)):
                return _written(text)
            case ast.Name(id="__file__"):
                return Place(anchor=Anchor.FILE, path="")
            case ast.Name(id=name) if (value := self.value(name)) is not None:
                return self.place(value, depth + 1)
            case ast.Attribute(attr="parent", value=value):
                return _below(self.place(value, depth + 1), "..")
            case ast.Attribute(attr="curdir" | "pardir" as which):
                return _written("." if which == "curdir" else "..")
            case ast.Subscript(value=ast.Attribute(attr="parents", value=value), slice=ast.Constant(value=int(up))):
                return _below(self.place(value, depth + 1), "/".join([".."] * (up + 1))) if up >= 0 else None
            case ast.BinOp(left=left, op=ast.Div(), right=right):
                return self._join(self.place(left, depth + 1), [right], depth)
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return self._concatenated([left, right], depth)
            case ast.JoinedStr(values=parts):
                return self._concatenated([p.value if isinstance(p, ast.FormattedValue) else p for p in parts], depth)
            case ast.Call():
                return self._call_place(node, depth)
            case _:
                pass
        return None

    def _call_place(self, node: ast.Call, depth: int) -> Place | None:
        name = self.qualified(node.func).rpartition(".")[2]
        args = node.args
        match node.func:
            case ast.Attribute(attr=method, value=receiver) if method in SAME_PATH_METHODS and not args:
                return self.place(receiver, depth + 1)
            case ast.Attribute(attr="joinpath", value=receiver):
                return self._join(self.place(receiver, depth + 1), args, depth)
            case _:
                pass
        if name in ("getcwd", "cwd") or (name == "Path" and not args):
            return _HERE
        if not args or node.keywords:
            return None
        if name in SAME_FOLDER or name == "join":
            return self._join(self.place(args[0], depth + 1), args[1:], depth)
        return _below(self.place(args[0], depth + 1), "..") if name == "dirname" else None

    def _join(self, start: Place | None, parts: list[ast.expr], depth: int) -> Place | None:
        for part in parts:
            tail = self.place(part, depth + 1)
            if start is None or tail is None:
                return None
            start = _below(start, tail.path) if tail.anchor is Anchor.PROCESS else tail
        return start

    def _concatenated(self, parts: list[ast.expr], depth: int) -> Place | None:
        start = self.place(parts[0], depth + 1) if parts else None
        for part in parts[1:]:
            tail = self.texts(part, depth + 1)
            if start is None or len(tail) != 1 or not tail[0].complete:
                return None
            start = Place(anchor=start.anchor, path=start.path + tail[0].prefix)
        return start


def _written(text: str) -> Place | None:
    if text.startswith("~") or "$" in text:
        return None
    text = text.replace("\\", "/")
    return Place(anchor=Anchor.OUTSIDE if text.startswith("/") else Anchor.PROCESS, path=text)


def _below(start: Place | None, path: str) -> Place | None:
    return None if start is None else Place(anchor=start.anchor, path=f"{start.path}/{path}" if start.path else path)
