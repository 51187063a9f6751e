"""Hydra's compositions."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from mlgitlab.adapters.settings.hydra import composed

FILES = {
    "conf/config.yaml": "defaults:\n  - model: small\n  - _self_\nlr: 1e-3\ntwice: ${lr}\nseed: ???\n",
    "conf/model/small.yaml": "layers: 2\n",
    "conf/model/large.yaml": "layers: 20\n",
    "conf/run.yaml": "out: ${hydra:runtime.output_dir}/model.pt\nname: ${hydra:job.name}\n",
    "conf/broken.yaml": "a: ${gone}\n",
    "conf/syntax.yaml": "a: [\n",
    "conf/env.yaml": "a: ${oc.env:SURELY_NOT_SET}\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def data(folder: Path, primary: str, *overrides: str) -> Mapping[str, object]:
    found = composed(folder, primary, overrides).data
    assert isinstance(found, dict)
    return found


def test_defaults_overrides_and_interpolations_are_resolved(folder: Path) -> None:
    expected = {"model": {"layers": 20}, "lr": 2, "twice": 2, "seed": 1}
    assert data(folder, "conf/config.yaml", "model=large", "lr=2", "seed=1") == expected


def test_a_mandatory_value_that_nobody_set_is_a_fault(folder: Path) -> None:
    [fault] = composed(folder, "conf/config.yaml", ()).faults
    assert (fault.place, fault.what) == (("seed",), "mandatory, and nobody sets it (???)")


def test_what_a_run_would_fill_in_is_filled_in(folder: Path) -> None:
    assert data(folder, "conf/run.yaml")["out"] == "outputs/model.pt"


@pytest.mark.parametrize(
    ("primary", "overrides", "what"),
    [
        ("conf/config.yaml", ("model=huge",), "model/huge"),
        ("conf/config.yaml", ("layers=3",), "layers"),
        ("conf/config.yaml", ("=",), "="),
        ("conf/broken.yaml", (), "gone"),
        ("conf/env.yaml", (), "SURELY_NOT_SET"),
        ("conf/syntax.yaml", (), "syntax"),
        ("conf/none.yaml", (), "none"),
        ("elsewhere/none.yaml", (), "elsewhere"),
    ],
)
def test_what_cannot_be_composed_is_a_fault(folder: Path, primary: str, overrides: tuple[str, ...], what: str) -> None:
    found = composed(folder, primary, overrides)
    assert found.data is None
    [fault] = found.faults
    assert what in fault.what
    assert fault.what.isprintable()


def test_one_composition_leaves_nothing_behind_for_the_next(folder: Path) -> None:
    composed(folder, "conf/broken.yaml", ())
    assert data(folder, "conf/config.yaml", "seed=2")["seed"] == 2
