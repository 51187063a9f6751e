"""Files of numbers in every format."""

from __future__ import annotations

import math
from textwrap import dedent

import pytest

from mlgitlab.errors import UsageError
from mlgitlab.jobs.metrics.numbers import Numbers, merged
from mlgitlab.jobs.metrics.reading import MOST_BYTES, read_file, read_folder
from mlgitlab.jobs.metrics.runs import Files


def read(name: str, text: str) -> Numbers:
    return read_file(name, dedent(text).encode())


def why(numbers: Numbers) -> dict[str, str]:
    return {each.name: each.why for each in numbers.ignored}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        pytest.param("m.json", '{"val": {"auc": 0.9}, "n": 3}', id="JSON"),
        pytest.param("m.yaml", "val: {auc: 0.9}\nn: 3\n", id="YAML"),
        pytest.param("m.csv", "val.auc,n\n0.9,3\n", id="one row"),
        pytest.param("m.tsv", "val.auc\tn\n0.9\t3\n", id="tabs"),
        pytest.param("m.csv", "metric;value\nval.auc;0.9\nn;3\n", id="names beside values"),
        pytest.param("m.csv", "val.auc,0.9\nn,3\n", id="names beside values, no first row"),
        pytest.param("m.jsonl", '{"val": {"auc": 0.8}, "n": 3}\n\n{"val": {"auc": 0.9}}\n', id="JSON lines"),
    ],
)
def test_every_format_gives_the_same_numbers(name: str, text: str) -> None:
    assert read(name, text).metrics == {"n": 3.0, "val.auc": 0.9}


def test_openmetrics_text_keeps_its_labels() -> None:
    numbers = read("metrics.txt", '# TYPE auc gauge\nauc{split="te}st",a="1"} 0.9 1700000000\nloss -Inf\n# EOF\n')
    assert numbers.metrics == {'auc{a="1",split="te}st"}': 0.9, "loss": -math.inf}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("m.json", '{"loss": NaN, "up": Infinity, "down": -Infinity, "large": 1e999}'),
        ("m.yaml", "loss: .nan\nup: .inf\ndown: -.Inf\nlarge: 1e999\n"),
        ("m.csv", "loss,up,down,large\nNaN,inf,-Infinity,1e999\n"),
        ("m.txt", "loss NaN\nup +Inf\ndown -Inf\nlarge 1e999\n"),
    ],
)
def test_what_is_not_finite_is_kept(name: str, text: str) -> None:
    metrics = dict(read(name, text).metrics)
    assert math.isnan(metrics.pop("loss"))
    assert metrics == {"up": math.inf, "down": -math.inf, "large": math.inf}


def test_texts_booleans_and_nulls_are_told_and_are_no_numbers() -> None:
    numbers = read("m.json", '{"auc": 1, "best": true, "name": "0.93", "none": null, "many": [[1, 2], [3]]}')
    assert numbers.metrics == {"auc": 1.0}
    assert why(numbers) == {
        "best": "true",
        "many": "a list that is neither of numbers nor of mappings",
        "name": "the text '0.93'",
        "none": "null",
    }


def test_a_list_of_numbers_is_a_series_and_its_last_value_is_the_metric() -> None:
    numbers = read("history.json", '{"loss": [1.0, 0.5, 0.25]}')
    assert numbers.series == {"loss": ((0, 1.0), (1, 0.5), (2, 0.25))}
    assert numbers.metrics == {"loss": 0.25}


def test_an_older_value_does_not_pass_for_a_newest_one_that_is_no_number() -> None:
    assert read("history.json", '{"loss": [1.0, null], "n": 1}').metrics == {"n": 1.0}
    assert "loss" not in read("log.csv", "epoch,loss,n\n1,0.5,1\n2,diverged,1\n").metrics


def test_a_log_counts_its_steps_by_the_finest_key_that_every_entry_has() -> None:
    numbers = read("state.json", '{"log": [{"epoch": 0.5, "step": 10, "loss": 2}, {"epoch": 1, "step": 20, "auc": 1}]}')
    assert dict(numbers.series) == {
        "log.auc": ((20, 1.0),),
        "log.epoch": ((10, 0.5), (20, 1.0)),
        "log.loss": ((10, 2.0),),
    }


def test_a_table_with_empty_cells_is_a_series_for_each_column() -> None:
    numbers = read("log.csv", "Epoch,train_loss,val_loss\n1,0.9,\n1,,1.1\n2,0.7,\n")
    assert numbers.series == {"train_loss": ((1, 0.9), (2, 0.7)), "val_loss": ((1, 1.1),)}


def test_a_table_without_steps_counts_its_rows() -> None:
    assert read("log.csv", "loss\n3\n2\n").series == {"loss": ((0, 3.0), (1, 2.0))}


RUN = {"metrics/val/loss": b"1700 0.5 1\n1600 0.9 0\n1800 nan 2\n", "params/lr": b"0.1", "meta.yaml": b"run_id: a\n"}


def test_an_mlflow_run_is_read_by_step_and_then_by_time() -> None:
    numbers = read_folder("run", Files(RUN))
    assert numbers.series["val/loss"][:2] == ((0, 0.9), (1, 0.5))
    assert math.isnan(numbers.metrics["val/loss"])


def test_the_only_run_below_a_folder_is_found_and_deleted_ones_do_not_count() -> None:
    kept = {f"0/abc/{name}": content for name, content in RUN.items()}
    gone = {"0/def/metrics/auc": b"1 1 0", "0/def/meta.yaml": b"lifecycle_stage: deleted\n"}
    assert read_folder("mlruns", Files({**kept, **gone})).series.keys() == {"val/loss"}


def test_several_runs_are_refused_by_name() -> None:
    runs = {f"0/{run}/metrics/auc": b"1 1 0" for run in "ab"}
    with pytest.raises(UsageError, match=r"2 MLflow runs: 0/a, 0/b"):
        read_folder("mlruns", Files(runs))


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("m.json", '{"a": 1, "a": 2}', "given twice"),
        ("m.json", '{"a.b": 1, "a": {"b": 2}}', "given twice"),
        ("m.yaml", "a: 1\na: 2\n", "given twice"),
        ("m.csv", "a,a\n1,2\n", "two columns are called 'a'"),
        ("m.txt", "a 1\na 2\n", "given twice"),
        ("m.json", '{"a": 1', r"m\.json:1:8: not valid JSON"),
        ("m.jsonl", '{"a": 1}\n{"a":', r"m\.jsonl:2"),
        ("m.jsonl", "3\n", "each line must hold a JSON object"),
        ("m.yaml", "a: !!python/object/apply:numpy.float64 [1]\n", "YAML tag"),
        ("m.yaml", "a: [1\n", "not valid YAML"),
        ("m.csv", "a,b\n1,2\n3\n", "row 3 has 1 cells"),
        ("m.csv", "1,2\n3,4\n", "nothing says what they are"),
        ("m.csv", "a,b\n", "none below it"),
        ("m.csv", "", "empty"),
        ("m.txt", "auc = 0.5\n", r"m\.txt:1: not a line of OpenMetrics"),
        ("m.txt", 'auc{a="1",a="2"} 0.5\n', "not a line"),
        ("m.json", '{"a": "x"}', "holds no numbers"),
        ("m.json", "0.93", "holds no numbers"),
        ("m.json", "[" * 100_000, "nested too deeply"),
        ("m.bin", "0.93", "does not say what is in it"),
    ],
)
def test_what_cannot_be_read_is_refused(name: str, text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message) as refused:
        read(name, text)
    assert str(refused.value).isprintable()


def test_bytes_that_are_no_text_are_refused_with_their_line() -> None:
    with pytest.raises(UsageError, match=r"m\.json:2: not UTF-8"):
        read_file("m.json", b'{"a": 1,\n"\xff": 2}')


def test_a_name_that_acts_on_a_terminal_is_shown_and_not_printed() -> None:
    with pytest.raises(UsageError) as refused:
        read_file("\x1b[31m.json", b"{")
    assert "\x1b" not in str(refused.value)


def test_a_file_of_data_is_no_file_of_metrics() -> None:
    with pytest.raises(UsageError, match="more than 10000 names"):
        read_file("m.json", ("{" + ",".join(f'"n{i}": {i}' for i in range(10_001)) + "}").encode())


def test_a_file_that_is_too_large_is_refused() -> None:
    with pytest.raises(UsageError, match=r"m\.csv is larger than 32 MiB"):
        read_file("m.csv", b" " * (MOST_BYTES + 1))


def test_files_that_agree_are_one_and_others_are_refused() -> None:
    one, same, other = (read("m.json", f'{{"auc": {value}, "loss": NaN}}') for value in (1, 1, 2))
    assert merged([("a", one), ("b", same)]).metrics["auc"] == 1
    with pytest.raises(UsageError, match="a and c give 'auc' different values"):
        merged([("a", one), ("c", other)])
