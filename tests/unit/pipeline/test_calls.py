"""The lines by which jobs call mlgitlab."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mlgitlab import __version__
from mlgitlab.pipeline.calls import Caller, Calls
from mlgitlab.planning.evidence import Evidence, Pin
from mlgitlab.planning.plan import make
from tests.projects import MODELS, config, plan

DIGEST = f"sha256:{'0f' * 32}"


def calls(step: str, text: str = MODELS, store: str = "s3://bucket", pinned: str = "", **more: object) -> Calls:
    pins = {pinned: Pin(step=pinned, model=pinned.partition(":")[0], digest=DIGEST, fingerprint="f")} if pinned else {}
    found = plan(text=text, kind="schedule")
    found = make(replace(found.question, evidence=Evidence(pins=pins)))
    caller = replace(Caller(config=config(text), config_file="mlgitlab.yml", store=store), **more)  # type: ignore[arg-type]
    return caller.calls(next(each for each in found.selected if each.spec.id == step))


def evaluating(metrics: str) -> str:
    return MODELS.replace(
        "evaluate: python models/fraud/evaluate.py", f"evaluate: {{command: judge, metrics: '{metrics}'}}"
    )


def test_without_a_store_a_job_is_the_users_own_command() -> None:
    found = calls("fraud:train", store="")
    assert found.script == ("python models/fraud/train.py",)
    assert (found.outputs, found.before, found.variables) == (("out/fraud",), (), {})


def test_with_a_store_a_training_leaves_a_reference_and_the_store_has_the_model() -> None:
    found = calls("fraud:train")
    assert found.script == ("mlgitlab train fraud",)
    assert found.outputs == (".mlgitlab/fraud/train.json", ".mlgitlab/fraud/train-provenance.json")
    assert found.variables == {"MLGITLAB_PACKAGE": f"mlgitlab[s3]=={__version__}"}
    assert len(found.before) == 1


def test_what_is_asked_for_again_is_not_reused_by_the_job_either() -> None:
    assert calls("fraud:train", again=True).script == ("mlgitlab train fraud --again",)


def test_a_configuration_elsewhere_reaches_the_line_through_a_variable() -> None:
    found = calls("fraud:train", config_file="$(touch x)/ml.yml")
    assert found.script == ('mlgitlab train fraud --config "$MLGITLAB_CONFIG"',)
    assert found.variables["MLGITLAB_CONFIG"] == "$(touch x)/ml.yml"


def test_a_reader_fetches_the_model_of_this_pipeline_by_its_reference() -> None:
    found = calls("student:train")
    assert found.script == (
        "mlgitlab model pull fraud --reference .mlgitlab/fraud/train.json --into .",
        "mlgitlab train student",
    )


def test_a_reader_fetches_an_earlier_model_by_its_digest() -> None:
    found = calls("student:train", pinned="fraud:train")
    assert found.script[0] == (
        f"mlgitlab model pull fraud@{DIGEST} --into . --write-reference .mlgitlab/fraud/train.json"
    )


def test_the_numbers_of_an_evaluation_are_kept_with_the_model_that_it_judged() -> None:
    found = calls("fraud:evaluate", text=evaluating("out.json"))
    assert found.script == (
        "mlgitlab model pull fraud --reference .mlgitlab/fraud/train.json --into .",
        "judge",
        (
            "mlgitlab metrics report --output .mlgitlab/fraud/evaluate-metrics.txt --model fraud --step evaluate"
            ' --reference .mlgitlab/fraud/train.json --record --production -- "$MLGITLAB_METRICS"'
        ),
    )
    assert found.metrics == ".mlgitlab/fraud/evaluate-metrics.txt"
    assert found.variables["MLGITLAB_METRICS"] == "out.json"


@pytest.mark.parametrize(
    ("metrics", "given"),
    [
        pytest.param("metrics.txt", "metrics.txt", id="OpenMetrics"),
        pytest.param("metrics.json", ".mlgitlab/fraud/evaluate-metrics.txt", id="any other format"),
        pytest.param("mlruns/0/1", ".mlgitlab/fraud/evaluate-metrics.txt", id="a folder"),
    ],
)
def test_without_a_store_only_other_formats_are_turned_into_openmetrics(metrics: str, given: str) -> None:
    found = calls("fraud:evaluate", text=evaluating(metrics), store="")
    assert found.metrics == given
    assert len(found.script) == (1 if metrics == given else 2)


@pytest.mark.parametrize(("engine", "extra"), [("polars", "data"), ("pandas", "pandas"), ("pyspark", "spark")])
def test_a_dataset_with_a_schema_is_validated_by_us(engine: str, extra: str) -> None:
    text = MODELS.replace("        validate: python check.py\n", f"        engine: {engine}\n")
    found = calls("data:transactions", text=text, store="")
    assert found.script == ("mlgitlab data validate transactions",)
    assert found.variables == {"MLGITLAB_PACKAGE": f"mlgitlab[{extra}]=={__version__}"}
    assert (found.outputs, found.always) == ((".mlgitlab/data/transactions/",), True)


def test_training_configurations_are_checked_by_us() -> None:
    text = MODELS + "    configs: {train: {files: conf/*.yaml, schema: conf/train.schema.json}}\n"
    found = calls("quality:configs", text=text, store="")
    assert found.script == ("mlgitlab config check --junit .mlgitlab/quality/configs.xml",)
    assert found.variables == {"MLGITLAB_PACKAGE": f"mlgitlab[check]=={__version__}"}


def test_the_configuration_may_say_what_pip_installs() -> None:
    text = MODELS + "    defaults: {mlgitlab: ./wheels/mlgitlab.whl}\n"
    assert calls("fraud:train", text=text).variables == {"MLGITLAB_PACKAGE": "./wheels/mlgitlab.whl"}


JUDGED = MODELS.replace(
    "evaluate: python models/fraud/evaluate.py",
    """evaluate: {command: judge, metrics: m.json, predictions: {file: p.parquet, score: p}}
        gates: {metrics: {roc_auc: {margin: 0.01}}}""",
)


def test_an_evaluation_with_predictions_is_a_line_of_ours_that_fetches_the_model_itself() -> None:
    found = calls("fraud:evaluate", text=JUDGED)
    assert found.script == ("mlgitlab evaluate fraud --reference .mlgitlab/fraud/train.json",)
    assert found.metrics == ".mlgitlab/fraud/evaluate-metrics.txt"
    assert found.variables["MLGITLAB_PACKAGE"] == f"mlgitlab[gate,parquet,s3]=={__version__}"
    assert calls("fraud:evaluate", text=JUDGED, pinned="fraud:train").script == (f"mlgitlab evaluate fraud@{DIGEST}",)


def test_without_a_store_an_evaluation_is_the_users_own_command() -> None:
    assert calls("fraud:evaluate", text=JUDGED, store="").script[0] == "judge"


def test_a_gate_has_the_commits_whose_rules_count_in_its_line() -> None:
    found = calls("fraud:gate", text=JUDGED, bases=("a" * 40, "b" * 40))
    named = f"--base {'a' * 40} --base {'b' * 40}"
    assert found.script == (f"mlgitlab gate fraud --reference .mlgitlab/fraud/train.json {named}",)
    assert found.outputs == (".mlgitlab/fraud/gate/",)
    assert found.always


def test_a_drill_is_bound_by_no_other_commit() -> None:
    found = calls("fraud:drill", text=JUDGED, bases=("a" * 40,))
    assert found.script == ("mlgitlab gate drill fraud --reference .mlgitlab/fraud/train.json",)
