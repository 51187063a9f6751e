"""Python sources for properties: drawn ones, real ones, and both with another layout or one thing altered."""

from __future__ import annotations

import ast
import copy
import io
import pathlib
import sysconfig
import tokenize
import warnings
from collections.abc import Iterator

from hypothesis import assume, reject
from hypothesis import strategies as st

NAMES = ["a", "b", "model", "é", "__doc", "match"]
_LARGEST = 6_000

_names = st.sampled_from(NAMES)
_constants = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(0, 2**70),
    st.floats(0, allow_nan=False, allow_infinity=False),
    st.text(max_size=4),
    st.sampled_from(["'", '"', "\\", "\n", "a # b", "{x}", "\ud800", "\U0001f600", "\t"]),
    st.binary(max_size=3),
    st.just(...),
)


def _name(name: str) -> ast.expr:
    return ast.Name(name, ast.Load())


def _compound(inner: st.SearchStrategy[ast.expr]) -> st.SearchStrategy[ast.expr]:
    several = st.lists(inner, min_size=1, max_size=3)
    return st.one_of(
        st.builds(ast.BinOp, inner, st.sampled_from([ast.Add(), ast.MatMult(), ast.Pow(), ast.LShift()]), inner),
        st.builds(ast.UnaryOp, st.sampled_from([ast.USub(), ast.Not(), ast.Invert()]), inner),
        st.builds(ast.BoolOp, st.sampled_from([ast.And(), ast.Or()]), st.lists(inner, min_size=2, max_size=3)),
        st.builds(
            lambda left, op, right: ast.Compare(left, [op], [right]),
            inner,
            st.sampled_from([ast.Lt(), ast.Is(), ast.NotIn()]),
            inner,
        ),
        st.builds(ast.IfExp, inner, inner, inner),
        st.builds(lambda items: ast.Tuple(items, ast.Load()), several),
        st.builds(lambda items: ast.List(items, ast.Load()), several),
        st.builds(lambda items: ast.Dict([None, *items[1:]], items), several),
        st.builds(lambda value, name: ast.Attribute(value, name, ast.Load()), inner, _names),
        st.builds(lambda value, index: ast.Subscript(value, index, ast.Load()), inner, inner),
        st.builds(
            lambda function, given, name: ast.Call(function, [given], [ast.keyword(name, given)]), inner, inner, _names
        ),
        st.builds(
            lambda name, text: ast.JoinedStr([ast.Constant(text), ast.FormattedValue(_name(name), -1, None)]),
            _names,
            st.text("ab{} ", min_size=1, max_size=3),
        ),
    )


_expressions = st.recursive(st.one_of(_names.map(_name), _constants.map(ast.Constant)), _compound, max_leaves=6)
_simple = st.one_of(
    st.builds(ast.Expr, _expressions),
    st.builds(lambda name, value: ast.Assign([ast.Name(name, ast.Store())], value), _names, _expressions),
    st.builds(
        lambda names: ast.Delete([ast.Tuple([ast.Name(n, ast.Del()) for n in names], ast.Del())]),
        st.lists(_names, min_size=2, max_size=3),
    ),
    st.builds(lambda name: ast.Import([ast.alias(name)]), _names),
    st.builds(ast.Return, _expressions),
)
_bodies = st.lists(_simple, min_size=1, max_size=3)


def _function(name: str, body: list[ast.stmt], decorators: list[ast.expr], default: ast.expr) -> ast.stmt:
    arguments = ast.arguments([], [ast.arg("x"), ast.arg("y")], None, [ast.arg("k")], [default], None, [default])
    return ast.FunctionDef(name, arguments, body, decorators)


_functions = st.builds(_function, _names, _bodies, st.lists(_expressions, max_size=2), _expressions)
_statements = st.one_of(
    _simple,
    _functions,
    st.builds(
        lambda name, body: ast.ClassDef(name, [], [], body, []),
        _names,
        st.lists(st.one_of(_simple, _functions), min_size=1, max_size=3),
    ),
    st.builds(ast.If, _expressions, _bodies, _bodies),
    st.builds(lambda test, body: ast.While(test, body, []), _expressions, _bodies),
)


def source_of(tree: ast.AST) -> str:
    """A tree as a source that can be parsed."""
    try:
        source = ast.unparse(ast.fix_missing_locations(tree))
    except ValueError:  # a number, say, for the text of an f-string
        reject()
    assume(_tree_of(source) is not None)
    return source


drawn_programs = st.lists(_statements, min_size=1, max_size=4).map(lambda body: source_of(ast.Module(body, [])))


def _library() -> list[str]:
    """Small modules of the standard library, the same ones each time."""
    root = pathlib.Path(sysconfig.get_path("stdlib"))
    files = [path for folder in (root, root / "json", root / "asyncio", root / "email") for path in folder.glob("*.py")]
    return [path.read_text("utf-8") for path in sorted(files) if path.stat().st_size < _LARGEST]


library_modules = st.deferred(lambda: st.sampled_from(_library()))
programs = st.one_of(drawn_programs, library_modules)


def _tree_of(source: str) -> ast.Module | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(source)
    except (SyntaxError, ValueError):
        return None


def tree_of(source: str) -> ast.Module:
    """The tree of a source that can be parsed."""
    tree = _tree_of(source)
    assume(tree is not None)
    assert tree
    return tree


@st.composite
def mangled(draw: st.DrawFn, sources: st.SearchStrategy[str] = programs) -> tuple[str, str]:
    """A source, and the same with another layout."""
    source = draw(sources)
    edits = list(_edits(source))
    chosen = draw(st.sets(st.integers(0, max(0, len(edits) - 1)), max_size=25))
    lines = [*source.splitlines(keepends=True), ""]
    for index in sorted(chosen & set(range(len(edits))), reverse=True):
        (row, start), end, text = edits[index]
        lines[row - 1] = lines[row - 1][:start] + text + lines[row - 1][end:]
    other = "".join(lines)
    assume(ast.dump(tree_of(other)) == ast.dump(tree_of(source)))
    return source, other


def _edits(source: str) -> Iterator[tuple[tuple[int, int], int, str]]:
    """Changes of the layout, in order: where, to which column, and what comes there."""
    depth = 0
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            (row, start), end, text = token.start, token.end[1], token.string
            depth += (text in "([{") - (text in ")]}") if token.type == tokenize.OP else 0
            if token.type == tokenize.NEWLINE and text:
                yield (row, start), start, "  # a 'note\" ("
                yield (row, start), start, "\n\n\n# a note\n"
            elif token.type == tokenize.OP and text == "," and depth:
                yield (row, start), end, ",  # a note\n\n    "
            elif token.type == tokenize.NUMBER:
                yield (row, start), end, f"({text})"
            elif token.type == tokenize.STRING and text[:1] == "'" and text[1:-1].isalnum():
                yield (row, start), end, f'"{text[1:-1]}"'
    except (tokenize.TokenError, IndentationError):
        return


def _others(node: ast.AST) -> list[tuple[str, object]]:
    """Fields of a node with other values, by which the program does something else."""
    found: list[tuple[str, object]] = []
    match node:
        case ast.Constant(value=value):
            found = [("value", f"{value}x" if isinstance(value, str) else "x"), ("value", 7 if value != 7 else 8)]
        case ast.BinOp(op=op):
            found = [("op", ast.Mod() if isinstance(op, ast.Add) else ast.Add())]
        case ast.Compare(ops=[op, *rest]):
            found = [("ops", [ast.Eq() if isinstance(op, ast.NotEq) else ast.NotEq(), *rest])]
        case ast.Name(id=name):
            found = [("id", f"{name}x")]
        case ast.Attribute(attr=name):
            found = [("attr", f"{name}x")]
        case ast.arg(arg=name):
            found = [("arg", f"{name}x")]
        case ast.arguments(defaults=[_, *rest]):
            found = [("defaults", rest)]
        case ast.FunctionDef(decorator_list=[_, *rest]):
            found = [("decorator_list", rest)]
        case _:
            pass
    return found


def _moves(node: ast.AST) -> list[tuple[str, object]]:
    """A body without a statement, or the other way round."""
    body = getattr(node, "body", None)
    if not isinstance(body, list) or len(body) < 2:
        return []
    return [("body", body[::-1]), ("body", body[1:]), ("body", body[:-1])]


@st.composite
def altered(draw: st.DrawFn, sources: st.SearchStrategy[str] = programs) -> tuple[str, str]:
    """A source, and another that is not the same program."""
    tree = tree_of(draw(sources))
    before = source_of(tree)
    other = copy.deepcopy(tree)
    ways = [(node, *way) for node in ast.walk(other) for way in (*_others(node), *_moves(node))]
    assume(ways)
    node, field, value = ways[draw(st.integers(0, len(ways) - 1))]
    setattr(node, field, value)
    after = source_of(other)
    assume(ast.dump(tree_of(before)) != ast.dump(tree_of(after)))
    return before, after
