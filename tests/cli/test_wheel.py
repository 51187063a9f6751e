"""What users install: the wheel alone, without the checkout that it was built from."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.repositories import ISOLATED, Repo

PROJECT = Path(__file__).parents[2]
PIP = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    wheels, target = tmp_path_factory.mktemp("wheels"), tmp_path_factory.mktemp("installed")
    build = ["wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(wheels), str(PROJECT)]
    subprocess.run([*PIP, *build], check=True, cwd=wheels)
    (wheel,) = wheels.glob("*.whl")
    subprocess.run([*PIP, "install", "--no-deps", "--target", str(target), str(wheel)], check=True, cwd=wheels)
    return target


def test_the_wheel_carries_what_a_pipeline_is_made_of(installed: Path, tmp_path: Path) -> None:
    repo = Repo.create(tmp_path / "repo")
    repo.write({"mlgitlab.yml": "version: 1\nmodels: {m: {paths: m, train: python m/t.py}}\n", "m/t.py": ""})
    repo.commit("first")
    environ = {**ISOLATED, "PATH": os.environ["PATH"], "PYTHONPATH": str(installed)}
    command = [sys.executable, "-c", "import mlgitlab; print(mlgitlab.__file__)"]
    where = subprocess.run(command, env=environ, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert Path(where.stdout.strip()).is_relative_to(installed)
    for argv in (
        ["preview", "--all", "--format", "yaml"],
        ["lint"],
        ["config", "schema"],
        ["runner", "config", "helm"],
    ):
        command = [sys.executable, "-m", "mlgitlab", *argv]
        subprocess.run(command, env=environ, cwd=repo.folder, capture_output=True, check=True)
