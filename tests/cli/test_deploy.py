"""The commands of `mlgitlab deploy`, with a real nginx and real models behind it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import nginx_host, nginx_project
from tests.nginx_project import Project


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    if nginx_host.MISSING:
        pytest.skip(nginx_host.MISSING)
    with nginx_project.project(tmp_path) as made:
        yield made


def test_the_first_model_is_tested_and_answers_and_a_second_run_changes_nothing(project: Project) -> None:
    digest = project.permitted("one")
    done = project.run("run", f"fraud@{digest}", "--json")
    assert done.json["status"] == "live"
    assert project.host.send("ada").version == digest
    assert project.run("run", f"fraud@{digest}").out.endswith("answers in production already\n")
    status = project.run("status", "fraud", "--json").json
    assert (status["traffic"]["live"], status["warm"], status["pointer"]) == (digest, [digest], digest)
    entries = project.run("history", "fraud", "--json").json["deployments"][0]["entries"]
    assert [entry["kind"] for entry in entries] == [
        "begun", "placed", "tested", "routing", "routed", "passed", "settled",
    ]  # fmt: skip


def test_a_model_that_is_not_what_it_says_gets_no_traffic(project: Project) -> None:
    digest = project.permitted("one", version="sha256:" + "0" * 64)
    done = project.run("run", f"fraud@{digest}", check=3)
    assert "synthetic.version: fail, 0 of 1 answered by the candidate" in done.err
    assert project.host.send("ada").status == 503
