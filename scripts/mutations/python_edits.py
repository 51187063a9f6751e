"""Edits of Python sources: the oracle is `ast`, docstrings apart."""

from __future__ import annotations

import ast
import io
import re
import tokenize
import warnings
from collections.abc import Callable, Iterator
from random import Random

from scripts.mutations import layout
from scripts.mutations.edits import Edit, Way, chosen, decoded, different, pick, replaced, same

_OPERATORS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Div,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.MatMult: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.USub: ast.UAdd,
    ast.Not: ast.Invert,
}
_PROSE = re.compile(r"# [a-zA-Z][^:=\[]*|# (?:noqa|fmt|pragma|mypy)\b.*")
_DOCUMENTED = (ast.Module, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def cosmetic(content: bytes, rng: Random, *, docstrings: bool = True) -> Edit | None:
    """Comments, layout, quotes, parentheses, and docstrings where nobody reads them."""
    text = decoded(content)
    if text is None:
        return None
    if docstrings and "__doc__" not in text:
        return pick({**_COSMETIC, "a docstring's text": _docstring}, text, rng, same(_typed_tree))
    return pick(_COSMETIC, text, rng, same(_whole_tree))


def semantic(content: bytes, rng: Random) -> Edit | None:
    """One thing by which the program is another."""
    text = decoded(content)
    return None if text is None else pick(_SEMANTIC, text, rng, different(tree))


def tree(text: str) -> object:
    """The syntax without docstrings; None for what is no Python."""
    return _without_docstrings(_parsed(text))


def _typed_tree(text: str) -> object:
    """The same with type comments."""
    return _without_docstrings(_parsed(text, typed="# type:" in text))


def _whole_tree(text: str) -> object:
    """The same with type comments and docstrings."""
    parsed = _parsed(text, typed="# type:" in text)
    return ast.dump(parsed) if parsed else None


def _without_docstrings(parsed: ast.Module | None) -> object:
    if parsed is None:
        return None
    for node in ast.walk(parsed):
        if isinstance(node, _DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:]
    return ast.dump(parsed)


def _parsed(text: str, *, typed: bool = False) -> ast.Module | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            parsed = ast.parse(text, type_comments=typed)
            parsed.type_ignores = []
            return parsed
    except (SyntaxError, ValueError, RecursionError):
        return None


def _tokens(text: str) -> list[tokenize.TokenInfo]:
    try:
        return list(tokenize.generate_tokens(io.StringIO(text, newline="").readline))
    except (tokenize.TokenError, SyntaxError):
        return []


class _Places:
    """From lines and columns to places in the text: tokens count characters, nodes count bytes."""

    def __init__(self, text: str) -> None:
        self._lines = text.splitlines(keepends=True) or [""]
        self._starts = [0]
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line))

    def of_token(self, place: tuple[int, int]) -> int:
        row, column = place
        return self._starts[row - 1] + column

    def of_node(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return self._at(node.lineno, node.col_offset), self._at(node.end_lineno, node.end_col_offset)

    def _at(self, row: int, column: int) -> int:
        line = self._lines[row - 1].encode("utf-8")
        return self._starts[row - 1] + len(line[:column].decode("utf-8", "replace"))


# Cosmetic ones.


def _parentheses(text: str, rng: Random) -> str | None:
    parsed = _parsed(text)
    kinds = (ast.Name, ast.Constant, ast.Call, ast.BinOp, ast.Attribute, ast.Compare, ast.List)
    node = chosen([node for node in ast.walk(parsed) if isinstance(node, kinds)] if parsed else [], rng)
    if node is None:
        return None
    start, end = _Places(text).of_node(node)
    return replaced(text, start, end, f"({text[start:end]})")


def _quotes(text: str, rng: Random) -> str | None:
    plain = [token for token in _tokens(text) if token.type == tokenize.STRING and _has_plain_quotes(token.string)]
    token = chosen(plain, rng)
    if token is None:
        return None
    start, end = map(_Places(text).of_token, (token.start, token.end))
    quote = "'" if token.string[0] == '"' else '"'
    return replaced(text, start, end, quote + token.string[1:-1] + quote)


def _has_plain_quotes(token: str) -> bool:
    return re.fullmatch(r""""[^"'\\\n]+"|'[^"'\\\n]+'""", token) is not None


def _docstring(text: str, rng: Random) -> str | None:
    parsed = _parsed(text)
    found = [
        node.body[0]
        for node in (ast.walk(parsed) if parsed else ())
        if isinstance(node, _DOCUMENTED) and ast.get_docstring(node) is not None
    ]
    node = chosen(found, rng)
    if node is None:
        return None
    start, end = _Places(text).of_node(node)
    return replaced(text, start, end, '"""Another text."""')


def _split_line(text: str, rng: Random) -> str | None:
    """A new line behind an opening bracket or a comma within brackets."""
    depth, places = 0, []
    at = _Places(text)
    for token in _tokens(text):
        if token.type == tokenize.OP:
            depth += (token.string in "([{") - (token.string in ")]}")
            if depth and token.string in "([{,":
                places.append(at.of_token(token.end))
    place = chosen(places, rng)
    return None if place is None else replaced(text, place, place, "\n        ")


def _joined_lines(text: str, rng: Random) -> str | None:
    ends = [token for token in _tokens(text) if token.type == tokenize.NL and _holds_code(token.line)]
    token = chosen(ends, rng)
    if token is None:
        return None
    start = _Places(text).of_token(token.start)
    rest = text[start:].lstrip()
    return f"{text[:start]} {rest}"


def _holds_code(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _last_comma(text: str, rng: Random) -> str | None:
    closing = [token for token in _tokens(text) if token.type == tokenize.OP and token.string in ")]}"]
    token = chosen(closing, rng)
    if token is None:
        return None
    start = _Places(text).of_token(token.start)
    return replaced(text, start, start, ",")


def _continued(text: str, rng: Random) -> str | None:
    """A backslash behind `=`."""
    at = _Places(text)
    place = chosen([at.of_token(token.end) for token in _tokens(text) if token.string == "="], rng)
    return None if place is None else replaced(text, place, place, " \\\n    ")


def _unparsed(text: str, rng: Random) -> str | None:  # noqa: ARG001 (there is one way to do it)
    parsed = _parsed(text)
    comments = [token.string for token in _tokens(text) if token.type == tokenize.COMMENT]
    # Some comments act: shebangs, directives of compilers and notebooks.
    plain = all(_PROSE.fullmatch(comment) for comment in comments)
    return ast.unparse(parsed) + "\n" if parsed and plain else None


_COSMETIC: dict[str, Way] = {
    "a comment line": layout.comment_line,
    "a comment at the end of a line": layout.comment_at_the_end,
    "a comment dropped": layout.comment_dropped,
    "blank lines": layout.blank_lines,
    "blanks at the end of a line": layout.blanks_at_the_end,
    "line ends": layout.windows_ends,
    "no line end at the end": layout.no_end,
    "parentheses": _parentheses,
    "quotes": _quotes,
    "a line split": _split_line,
    "lines joined": _joined_lines,
    "a last comma": _last_comma,
    "a backslash": _continued,
    "everything in another layout": _unparsed,
}


# Semantic ones.


def _in_tree(alter: Callable[[ast.Module, Random], ast.AST | None]) -> Way:
    """Alters a node, and writes the top-level statement that holds it anew."""

    def way(text: str, rng: Random) -> str | None:
        parsed = _parsed(text)
        altered = alter(parsed, rng) if parsed else None
        if parsed is None or altered is None:
            return None
        if altered is parsed:
            return ast.unparse(ast.fix_missing_locations(parsed)) + "\n"
        holder = next(statement for statement in parsed.body if altered in ast.walk(statement))
        assert holder.end_lineno is not None
        decorators = holder.decorator_list if isinstance(holder, (*_FUNCTIONS, ast.ClassDef)) else []
        first = min([holder.lineno, *(item.lineno for item in decorators)])
        lines = text.splitlines(keepends=True)
        return "".join([*lines[: first - 1], ast.unparse(holder) + "\n", *lines[holder.end_lineno :]])

    return way


def _constant(text: str, rng: Random) -> str | None:
    parsed = _parsed(text)
    if parsed is None:
        return None
    idle = {node.value for node in ast.walk(parsed) if isinstance(node, ast.Expr)}
    formatted = {part for node in ast.walk(parsed) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)}
    constants = [
        node
        for node in ast.walk(parsed)
        if isinstance(node, ast.Constant) and node not in idle and node not in formatted
    ]
    node = chosen(constants, rng)
    if node is None:
        return None
    start, end = _Places(text).of_node(node)
    return replaced(text, start, end, _another(node.value))


def _another(value: object) -> str:
    match value:
        case bool():
            return repr(not value)
        case int() | float():
            return repr(value + 1)
        case str():
            return repr(f"{value}x")
        case bytes():
            return repr(value + b"x")
        case _:
            return "0"


def _operator(parsed: ast.Module, rng: Random) -> ast.AST | None:
    found: list[tuple[ast.AST, str]] = []
    for node in ast.walk(parsed):
        if isinstance(node, (ast.BinOp, ast.BoolOp, ast.UnaryOp, ast.AugAssign)) and type(node.op) in _OPERATORS:
            found.append((node, "op"))
        elif isinstance(node, ast.Compare):
            found.append((node, "ops"))
    picked = chosen(found, rng)
    if picked is None:
        return None
    node, field = picked
    if isinstance(node, ast.Compare):
        at = rng.randrange(len(node.ops))
        node.ops[at] = _OPERATORS[type(node.ops[at])]()  # type: ignore[call-overload]
    else:
        setattr(node, field, _OPERATORS[type(getattr(node, field))]())
    return node


def _default(parsed: ast.Module, rng: Random) -> ast.AST | None:
    found = [node for node in ast.walk(parsed) if isinstance(node, ast.arguments) and node.defaults]
    node = chosen(found, rng)
    if node:
        node.defaults[rng.randrange(len(node.defaults))] = ast.Constant("another")
    return node


def _renamed(parsed: ast.Module, rng: Random) -> ast.AST | None:
    found = [
        (function, name.id)
        for function in ast.walk(parsed)
        if isinstance(function, _FUNCTIONS)
        for name in ast.walk(function)
        if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)
    ]
    picked = chosen(found, rng)
    if picked is None:
        return None
    for node in ast.walk(picked[0]):
        if isinstance(node, ast.Name) and node.id == picked[1]:
            node.id = f"{picked[1]}_renamed"
    return picked[0]


def _bodies(parsed: ast.Module) -> Iterator[tuple[ast.AST, list[ast.stmt], int]]:
    """Where statements stand, and where the first one does that is no docstring."""
    for node in ast.walk(parsed):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            documented = isinstance(node, _DOCUMENTED) and ast.get_docstring(node, clean=False) is not None
            yield node, body, int(documented)


def _swapped(parsed: ast.Module, rng: Random) -> ast.AST | None:
    pairs = [(node, body, at) for node, body, first in _bodies(parsed) for at in range(first, len(body) - 1)]
    picked = chosen(pairs, rng)
    if picked is None:
        return None
    node, body, at = picked
    body[at : at + 2] = body[at : at + 2][::-1]
    return node


def _dropped(parsed: ast.Module, rng: Random) -> ast.AST | None:
    places = [(node, body, at) for node, body, first in _bodies(parsed) for at in range(first, len(body))]
    picked = chosen(places, rng)
    if picked is None:
        return None
    node, body, at = picked
    del body[at]
    if not body and node is not parsed:
        body.append(ast.Pass())
    return node


def _appended(text: str, rng: Random) -> str:
    """A statement at the end."""
    return f"{text.rstrip()}\nADDED = {rng.randrange(1000)}\n".lstrip("\n")


_SEMANTIC: dict[str, Way] = {
    "a constant": _constant,
    "an operator": _in_tree(_operator),
    "a default": _in_tree(_default),
    "a local renamed": _in_tree(_renamed),
    "statements swapped": _in_tree(_swapped),
    "a statement dropped": _in_tree(_dropped),
    "a statement added": _appended,
}
