"""Python's syntax as a flat list of words: what its comments and layout do not alter.

Our own walk, for `ast.dump` gives other texts on other Python versions.
"""

from __future__ import annotations

import ast
import functools
import re
import warnings
from collections.abc import Iterable, Sequence
from typing import NamedTuple

# Positions are no fields. `kind` is the `u` of a string; `ctx` follows from where a name stands.
_SKIPPED = frozenset({"ctx", "kind", "type_comment", "type_ignores"})
_DOCUMENTED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_COOKIE = re.compile(rb"[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
# Some codecs take very long over hostile bytes, some decode comments into code.
_ENCODINGS = re.compile(
    rb"utf-?8(-.*)?|(us-)?ascii|iso-?latin-1.*|latin-?1.*|iso-?8859-\d+.*|(cp|windows-)\d+|gbk|gb2312|gb18030|big5"
    rb"|euc-\w+|shift-jis|sjis|koi8-[ru]"
)


class Module(NamedTuple):
    """A parsed source; `typed` is false where its type comments stand where none can."""

    tree: ast.Module
    typed: bool


class Form(NamedTuple):
    """Some statements: their code, and apart from it the docstrings and type comments, each with its place.

    A place is the number of the definition (of the node that may have a type comment) within the statements.
    names_doc: whether they read a docstring by its bare name, `__doc__`.
    """

    code: tuple[str, ...]
    docstrings: tuple[tuple[int, str], ...] = ()
    types: tuple[tuple[int, str], ...] = ()
    names_doc: bool = False


def parsed(source: bytes | str) -> Module | None:
    """The tree of a source; None where it is not valid, or too deep or too large for the parser."""
    if isinstance(source, bytes) and not _is_readable(source):
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                return Module(ast.parse(source, type_comments=True), typed=True)
            except SyntaxError:
                return Module(ast.parse(source), typed=False)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _is_readable(source: bytes) -> bool:
    """https://docs.python.org/3/reference/lexical_analysis.html#encoding-declarations."""
    found = [_COOKIE.match(line) for line in re.split(rb"\r\n|\r|\n", source, maxsplit=2)[:2]]
    names = (match[1].lower().replace(b"_", b"-") for match in found if match)
    return all(_ENCODINGS.fullmatch(name) for name in names)


def docstring_of(body: Sequence[ast.stmt]) -> str | None:
    """The docstring that a module's, class's or function's body begins with."""
    match body:
        case [ast.Expr(value=ast.Constant(value=str(text))), *_]:
            return text
        case _:
            return None


def form_of(statements: Iterable[ast.stmt]) -> Form:
    """The form of statements, of which a leading string is no docstring."""
    walk = _Walk()
    walk.go(statements)
    return Form(tuple(walk.words), tuple(walk.docstrings), tuple(walk.types), walk.names_doc)


class _Walk:
    def __init__(self) -> None:
        self.words: list[str] = []
        self.docstrings: list[tuple[int, str]] = []
        self.types: list[tuple[int, str]] = []
        self.names_doc = False
        self._documented = 0
        self._typed = 0

    def go(self, statements: Iterable[ast.stmt]) -> None:
        # Without recursion: a tree may be as deep as the parser allows.
        pending: list[ast.AST | str] = [*statements]
        pending.reverse()
        while pending:
            item = pending.pop()
            if isinstance(item, str):
                self.words.append(item)
            else:
                pending.extend(reversed(self._inside(item)))

    def _inside(self, node: ast.AST) -> list[ast.AST | str]:
        """A node's words and children, in order, its own brackets around them."""
        kind = type(node)
        found: list[ast.AST | str] = [f"({kind.__name__}"]
        for name in _kept(kind._fields):
            value = getattr(node, name, None)
            if isinstance(value, list):
                items = self._items(node, name, value)
                if items:
                    found += [f".{name}", "[", *items, "]"]
            elif value is not None:
                found += [f".{name}", value if isinstance(value, ast.AST) else _word(value)]
        found.append(")")
        if "type_comment" in kind._fields:
            self._typed += 1
            comment = getattr(node, "type_comment", None)
            if comment:
                self.types.append((self._typed, comment.strip()))
        if kind is ast.Name and getattr(node, "id", None) == "__doc__":
            self.names_doc = True
        return found

    def _items(self, node: ast.AST, name: str, values: list[object]) -> list[ast.AST | str]:
        match node:
            case ast.FunctionDef(body=body) | ast.AsyncFunctionDef(body=body) | ast.ClassDef(body=body) if (
                name == "body"
            ):
                self._documented += 1
                docstring = docstring_of(body)
                if docstring is not None:
                    self.docstrings.append((self._documented, docstring))
                    return [*body[1:]]
            case ast.JoinedStr(values=parts):
                return _merged(parts)
            case ast.Delete(targets=targets):
                return _flat(targets)  # `del (a, b)` is `del a, b`
            case _:
                pass
        return [value if isinstance(value, ast.AST) else _word(value) for value in values]


@functools.cache
def _kept(fields: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in fields if name not in _SKIPPED)


def _merged(parts: Iterable[ast.expr]) -> list[ast.AST | str]:
    """An f-string's parts: versions of Python divide the text between two fields differently."""
    found: list[ast.AST | str] = []
    texts: list[str] = []
    for part in [*parts, None]:
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            texts.append(part.value)
            continue
        text = "".join(texts)
        texts.clear()
        found += ([_word(text)] if text else []) + ([part] if part else [])
    return found


def _flat(targets: Iterable[ast.expr]) -> list[ast.AST | str]:
    found: list[ast.AST | str] = []
    pending = list(targets)[::-1]
    while pending:
        target = pending.pop()
        if isinstance(target, ast.Tuple):
            pending.extend(reversed(target.elts))
        else:
            found.append(target)
    return found


def _word(value: object) -> str:
    """A constant, with its type: no two have the same word. Raises TypeError for what no source holds."""
    match value:
        case str():
            word = "s" + unambiguous(value)
        case bool() | None:
            word = f"={value}"
        case int():
            word = f"i{value:x}"  # in decimal, Python refuses many digits
        case float():
            word = f"f{value.hex()}"
        case complex():
            word = f"c{value.real.hex()} {value.imag.hex()}"
        case bytes():
            word = f"b{value.hex()}"
        case _ if value is ...:
            word = "=..."
        case _:
            raise TypeError(type(value))
    return word


def unambiguous(text: str) -> str:
    """A text by its code points: in JSON, two halves of a surrogate pair are written as the whole character."""
    return text if text.isascii() else text.encode("utf-8", "surrogatepass").decode("latin-1")
