"""A plan that asks the store: what was trained is not trained again, and what was lost is."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.commands import Done, mlgitlab
from tests.repositories import Repo

CONFIG = """\
version: 1
ignore: ["*.md", plan.json, mlgitlab-child.yml, .gitignore]
models:
  fraud:
    paths: models/fraud
    train: {command: python models/fraud/train.py, outputs: out/fraud.txt}
    evaluate: cat out/fraud.txt
  student:
    paths: models/student
    models: [fraud]
    train: {command: cp out/fraud.txt out/student.txt, outputs: out/student.txt}
"""
TRAIN = "from pathlib import Path\nPath('out').mkdir(exist_ok=True)\nPath('out/fraud.txt').write_text('weights')\n"
MAIN = {
    "CI_PIPELINE_SOURCE": "push",
    "CI_COMMIT_BRANCH": "main",
    "CI_DEFAULT_BRANCH": "main",
    "CI_SERVER_VERSION": "18.6",
}


class Project:
    """A repository, and a store beside it."""

    def __init__(self, folder: Path) -> None:
        self.repo = Repo.create(folder / "repo")
        self.store = folder / "store"
        files = {"mlgitlab.yml": CONFIG, "models/fraud/train.py": TRAIN, "models/student/notes.txt": "1"}
        self.first = self.repo.commit("one", {**files, ".gitignore": ".mlgitlab*\nout\nplan.json\n*-child.yml\n"})

    def run(self, *argv: str, **environ: str) -> Done:
        return mlgitlab(*argv, cwd=self.repo.folder, environ={"MLGITLAB_STORE": str(self.store), **environ})

    def pushed(self, before: str, command: str = "preview") -> Any:
        """The plan of a pipeline of the default branch."""
        sha = self.repo.git("rev-parse", "HEAD")
        return self.run(command, "--json", **MAIN, CI_COMMIT_SHA=sha, CI_COMMIT_BEFORE_SHA=before).json


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def running(plan: Any) -> dict[str, str]:
    """The steps that run, each with its first reason's cause."""
    return {step["id"]: step["reasons"][0]["cause"] for step in plan["steps"] if step["selected"]}


def edited(project: Project) -> str:
    """A commit that alters what the training of fraud makes; the commit before it."""
    before = project.repo.git("rev-parse", "HEAD")
    project.repo.commit("heavier", {"models/fraud/train.py": TRAIN.replace("weights", "more weights")})
    return before


def test_a_result_of_the_same_fingerprint_is_pinned_and_read_by_its_digest(project: Project) -> None:
    before = edited(project)
    project.run("train", "fraud")
    digest = project.run("model", "list", "--json").json["models"][0]["digest"]

    plan = project.pushed(before)

    assert running(plan) == {"fraud:evaluate": "paths", "student:train": "upstream"}
    (pin,) = plan["pins"]
    assert (pin["step"], pin["digest"], pin["read_by"]) == ("fraud:train", digest, ["student:train", "fraud:evaluate"])
    child = project.run("preview", "--format", "yaml", "--base", before, "--profile", "default_branch").out
    assert f"mlgitlab model pull fraud@{digest} --into ." in child


def test_a_change_after_the_result_is_trained(project: Project) -> None:
    project.run("train", "fraud")
    assert running(project.pushed(edited(project)))["fraud:train"] == "import"


def test_a_result_from_before_a_file_that_no_rule_knows_changed_counts_for_nothing(project: Project) -> None:
    project.repo.commit("parameters", {"params.yaml": "rate: 1\nnotes: a"})
    before = edited(project)
    project.run("train", "fraud")
    assert "fraud:train" not in running(project.pushed(before))

    before = project.repo.git("rev-parse", "HEAD")
    project.repo.commit("a comment", {"params.yaml": "rate: 1  # slow\nnotes: a"})
    assert running(project.pushed(before)) == {}
    project.repo.commit("faster", {"params.yaml": "rate: 2\nnotes: a"})

    assert running(project.pushed(before))["fraud:train"] == "unmatched"


def test_a_result_from_before_a_key_that_no_rule_asks_for_changed_counts_for_nothing(project: Project) -> None:
    asked = CONFIG.replace("paths: models/student", "paths: models/student\n    inputs: [params.yaml:notes]")
    project.repo.commit("parameters", {"params.yaml": "rate: 1\nnotes: a", "mlgitlab.yml": asked})
    before = edited(project)
    project.run("train", "fraud")
    project.repo.commit("another note", {"params.yaml": "rate: 1\nnotes: b"})
    assert "fraud:train" not in running(project.pushed(before))

    project.repo.commit("faster", {"params.yaml": "rate: 2\nnotes: b"})

    assert "fraud:train" in running(project.pushed(before))


def test_a_result_whose_model_is_gone_counts_for_nothing(project: Project) -> None:
    before = edited(project)
    project.run("train", "fraud")
    shutil.rmtree(project.store / "models")
    assert "fraud:train" in running(project.pushed(before))


def test_all_means_all(project: Project) -> None:
    project.run("train", "fraud")
    plan = project.run("preview", "--all", "--profile", "default_branch", "--json").json
    assert "fraud:train" in running(plan)
    child = project.run("preview", "--all", "--profile", "default_branch", "--format", "yaml").out
    assert "mlgitlab train fraud --again" in child


def test_what_a_pipeline_of_the_default_branch_started_and_never_finished_is_started_by_the_next(
    project: Project,
) -> None:
    before = edited(project)
    assert "fraud:train" in running(project.pushed(before, "generate"))  # and then somebody cancels it

    before = project.repo.git("rev-parse", "HEAD")
    project.repo.commit("words", {"README.md": "hello"})
    plan = project.pushed(before)

    assert running(plan) == {"fraud:train": "owed", "fraud:evaluate": "upstream", "student:train": "owed"}
    project.run("train", "fraud")
    project.run("train", "student")
    assert running(project.pushed(before)) == {}


def test_a_merge_request_makes_up_for_nothing(project: Project) -> None:
    before = edited(project)
    project.pushed(before, "generate")
    sha = project.repo.commit("words", {"README.md": "hello"})
    ci = {**MAIN, "CI_PIPELINE_SOURCE": "merge_request_event", "CI_MERGE_REQUEST_IID": "1", "CI_COMMIT_SHA": sha}
    plan = project.run("preview", "--json", **ci, CI_MERGE_REQUEST_DIFF_BASE_SHA=sha).json
    assert running(plan) == {}


def test_a_store_that_does_not_answer_makes_trainings_run_and_is_named(project: Project) -> None:
    before = edited(project)
    project.run("train", "fraud")
    sha = project.repo.git("rev-parse", "HEAD")
    ci = {**MAIN, "CI_COMMIT_SHA": sha, "CI_COMMIT_BEFORE_SHA": before}
    found = mlgitlab(
        "preview", "--json", cwd=project.repo.folder, environ={**ci, "MLGITLAB_STORE": "ftp://example.com/models"}
    ).json
    assert "fraud:train" in running(found)
    assert any(note.startswith("the store was not asked: ") for note in found["notes"])


def test_a_bucket_is_not_asked_from_a_laptop_unless_somebody_says_so(project: Project) -> None:
    edited(project)
    found = project.run("preview", "--json", "--base", project.first, MLGITLAB_STORE="s3://a-bucket").json
    assert any("--ask-store" in note for note in found["notes"])


def test_the_store_is_not_asked_where_somebody_says_so(project: Project) -> None:
    before = edited(project)
    project.run("train", "fraud")
    found = project.run("preview", "--no-ask-store", "--json", "--base", before, "--profile", "default_branch").json
    assert "fraud:train" in running(found)


EDITED = """\
version: 1
ignore: ["*.md", plan.json, mlgitlab-child.yml, .gitignore]
models:
  fraud:
    paths: models/fraud
    inputs: ["params.yaml:fraud.*"]
    train: {command: python models/fraud/train.py --config conf/fraud.yaml, outputs: out/fraud.txt}
  churn:
    inputs: [conf, data/shared.csv]
    train: {command: "true", outputs: out/churn.txt}
"""
FILES: dict[str, str | bytes] = {
    "mlgitlab.yml": EDITED,
    "params.yaml": "fraud: {lr: 1}\nother: {lr: 1}\n",
    "conf/fraud.yaml": "depth: 3\n",
    "data/rows.csv": "a\n1\n",
    "data/shared.csv": "a\n1\n",
    "tools/build.py": "print(1)\n",
}


@pytest.mark.parametrize(
    ("path", "content", "runs"),
    [
        pytest.param("data/rows.csv", "a\n2\n", True, id="a file that no rule knows"),
        pytest.param("data/new.csv", "a\n", True, id="a new one"),
        pytest.param("data/rows.csv", None, True, id="one that is gone"),
        pytest.param("tools/build.py", "print(2)\n", True, id="code that no step loads"),
        pytest.param("tools/build.py", "print(1)  # one\n", False, id="its comments"),
        pytest.param("params.yaml", "fraud: {lr: 2}\nother: {lr: 1}\n", True, id="a key of its own"),
        pytest.param("params.yaml", "fraud: {lr: 1}\nother: {lr: 2}\n", True, id="a key that nobody knows"),
        pytest.param("params.yaml", "fraud: {lr: 1} # 1\nother: {lr: 1}\n", False, id="a comment"),
        pytest.param("conf/fraud.yaml", "depth: 4\n", True, id="what its command names, and another model claims"),
        pytest.param("conf/fraud.yaml", "depth:   3\n", False, id="the layout of that"),
        pytest.param("data/shared.csv", "a\n2\n", False, id="an input of another model"),
        pytest.param("README.md", "hello", False, id="what is ignored"),
    ],
)
def test_what_makes_a_training_run_makes_its_earlier_result_another(
    project: Project, path: str, content: str | None, runs: bool
) -> None:
    base = project.repo.commit("files", FILES)
    project.run("train", "fraud")
    before = project.run("fingerprint", "fraud", "train").out
    if content is None:
        project.repo.git("rm", "-q", path)
        project.repo.commit("gone", {})
    else:
        project.repo.commit("edit", {path: content})
    assert (project.run("fingerprint", "fraud", "train").out != before) == runs
    plan = project.pushed(base)
    assert ("fraud:train" in running(plan)) == runs
    assert plan["pins"] == []
    assert ("fraud:train: trained" in project.run("train", "fraud").out) == runs


def test_by_another_policy_unknown_files_are_no_part_of_a_result(project: Project) -> None:
    project.repo.commit("files", {**FILES, "mlgitlab.yml": EDITED + "unmatched: nothing\n"})
    before = project.run("fingerprint", "fraud", "train").out
    project.repo.commit("edit", {"data/rows.csv": "a\n2\n"})
    assert project.run("fingerprint", "fraud", "train").out == before


def test_a_file_that_git_does_not_know_yet_is_no_part_of_a_result(project: Project) -> None:
    project.repo.commit("files", FILES)
    before = project.run("fingerprint", "fraud", "train").out
    project.repo.write({"data/more.csv": "a\n"})
    assert project.run("fingerprint", "fraud", "train").out == before
    project.repo.write({"data/rows.csv": "a\n2\n"})
    assert project.run("fingerprint", "fraud", "train").out != before


LINKED = """\
version: 1
ignore: ["*.md", .gitignore]
models:
  fraud:
    paths: models/fraud
    inputs: [conf.yaml, data/]
    train: {command: python models/fraud/train.py, outputs: out/fraud.txt}
  churn:
    inputs: shared
    train: {command: "true", outputs: out/churn.txt}
"""


@pytest.mark.parametrize(
    ("path", "content", "runs"),
    [
        pytest.param("shared/conf.yaml", "depth: 4\n", True, id="the file behind a link"),
        pytest.param("shared/conf.yaml", "depth: 3  # the same\n", False, id="its comments"),
        pytest.param("shared/tables/new.csv", "a\n", True, id="a new one in a folder behind a link"),
        pytest.param("shared/other.csv", "a\n", False, id="one beside"),
    ],
)
def test_an_input_that_is_a_link_is_the_file_that_it_leads_to(
    project: Project, path: str, content: str, runs: bool
) -> None:
    project.repo.write(
        {
            "mlgitlab.yml": LINKED,
            "shared/conf.yaml": "depth: 3\n",
            "shared/tables/a.csv": "a\n",
            "shared/other.csv": "b",
        }
    )
    (project.repo.folder / "conf.yaml").symlink_to("shared/conf.yaml")
    (project.repo.folder / "data").symlink_to("shared/tables")
    base = project.repo.commit("links")
    project.run("train", "fraud")
    before = project.run("fingerprint", "fraud", "train").out
    project.repo.commit("edit", {path: content})
    assert (project.run("fingerprint", "fraud", "train").out != before) == runs
    assert ("fraud:train" in running(project.pushed(base))) == runs
    assert ("fraud:train: trained" in project.run("train", "fraud").out) == runs
