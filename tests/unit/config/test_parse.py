"""Reading `mlgitlab.yml`: what a good file becomes, and that a bad one gets all its messages at once."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlgitlab.config.field import Name
from mlgitlab.config.gates import Gates
from mlgitlab.config.gates_artifact import SizeRules
from mlgitlab.config.parse import parse
from mlgitlab.config.scalars import Duration, GitLabVersion, Globs
from mlgitlab.config.schema import Config, Dataset, Model, Select, Step, StepKind, Unmatched
from mlgitlab.errors import ConfigError
from tests.unit.config.examples import GOOD, LARGE, SMALL, problems_of


def test_ten_lines_are_a_configuration() -> None:
    assert SMALL.count(b"\n") == 10
    assert parse(SMALL, "mlgitlab.yml").config == Config(
        version=1,
        models={
            Name("fraud"): Model(
                paths=Globs(("src/fraud",)),
                datasets=("claims",),
                train=Step(command=("python -m fraud.train",), outputs=("models/fraud",)),
            )
        },
        datasets={Name("claims"): Dataset(path="data/claims.csv")},
    )


def test_every_kind_of_value_is_read() -> None:
    config = parse(LARGE, "mlgitlab.yml").config
    fraud, distilled = config.models[Name("fraud")], config.models[Name("distilled")]
    assert fraud.paths == Globs(("src/fraud/**",), ("src/fraud/docs",))
    assert fraud.train is not None
    assert fraud.train.timeout == Duration(5400)
    assert fraud.train.variables == {"EPOCHS": "010", "DEBUG": "yes", "EMPTY": "", "RATE": "1e-3"}
    retrain: object = fraud.retrain
    assert retrain == {"auc": {"at_least": 0.8}, "drift": None}
    assert fraud.gates == Gates(size=SizeRules(max_files=3))
    assert config.gitlab.version == GitLabVersion(17, 10)
    assert config.unmatched is Unmatched.NOTHING
    assert config.profiles[Name("nightly")].select is Select.ALL
    assert config.profiles[Name("nightly")].steps == (StepKind.DATA, StepKind.TRAIN)
    assert config.parameters[Name("release")].default == "17.10"
    assert config.parameters[Name("epochs")].default == 10
    assert config.parameters[Name("debug")].default is False
    assert distilled.train == fraud.train
    assert (distilled.models, distilled.gates) == (("fraud",), None)


def test_each_key_knows_its_line() -> None:
    origins = parse(SMALL, "ml/config.yml").origins
    assert origins["models.fraud"] == "ml/config.yml:3"
    assert origins["models.fraud.train.command"] == "ml/config.yml:7"
    assert origins["datasets.claims.path"] == "ml/config.yml:10"
    assert "gitlab.version" not in origins


@pytest.mark.parametrize("newline", [b"\r\n", b"\r"], ids=["windows", "old mac"])
def test_line_ends_of_other_systems_change_nothing(newline: bytes) -> None:
    assert parse(SMALL.replace(b"\n", newline), "f") == parse(SMALL, "f")


def test_a_byte_order_mark_changes_nothing() -> None:
    assert parse(b"\xef\xbb\xbf" + SMALL, "f") == parse(SMALL, "f")


def test_all_problems_are_reported_at_once_in_the_order_of_the_file() -> None:
    text = """\
version: 1
models:
  fraud:
    train: python train.py
    timeout: soon
    datasets: [clams]
  churn: {}
datasets:
  claims: data/claims.csv
unmatchd: error
"""
    assert problems_of(text) == [
        (
            "mlgitlab.yml:5: models.fraud.timeout: expected a duration such as 90m, 1h 30m or 2 days,"
            " found the text 'soon'"
        ),
        "mlgitlab.yml:6: models.fraud.datasets[0]: there is no dataset 'clams' (did you mean `claims`?)",
        "mlgitlab.yml:7: models.churn: the model has no command (give it `train`, `smoke` or `evaluate`)",
        "mlgitlab.yml:10: unmatchd: unknown key (did you mean `unmatched`?)",
    ]


def test_a_faulty_dataset_is_not_reported_as_missing_too() -> None:
    text = "version: 1\nmodels: {m: {train: x, datasets: d}}\ndatasets: {d: [a]}"
    assert problems_of(text) == ["mlgitlab.yml:3: datasets.d.path: expected text, found a list"]


def test_a_hostile_key_cannot_act_on_a_terminal() -> None:
    (problem,) = problems_of(b'version: 1\n"\\e[2J\\n\\u202e": x\n')
    assert problem.startswith("mlgitlab.yml:2: \\x1b[2J\\x0a\\u202e: unknown key")


def parses_or_explains(text: bytes) -> None:
    try:
        said = str(parse(text, "mlgitlab.yml").config.version)
    except ConfigError as error:
        said = "\n".join(str(problem) for problem in error.problems)
    assert said
    assert all(line.isprintable() for line in said.split("\n"))


@given(st.binary(max_size=200))
def test_any_bytes_are_a_configuration_or_a_configuration_error(text: bytes) -> None:
    parses_or_explains(text)


FRAGMENTS = st.sampled_from(
    [b"{", b"}", b"[", b"]", b"\n", b"  ", b"\t", b": ", b"- ", b"*model", b"&model ", b"!!set ", b"<<: *model\n",
     b"~", b'"', b"\\0", b"\\ud800", b"\\UFFFFFFFF", b"\xff", b"1e999", b".nan", b"yes", b"0x1F", b"? ", b"| ",
     b"%YAML 9.9\n", b"---\n"],
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(
    source=st.sampled_from(sorted(GOOD.values())),
    edits=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 30), FRAGMENTS), min_size=1, max_size=4),
)
def test_a_damaged_configuration_is_still_one_or_explains_itself(
    source: bytes, edits: list[tuple[float, int, bytes]]
) -> None:
    for where, removed, inserted in edits:
        at = int(where * len(source))
        source = source[:at] + inserted + source[at + removed :]
    parses_or_explains(source)


SWAPS = st.sampled_from([b"7", b"-1", b"yes", b"~", b"[a, b]", b"{a: b}", b'""', b"[[]]", b"1h", b"*m", b"2024-01-01"])


@settings(max_examples=300, deadline=None)
@given(line=st.integers(0, LARGE.count(b"\n") - 1), value=SWAPS)
def test_any_value_in_any_place_is_read_or_explained(line: int, value: bytes) -> None:
    lines = LARGE.split(b"\n")
    lines[line] = lines[line].partition(b":")[0] + b": " + value
    parses_or_explains(b"\n".join(lines))
