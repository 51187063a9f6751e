"""The file that users include: valid for GitLab, documented, and the same in the examples."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mlgitlab import __version__
from tests.gitlab_schema import documents, interpolated, problems

ROOT = Path(__file__).resolve().parents[2]
COMPONENT = ROOT / "templates" / "pipeline.yml"
EXAMPLES = sorted(path.name for path in (ROOT / "examples").iterdir())
GENERATE, RUN = "mlgitlab:generate", "mlgitlab:run"
PROMOTION_GENERATE, PROMOTION = "mlgitlab:promotion:generate", "mlgitlab:promotion"


def _component(**inputs: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The declared inputs, and the jobs as GitLab would see them with these values."""
    header, jobs = documents(COMPONENT.read_text("utf-8"))
    declared = header["spec"]["inputs"]
    values = {name: inputs.get(name, declaration["default"]) for name, declaration in declared.items()}
    return declared, interpolated(jobs, values)


def test_gitlabs_schema_accepts_the_component() -> None:
    assert problems(COMPONENT.read_text("utf-8")) == []


@pytest.mark.parametrize("example", EXAMPLES)
def test_gitlabs_schema_accepts_the_pipeline_of_an_example(example: str) -> None:
    assert problems((ROOT / "examples" / example / ".gitlab-ci.yml").read_text("utf-8")) == []


def test_gitlabs_schema_accepts_our_own_pipeline() -> None:
    assert problems((ROOT / ".gitlab-ci.yml").read_text("utf-8")) == []


def test_the_schema_check_finds_a_keyword_that_gitlab_does_not_know() -> None:
    assert problems("job: {script: [make], artifacts: {path: [x]}}") != []


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_copy_in_an_example_is_the_component(example: str) -> None:
    copy = ROOT / "examples" / example / ".gitlab" / "mlgitlab.yml"
    assert copy.read_bytes() == COMPONENT.read_bytes()


def test_every_input_has_a_sentence_and_a_default() -> None:
    declared, _ = _component()
    for name, declaration in declared.items():
        assert declaration["description"].endswith("."), name
        assert "default" in declaration, name


def test_the_release_that_is_installed_is_this_one() -> None:
    declared, _ = _component()
    assert declared["version"]["default"] == __version__


def test_the_file_holds_the_four_jobs_and_no_global_keyword() -> None:
    _, jobs = _component()
    assert list(jobs) == [GENERATE, RUN, PROMOTION_GENERATE, PROMOTION]


def test_promotions_are_planned_once_the_gates_have_spoken_and_wait_for_nobody() -> None:
    _, jobs = _component(promotion="on")
    assert jobs[PROMOTION_GENERATE]["needs"] == [{"job": RUN, "artifacts": False}]
    assert jobs[PROMOTION]["needs"] == [PROMOTION_GENERATE]
    trigger = jobs[PROMOTION]["trigger"]
    assert trigger["include"] == [{"artifact": "mlgitlab-promotion.yml", "job": PROMOTION_GENERATE}]
    assert "strategy" not in trigger
    assert trigger["forward"] == {"yaml_variables": False, "pipeline_variables": False}
    assert jobs[PROMOTION]["inherit"] == {"variables": False}
    assert "resource_group" not in jobs[PROMOTION]


def test_promotions_come_from_the_default_branch_and_tags_alone_and_only_where_they_are_wanted() -> None:
    _, jobs = _component(promotion="off")
    assert jobs[PROMOTION]["rules"] == jobs[PROMOTION_GENERATE]["rules"]
    off, *others = jobs[PROMOTION]["rules"]
    assert off == {"if": '"off" == "off"', "when": "never"}
    assert others == [{"if": "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH"}, {"if": "$CI_COMMIT_TAG"}]


def test_the_trigger_job_reads_what_the_generate_job_writes_whatever_the_prefix() -> None:
    _, jobs = _component(prefix="churn-")
    included = jobs["churn-run"]["trigger"]["include"]
    assert included == [{"artifact": "mlgitlab-child.yml", "job": "churn-generate"}]
    assert jobs["churn-run"]["needs"] == ["churn-generate"]


def test_no_input_becomes_text_of_the_script() -> None:
    header, jobs = documents(COMPONENT.read_text("utf-8"))
    assert len(header["spec"]["inputs"]) > 0
    script = jobs["$[[ inputs.prefix ]]generate"]["script"]
    assert "$[[" not in "\n".join(script)


def test_no_variable_of_the_parent_reaches_the_child() -> None:
    _, jobs = _component()
    assert jobs[RUN]["inherit"] == {"variables": False}
    assert jobs[RUN]["trigger"]["forward"] == {"yaml_variables": False, "pipeline_variables": False}


def test_both_jobs_are_in_the_same_pipelines() -> None:
    _, jobs = _component()
    assert jobs[GENERATE]["rules"] == jobs[RUN]["rules"]


def test_a_superseded_pipeline_of_the_default_branch_is_not_interrupted() -> None:
    _, jobs = _component()
    rules = {rule["if"]: rule for rule in jobs[GENERATE]["rules"]}
    assert "interruptible" not in rules["$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH"]
    assert "interruptible" not in jobs[GENERATE]


def test_the_default_branch_is_never_left_out_for_an_open_merge_request() -> None:
    _, jobs = _component()
    conditions = [rule["if"] for rule in jobs[GENERATE]["rules"]]
    skipped = next(rule["if"] for rule in jobs[GENERATE]["rules"] if rule.get("when") == "never")
    assert conditions.index("$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH") < conditions.index(skipped)
