"""The quick reading of a source against the reading of its tree."""

from __future__ import annotations

import ast
import inspect
import sysconfig
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from mlgitlab.analysis import dynamic, imports, search_path
from mlgitlab.analysis.imports import imports_of
from mlgitlab.analysis.scan import scan
from tests.unit.analysis.hard_sources import HOSTILE, MEGABYTE, NASTY, OTHER_ENCODING, USUAL_ENCODING


def agree(source: bytes) -> bool:
    """Whether the scan answers; what it says must be what the tree says, if there is one."""
    quick = scan(source)
    if quick is None:
        return False
    full = imports_of(source)
    assert full.unparsable or quick == full
    return True


@pytest.mark.parametrize("source", NASTY.values(), ids=NASTY.keys())
def test_the_scan_says_what_the_tree_says(source: str) -> None:
    agree(source.encode())
    # Each part by itself too, so that one that takes the tree hides no other.
    for part in (*source.split("\nx = "), *source.splitlines()):
        agree(part.encode())
        agree(f"x = {part}".encode())


@pytest.mark.parametrize("source", USUAL_ENCODING.values(), ids=USUAL_ENCODING.keys())
def test_the_usual_encoding_takes_no_tree(source: bytes) -> None:
    assert agree(source)


@pytest.mark.parametrize("source", OTHER_ENCODING.values(), ids=OTHER_ENCODING.keys())
def test_another_encoding_is_left_to_python(source: bytes) -> None:
    assert scan(source) is None


@pytest.mark.parametrize(
    "name",
    [
        *("empty", "all forms", "brackets over lines", "deep", "under TYPE_CHECKING", "in a docstring", "in a comment"),
        *("a string in a comment", "quotes in quotes", "a byte order mark", "line ends of Windows", "the path"),
        *("dotted strings", "scripts", "declared options", "escapes in code", "bytes", "joined with prefixes"),
        *("formatted", "formatted with braces", "formatted over lines", "text out of ASCII", "after a backslash"),
        *("not joined", "no docstrings", "docstrings joined", "methods called as built-ins", "methods defined"),
        *("modules", "half a script's name", "formatted out of ASCII", "a string over lines by a backslash"),
    ],
)
def test_an_ordinary_source_takes_no_tree(name: str) -> None:
    assert scan(NASTY[name].encode()) is not None


FORMS = (
    *("{}(x)", "x = {}", "x.{}(y)", "x().{}(y)", "from x import {} as y\ny(z)", "import {} as y\ny(z)"),
    *("f'{{{}(x)}}'", "f'{{x.{}(y)}}'", "x['{}'] = y", "{}, y = z", "x.y[{}] = z"),
)


@pytest.mark.parametrize("name", sorted(imports.NAMES | dynamic.NAMES | search_path.NAMES))
def test_a_telling_name_is_never_misread(name: str) -> None:
    for form in FORMS:
        for package in ("sys", "builtins", "hydra.utils", "pkgutil"):
            agree(f"import {package}\n{form.format(name)}".encode())
            agree(f"{form.format(f'{package}.{name}')}\n{name} = 1".encode())


@pytest.mark.parametrize("folder", ["stdlib", "purelib", "own"])
def test_the_scan_agrees_on_real_sources(folder: str) -> None:
    """A sample; it held for every file of these folders when it was written."""
    contents = list(sources(folder))
    answered = sum(map(agree, contents))
    assert len(contents) > 40
    assert answered > 0.6 * len(contents)


def sources(folder: str) -> Iterator[bytes]:
    """Sources of moderate size from all over the folder."""
    if folder == "own":
        root, every = Path(imports.__file__).parents[1], 1
    else:
        root, every = Path(sysconfig.get_path(folder)), 11
    left_out = {"site-packages", "test"}
    found = sorted(path for path in root.rglob("*.py") if not left_out & {*path.relative_to(root).parts})
    for path in found[::every]:
        content = path.read_bytes()
        if len(content) < 30_000:
            yield content


# What these modules compare with other things than names in a source, or only after another of their `NAMES`.
HARMLESS = {
    imports: {"ignore", "PYTHONPATH", "__name__", "sys"},
    dynamic: {"fromlist", "level", "mod_name", "modname", "name", "package", "source", "__name__"}
    | {"argv", "open", "read", "read_text", "read_bytes", "str", "Path", "pathlib", "io", "os"},  # of what is executed
    search_path: {"id", "list", "append", "extend", "insert", "__iadd__"},
}


@pytest.mark.parametrize("module", HARMLESS, ids=lambda module: module.__name__.rpartition(".")[2])
def test_no_name_is_forgotten_that_the_tree_reacts_to(module: ModuleType) -> None:
    known = imports.NAMES | dynamic.NAMES | search_path.NAMES | HARMLESS[module]
    for text in constants_of(module):
        parts = text.split(".")
        if all(part.isidentifier() for part in parts):
            assert {*parts} & known, f"{text}: add it to NAMES, and a source that has it to NASTY"


def constants_of(module: ModuleType) -> Iterator[str]:
    tree = ast.parse(inspect.getsource(module))
    statements = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in statements:
            yield node.value


@pytest.mark.parametrize("source", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_source_takes_time_in_proportion_to_its_size(source: str) -> None:
    content = (source * (MEGABYTE // len(source) or 1)).encode()
    part = content[:100_000]
    for form in (content, b"'" + part, b'x = """' + part, b"import " + part):
        start = time.process_time()
        scan(form)
        assert time.process_time() - start < 5  # an ordinary megabyte takes a hundredth of that
