"""What a job is made of, read back from the rendered templates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from mlgitlab.adapters.template_files import shipped_folder
from mlgitlab.adapters.templates import JinjaJobTemplates
from mlgitlab.changes import Change
from mlgitlab.config.schema import GitLab
from mlgitlab.pipeline.compose import NOTHING, Composer, literal
from mlgitlab.pipeline.instance import Instance
from mlgitlab.pipeline.nouns import Pipeline
from tests.projects import MODELS, config, modified, plan

STORE = "    store: {url: s3://bucket, id_token: {aud: https://gitlab.example}}\n"


def composed(*changes: Change, text: str = MODELS, kind: str = "schedule", version: str = "18.6") -> Pipeline:
    templates = JinjaJobTemplates({}, shipped_folder())
    instance = Instance.of(GitLab(), detected_version=version)
    composer = Composer(config=config(text), instance=instance, templates=templates)
    return composer.compose(plan(*changes, text=text, kind=kind), ("header",))


def job(name: str, **more: Any) -> Mapping[str, Any]:
    return next(job.body for job in composed(**more).jobs if job.name == name)


def with_train(extra: str) -> str:
    return MODELS.replace("outputs: out/fraud}\n        smoke", f"outputs: out/fraud, {extra}}}\n        smoke")


def test_a_job_runs_the_command_after_what_it_needs_and_leaves_its_outputs() -> None:
    body = job("student:train")
    assert body["script"] == ["python models/student/train.py"]
    assert {"job": "fraud:train", "artifacts": True} in body["needs"]
    assert {"job": "quality:lint", "artifacts": False} in body["needs"]
    assert body["artifacts"] == {"expire_in": "7 days", "paths": ["out/student"]}
    assert body["timeout"] == "1 hour"


@pytest.mark.parametrize(
    ("extra", "tags"),
    [
        pytest.param("gpu: a100", ["gpu", "gpu:a100"], id="a type that nobody declared"),
        pytest.param("gpu: {type: t4, count: 2}", ["t4-runner"], id="a declared type"),
        pytest.param("tags: [mine]", ["mine"], id="tags of its own"),
    ],
)
def test_runners_are_found_by_tags(extra: str, tags: list[str]) -> None:
    text = with_train(extra) + ("    gpus: {t4: {tags: [t4-runner]}}\n" if "t4" in extra else "")
    assert job("fraud:train", text=text)["tags"] == tags
    assert "tags" not in job("churn:train", text=text)


@pytest.mark.parametrize(
    ("kind", "interruptible"),
    [("merge_request", True), ("branch", True), ("default_branch", False), ("tag", False), ("schedule", False)],
)
def test_only_what_a_newer_pipeline_repeats_may_be_cancelled(kind: str, interruptible: bool) -> None:
    found = composed(*modified("Makefile"), kind=kind)
    assert {job.body["interruptible"] for job in found.jobs} == {interruptible}


@pytest.mark.parametrize(("version", "known"), [("19.1.0", True), ("19.0.3-ee", False), ("", False), ("odd", False)])
def test_a_reason_to_retry_that_gitlab_may_not_know_is_left_out(version: str, known: bool) -> None:
    retry = job("churn:train", version=version)["retry"]
    assert ("runner_interrupted" in retry["when"]) is known
    assert not {"script_failure", "always", "unknown_failure"} & set(retry["when"])


def test_several_datasets_are_evaluated_side_by_side() -> None:
    text = MODELS.replace(
        "evaluate: python models/fraud/evaluate.py",
        "evaluate: {command: python e.py, datasets: [transactions, late], metrics: metrics.txt, junit: report.xml}",
    ).replace("    quality:", "      late: data/late.csv\n    quality:")
    body = job("fraud:evaluate", text=text)
    assert body["parallel"] == {"matrix": [{"MLGITLAB_DATASET": ["transactions", "late"]}]}
    assert body["artifacts"]["reports"] == {"metrics": ["metrics.txt"], "junit": ["report.xml"]}


def test_id_tokens_only_where_the_store_is_reached() -> None:
    text = MODELS + STORE
    assert job("churn:train", text=text)["id_tokens"] == {"MLGITLAB_ID_TOKEN": {"aud": "https://gitlab.example"}}
    assert "id_tokens" not in job("quality:lint", text=text)


def test_environment_and_resource_group_are_passed_on_without_a_deployment() -> None:
    body = job("fraud:train", text=with_train("environment: training, resource_group: fraud"))
    assert body["environment"] == {"name": "training", "action": "prepare"}
    assert body["resource_group"] == "fraud"


def test_the_cache_is_keyed_by_lock_files() -> None:
    text = f"{MODELS}    defaults: {{cache: {{key_files: uv.lock, paths: .cache/uv}}}}\n"
    assert job("churn:train", text=text)["cache"] == {"key": {"files": ["uv.lock"]}, "paths": [".cache/uv"]}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("plain", "plain"),
        ("$(touch x)", {"value": "$(touch x)", "expand": False}),
        ("100%", {"value": "100%", "expand": False}),
    ],
)
def test_no_variable_is_expanded(value: str, expected: object) -> None:
    assert literal(value) == expected


def test_nothing_to_do_is_one_cheap_job_that_says_why_without_a_file_name() -> None:
    found = composed(*modified("docs/$(touch pwned).md"), kind="merge_request")
    (only,) = found.jobs
    assert only.name == NOTHING
    variables = only.body["variables"]
    assert isinstance(variables, dict)
    assert variables["GIT_STRATEGY"] == "none"
    assert "1 file changed, 1 ignored." in variables["MLGITLAB_NOTE"]
    assert "pwned" not in str(only.body)


def test_stages_are_those_in_use_in_their_order() -> None:
    assert composed().stages == ("quality", "data", "train", "evaluate")
    assert composed(*modified("models/churn/a"), kind="merge_request").stages == ("train",)


def test_smoke_and_the_full_training_it_reads_share_a_stage() -> None:
    smoke = "        smoke: {command: python models/fraud/train.py --smoke, outputs: out/fraud}\n    "
    assert smoke in MODELS
    found = composed(*modified("models/student/a"), text=MODELS.replace(smoke, "    "), kind="merge_request")
    assert [(each.name, each.stage) for each in found.jobs] == [("fraud:train", "train"), ("student:smoke", "train")]
