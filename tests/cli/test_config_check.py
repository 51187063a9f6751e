"""`mlgitlab config check` on a project with a configuration of every kind."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.commands import mlgitlab
from tests.repositories import Repo

CONFIG = """\
version: 1
models:
  fraud: {paths: src, train: {command: python train.py, outputs: out}}
configs:
  train:
    files: conf/train*.yaml
    schema: conf/train.schema.json
    paths: [data.path, "*.checkpoint"]
  serve: {files: serve.toml, schema: "src/settings.py:Serve"}
  whole:
    hydra: conf/config.yaml
    overrides: ["", model=large lr=0.5]
    schema: settings:Whole
"""
FILES = {
    "mlgitlab.yml": CONFIG,
    "conf/train.schema.json": """{
        "type": "object", "additionalProperties": false, "required": ["lr", "data"],
        "properties": {"lr": {"type": "number", "maximum": 1}, "data": {"type": "object"}, "model": {}}
    }""",
    "conf/train.yaml": "lr: 1.0e-3\ndata:\n  path: data/a.csv\n",
    "conf/train_big.yaml": "lr: 0.1\ndata: {path: data}\nmodel:\n  checkpoint: weights.pt\n",
    "serve.toml": "port = 80\n",
    "src/settings.py": """\
from dataclasses import dataclass
from pydantic import BaseModel, Field

class Serve(BaseModel):
    port: int = Field(gt=0)

@dataclass
class Layers:
    layers: int

@dataclass
class Whole:
    lr: float
    model: Layers

print("loaded")
""",
    "conf/config.yaml": "defaults: [model: small, _self_]\nlr: 0.1\n",
    "conf/model/small.yaml": "layers: 2\n",
    "conf/model/large.yaml": "layers: 20\n",
    "data/a.csv": "x\n",
    "weights.pt": "x\n",
}


def project(folder: Path, files: Mapping[str, str]) -> Path:
    Repo.create(folder).write({**FILES, **files}).commit("first")
    return folder


def test_a_project_whose_configurations_are_right(tmp_path: Path) -> None:
    folder = project(tmp_path / "p", {})
    done = mlgitlab("config", "check", "--junit", "out/junit.xml", cwd=folder)
    assert done.out == "5 configurations checked, 0 problems\n"
    suites = ET.parse(folder / "out" / "junit.xml").getroot()
    assert [(suite.get("name"), suite.get("tests"), suite.get("failures")) for suite in suites] == [
        ("train", "2", "0"),
        ("serve", "1", "0"),
        ("whole", "2", "0"),
    ]


def test_everything_wrong_is_told_at_once_with_its_line(tmp_path: Path) -> None:
    folder = project(tmp_path / "p", {
        "conf/train.yaml": "lr: 1e-3\ndtaa:\n  path: data/b.csv\n",
        "conf/train_big.yaml": "lr: 2\ndata: {path: data/b.csv}\nmodel:\n  checkpoint: ../w.pt\n",
        "serve.toml": "port = 0\n",
        "conf/model/large.yaml": "layer: 20\n",
    })  # fmt: skip
    done = mlgitlab("config", "check", "--junit", "junit.xml", cwd=folder, check=3)
    assert done.out.splitlines() == [
        "conf/train.yaml:1: data: the key is missing",
        "conf/train.yaml:1: lr: expected number, found '1e-3' (PyYAML reads this as a text; write 1.0e-3)",
        "conf/train.yaml:2: dtaa: unknown key (did you mean `data`?)",
        "conf/train_big.yaml:1: lr: must be at most 1; found 2",
        "conf/train_big.yaml:2: data.path: there is no 'data/b.csv' in the repository",
        "conf/train_big.yaml:4: model.checkpoint: '../w.pt' leads out of the repository (paths start at its root)",
        "serve.toml: port: Input should be greater than 0; found 0",
        "conf/config.yaml (model=large lr=0.5): model.layers: the key is missing",
        "conf/config.yaml (model=large lr=0.5): model.layer: unknown key (did you mean `layers`?)",
        "5 configurations checked, 9 problems",
    ]
    failures = ET.parse(folder / "junit.xml").getroot().findall(".//failure")
    assert len(failures) == 4
    only = mlgitlab("config", "check", "serve", "--json", cwd=folder, check=3)
    assert only.json == {
        "checked": [
            {
                "entry": "serve",
                "name": "serve.toml",
                "problems": [
                    {"where": "serve.toml: port", "what": "Input should be greater than 0; found 0", "hint": ""}
                ],
            }
        ],
        "wrong": [],
    }
    assert "loaded" in only.err


def test_in_ci_the_commit_counts_and_on_a_laptop_the_disk(tmp_path: Path) -> None:
    folder = project(tmp_path / "p", {})
    (folder / "conf" / "train.yaml").write_text("lr: 3\ndata: {path: data}\n")
    mlgitlab("config", "check", "train", cwd=folder, check=3)
    mlgitlab("config", "check", "train", cwd=folder / "conf", check=3)
    sha = Repo(folder).head
    ci = {"GITLAB_CI": "true", "CI_COMMIT_SHA": sha, "CI_PIPELINE_SOURCE": "push", "CI_COMMIT_BRANCH": "main"}
    mlgitlab("config", "check", "train", cwd=folder, environ=ci)


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("{files: conf/none.yaml, schema: conf/train.schema.json}", "`files` means no file of the repository"),
        ("{files: conf/train.yaml}", "neither `schema` nor `paths`"),
        ("{schema: conf/train.schema.json}", "neither `files` nor `hydra`"),
        ("{files: conf/train.yaml, paths: [data.pth]}", "no configuration has a key like 'data.pth'"),
        ("{files: conf/train.yaml, schema: gone.json}", "gone.json: there is no such file in the repository"),
        ("{files: conf/train.yaml, schema: 'src/settings.py:Srve'}", "there is no 'Srve' (did you mean `Serve`?)"),
        ("{files: conf/train.yaml, schema: 'gone.py:Train'}", "gone.py:Train: the code fails"),
    ],
)
def test_an_entry_that_could_find_nothing_wrong_is_wrong_itself(tmp_path: Path, entry: str, message: str) -> None:
    folder = project(tmp_path / "p", {"mlgitlab.yml": f"{CONFIG}  broken: {entry}\n"})
    done = mlgitlab("config", "check", cwd=folder, check=2)
    assert message in done.out
    assert "5 configurations checked" in done.out or "6 configurations checked" in done.out


def test_names_that_are_not_there_are_a_usage_error(tmp_path: Path) -> None:
    folder = project(tmp_path / "p", {})
    assert "did you mean `train`?" in mlgitlab("config", "check", "trian", cwd=folder, check=2).err
    (folder / "mlgitlab.yml").write_text(CONFIG.partition("configs:")[0])
    assert "declares no `configs`" in mlgitlab("config", "check", cwd=folder, check=2).err


def test_one_file_and_one_schema_need_no_project(tmp_path: Path) -> None:
    for name in ("conf/train.schema.json", "conf/train.yaml", "data/a.csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(FILES[name])
    argv = ("config", "check", "--file", "conf/train.yaml", "--schema", "conf/train.schema.json", "--path", "data.path")
    mlgitlab(*argv, cwd=tmp_path)
    (tmp_path / "data" / "a.csv").unlink()
    assert "there is no 'data/a.csv'" in mlgitlab(*argv, cwd=tmp_path, check=3).out
    mlgitlab("config", "check", "--file", "gone.yaml", "--schema", "conf/train.schema.json", cwd=tmp_path, check=2)
    mlgitlab("config", "check", "--file", "conf/train.yaml", cwd=tmp_path, check=2)
    mlgitlab("config", "check", "--schema", "conf/train.schema.json", cwd=tmp_path, check=2)


def test_show_and_schema_are_as_they_were(tmp_path: Path) -> None:
    folder = project(tmp_path / "p", {})
    assert mlgitlab("config", "schema", cwd=folder).json["type"] == "object"
    assert "configs.train.schema" in mlgitlab("config", "show", cwd=folder).out
    assert "check" in mlgitlab("config", "--help", cwd=folder).out
