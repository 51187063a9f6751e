"""Edits that a program makes to every file which the examples' models depend on, judged by the real command."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest

from mlgitlab.analysis.meaning.registry import kind_of
from mlgitlab.analysis.meaning.values import Layer, Part
from scripts.example_repository import EXAMPLES, ExampleRepository
from scripts.mutations import cosmetic, semantic
from scripts.mutations.trials import Laboratory

EXAMPLE_NAMES = sorted(path.name for path in EXAMPLES.iterdir())
NO_PART_OF_A_MODEL = {
    *(".gitignore", ".gitlab-ci.yml", ".gitlab/mlgitlab.yml", "README.md", "mlgitlab.yml"),
    *("libs/tests/test_features.py", "libs/tests/test_training.py", "requirements-dev.txt", "ruff.toml"),
    "tests/test_training.py",
    *("serve.py", "requests.jsonl"),  # the gate alone reads them, and there is no store to judge for
}
SEED = 20260114


@pytest.mark.parametrize("example", EXAMPLE_NAMES)
def test_semantic_edits_select_the_steps_that_depend_on_a_file_and_cosmetic_ones_none(
    tmp_path: Path, example: str
) -> None:
    repository = ExampleRepository(example, tmp_path / "repository")
    laboratory = Laboratory(repository.folder, tmp_path)

    trials = [
        trial for path, dependent in laboratory.files().items() for trial in laboratory.tries(path, dependent, SEED)
    ]

    assert not [str(trial) for trial in trials if trial.wrong]
    # Every file has a semantic edit, and every one that is no data a cosmetic one.
    files = set(laboratory.files())
    assert files == set(repository.git("ls-files").split("\n")) - NO_PART_OF_A_MODEL
    assert {trial.path for trial in trials if trial.kind == "semantic"} == files
    assert {trial.path for trial in trials if trial.kind == "cosmetic"} == {f for f in files if not f.endswith(".csv")}


NOTEBOOK = """{"nbformat": 4, "nbformat_minor": 5,
 "metadata": {"kernelspec": {"name": "python3", "language": "python"}},
 "cells": [{"cell_type": "markdown", "metadata": {}, "source": ["# Title"]},
           {"cell_type": "code", "metadata": {}, "execution_count": 1, "outputs": [],
            "source": ["import numpy as np\\n", "x = np.array([1, 2])  # two\\n", "print('x', x + 1)"]}]}
"""
LOCK = """version = 1

[[package]]
name = "numpy"
version = "2.3.5"
source = { registry = "https://pypi.org/simple" }

[[package]]
name = "scikit-learn"
version = "1.7.2"
source = { registry = "https://pypi.org/simple" }
dependencies = [{ name = "numpy" }]
"""
SOURCE = '''def fit(x, rate=0.5):
    """Fit."""
    y = [x * rate, 1]  # scaled
    return y if x < 2 else "no"
'''
PROJECT = """[project]
name = "demo"
version = "1"
dependencies = ["numpy==2.3.5"]

[tool.ruff]
line-length = 99
"""
CONTENTS = {
    "train.py": SOURCE,
    "explore.ipynb": NOTEBOOK,
    "run.sh": "#!/bin/sh\nset -e\npython train.py --epochs 3\n",
    "Makefile": "train:\n\tpython train.py\n",
    "Dockerfile": "FROM python:3.12\nRUN pip install numpy==2.3.5 \\\n    pandas\nCOPY . /app\n",
    "requirements.txt": "numpy==2.3.5\nscikit-learn==1.7.2  # models\npytest>=8.3\n",
    "uv.lock": LOCK,
    "pyproject.toml": PROJECT,
    "params.yaml": "seed: 7\nmodel: {name: ridge, alpha: 0.3}\nsteps: [one, two]\nnote: 'plain text'\n",
    "params.json": '{"seed": 7, "model": {"name": "ridge", "alpha": 0.3}, "on": true}\n',
    "params.toml": 'seed = 7\n\n[model]\nname = "ridge"\nalpha = 0.3\n',
}


def parts(path: str, content: bytes) -> Sequence[Part]:
    """What counts for every step."""
    kind = kind_of(path)
    assert kind
    meaning = kind.read(content)
    assert meaning, content
    return [part for part in meaning.parts if part.layer in (Layer.CODE, Layer.PACKAGE)]


@pytest.mark.parametrize("path", CONTENTS)
def test_each_kind_of_file_takes_edits_for_what_they_are(path: str) -> None:
    before = CONTENTS[path].encode()
    for seed in range(100):
        same, other = cosmetic(path, before, Random(seed)), semantic(path, before, Random(seed))
        assert same is not None
        assert other is not None
        assert parts(path, same.content) == parts(path, before), (seed, same)
        assert parts(path, other.content) != parts(path, before), (seed, other)


def test_a_table_has_no_cosmetic_edit_and_every_byte_counts() -> None:
    assert cosmetic("data.csv", b"a,b\n1,2\n", Random(1)) is None
    edit = semantic("data.csv", b"a,b\n1,2\n", Random(1))
    assert edit is not None
    assert edit.content != b"a,b\n1,2\n"
