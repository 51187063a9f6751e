"""docs/templates.md: the values that templates really get, and the shown templates in a real pipeline."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from mlgitlab.config.schema import GitLab
from mlgitlab.pipeline.compose import Composer
from mlgitlab.pipeline.instance import Instance
from mlgitlab.pipeline.parts import Origin, assemble
from mlgitlab.pipeline.split import split
from scripts import documents
from scripts.documents import ROOT, Block
from tests import projects
from tests.commands import mlgitlab
from tests.gitlab_schema import problems
from tests.repositories import Repo

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

PAGE = (ROOT / "docs" / "templates.md").read_text("utf-8")
SHOWN = [block for block in documents.blocks("docs/templates.md", PAGE) if block.marker.startswith("template: ")]
STEPS = ("quality", "data", "smoke", "train", "evaluate")
EVERYTHING = """
version: 1
defaults: {image: python, tags: [x], before_script: "true", cache: {key_files: r.txt, paths: .cache}}
store: {url: "s3://b", id_token: {aud: "https://gitlab.example.com"}}
datasets: {a: {path: a.csv, validate: "true"}, b: b.csv}
quality: {lint: "true"}
models:
  fraud:
    paths: models/fraud
    datasets: [a]
    gpu: t4
    train: {command: "true", outputs: out, environment: e, resource_group: r}
    smoke: {command: "true", outputs: out}
    evaluate: {command: "true", datasets: [a, b], metrics: m.txt}
"""
TYPES = {
    "text": lambda value: isinstance(value, str),
    "list of texts": lambda value: isinstance(value, list) and all(isinstance(item, str) for item in value),
    "list of mappings": lambda value: isinstance(value, list) and all(isinstance(item, dict) for item in value),
    "mapping": lambda value: isinstance(value, dict),
    "true or false": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
}


class Recording:
    """Job templates that remember what they were given: `templates/jobs/` as the composer sees it."""

    def __init__(self) -> None:
        self.given: list[tuple[str, dict[str, Any]]] = []

    def render(self, name: str, values: Mapping[str, object]) -> Mapping[str, object]:
        self.given.append((name, dict(values)))
        kept = ("stage", "needs", "script", "timeout", "parallel")
        return {key: values[key] for key in kept if values.get(key) is not None}


@pytest.fixture(scope="module")
def given() -> list[tuple[str, dict[str, Any]]]:
    """Every rendering of a project that has everything, whole and split."""
    templates = Recording()
    config = projects.config(EVERYTHING)
    instance = Instance.of(GitLab(max_jobs=3))
    composer = Composer(config=config, instance=instance, templates=templates)
    composer.compose(projects.plan(text=EVERYTHING), ())
    replace(composer, store="s3://b").compose(projects.plan(text=EVERYTHING, kind="default_branch"), ())
    composer.compose(projects.plan(text=EVERYTHING, everything="all"), ())
    whole = composer.compose(projects.plan(text=EVERYTHING, everything="all", kind="default_branch"), ())
    found = split(whole, instance, "too many")
    files = tuple(f"part-{number}.yml" for number in range(sum(map(len, found.waves))))
    origin = Origin(pipeline_id="1", job="generate", files=files, interruptible=True)
    assemble(whole, found, config, instance, templates, origin)
    return templates.given


def test_everything_was_rendered(given: list[tuple[str, dict[str, Any]]]) -> None:
    assert {name for name, _ in given} == {*STEPS, "nothing", "metrics", "part", "parts"}


def test_the_values_of_a_step_are_those_documented(given: list[tuple[str, dict[str, Any]]]) -> None:
    table = PAGE.partition("## Values of a step")[2].partition("## ")[0]
    documented = dict(re.findall(r"^\| `(\w+)` \| ([^|`]+) \|", table, re.MULTILINE))
    for name, values in given:
        if name in STEPS:
            assert set(values) == set(documented), name
            wrong = {
                key: value
                for key, value in values.items()
                if not any(TYPES[kind](value) for kind in re.split(r" or (?=null)", documented[key]))
            }
            assert wrong == {}, name


@pytest.mark.parametrize("name", ["nothing", "metrics", "part", "parts"])
def test_the_values_of_the_other_templates_are_those_documented(
    name: str, given: list[tuple[str, dict[str, Any]]]
) -> None:
    row = re.search(rf"^\| `{name}` \|[^|]+\|([^|]+)\|$", PAGE, re.MULTILINE)
    assert row
    found = {frozenset(values) for rendered, values in given if rendered == name}
    assert found == {frozenset(re.findall(r"`(\w+)`", row[1]))}


@pytest.mark.parametrize("block", SHOWN, ids=lambda block: block.place)
def test_a_shown_template_makes_jobs_that_gitlab_accepts(block: Block, tmp_path: Path) -> None:
    name = block.marker.removeprefix("template: ")
    repo = Repo.create(tmp_path / "repo")
    repo.commit("one", {"mlgitlab.yml": EVERYTHING + "templates: ci/jobs\n", f"ci/jobs/{name}.yml.j2": block.text})

    done = mlgitlab("preview", "--all", "--profile", "default_branch", "--format", "yaml", cwd=repo.folder)

    assert problems(done.out) == []
    train = yaml.safe_load(done.out)["fraud:train"]
    assert train["script"] == ["mlgitlab train fraud --again"]
    assert "nvidia-smi" in train.get("after_script", ()) or train["environment"]["name"] == "training-fraud"


def test_the_page_shows_templates() -> None:
    assert len(SHOWN) >= 2


def test_a_value_inside_a_longer_text_is_refused_as_the_page_says(tmp_path: Path) -> None:
    template = "stage: {{ stage }}\ntimeout: {{ timeout }}\nscript: [echo {{ model }}]\n"
    repo = Repo.create(tmp_path / "repo")
    repo.commit("one", {"mlgitlab.yml": EVERYTHING + "templates: ci/jobs\n", "ci/jobs/train.yml.j2": template})

    done = mlgitlab("preview", "--all", "--profile", "default_branch", cwd=repo.folder, check=2)

    assert "must be the whole value" in done.err
