"""What a step starts, and what of it says that a path is known."""

from __future__ import annotations

from mlgitlab.analysis.graph import ImportGraph
from mlgitlab.analysis.loading import Loading
from mlgitlab.analysis.weave import weave
from mlgitlab.planning.reach import reach, starter_of
from mlgitlab.planning.relevance import Relevance
from mlgitlab.planning.sides import Reached
from tests.caches import MemoryParses
from tests.projects import steps
from tests.snapshots import DictSnapshot

CONFIG = """
    version: 1
    models:
      fraud:
        paths: models/fraud
        variables: {DIR: models, SCRIPT: $DIR/fraud/train.py, PYTHONPATH: lib, LR: "3"}
        train: {command: python $SCRIPT, gpu: none}
"""
HYDRA = "import hydra\n@hydra.main(config_path='../../conf')\ndef main(config): pass"


def reached(files: dict[str, str]) -> Reached:
    declared = steps(CONFIG).values()
    graph = ImportGraph(DictSnapshot(files), MemoryParses())
    loading = Loading(weave(graph, map(starter_of, declared)), lambda: graph)
    return reach(declared, loading, files.keys(), Relevance())


def test_a_step_starts_with_the_variables_that_its_lines_use() -> None:
    (step,) = steps(CONFIG).values()

    assert starter_of(step).lines == (
        "export DIR=models",
        "export PYTHONPATH=lib",
        "export SCRIPT='$DIR/fraud/train.py'",
        "python $SCRIPT",
    )
    assert starter_of(step).entries().scripts == ("models/fraud/train.py",)


def test_a_file_of_configuration_selects_and_says_nothing_about_others() -> None:
    found = reached({"models/fraud/train.py": HYDRA, "conf/base.yaml": "_target_: lib.net.Net", "lib/net.py": ""})

    assert found.imports.keys() == {"models/fraud/train.py", "conf/base.yaml", "lib/net.py"}
    assert found.known == {"models/fraud/train.py", "lib/net.py"}
