"""Pydantic models and dataclasses of a project as schemas."""

from __future__ import annotations

import sys
from pathlib import Path
from textwrap import dedent

import pytest

from mlgitlab.adapters.settings.python_schemas import PythonSchema
from mlgitlab.errors import ConfigError
from mlgitlab.jobs.settings.values import dotted

PYDANTIC = """
    from __future__ import annotations
    from typing import Annotated
    from pydantic import BaseModel, ConfigDict, Field, model_validator

    class Optimizer(BaseModel):
        model_config = ConfigDict(extra="forbid")
        rate: Annotated[float, Field(gt=0, le=1, alias="lr")] = 0.1

    class Train(BaseModel):
        model_config = ConfigDict(extra="forbid")
        optimizers: list[Optimizer]
        epochs: int

        @model_validator(mode="after")
        def check(self) -> "Train":
            if self.epochs == 13:
                raise ValueError("unlucky")
            if self.epochs == 14:
                raise RuntimeError("a bug")
            return self
"""
DATACLASS = """
    from dataclasses import dataclass, field

    @dataclass
    class Inner:
        lr: float = 0.1

    @dataclass
    class Train:
        epochs: int
        inner: Inner = field(default_factory=Inner)
        groups: dict[str, Inner] = field(default_factory=dict)
"""


def schema(folder: Path, text: str, name: str = "settings.py:Train") -> PythonSchema:
    place = folder / name.partition(":")[0]
    if place.suffix == ".py":
        place.write_text(dedent(text))
    return PythonSchema(name, folder, ["", "src"])


def told(found: PythonSchema, data: object) -> list[str]:
    return [f"{dotted(each.place)}: {each.what} {each.hint}".strip() for each in found.faults(data)]


def test_a_pydantic_model_says_everything_at_once(tmp_path: Path) -> None:
    found = schema(tmp_path, PYDANTIC)
    assert told(found, {"optimizers": [{"lr": 3}, {"l": 1}], "epoch": 1}) == [
        "optimizers[0].lr: Input should be less than or equal to 1; found 3",
        "optimizers[1].l: unknown key did you mean `lr`?",
        "epochs: the key is missing",
        "epoch: unknown key did you mean `epochs`?",
    ]
    assert told(found, {"optimizers": [], "epochs": 13}) == [": Value error, unlucky"]
    assert told(found, {"optimizers": [{"lr": 0.5}], "epochs": 3}) == []


def test_a_dataclass_takes_no_key_that_it_does_not_know(tmp_path: Path) -> None:
    found = schema(tmp_path, DATACLASS)
    assert told(found, {"epochs": "x", "inner": {"lrr": 1}, "groups": {"a": {"lr": "y"}}}) == [
        "epochs: Input should be a valid integer, unable to parse string as an integer; found 'x'",
        "inner.lrr: unknown key did you mean `lr`?",
        "groups.a.lr: Input should be a valid number, unable to parse string as a number; found 'y'",
    ]
    assert told(found, {"inner": {}}) == ["epochs: the key is missing"]
    assert told(found, {"epochs": 3, "inner": {"lr": 1}}) == []


def test_a_class_in_a_package_below_src_is_found_and_the_path_is_as_before(tmp_path: Path) -> None:
    (tmp_path / "src" / "acme_conf").mkdir(parents=True)
    (tmp_path / "src" / "acme_conf" / "__init__.py").write_text("")
    (tmp_path / "src" / "acme_conf" / "train.py").write_text(dedent(DATACLASS))
    before = list(sys.path)
    assert told(schema(tmp_path, "", "acme_conf.train:Train"), {"epochs": 1}) == []
    assert sys.path == before


def test_what_the_code_prints_is_not_on_standard_output(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    schema(tmp_path, "print('hello')\n" + dedent(DATACLASS))
    assert capsys.readouterr() == ("", "hello\n")


@pytest.mark.parametrize(
    ("text", "name", "message"),
    [
        ("1/0", "s.py:Train", r"the code fails in .*s\.py:1: ZeroDivisionError"),
        ("import sys; sys.exit(0)", "s.py:Train", "the code fails .*SystemExit"),
        ("import gone_module", "s.py:Train", "No module named 'gone_module'"),
        ("class Trian: pass", "s.py:Train", "there is no 'Train'.*did you mean `Trian`"),
        ("def Train(): pass", "s.py:Train", "neither a pydantic model nor a dataclass"),
        ("Train = 3", "s.py:Train", "neither a pydantic model nor a dataclass"),
        ("", "no.such.module:Train", "No module named 'no'"),
    ],
)
def test_code_that_is_no_schema_is_refused(tmp_path: Path, text: str, name: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        schema(tmp_path, text, name)


def test_a_validator_that_breaks_is_the_schemas_fault(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"the code fails in .*RuntimeError: a bug"):
        schema(tmp_path, PYDANTIC).faults({"optimizers": [], "epochs": 14})
