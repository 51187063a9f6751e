"""Trainings that load suspiciously little of their model's code."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import pytest

from mlgitlab.analysis.registries import looks_up_by_name
from mlgitlab.config.parse import parse
from mlgitlab.planning.advice import Advice, advise
from mlgitlab.planning.derive import derive
from mlgitlab.planning.narrow import Narrow, narrow

CONFIG = """\
version: 1
models:
  fraud: {paths: models/fraud/, train: {command: python models/fraud/train.py, gpu: none}}
  churn: {paths: models/churn/, train: {command: python models/churn/train.py, gpu: none}}
quality:
  tests: {command: pytest}
"""
LOOKUP = b"from .nets import REGISTRY\nnet = REGISTRY[args.net]()"
OWN = tuple(f"models/fraud/{name}.py" for name in ("train", "a", "b", "c"))
FEW = {"fraud:train": {OWN[0]}, "churn:train": {"models/churn/train.py"}}


def found(
    loads: Mapping[str, Collection[str]] = FEW, files: Iterable[str] = OWN, source: bytes = LOOKUP, config: str = CONFIG
) -> list[Narrow]:
    steps = derive(parse(config.encode(), "mlgitlab.yml").config)
    return list(narrow(steps.values(), loads, files, lambda wanted: dict.fromkeys(wanted, source)))


def test_a_training_that_looks_up_by_name_and_loads_little_is_named() -> None:
    assert found() == [Narrow(step="fraud:train", loaded=1, all=4)]


@pytest.mark.parametrize(
    ("loads", "files", "source", "config"),
    [
        pytest.param(FEW, OWN, b"import a", CONFIG, id="nothing is looked up by name"),
        pytest.param(FEW, OWN[:3], LOOKUP, CONFIG, id="too few files to say"),
        pytest.param({**FEW, "fraud:train": {*OWN[:2]}}, OWN, LOOKUP, CONFIG, id="it loads its share"),
        pytest.param({**FEW, "churn:train": {*OWN[1:]}}, OWN, LOOKUP, CONFIG, id="another step loads the rest"),
        pytest.param({}, OWN, LOOKUP, CONFIG, id="what it loads cannot be told"),
        pytest.param(FEW, [f"models/fraud/tests/{n}.py" for n in "abcd"], LOOKUP, CONFIG, id="tests"),
        pytest.param(FEW, [f"models/fraud/test_{n}.py" for n in "abcd"], LOOKUP, CONFIG, id="tests by their names"),
        pytest.param(FEW, [f"models/fraud/{n}/__init__.py" for n in "abcd"], LOOKUP, CONFIG, id="packages alone"),
        pytest.param(FEW, [f"models/fraud/{n}.csv" for n in "abcd"], LOOKUP, CONFIG, id="no code"),
        pytest.param(FEW, [f"models/other/{n}.py" for n in "abcd"], LOOKUP, CONFIG, id="somebody else's code"),
        pytest.param(
            FEW, OWN, LOOKUP, CONFIG.replace("fraud/train.py,", "fraud/train.py, entry: [a.b],"), id="it says what"
        ),
    ],
)  # fmt: skip
def test_who_has_a_reason_is_left_alone(
    loads: Mapping[str, Collection[str]], files: Iterable[str], source: bytes, config: str
) -> None:
    assert found(loads, files, source, config) == []


def test_a_check_that_loads_all_code_explains_nothing() -> None:
    assert found({**FEW, "quality:tests": set(OWN)})


def test_the_advice_names_the_key_and_the_numbers() -> None:
    config = parse(CONFIG.encode(), "mlgitlab.yml").config
    steps = derive(config)

    assert advise(config, steps, ["models/fraud/x", "models/churn/x"], {}, found()) == (
        Advice(
            key="models.fraud.train",
            what="loads 1 of the 4 Python files of its paths",
            hint="if it finds the others by name, list them under `entry`: only then does what they import count",
        ),
    )


@pytest.mark.parametrize(
    "source",
    [
        "@register\ndef f(): pass",
        "@MODELS.register_module(name='x')\nclass C: pass",
        "import nets\nnet = getattr(nets, name)",
        "MODELS[args.model]()",
        "net = NETS[config['net']['name']]",
        "x = self.registry[cfg.name]",
        "MODELS[self.config.name]",
    ],
)
def test_a_look_up_by_name_is_seen(source: str) -> None:
    assert looks_up_by_name(source.encode())


@pytest.mark.parametrize(
    "source",
    [
        "@dataclass\nclass C: pass",
        "x = items[0]\ny = table['a']",
        "getattr(self, name)",
        "import nets\ngetattr(nets, 'Net')",
        "x = args.values[i]",
        "os.environ['X']",
        "DEFAULTS['lr']",
        "'@register'",
        "@register (",
    ],
)
def test_ordinary_code_looks_nothing_up_by_name(source: str) -> None:
    assert not looks_up_by_name(source.encode())
