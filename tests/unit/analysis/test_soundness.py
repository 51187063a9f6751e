"""The closure against Python itself: what a fresh process loads must be in it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import click
import pytest

from mlgitlab.analysis.closure import Closure, closure_of
from mlgitlab.analysis.entry import entries_of
from mlgitlab.analysis.graph import ImportGraph
from mlgitlab.analysis.parses import MemoryParses
from tests.snapshots import DictSnapshot

INSTALLED = Path(click.__file__).parents[1]
PACKAGES = (
    "_pytest",
    "attr",
    "click",
    "git",
    "gitdb",
    "gitlab",
    "hypothesis",
    "idna",
    "iniconfig",
    "jinja2",
    "jsonschema",
    "markdown_it",
    "markupsafe",
    "mdurl",
    "packaging",
    "pathspec",
    "pluggy",
    "pytest",
    "referencing",
    "requests",
    "rich",
    "smmap",
    "sortedcontainers",
    "urllib3",
    "yaml",
    "certifi",
    "pygments",
    "charset_normalizer",
)
# Those whose closure has no wildcard are compared for exactness as well.
EXACT = (
    "click",
    "click.testing",
    "idna.codec",
    "iniconfig",
    "markdown_it",
    "packaging.requirements",
    "pathspec",
    "pluggy",
)
LOOSE = (
    "_pytest.pytester",
    "git",
    "gitlab",
    "hypothesis.strategies",
    "jinja2.ext",
    "jsonschema",
    "pytest",
    "rich.syntax",
    "yaml",
)
TRACE = """
import importlib, json, sys
root = sys.argv[1]
sys.dont_write_bytecode = True
sys.path[:] = [root] + [p for p in sys.path if "site-packages" not in p]
before = set(sys.modules)
importlib.import_module(sys.argv[2])
loaded = [getattr(module, "__file__", None) for name, module in list(sys.modules.items()) if name not in before]
json.dump(sorted(file for file in loaded if file and file.startswith(root)), sys.stdout)
"""


@pytest.fixture(scope="module")
def graph() -> ImportGraph:
    files: dict[str, str | bytes] = {}
    for package in PACKAGES:
        folder = INSTALLED / package
        for path in (*folder.rglob("*.py"), *folder.rglob("*.so")):
            files[path.relative_to(INSTALLED).as_posix()] = path.read_bytes()
    return ImportGraph(DictSnapshot(files), MemoryParses())


def loaded_by(module: str) -> set[str]:
    argv = [sys.executable, "-I", "-S", "-c", TRACE, str(INSTALLED), module]
    out = subprocess.run(argv, check=True, capture_output=True, text=True).stdout
    return {Path(file).relative_to(INSTALLED).as_posix() for file in json.loads(out)}


def closure(graph: ImportGraph, module: str) -> Closure:
    return closure_of(graph, entries_of((f"python -m {module}",)))


@pytest.mark.parametrize("module", EXACT + LOOSE)
def test_every_file_that_a_real_import_loads_is_in_the_closure(graph: ImportGraph, module: str) -> None:
    known = set(graph.tree.entries)
    loaded = loaded_by(module) & known

    assert loaded, "nothing was traced"
    assert loaded - set(closure(graph, module).files) == set()


@pytest.mark.parametrize("module", EXACT)
def test_a_package_without_dynamic_imports_keeps_to_itself(graph: ImportGraph, module: str) -> None:
    found = closure(graph, module)

    assert not found.wildcards
    assert len(found.files) < len(graph.tree.entries) / 4
