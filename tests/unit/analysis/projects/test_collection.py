"""Several project files together, and the closures that follow them."""

from __future__ import annotations

import pytest

from mlgitlab.analysis.closure import Closure, closure_of
from mlgitlab.analysis.entry import entries_of
from mlgitlab.analysis.graph import ImportGraph
from tests.caches import MemoryParses
from tests.snapshots import DictSnapshot

SCRIPTS = '[project.scripts]\ntrain = "{0}.cli:main"\n'
OTHER = {"other.py": ""}


def close(files: dict[str, str], command: str) -> Closure:
    return closure_of(ImportGraph(DictSnapshot({**OTHER, **files}), MemoryParses()), entries_of((command,)))


def test_all_projects_that_declare_a_command_count() -> None:
    files = {
        "one/pyproject.toml": SCRIPTS.format("a"),
        "one/src/a/cli.py": "",
        "two/pyproject.toml": SCRIPTS.format("b"),
        "two/b/cli.py": "",
    }

    found = close(files, "train --lr 1")

    assert set(found.files) == files.keys()
    assert found.besides == {"one/pyproject.toml", "two/pyproject.toml"}
    assert not found.opaque


@pytest.mark.parametrize(
    ("files", "command"),
    [
        pytest.param({}, "train", id="nobody declares it"),
        pytest.param({"pyproject.toml": SCRIPTS.format("gone")}, "train", id="its module is gone"),
        pytest.param(
            {"pyproject.toml": SCRIPTS.format("a"), "a/cli.py": "", "x/setup.py": "setup(**all)"},
            "train",
            id="another project may declare it, too",
        ),
        pytest.param({"pyproject.toml": "[tool.poe.tasks]\ntrain = 'python x.py'"}, "poe train", id="a task"),
        pytest.param({"pyproject.toml": SCRIPTS.format("a"), "a/cli.py": ""}, "./bin/train", id="a path is no command"),
    ],
)
def test_a_command_that_is_not_wholly_known_is_opaque(files: dict[str, str], command: str) -> None:
    assert close(files, command).opaque


def test_a_task_runs_what_its_lines_say() -> None:
    files = {
        "pyproject.toml": "[tool.poe.tasks]\ntrain = {cmd = 'python m/x.py'}\neval = {script = 'a.b:main'}",
        "m/x.py": "",
        "a/b.py": "",
    }

    assert "m/x.py" in close(files, "pdm run train").files
    assert "a/b.py" in close(files, "poe eval").files


def test_an_argument_that_names_a_command_counts() -> None:
    files = {"pyproject.toml": SCRIPTS.format("a"), "a/cli.py": ""}

    assert "a/cli.py" in close(files, "torchrun --no-python train --lr 1").files


def test_a_library_loads_what_projects_register_with_it() -> None:
    files = {
        "train.py": "import gymnasium",
        "pyproject.toml": '[project.entry-points."gymnasium.envs"]\na = "envs.a:register"\n'
        '[project.entry-points.x]\nb = "b"',
        "envs/a.py": "",
        "b.py": "",
    }

    assert set(close(files, "python train.py").files) == {"train.py", "envs/a.py"}


def test_pytest_loads_the_plugins_of_projects() -> None:
    files = {
        "tests/test_a.py": "",
        "libs/x/pyproject.toml": "[project.entry-points.pytest11]\na = 'a.plugin'",
        "libs/x/a/plugin.py": "",
        "pytest.ini": "[pytest]\naddopts = -p b.plugin\npythonpath = code",
        "code/b/plugin.py": "",
    }

    assert {"libs/x/a/plugin.py", "code/b/plugin.py"} <= set(close(files, "pytest tests").files)


def test_entry_points_that_cannot_be_read_may_be_any_module() -> None:
    files = {"train.py": "from importlib.metadata import entry_points as all\nall()", "x/setup.py": "setup(**all)"}

    assert "other.py" in close(files, "python train.py").files


def test_a_project_whose_folders_cannot_be_read_may_have_any_below_it() -> None:
    files = {"train.py": "import a", "x/setup.cfg": "[options\n", "x/y/z/a.py": "", "w/a.py": ""}

    assert set(close(files, "python train.py").files) == {"train.py", "x/y/z/a.py"}


def test_project_files_are_read_in_one_batch_and_once() -> None:
    files = {"train.py": "import a", "one/pyproject.toml": "", "two/setup.cfg": "", "two/a.py": ""}
    snapshot = DictSnapshot(files)
    graph = ImportGraph(snapshot, MemoryParses())
    for _ in range(2):
        closure_of(graph, entries_of(("python train.py",)))

    assert snapshot.batches.count(("one/pyproject.toml", "two/setup.cfg")) == 1
    assert len(snapshot.batches) == 3
