"""Small source trees, and the files that an entry point of them can load."""

from __future__ import annotations

import pytest

from mlgitlab.analysis.closure import Closure, closure_of
from mlgitlab.analysis.entry import entries_of
from mlgitlab.analysis.graph import ImportGraph
from tests.caches import MemoryParses
from tests.snapshots import DictSnapshot


def close(snapshot: DictSnapshot, command: str = "python train.py", *source_roots: str) -> Closure:
    return closure_of(ImportGraph(snapshot, MemoryParses()), entries_of((command,)), source_roots)


@pytest.mark.parametrize(
    ("files", "command", "expected"),
    [
        pytest.param(
            {"train.py": "import a.b", "a/__init__.py": "", "a/b.py": "", "a/c.py": ""},
            "python train.py",
            {"train.py", "a/__init__.py", "a/b.py"},
            id="packages on the way count",
        ),
        pytest.param(
            {"m/train.py": "import data", "m/data.py": "", "data.py": "", "n/data.py": ""},
            "python m/train.py",
            {"m/train.py", "m/data.py", "data.py"},
            id="neighbours of the script, and same names under other roots",
        ),
        pytest.param(
            {"train.py": "import a", "src/a.py": "import b", "src/b.py": ""},
            "python train.py",
            {"train.py", "src/a.py", "src/b.py"},
            id="src",
        ),
        pytest.param(
            {"a/b/c.py": "from ..x import y\nfrom . import d", "a/x/y.py": "", "a/b/d.py": "", "a/__init__.py": ""},
            "python -m a.b.c",
            {"a/b/c.py", "a/x/y.py", "a/b/d.py", "a/__init__.py"},
            id="relative imports and namespace packages",
        ),
        pytest.param(
            {
                "train.py": "from a import *",
                "a/__init__.py": "__all__ = ['b']",
                "a/b.py": "",
                "a/c/__init__.py": "",
                "a/c/d.py": "",
            },
            "python train.py",
            {"train.py", "a/__init__.py", "a/b.py", "a/c/__init__.py"},
            id="a star takes what is directly in the package",
        ),
        pytest.param(
            {"train.py": "from a import N", "a/__init__.py": "from .b import N", "a/b.py": ""},
            "python train.py",
            {"train.py", "a/__init__.py", "a/b.py"},
            id="a re-export",
        ),
        pytest.param(
            {"train.py": "import a", "a.py": "import b", "b.py": "import a"},
            "python train.py",
            {"train.py", "a.py", "b.py"},
            id="a cycle ends",
        ),
        pytest.param(
            {"pkg/__main__.py": "import pkg.a", "pkg/__init__.py": "", "pkg/a.py": ""},
            "python -m pkg",
            {"pkg/__main__.py", "pkg/__init__.py", "pkg/a.py"},
            id="a package as a program",
        ),
        pytest.param(
            {"app/__main__.py": "import a", "app/a.py": ""},
            "python app",
            {"app/__main__.py", "app/a.py"},
            id="a folder as a program",
        ),
        pytest.param(
            {"train.py": "import x", "x.py/readme.txt": "", "x/__init__.py": ""},
            "python train.py",
            {"train.py", "x/__init__.py"},
            id="a folder with the name of a file",
        ),
        pytest.param(
            {"train.py": "import m", "x.py/m.py": ""},
            "python train.py",
            {"train.py"},
            id="a folder that looks like a script is no root",
        ),
        pytest.param(
            {
                "a/train.py": "import torch",
                "a/queue.py": "import x",
                "a/x.py": "",
                "random.py": "",
                "a/test/__init__.py": "",
            },
            "python a/train.py",
            {"a/train.py", "a/queue.py", "a/x.py"},
            id="a neighbour that stands in for a module of Python's own, which a library may import",
        ),
        pytest.param(
            {
                "train.py": "load('ops', [join(HERE, 'csrc', 'ops.cpp')])",
                "csrc/ops.cpp": '#include "ops.h"\n#include <torch.h>',
                "csrc/ops.h": "",
                "csrc/other.cpp": "",
            },
            "python train.py",
            {"train.py", "csrc/ops.cpp", "csrc/ops.h"},
            id="a native source that is built when it is needed, and its header",
        ),
        pytest.param(
            {"train.py": "import sys\nsys.path.insert(0, 'deps.zip')\nimport a", "deps.zip": "", "more.zip": ""},
            "python train.py",
            {"train.py", "deps.zip"},
            id="an archive on the module path",
        ),
        pytest.param(
            {
                "train.py": "M.from_pretrained('models/own', trust_remote_code=True)\nload_dataset('csv')",
                "models/own/modeling.py": "",
                "models/b.py": "",
            },
            "python train.py",
            {"train.py", "models/own/modeling.py"},
            id="a folder whose code transformers runs",
        ),
        pytest.param(
            {
                "train.py": "Config.fromfile('c.py')",
                "c.py": "custom_imports = dict(imports=['a'])",
                "a.py": "",
                "b.py": "",
            },
            "python train.py",
            {"train.py", "c.py", "a.py"},
            id="what a configuration of MMEngine imports",
        ),
        pytest.param(
            {"train.py": "import fast", "fast.pyx": "", "a/fast.pxd": "", "a/sizes.pxi": ""},
            "python train.py",
            {"train.py", "fast.pyx", "a/fast.pxd", "a/sizes.pxi"},
            id="Cython's source, and what it may include",
        ),
        pytest.param(
            {"train.py": "import fast", "fast.cpython-311-x86_64-linux-gnu.so": "", "fast.pyi": ""},
            "python train.py",
            {"train.py", "fast.cpython-311-x86_64-linux-gnu.so", "fast.pyi"},
            id="a compiled module and its stub",
        ),
        pytest.param(
            {
                "train.py": "import_module(f'models.{n}')",
                "models/__init__.py": "",
                "models/a.py": "import z",
                "models/b/c.py": "",
                "z.py": "",
                "y.py": "",
            },
            "python train.py",
            {"train.py", "models/__init__.py", "models/a.py", "models/b/c.py", "z.py"},
            id="a name with a known package takes all below it",
        ),
        pytest.param(
            {"train.py": "import_module(n)", "a/b.py": "", "c.ipynb": "{}", "d.txt": ""},
            "python train.py",
            {"train.py", "a/b.py", "c.ipynb"},
            id="an unknown name takes all code",
        ),
        pytest.param(
            {"train.py": "import a", "a.py": "import (", "b/c.py": ""},
            "python train.py",
            {"train.py", "a.py", "b/c.py"},
            id="what cannot be parsed takes all code",
        ),
        pytest.param(
            {"m/train.py": "sys.path.append('../lib')\nimport a", "lib/a.py": "", "a.py": ""},
            "cd m && python train.py",
            {"m/train.py", "lib/a.py", "a.py"},
            id="a root relative to the working folder",
        ),
        pytest.param(
            {
                "m/train.py": "sys.path.insert(0, str(Path(__file__).parents[1] / 'lib'))\nimport a",
                "lib/a.py": "import b",
                "lib/b.py": "",
            },
            "python m/train.py",
            {"m/train.py", "lib/a.py", "lib/b.py"},
            id="a root relative to the file",
        ),
        pytest.param(
            {
                "train.py": "import setup_path, a",
                "setup_path.py": "sys.path.append('/builds/g/p/deep/lib')",
                "deep/lib/a.py": "",
            },
            "python train.py",
            {"train.py", "setup_path.py", "deep/lib/a.py"},
            id="a root that another module adds, as an absolute path",
        ),
        pytest.param(
            {"train.py": "sys.path.append(os.environ['X'])\nimport a.b", "p/q/a/b.py": "", "p/b.py": ""},
            "python train.py",
            {"train.py", "p/q/a/b.py"},
            id="an unknown root may be any folder",
        ),
        pytest.param(
            {"t/x.py": "sys.path.append('..')\nimport repo.a", "a.py": "", "__init__.py": ""},
            "python t/x.py",
            {"t/x.py", "a.py", "__init__.py"},
            id="a checkout that is itself a package",
        ),
        pytest.param(
            {
                "train.py": "import a",
                "libs/one/pyproject.toml": "",
                "libs/one/src/a/__init__.py": "",
                "libs/two/a.py": "",
            },
            "python train.py",
            {"train.py", "libs/one/src/a/__init__.py"},
            id="a project of the repository that is installed",
        ),
        pytest.param(
            {"train.py": "import a", "a.py": "", "libs/one/setup.py": "", "libs/one/a.py": ""},
            "python train.py",
            {"train.py", "a.py"},
            id="an installed project does not hide a neighbour",
        ),
        pytest.param(
            {"train.py": "subprocess.run(['python', 'tool.py'])", "x/tool.py": "import y", "x/y.py": ""},
            "python train.py",
            {"train.py", "x/tool.py", "x/y.py"},
            id="a script that it starts, with its neighbours",
        ),
        pytest.param(
            {"train.py": "R = {'x': 'a.b.C'}", "a/b.py": "", "a/__init__.py": ""},
            "python train.py",
            {"train.py", "a/b.py", "a/__init__.py"},
            id="a name in a registry",
        ),
        pytest.param(
            {"run.sh": "cd $(dirname $0)\npython m/train.py", "m/train.py": "import a", "m/a.py": ""},
            "bash run.sh",
            {"run.sh", "m/train.py", "m/a.py"},
            id="a shell script",
        ),
        pytest.param(
            {"Makefile": "train:\n\t@python m/train.py", "m/train.py": ""},
            "make train",
            {"Makefile", "m/train.py"},
            id="a target of a Makefile",
        ),
        pytest.param(
            {
                "tests/test_a.py": "import a",
                "a.py": "",
                "conftest.py": "import b",
                "b.py": "",
                "tests/conftest.py": "",
                "c.py": "",
            },
            "pytest tests",
            {"tests/test_a.py", "a.py", "conftest.py", "b.py", "tests/conftest.py"},
            id="tests with every conftest",
        ),
        pytest.param(
            {"n/x.ipynb": '{"cells": [{"cell_type": "code", "source": ["import a"]}]}', "n/a.py": ""},
            "papermill n/x.ipynb out.ipynb",
            {"n/x.ipynb", "n/a.py"},
            id="a notebook",
        ),
        pytest.param(
            {"train.py": "", "sitecustomize.py": "import a", "a.py": ""},
            "python train.py",
            {"train.py", "sitecustomize.py", "a.py"},
            id="what Python imports at its start",
        ),
        pytest.param(
            {"bin/train": "#!/usr/bin/env python\nimport a", "a.py": ""},
            "python bin/train",
            {"bin/train", "a.py"},
            id="a script without an ending",
        ),
        pytest.param(
            {"train.py": "import ns.b", "ns/a.py": "", "src/ns/b.py": "from . import a"},
            "python train.py",
            {"train.py", "ns/a.py", "src/ns/b.py"},
            id="a namespace package over two roots",
        ),
    ],
)
def test_the_closure_holds_what_the_entry_can_load(files: dict[str, str], command: str, expected: set[str]) -> None:
    assert set(close(DictSnapshot(files), command).files) == expected


def test_a_declared_source_root_is_searched() -> None:
    snapshot = DictSnapshot({"train.py": "import a", "code/a.py": ""})

    assert set(close(snapshot, "python train.py", "./code/").files) == {"train.py", "code/a.py"}


@pytest.mark.parametrize(
    ("makefile", "command", "expected", "opaque"),
    [
        pytest.param("train:\n\tpython a.py\nx:\n\tpython b.py", "make train", {"a.py"}, False, id="a target"),
        pytest.param("S ?= a.py\ntrain:\n\tpython $(S)", "make train", {"a.py"}, True, id="the environment has a say"),
        pytest.param("train:\n\tpython $(S)", "make train S=b.py", {"b.py"}, False, id="a variable of the command"),
        pytest.param("train:\n\t$(MAKE) -C sub", "make train", {"sub/Makefile", "sub/c.py"}, False, id="make in make"),
        pytest.param("train:\n\tmake train", "make train", set(), False, id="make of itself"),
        pytest.param(
            "$(eval x)\ntrain:\n\tpython a.py\nx:\n\tpython b.py", "make train", {"a.py", "b.py"}, True, id="not plain"
        ),
        pytest.param("train:\n\tpython a.py", "make other", {"a.py"}, True, id="a target that is not there"),
        pytest.param("train:\n\tpython a.py", "make -C $DIR train", {"a.py"}, True, id="a folder that nobody knows"),
        pytest.param("train:\n\tpython a.py | mytool", "make train", {"a.py"}, True, id="another program"),
    ],
)
def test_make_runs_the_recipes_of_its_goal(makefile: str, command: str, expected: set[str], opaque: bool) -> None:
    files = {"a.py": "", "b.py": "", "c.py": "", "sub/Makefile": "x:\n\tpython c.py", "sub/c.py": ""}

    found = close(DictSnapshot({**files, "Makefile": makefile}), command)

    assert (set(found.files) - {"sub/Makefile", "sub/c.py"} if opaque else set(found.files)) == {"Makefile", *expected}
    assert found.opaque == opaque


def test_hydra_loads_what_lies_in_the_folder_of_its_plugins() -> None:
    files = {"train.py": "import hydra", "src/hydra_plugins/a/b.py": "import c", "c.py": "", "d.py": ""}

    assert set(close(DictSnapshot(files)).files) == {"train.py", "src/hydra_plugins/a/b.py", "c.py"}


NANO = {
    "train.py": "import model\nexec(open('configurator.py').read())",
    "configurator.py": "import sys\nfor arg in sys.argv[1:]:\n  if '=' not in arg:\n    exec(open(arg).read())",
    "model.py": "meta_path = 'meta.pkl'",
    "config/small.py": "import extra",
    "config/large.py": "",
    "config/other.txt": "import data.prepare",
    "extra.py": "",
    "data/prepare.py": "",
}


@pytest.mark.parametrize(
    ("command", "more"),
    [
        pytest.param("python train.py", set(), id="no argument"),
        pytest.param("torchrun --nproc_per_node=8 train.py --lr=0.1", set(), id="options"),
        pytest.param("python train.py config/small.py --lr=$LR", {"config/small.py", "extra.py"}, id="a script"),
    ],
)
def test_a_program_that_runs_what_its_arguments_name(command: str, more: set[str]) -> None:
    found = close(DictSnapshot(NANO), command)
    assert set(found.files) == {"train.py", "configurator.py", "model.py", *more}
    assert not found.wildcards


@pytest.mark.parametrize("command", ["python train.py $CONFIG", "python train.py config/other.txt", "sh -c '$RUN'"])
def test_an_argument_that_nobody_can_read_may_be_any_file(command: str) -> None:
    found = close(DictSnapshot(NANO), command)
    assert found.opaque or set(found.files) >= {name for name in NANO if name.endswith(".py")}


def test_a_module_of_pythons_own_that_loads_nothing_can_be_looked_into() -> None:
    snapshot = DictSnapshot({"train.py": "import a", "a.py": ""})

    assert not close(snapshot, "python -m venv .venv && python train.py").opaque
    assert close(snapshot, "python -m other.program && python train.py").opaque
