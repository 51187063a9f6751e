"""Python sources: what is layout, what is a docstring and what is code."""

from __future__ import annotations

import pytest

from mlgitlab.analysis.meaning.python import KIND
from mlgitlab.analysis.meaning.values import Layer, digest
from tests.unit.analysis.meaning.layers import layers, named

CODE, DOCS, TYPES = Layer.CODE, Layer.DOCS, Layer.TYPES

COSMETIC = [
    pytest.param("x = 1", "# why\nx = 1  # because\n\n", id="comments and blank lines"),
    pytest.param("x = 1\ny = 2", "x = 1; y = 2", id="statements on one line"),
    pytest.param("f(a, b)", "f(\n    (a),\n    b,\n)", id="parentheses, line breaks and a trailing comma"),
    pytest.param("x = 'a'", 'x = u"""a"""', id="quotes"),
    pytest.param("x = 'a' 'b'", "x = 'ab'", id="neighbouring strings"),
    pytest.param("x = f'a{b}c'", "x = f'a' f'{b}' 'c' f''", id="neighbouring f-strings"),
    pytest.param("x = '\\x41\\u00e9'", "x = 'Aé'", id="escapes"),
    pytest.param("x = 1000, 255, 0.5", "x = 1_000, 0xFF, 5e-1", id="ways to write a number"),
    pytest.param("del a, b, c", "del (a, (b, c))", id="del of a tuple"),
    pytest.param("for a, b in c: pass", "for (a, b) in (c):\n\tpass", id="a loop's target"),
    pytest.param("if a:\n  b", "if a:\n        b", id="indentation"),
    pytest.param("x = 1\ny = '''a\nb'''\n", "x = 1\r\ny = '''a\r\nb'''\r\n", id="line ends"),
    pytest.param(b"x = 'a'", b"\xef\xbb\xbfx = 'a'", id="byte order mark"),
    pytest.param("# -*- coding: utf-8 -*-\nx = 'é'".encode(), b"# coding: latin-1\nx = '\xe9'", id="encoding"),
    pytest.param("with (a as b, c as d): pass", "with a as b, \\\n  c as d: pass", id="parenthesised with"),
    pytest.param("def f():\n  return 1", "def f(): return (1)", id="a function's layout"),
    pytest.param("class A: pass", "class A():\n\n    pass", id="empty bases"),
    pytest.param("a = 1  # type: ignore[x]", "a = 1  # type: ignore", id="ignored types"),
]


@pytest.mark.parametrize(("before", "after"), COSMETIC)
def test_layout_changes_nothing(before: str | bytes, after: str | bytes) -> None:
    assert layers(KIND, before, after) == set()


DIFFERENT = [
    pytest.param("x = 1", "x = 1.0", id="int and float"),
    pytest.param("x = 1", "x = True", id="int and bool"),
    pytest.param("x = None", "x = ...", id="none and ellipsis"),
    pytest.param("x = None", "x = 'None'", id="none and its name"),
    pytest.param("x = 'a'", "x = b'a'", id="text and bytes"),
    pytest.param("x = 'i1'", "x = 1", id="a number and what it is written as"),
    pytest.param("x = ''", "x = f''", id="text and f-string"),
    pytest.param("x = 0.0", "x = -0.0", id="minus zero"),
    pytest.param("x = 0.1", "x = 0.1000000000000001", id="a float's last digits"),
    pytest.param("x = 1j", "x = 1.0", id="complex"),
    pytest.param("x = '\\ud83d\\ude00'", "x = '\\U0001f600'", id="halves of a character"),
    pytest.param("x = '\\xe9'", "x = '\\xc3\\xa9'", id="a character and its bytes"),
    pytest.param("x = 'e\\u0301'", "x = '\\xe9'", id="composed and decomposed"),
    pytest.param("x = 0x" + "f" * 5000, "x = 0x" + "f" * 4999 + "e", id="numbers of many digits"),
    pytest.param("{**a, b: c}", "{b: c, **a}", id="unpacking in a dict"),
    pytest.param("{**a}", "{a}", id="dict and set"),
    pytest.param("def f(*, a, b=1): 0", "def f(*, a=1, b): 0", id="which keyword has the default"),
    pytest.param("def f(a, /, b): 0", "def f(a, b, /): 0", id="positional parameters"),
    pytest.param("x[:1]", "x[1:]", id="slice"),
    pytest.param("x[1:2]", "x[1::2]", id="step"),
    pytest.param("f(a, *b)", "f(*b, a)", id="order of arguments"),
    pytest.param("f'{a}{b}'", "f'{a} {b}'", id="text in an f-string"),
    pytest.param("f'{a!r}'", "f'{a}'", id="conversion"),
    pytest.param("f'{a:x}'", "f'{a}x'", id="format specification"),
    pytest.param("f'{a=}'", "f'{a = }'", id="self-documenting expression"),
    pytest.param("x: int", "(x): int", id="annotation that declares"),
    pytest.param("async def f(): await x", "def f(): x", id="async"),
    pytest.param("try: a\nexcept* E: b", "try: a\nexcept E: b", id="exception group"),
    pytest.param("from . import a", "from .. import a", id="level of an import"),
    pytest.param("import a, b", "import b, a", id="order of imports"),
    pytest.param("import a as b", "import a", id="alias"),
    pytest.param("a < b < c", "a < (b < c)", id="chain of comparisons"),
    pytest.param("(a, b)", "[a, b]", id="tuple and list"),
    pytest.param("del (a), b", "del a.b", id="del"),
    pytest.param("del [a]", "a", id="del and mention"),
    pytest.param("if a:\n  b\nc", "if a:\n  b\n  c", id="a statement moves into a block"),
    pytest.param("if a: b\nelse:\n  if c: d", "if a: b\nif c: d", id="else"),
    pytest.param("for a in b: c\nelse: d", "for a in b: c\nd", id="for-else"),
    pytest.param("class A:\n  x = 1\ny = 1", "class A:\n  x = 1\n  y = 1", id="a statement moves into a class"),
    pytest.param("class A:\n  x = 1\nclass A:\n  y = 1", "class A:\n  x = 1\n  y = 1", id="a class of two halves"),
    pytest.param("class A(B): 0", "class A(B, metaclass=C): 0", id="class header"),
    pytest.param("@a\n@b\ndef f(): 0", "@b\n@a\ndef f(): 0", id="order of decorators"),
    pytest.param("def f(): 0\ndef g(): 0", "def g(): 0\ndef f(): 0", id="order of functions"),
    pytest.param("x = 1\nimport a", "import a\nx = 1", id="an import moves"),
    pytest.param("def f(): 'a'; 'b'", "def f(): 'a'", id="a string after the docstring"),
    pytest.param("x = 1\n'a'", "x = 1\n'b'", id="a string that is no docstring"),
    pytest.param("f'a'\nx = 1", "f'b'\nx = 1", id="an f-string that is no docstring"),
    pytest.param("b'a'\nx = 1", "b'b'\nx = 1", id="bytes that are no docstring"),
    pytest.param("match a:\n  case None: 0", "match a:\n  case _: 0", id="pattern"),
    pytest.param("match a:\n  case {'x': 1, **r}: 0", "match a:\n  case {'x': 1}: 0", id="rest of a mapping"),
    pytest.param("global a", "nonlocal a", id="scope"),
    pytest.param("a @ b", "a * b", id="operator"),
    pytest.param("a and b or c", "a and (b or c)", id="boolean operators"),
    pytest.param("lambda: (yield)", "lambda: (yield None)", id="yield"),
    pytest.param("x = 1", "", id="everything goes"),
]


@pytest.mark.parametrize(("before", "after"), DIFFERENT)
def test_what_can_act_is_code(before: str, after: str) -> None:
    assert CODE in layers(KIND, before, after)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param("'a'\nx = 1", "'b'\nx = 1", {DOCS}, id="of the module"),
        pytest.param("x = 1", "'b'\nx = 1", {DOCS}, id="added"),
        pytest.param("def f():\n  'a'\n  x", "def f():\n  'b'\n  x", {DOCS}, id="of a function"),
        pytest.param("class A:\n  'a'\n  x = 1", "class A:\n  'b'\n  x = 1", {DOCS}, id="of a class"),
        pytest.param("class A:\n def f(self): 'a'", "class A:\n def f(self): 'b'", {DOCS}, id="of a method"),
        pytest.param("if a:\n def f(): 'a'", "if a:\n def f(): 'b'", {DOCS}, id="in a block"),
        pytest.param("def f(): 'a'\ndef g(): 0", "def f(): 0\ndef g(): 'a'", {CODE, DOCS}, id="a body becomes empty"),
        pytest.param(
            "def f():\n def g(): 'a'; 0\n def h(): 0",
            "def f():\n def g(): 0\n def h(): 'a'; 0",
            {DOCS},
            id="of another nested function",
        ),
        pytest.param(
            "def f(): 'a'; 0\ndef f(): 0",
            "def f(): 0\ndef f(): 'a'; 0",
            {DOCS},
            id="of another function of the same name",
        ),
        pytest.param(
            "def f():\n    '''a\n      b\n\n    c  \n    '''",
            "def f():\n\t'''  a\n\t  b\n\n\tc'''",
            set(),
            id="indentation",
        ),
        pytest.param("'a'", "'''a'''", set(), id="quotes"),
        pytest.param("'''a\n\n  b'''", "'''a\n  b'''", {DOCS}, id="paragraphs"),
        pytest.param("def f():\n '''a\n   b\n  c'''", "def f():\n '''a\n  b\n  c'''", {DOCS}, id="inner indentation"),
        pytest.param("'a'\nprint(__doc__)", "'b'\nprint(__doc__)", {CODE}, id="read by its name"),
        pytest.param("'a '\nprint(__doc__)", "'a'\nprint(__doc__)", {CODE}, id="read by its name, to the letter"),
        pytest.param("def f(): 'a'\nx = f'{__doc__}'", "def f(): 'b'\nx = f'{__doc__}'", {CODE}, id="all may be read"),
        pytest.param("def f(): 'a'\nf.__doc__", "def f(): 'b'\nf.__doc__", {DOCS}, id="read as an attribute"),
    ],
)
def test_docstrings_count_for_their_readers(before: str, after: str, expected: set[Layer]) -> None:
    assert layers(KIND, before, after) == expected


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param("x = []  # type: list[int]", "x = []", {TYPES}, id="of a variable"),
        pytest.param("x = []  # type: int", "x = []  #  type:int  ", set(), id="blanks"),
        pytest.param("def f(a):\n  # type: (int) -> int\n  0", "def f(a):\n  0", {TYPES}, id="of a function"),
        pytest.param(
            "def f(\n a, # type: int\n b): 0", "def f(\n a,\n b, # type: int\n ): 0", {TYPES}, id="of another"
        ),
        pytest.param("x = 0 # type: a\nx = 0", "x = 0\nx = 0 # type: a", {TYPES}, id="of another of the same name"),
        pytest.param("f(\n a, # type: int\n)", "f(\n a, # type: str\n)", {TYPES}, id="where none can stand"),
        pytest.param(
            "f(\n a, # type: int\n b)", "f(\n a,\n b # type: int\n)", {TYPES}, id="moved where none can stand"
        ),
    ],
)
def test_type_comments_count_for_their_readers(before: str, after: str, expected: set[Layer]) -> None:
    assert layers(KIND, before, after) == expected


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("#!/usr/bin/env python3.11\nx", "#!/usr/bin/env python3.12\nx", id="interpreter"),
        pytest.param("#!/bin/sh\n# a\n#SBATCH --gpus=1\nx", "#!/bin/sh\n# a\n#SBATCH --gpus=8\nx", id="scheduler"),
        pytest.param(
            '# /// script\n# dependencies = [\n#   "torch==2.3",\n# ]\n# ///\nx',
            '# /// script\n# dependencies = [\n#   "torch==2.4",\n# ]\n# ///\nx',
            id="script metadata",
        ),
        pytest.param(
            "# Databricks notebook source\n# MAGIC %run ./a\nx", "# Databricks notebook source\nx", id="Databricks"
        ),
        pytest.param("# MAGIC %run ./a\nx\ny", "x\n# MAGIC %run ./a\ny", id="a magic moves"),
        pytest.param("# %% tags=['parameters']\nx", "# %%\nx", id="tags of a cell"),
        pytest.param("# !pip install a\nx", "# !pip install b\nx", id="magic of a paired notebook"),
        pytest.param(
            '# %% language="bash"\n# rm a\nx', '# %% language="bash"\n# rm b\nx', id="cell in another language"
        ),
        pytest.param(
            "# ---\n# kernelspec:\n#   name: a\n# ---\nx", "# ---\n# kernelspec:\n#   name: b\n# ---\nx", id="kernel"
        ),
        pytest.param("# distutils: libraries = a\nx", "# distutils: libraries = b\nx", id="compiler"),
    ],
)
def test_a_comment_that_something_reads_is_code(before: str, after: str) -> None:
    assert layers(KIND, before, after) == {CODE}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("# %% [markdown]\n# Hello\nx", "# %% [markdown]\n# Bye\nx", id="text of a paired notebook"),
        pytest.param("#%pip install a\nx", "# %pip install a\nx", id="a blank"),
        pytest.param("x\n\n# !a\ny", "x\n# !a\n\n\ny", id="lines"),
        pytest.param("# SBATCH --gpus=1\nx", "x", id="no scheduler's, with a blank"),
        pytest.param("x\n# ---\n# a", "x\n# ---\n# b", id="a rule below the header"),
    ],
)
def test_a_comment_like_it_is_none(before: str, after: str) -> None:
    assert layers(KIND, before, after) == set()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"def", id="syntax error"),
        pytest.param(b"x = '\0'", id="null byte"),
        pytest.param(b"\xff", id="no UTF-8"),
        pytest.param(b"x = " + b"9" * 5000, id="too many digits"),
        pytest.param(b"(" * 5000, id="unclosed parentheses"),
        pytest.param(b"x = " + b"-" * 100_000 + b"1", id="too deep"),
        pytest.param(b"# coding: punycode\nx = 1-", id="a codec that takes long"),
        pytest.param(b"\r# coding: unicode_escape\rx = 1", id="a codec that makes code of comments"),
        pytest.param(b"# coding: nothing\nx = 1", id="no codec"),
        pytest.param(b"x = 1\n# {% if gpu %}\ny = 2\n# {% endif %}", id="template"),
        pytest.param(b"x = 1  # <% if gpu %>", id="template after code"),
    ],
)
def test_what_cannot_be_read_is_compared_by_bytes(content: bytes) -> None:
    assert KIND.read(content) is None


def test_deep_trees_are_read() -> None:
    deep = "x = " + "a." * 300 + "b"
    assert layers(KIND, deep, deep + "c") == {CODE}


def test_parts_have_names_that_people_know() -> None:
    source = '''"""Doc."""
import a
from b import c

LR = 1
x, y = a.b, c[0] = 1, 2
n: int = 1
cfg.lr += 1

@c
def f():
    """Doc."""
    def inner(): 0

async def g(): 0

class Net(a.Module):
    """Doc."""
    rate = 0.1
    def forward(self): 0
    class Meta:
        y = 1

torch.manual_seed(0)
if __name__ == "__main__":
    f()
for i in x: 0
with x: 0
import d
'''
    assert named(KIND, source) == [
        *(
            "docstring of module",
            "imports",
            "LR",
            "x, y, a.b, c",
            "n",
            "cfg.lr",
            "def f",
            "docstring of def f",
            "def g",
        ),
        *("class Net", "docstring of class Net", "class Net: rate", "class Net: def forward", "class Net: class Meta"),
        *("torch.manual_seed()", "if __name__", "for", "with", "imports"),
    ]


def test_names_are_short() -> None:
    assert len(named(KIND, f"def {'x' * 5000}(): 0")[0]) < 50


def test_other_parts_keep_their_names_and_digests() -> None:
    one, two = KIND.read(b"import a\ndef f(): 0\ndef g(): 1"), KIND.read(b"import a\nX = 1\ndef f(): 0\ndef g(): 1")
    assert one
    assert two
    assert set(one.parts) < set(two.parts)


def test_every_version_of_python_gives_the_same_parts() -> None:
    # A digest that changes has everyone's stored fingerprints mistaken: raise the kind's version with it.
    source = r'''#!/usr/bin/env python
"""Doc é."""
from __future__ import annotations
import a.b as c, d
x = 1, 0xFF_FF, 1e999, -0.0, 1j, b"\x00", ..., None, True, "\ud83d\ude00é", u"k"
f = f"a{x!r:>{w}}{{b}}" 'c' f"{y = }{z:%Y-%m}" f"{{" "" f"{v:{'a'}b}" rf"\d{q:\d}" f"{q:{a}{b}c}"
def g(a, /, b: int = 1, *args, c=lambda *a, **k: 0, d, **kw) -> None:
    # type: (...) -> None
    del (a, [b]), c
    async def h():
        """Inner."""
        async with x as y, z: await w
        return [i async for i in y if i async for j in k], {**a, 1: 2}, {*b}, (yield)
    nonlocal_ = x[1:2, ::3, ...] if not a < b <= c is not d else ~e @ f // g
    try: raise E from F
    except* (A, B) as e: pass
    else: ...
    finally: assert x, "m"
    match a:
        case {"x": [1, *_], **r} | C(1, y=None) | -1.5 if (n := 1): pass
        case str() as s: pass
@dec
class C(B, metaclass=M):
    """Doc."""
    x: int
    (y): int = 1
    z = 1  # type: int
'''
    found = KIND.read(source.encode())
    assert found
    assert digest(tuple(found.parts)) == "92799a785b0595b5f969be7d8bfa0d82"
