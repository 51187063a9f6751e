"""A shell script that only calls commands is as good as these commands; of any other nobody knows what it starts."""

from __future__ import annotations

import pytest

from mlgitlab.analysis.closure import Closure, closure_of
from mlgitlab.analysis.entry import entries_of
from mlgitlab.analysis.graph import ImportGraph
from tests.caches import MemoryParses
from tests.snapshots import DictSnapshot

FILES = {
    "m/train.py": "import a",
    "m/a.py": "",
    "pkg/__init__.py": "",
    "pkg/b.py": "",
    "lib/c.py": "",
    "d.py": "import c",
    "other.py": "",
}
TRAIN = {"m/train.py", "m/a.py"}
PACKAGE = {"pkg/__init__.py", "pkg/b.py"}


def closure(script: str, command: str = "bash run.sh", **more: str) -> Closure:
    snapshot = DictSnapshot({**FILES, "run.sh": script, **more})
    return closure_of(ImportGraph(snapshot, MemoryParses()), entries_of((command,)))


@pytest.mark.parametrize(
    ("script", "loaded"),
    [
        pytest.param("#!/bin/bash\n# why\nset -euo pipefail\n\npython m/train.py\n", TRAIN, id="a call"),
        pytest.param('#!/usr/bin/env bash\npython m/train.py \\\n  --lr $LR "$@"', TRAIN, id="arguments"),
        pytest.param("cd m\npython train.py", TRAIN, id="a folder"),
        pytest.param("torchrun --standalone -m pkg.b", PACKAGE, id="a module"),
        pytest.param("export PYTHONPATH=lib:$PYTHONPATH\npython d.py", {"d.py", "lib/c.py"}, id="a module path"),
        pytest.param("S=d\nPYTHONPATH=lib python $S.py", {"d.py", "lib/c.py"}, id="a variable"),
        pytest.param("for s in 1 2\ndo\n  python m/train.py --seed $s\ndone", TRAIN, id="a loop"),
        pytest.param("# python other.py \\\npython -m pkg.b", PACKAGE, id="a comment"),
        pytest.param("python m/train.py \\\n\npython -m pkg.b", TRAIN | PACKAGE, id="an empty line ends a command"),
    ],
)  # fmt: skip
def test_a_plain_script_loads_what_its_commands_load(script: str, loaded: set[str]) -> None:
    found = closure(script)
    assert set(found.files) == {"run.sh", *loaded}
    assert not found.opaque


def test_a_script_that_calls_another_is_followed() -> None:
    found = closure("sh steps/one.sh", "cd . && ./run.sh", **{"steps/one.sh": "bash run.sh\npython m/train.py"})
    assert set(found.files) == {"run.sh", "steps/one.sh", "m/train.py", "m/a.py"}
    assert not found.opaque


@pytest.mark.parametrize(
    "script",
    [
        pytest.param("cd $(dirname $0)\npython m/train.py", id="a folder that only the shell knows"),
        pytest.param("python $1", id="a script that the caller names"),
        pytest.param("$RUN m/train.py", id="a command that only the shell knows"),
        pytest.param("if true\nthen\n  $RUN\nfi", id="such a command after a keyword"),
        pytest.param("source env.sh\npython m/train.py", id="a script for this shell"),
        pytest.param(". env.sh\npython m/train.py", id="the same by its short name"),
        pytest.param("eval $RUN", id="a text that is run"),
        pytest.param("trap 'python other.py' EXIT", id="a command for later"),
        pytest.param("export $SETTINGS\npython m/train.py", id="variables that nobody names"),
        pytest.param("run() { python other.py; }\nrun", id="a function"),
        pytest.param("python - <<EOF\nimport other\nEOF", id="code in the script"),
        pytest.param("python m/train.py | tee log", id="an operator"),
        pytest.param("echo 'python\npython other.py'", id="a text over two lines"),
        pytest.param("python m/train.py \\\n# x \\\npython -m pkg.b", id="a comment in a command"),
        pytest.param("python m/train.py\r\n", id="line ends of another system"),
        pytest.param("#!/usr/bin/env python\nimport other", id="another language"),
        pytest.param("./train m/train.py", id="a program of the repository"),
        pytest.param("true\n" * 400, id="a long one"),
    ],
)
def test_any_other_script_may_start_anything(script: str) -> None:
    found = closure(script)
    assert found.opaque
    assert "run.sh" in found.files


def test_a_script_that_is_not_there_is_missed_and_may_start_anything() -> None:
    found = closure("", "bash gone.sh")
    assert found.opaque
    assert found.missing == ("gone.sh",)
