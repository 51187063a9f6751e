"""Which kind a path is."""

from __future__ import annotations

import pkgutil

import pytest

from mlgitlab.analysis import meaning
from mlgitlab.analysis.meaning.registry import kind_of, kinds
from mlgitlab.analysis.meaning.values import Kind


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("a/b.py", "python"),
        ("a/b.ipynb", "notebook"),
        ("Dockerfile", "dockerfile"),
        ("a/Makefile", "makefile"),
        ("run.sh", "shell"),
        ("a/dvc.yaml", "dvc.yaml"),
        ("a/dvc.lock", "dvc.lock"),
        ("data/x.csv.dvc", "dvc pointer"),
        ("requirements-dev.txt", "requirements"),
        ("uv.lock", "uv lock"),
        ("conda-lock.yml", "conda lock"),
        ("environment.yml", "conda environment"),
        ("pyproject.toml", "pyproject"),
        ("pylock.toml", "pylock"),
        ("params.yaml", "yaml"),
        ("x.json", "json"),
        ("x.toml", "toml"),
        ("data.csv", None),
        ("README.md", None),
    ],
)
def test_the_special_kind_comes_before_the_general(path: str, name: str | None) -> None:
    found = kind_of(path)
    assert (found and found.name) == name


def test_every_kind_that_is_written_is_asked() -> None:
    modules = [module.name for module in pkgutil.iter_modules(meaning.__path__)]
    written = [
        value
        for module in modules
        for value in vars(__import__(f"{meaning.__name__}.{module}", fromlist=["_"])).values()
        if isinstance(value, Kind)
    ]
    assert {kind.key for kind in written} == {kind.key for kind in kinds()}
    assert len({kind.key for kind in kinds()}) == len(list(kinds()))
