"""The files that a step's fingerprint is made of, against those whose change would make the step run."""

from __future__ import annotations

import pytest

from mlgitlab.analysis.meaning.values import Layer, Meaning, Part
from mlgitlab.config.scalars import Globs
from mlgitlab.planning import unclaimed
from mlgitlab.planning.ingredients import files_of
from mlgitlab.planning.links import NO_LINKS, Links
from tests.projects import FILE, MODELS, config, impact, modified, steps

PATHS = (
    *("Makefile", "models/fraud/train.py", "models/x/a.py", "docs/a.md", "data/transactions.csv.dvc", "tests/a.py"),
    *("schemas/transactions.yml", "params.yaml", "libs/loaded.py", "tools/a.py", "models/churn/a/b.csv", "check.py"),
)
FILES = dict.fromkeys(PATHS, "100644")


def found(text: str = MODELS, modes: dict[str, str] = FILES) -> set[str]:
    return set(unclaimed.unclaimed(config(text), steps(text).values(), {"libs/loaded.py"}, modes, FILE, NO_LINKS))


@pytest.mark.parametrize("path", [path for path in PATHS if path != "libs/loaded.py"])
def test_every_step_depends_on_the_files_whose_change_would_run_everything(path: str) -> None:
    assert (path in found()) == (path in impact(*modified(path)).unmatched)


def test_what_code_loads_what_a_step_leaves_and_the_configuration_are_no_such_files() -> None:
    assert found(modes={**FILES, "out/fraud/model.bin": "100644", FILE: "100644"}) == found()
    assert "libs/loaded.py" not in found()


def test_a_project_for_which_unknown_files_run_nothing_has_none() -> None:
    assert found(MODELS.replace("version: 1", "version: 1\n    unmatched: nothing")) == set()


def test_a_file_is_known_by_a_rule_about_a_link_to_it() -> None:
    claimed, linked = config(MODELS), Links({"models/fraud/data": "shared"})
    modes = {"shared/a.csv": "100644", "other/a.csv": "100644"}
    assert set(unclaimed.unclaimed(claimed, steps(MODELS).values(), (), modes, FILE, linked)) == {"other/a.csv"}


def test_of_a_file_some_keys_of_which_are_claimed_the_others_count() -> None:
    text = MODELS.replace("paths: models/churn", 'paths: models/churn\n        inputs: "params.yaml:churn.**"')
    keys = unclaimed.unclaimed(config(text), steps(text).values(), (), FILES, FILE, NO_LINKS)["params.yaml"]

    def told(*parts: Part) -> str:
        return unclaimed.ingredients({"a": keys}, {"a": "0"}, {"a": Meaning(parts=parts)})[0].digest

    seed, rate = Part("seed", "1"), Part("churn.rate", "1")
    assert told(seed, rate) == told(seed, Part("churn.rate", "2")) == told(seed, Part("note", "1", Layer.TOOLING))
    assert told(seed, rate) != told(Part("seed", "2"), rate)


def test_many_files_are_named_together() -> None:
    many = {f"a/{number}": () for number in range(2000)}
    first = unclaimed.ingredients(many, dict.fromkeys(many, "0"), {})
    second = unclaimed.ingredients(many, {**dict.fromkeys(many, "0"), "a/7": "1"}, {})

    assert len(first) == 1
    assert first != second


@pytest.mark.parametrize("pattern", ["vendor/lib", "vendor/lib/src", "vendor/**", "*.cu"])
def test_a_submodule_is_an_input_where_something_below_it_may_be(pattern: str) -> None:
    text = MODELS.replace("paths: models/churn", f'paths: models/churn\n        inputs: "{pattern}"')
    step = steps(text)["churn:train"]

    files = files_of(step, (), ["models/a", "vendor/lib"], Globs(()), FILE, ["vendor/lib"])

    assert "vendor/lib" in files
