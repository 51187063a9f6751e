"""The closure against Python itself: what a fresh process loads must be in it."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from pathlib import Path

import click
import pytest

from mlgitlab.analysis.closure import Closure, Walk, closure_of
from mlgitlab.analysis.entry import entries_of
from mlgitlab.analysis.graph import ImportGraph
from mlgitlab.analysis.starting import Start
from tests.caches import MemoryParses
from tests.snapshots import DictSnapshot

INSTALLED = Path(click.__file__).parents[1]
PACKAGES = (
    "_pytest",
    "attr",
    "attrs",
    "certifi",
    "charset_normalizer",
    "check_jsonschema",
    "click",
    "execnet",
    "git",
    "gitdb",
    "gitlab",
    "grimp",
    "hatchling",
    "hypothesis",
    "idna",
    "importlinter",
    "iniconfig",
    "jinja2",
    "jsonschema",
    "markdown_it",
    "markupsafe",
    "mdurl",
    "packaging",
    "pathspec",
    "pip",
    "pluggy",
    "pygments",
    "pytest",
    "referencing",
    "requests",
    "rich",
    "ruamel",
    "smmap",
    "sortedcontainers",
    "urllib3",
    "xdist",
    "yaml",
)
# Those whose closure has no wildcard are compared for exactness as well.
EXACT = (
    "click",
    "click.testing",
    "gitdb",
    "idna.codec",
    "iniconfig",
    "markdown_it",
    "packaging.requirements",
    "pathspec",
    "pluggy",
    "smmap",
    "sortedcontainers",
    "urllib3",
)
LOOSE = (
    "_pytest.pytester",
    "attrs",
    "check_jsonschema",
    "execnet",
    "git",
    "gitlab.v4.objects",
    "hypothesis.strategies",
    "importlinter.cli",
    "jinja2.ext",
    "jsonschema",
    "pip._internal.cli.main",
    "pygments.lexers.python",
    "requests",
    "rich.markdown",
    "ruamel.yaml",
    "xdist.plugin",
    "yaml",
)
TRACE = """
import importlib, json, sys
root = sys.argv[1]
sys.dont_write_bytecode = True
sys.path[:] = [root] + [p for p in sys.path if "site-packages" not in p]
before, importers = set(sys.modules), {}
class Watch:
    def find_spec(name, path=None, target=None):
        frame = sys._getframe(1)
        while frame and ("importlib" in frame.f_code.co_filename or frame.f_code.co_filename == "<string>"):
            frame = frame.f_back
        importers.setdefault(name, frame.f_code.co_filename if frame else "")
sys.meta_path.insert(0, Watch)
importlib.import_module(sys.argv[2])
files = {name: getattr(module, "__file__", None) for name, module in list(sys.modules.items()) if name not in before}
found = [[importers.get(name, ""), file] for name, file in files.items() if file and file.startswith(root)]
json.dump(found, sys.stdout)
"""


@pytest.fixture(scope="module")
def graph() -> ImportGraph:
    files: dict[str, str | bytes] = {}
    for package in PACKAGES:
        folder = INSTALLED / package
        for path in (*folder.rglob("*.py"), *folder.rglob("*.so")):
            files[path.relative_to(INSTALLED).as_posix()] = path.read_bytes()
    return ImportGraph(DictSnapshot(files), MemoryParses())


@cache
def loaded_by(module: str) -> tuple[tuple[str, str], ...]:
    """What a fresh process loads for the module: (the file that imports it first, the file), below INSTALLED."""
    argv = [sys.executable, "-I", "-S", "-c", TRACE, str(INSTALLED), module]
    out = subprocess.run(argv, check=True, capture_output=True, text=True).stdout
    pairs = [[Path(file).relative_to(INSTALLED).as_posix() if file.startswith(str(INSTALLED)) else "" for file in pair]
             for pair in json.loads(out)]  # fmt: skip
    return tuple((importer, file) for importer, file in pairs)


def closure(graph: ImportGraph, module: str) -> Closure:
    return closure_of(graph, entries_of((f"python -m {module}",)))


@pytest.mark.parametrize("module", EXACT + LOOSE)
def test_every_file_that_a_real_import_loads_is_in_the_closure(graph: ImportGraph, module: str) -> None:
    loaded = {file for _, file in loaded_by(module)} & set(graph.tree.entries)

    assert loaded, "nothing was traced"
    assert loaded - set(closure(graph, module).files) == set()


@pytest.mark.parametrize("module", EXACT + LOOSE)
def test_every_real_import_is_among_what_the_importing_file_can_load(graph: ImportGraph, module: str) -> None:
    walk = Walk(graph, Start(roots={""}, folders={""}))
    known = set(graph.tree.entries)
    pairs = {(importer, file) for importer, file in loaded_by(module) if importer in known and file in known}
    graph.prepare({importer for importer, _ in pairs})
    # Who may load anything is not held to what can be told.
    plain = {importer for importer, _ in pairs if not graph.imports(importer).reaches_everything}
    targets = {importer: {importer, *walk.targets(importer)} for importer in plain}

    assert {
        (importer, file) for importer, file in pairs if importer in plain and file not in targets[importer]
    } == set()


@pytest.mark.parametrize("module", EXACT)
def test_a_package_without_dynamic_imports_keeps_to_itself(graph: ImportGraph, module: str) -> None:
    found = closure(graph, module)

    assert not found.wildcards
    assert len(found.files) < len(graph.tree.entries) / 4
