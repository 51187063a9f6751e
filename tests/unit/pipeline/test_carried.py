"""Production's numbers, where a pipeline of the default branch evaluates nothing."""

from __future__ import annotations

from mlgitlab.adapters.template_files import shipped_folder
from mlgitlab.adapters.templates import JinjaJobTemplates
from mlgitlab.config.schema import GitLab
from mlgitlab.pipeline.carried import CARRIED, MOST_MODELS
from mlgitlab.pipeline.compose import NOTHING, Composer
from mlgitlab.pipeline.instance import Instance
from mlgitlab.pipeline.nouns import Job
from tests.projects import MODELS, config, modified, plan

TEXT = MODELS.replace(
    "evaluate: python models/fraud/evaluate.py",
    "evaluate: {command: judge, metrics: m.json, datasets: [transactions]}",
)


def jobs(*paths: str, text: str = TEXT, kind: str = "default_branch", store: str = "file:///models") -> dict[str, Job]:
    composer = Composer(
        config=config(text),
        instance=Instance.of(GitLab()),
        templates=JinjaJobTemplates({}, shipped_folder()),
        store=store,
    )
    return {job.name: job for job in composer.compose(plan(*modified(*paths), text=text, kind=kind), ()).jobs}


def test_the_default_branch_shows_the_numbers_of_what_it_does_not_evaluate() -> None:
    found = jobs("README.md")
    assert set(found) == {NOTHING, CARRIED}
    path = ".mlgitlab/fraud/production-transactions-metrics.txt"
    assert found[CARRIED].body["script"] == [
        f"mlgitlab metrics report --if-any --model fraud --step evaluate --label dataset=transactions --output {path}"
    ]
    assert found[CARRIED].body["artifacts"] == {"reports": {"metrics": [path]}}


def test_what_is_evaluated_needs_no_older_numbers() -> None:
    assert CARRIED not in jobs("models/fraud/train.py")


def test_nobody_compares_with_the_numbers_of_other_branches_or_of_no_store() -> None:
    assert CARRIED not in jobs("README.md", kind="merge_request")
    assert CARRIED not in jobs("README.md", store="")


def test_a_repository_of_very_many_models_does_without() -> None:
    model = "      NAME: {paths: NAME, evaluate: {command: judge, metrics: m.json}}\n"
    text = "    version: 1\n    models:\n" + "".join(
        model.replace("NAME", f"m{number}") for number in range(MOST_MODELS + 1)
    )
    assert CARRIED not in jobs("README.md", text=text)
