"""GitLab's variables and the kind of pipeline that they describe."""

from __future__ import annotations

import pytest

from mlgitlab.ci import CiEnvironment, PipelineKind
from mlgitlab.errors import UsageError

SHA = "a" * 40
MR = {"CI_PIPELINE_SOURCE": "merge_request_event", "CI_MERGE_REQUEST_IID": "7"}


@pytest.mark.parametrize(
    ("environ", "kind"),
    [
        pytest.param({}, "laptop", id="no GitLab at all"),
        pytest.param({"CI": "true"}, "laptop", id="another CI system"),
        pytest.param(MR, "merge_request", id="merge request"),
        pytest.param({**MR, "CI_MERGE_REQUEST_EVENT_TYPE": "detached"}, "merge_request", id="detached"),
        pytest.param({**MR, "CI_MERGE_REQUEST_EVENT_TYPE": "merged_result"}, "merged_result", id="merged result"),
        pytest.param({**MR, "CI_MERGE_REQUEST_EVENT_TYPE": "merge_train"}, "merge_train", id="merge train"),
        pytest.param({**MR, "CI_PIPELINE_SOURCE": "parent_pipeline"}, "merge_request", id="child of one"),
        pytest.param(
            {"CI_PIPELINE_SOURCE": "push", "CI_COMMIT_BRANCH": "main", "CI_DEFAULT_BRANCH": "main"},
            "default_branch",
            id="push to the default branch",
        ),
        pytest.param(
            {"CI_PIPELINE_SOURCE": "push", "CI_COMMIT_BRANCH": "x", "CI_DEFAULT_BRANCH": "main"}, "branch", id="push"
        ),
        pytest.param({"CI_PIPELINE_SOURCE": "push", "CI_COMMIT_TAG": "v1"}, "tag", id="tag"),
        pytest.param({"CI_PIPELINE_SOURCE": "schedule", "CI_COMMIT_BRANCH": "main"}, "schedule", id="schedule"),
        pytest.param({"CI_PIPELINE_SOURCE": "schedule", "CI_COMMIT_TAG": "v1"}, "schedule", id="schedule on a tag"),
        pytest.param({"CI_PIPELINE_SOURCE": "web"}, "manual", id="web"),
        pytest.param({"CI_PIPELINE_SOURCE": "api"}, "manual", id="api"),
        pytest.param({"CI_PIPELINE_SOURCE": "trigger"}, "manual", id="trigger"),
        pytest.param({"CI_PIPELINE_SOURCE": "pipeline"}, "manual", id="another project"),
        pytest.param({"CI_COMMIT_SHA": SHA}, "branch", id="a job without a source"),
    ],
)
def test_kind_of_pipeline(environ: dict[str, str], kind: str) -> None:
    assert CiEnvironment.read(environ).kind == kind


def test_a_fork_is_told_by_the_project_ids() -> None:
    url = {"CI_MERGE_REQUEST_PROJECT_URL": "https://gitlab.example/up/stream", "CI_MERGE_REQUEST_PROJECT_ID": "1"}
    assert CiEnvironment.read({**MR, **url, "CI_PROJECT_ID": "2"}).target_url == "https://gitlab.example/up/stream"
    assert CiEnvironment.read({**MR, **url, "CI_PROJECT_ID": "1"}).target_url == ""


def test_labels_are_split_and_stripped() -> None:
    found = CiEnvironment.read({**MR, "CI_MERGE_REQUEST_LABELS": "bug, ml::full-train,,"})
    assert found.labels == ("bug", "ml::full-train")


def test_parameters_lose_their_prefix() -> None:
    assert CiEnvironment.read({"MLGITLAB_PARAM_EPOCHS": "3"}).parameters == {"epochs": "3"}


@pytest.mark.parametrize("value", ["main", "--upload-pack=x", "a" * 39, "A" * 40])
def test_a_sha_that_is_none_is_refused_by_name(value: str) -> None:
    with pytest.raises(UsageError, match="CI_COMMIT_SHA is not a full commit SHA"):
        CiEnvironment.read({"CI_PIPELINE_SOURCE": "push", "CI_COMMIT_SHA": value})


@pytest.mark.parametrize(
    ("asked", "branch", "kind"),
    [
        ("push", "main", PipelineKind.DEFAULT_BRANCH),
        ("push", "feature", PipelineKind.BRANCH),
        ("push", "", PipelineKind.BRANCH),
        ("web", "main", PipelineKind.MANUAL),
        ("tag", "main", PipelineKind.TAG),
        ("merge_train", "feature", PipelineKind.MERGE_TRAIN),
    ],
)
def test_simulated_kinds(asked: str, branch: str, kind: PipelineKind) -> None:
    found = CiEnvironment(profile="nightly").simulate(asked, branch, "main")
    assert (found.kind, found.simulated, found.profile, found.in_ci) == (kind, True, "nightly", False)
