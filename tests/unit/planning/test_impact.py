"""Which steps a change reaches, and which paths nobody can answer for."""

from __future__ import annotations

import pytest

from mlgitlab.changes import Change, ChangeKind
from mlgitlab.errors import RefusedError
from mlgitlab.planning.reasons import config_reasons
from mlgitlab.planning.sides import Hit
from mlgitlab.results import Cause
from tests.projects import FILE, MODELS, impact, modified, steps

EVERY_STEP = set(steps())


@pytest.mark.parametrize(
    ("path", "reached"),
    [
        pytest.param("models/churn/x.yml", {"churn:train"}, id="a model's own folder"),
        pytest.param(
            "data/transactions.csv",
            {"data:transactions", "fraud:train", "fraud:smoke", "fraud:evaluate"},
            id="data reaches its check and its models",
        ),
        pytest.param(
            "data/transactions.csv.dvc",
            {"data:transactions", "fraud:train", "fraud:smoke", "fraud:evaluate", "quality:lint", "quality:tests"},
            id="a DVC pointer is the data, or a folder that holds more",
        ),
        pytest.param("tests/test_a.csv", {"quality:tests"}, id="owned by a quality step"),
        pytest.param("docs/a.md", set(), id="ignored"),
        pytest.param("Makefile", EVERY_STEP, id="known to no rule"),
        pytest.param("tools/a.py", EVERY_STEP, id="a linter knows nothing about models"),
    ],
)
def test_one_changed_file(path: str, reached: set[str]) -> None:
    assert set(impact(*modified(path)).reasons) == reached


def test_a_reason_leads_from_the_file_to_the_key() -> None:
    (reason,) = impact(*modified("models/churn/a", "models/churn/b")).reasons["churn:train"]
    assert reason.cause is Cause.PATHS
    assert reason.text == "models/churn/a and 1 more (modified) are in models.churn.paths"
    assert reason.chain == ("models/churn/a",)


def test_an_import_counts_even_where_ignore_says_otherwise() -> None:
    found = Hit.of_import(step="churn:train", chain=("notes.md", "models/churn/train.py"))
    reached = impact(*modified("notes.md"), imports={"notes.md": (found,)})
    assert reached.reasons["churn:train"][0].text == "notes.md (modified) is loaded by models/churn/train.py"
    assert reached.ignored == ()


def test_a_test_that_imports_a_file_does_not_make_it_known() -> None:
    found = Hit.of_import(step="quality:tests", chain=("lib.py", "tests/a.py"), claims=False)
    assert impact(*modified("lib.py"), imports={"lib.py": (found,)}).unmatched == ("lib.py",)


@pytest.mark.parametrize("path", ["libs", "models"])
def test_a_submodule_counts_for_what_lies_below(path: str) -> None:
    text = MODELS.replace("paths: models/churn", "paths: [models/churn, libs/deep/x]")
    bumped = Change(path=path, kind=ChangeKind.MODIFIED, old_mode="160000", new_mode="160000")
    assert "churn:train" in impact(bumped, text=text).reasons


@pytest.mark.parametrize(
    ("rule", "unmatched"),
    [
        pytest.param("libs/sub", (), id="all of the submodule is declared"),
        pytest.param("libs/sub/**", (), id="all of it, written as a pattern"),
        pytest.param("libs", (), id="the folder above"),
        pytest.param("libs/sub/conf.yml", ("libs/sub",), id="one of its files"),
        pytest.param("conf", ("libs/sub",), id="what may or may not be in it"),
    ],
)
def test_a_submodule_is_known_only_when_all_of_it_is(rule: str, unmatched: tuple[str, ...]) -> None:
    text = MODELS.replace("paths: models/churn", f"paths: [models/churn, {rule}]")
    bumped = Change(path="libs/sub", kind=ChangeKind.MODIFIED, old_mode="160000", new_mode="160000")
    assert impact(bumped, text=text).unmatched == unmatched


def test_a_rule_that_the_change_removes_still_fires() -> None:
    before = MODELS.replace("paths: models/churn", "paths: [models/churn, conf/churn.yml]")
    assert "churn:train" in impact(*modified("conf/churn.yml"), base=before).reasons


def test_an_ignore_that_the_change_adds_hides_nothing_yet() -> None:
    after = MODELS.replace('ignore: ["*.md"]', 'ignore: ["*.md", conf]')
    assert impact(*modified("conf/a.yml"), text=after, base=MODELS).unmatched == ("conf/a.yml",)


def test_a_new_rule_is_enough_for_a_new_file() -> None:
    after = MODELS.replace("paths: models/churn", "paths: [models/churn, conf/churn.yml]")
    new = Change(path="conf/churn.yml", kind=ChangeKind.ADDED)
    reached = impact(new, text=after, base=MODELS)
    assert (set(reached.reasons), reached.unmatched) == ({"churn:train"}, ())


def test_a_deleted_file_is_known_when_its_rule_went_with_it() -> None:
    before = MODELS.replace("      churn:", "      old: {paths: models/old, train: x}\n      churn:")
    gone = Change(path="models/old/train.py", kind=ChangeKind.DELETED)
    reached = impact(gone, base=before)
    assert (set(reached.reasons), reached.unmatched) == ({"quality:lint"}, ())


@pytest.mark.parametrize(("policy", "reached"), [("everything", EVERY_STEP), ("nothing", set())])
def test_policy_for_a_path_that_no_rule_knows(policy: str, reached: set[str]) -> None:
    found = impact(*modified("Makefile"), text=f"{MODELS}    unmatched: {policy}\n")
    assert (set(found.reasons), found.unmatched) == (reached, ("Makefile",))


def test_policy_error_names_the_path_and_the_ways_out() -> None:
    with pytest.raises(RefusedError, match=r"no rule knows Makefile \(unmatched: error\)") as raised:
        impact(*modified("Makefile"), text=f"{MODELS}    unmatched: error\n")
    assert "ignore" in raised.value.hint


def test_the_configuration_file_acts_by_key_alone() -> None:
    text = MODELS.replace("paths: models/churn", "paths: .")
    assert impact(*modified(FILE), text=text).reasons == {}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param("paths: models/churn", "paths: models/churn2", {"churn:train"}, id="one model's rule"),
        pytest.param("version: 1", "version: 1\n    defaults: {image: python}", EVERY_STEP, id="a default"),
        pytest.param("pytest", "pytest -q", {"quality:tests"}, id="a command"),
        pytest.param(
            "path: data/transactions.csv",
            "path: s3://bucket/transactions",
            EVERY_STEP - {"churn:train", "student:train", "student:smoke", "quality:lint", "quality:tests"},
            id="where the data is",
        ),
        pytest.param('ignore: ["*.md"]', "ignore: []", set(), id="a key that alters no step"),
    ],
)
def test_steps_whose_effective_configuration_changed(old: str, new: str, expected: set[str]) -> None:
    assert set(config_reasons(steps(MODELS.replace(old, new)), steps(), FILE)) == expected


def test_what_changed_in_the_configuration_is_named() -> None:
    after = steps(MODELS.replace("pytest", "pytest -q"))
    assert (
        config_reasons(after, steps(), FILE)["quality:tests"][0].text
        == "mlgitlab.yml: quality:tests changed in command"
    )


@pytest.mark.parametrize(
    ("chain", "text"),
    [
        pytest.param(("a.py",), "a.py (modified) is what its command starts", id="the entry itself"),
        pytest.param(("a.py", "t.py"), "a.py (modified) is loaded by t.py", id="directly"),
        pytest.param(
            ("a.py", "b.py", "c.py", "t.py"), "a.py (modified) is loaded by t.py through c.py, b.py", id="far away"
        ),
    ],
)
def test_the_way_of_an_import_is_told_from_the_entry(chain: tuple[str, ...], text: str) -> None:
    found = Hit.of_import(step="churn:train", chain=chain)
    assert impact(*modified("a.py"), imports={"a.py": (found,)}).reasons["churn:train"][0].text == text


def test_a_check_that_only_owns_files_still_runs_for_every_change() -> None:
    text = MODELS.replace("owns: tests, inputs: tests", "owns: tests")
    assert set(impact(*modified("models/churn/a"), text=text).reasons) == {"churn:train", "quality:tests"}


@pytest.mark.parametrize(
    ("path", "reached"),
    [
        pytest.param("libs/a.py", {"churn:train", "fraud:train"}, id="shared code may be loaded by it"),
        pytest.param("models/churn/a.py", {"churn:train"}, id="a model's own code is not"),
    ],
)
def test_a_step_that_cannot_be_looked_into_runs_for_shared_code(path: str, reached: set[str]) -> None:
    imports = {path: (Hit.of_import(step="churn:train", chain=(path, "models/churn/train.py")),)}
    found = impact(*modified(path), imports=imports, opaque=["fraud:train"])
    assert {step for step in found.reasons if not step.startswith("quality")} == reached
    assert found.unmatched == ()


def test_shared_code_stays_shared_where_another_model_names_it_as_an_input() -> None:
    text = MODELS.replace("paths: models/churn", "paths: models/churn\n        inputs: libs/**")
    imports = {"libs/a.py": (Hit.of_import(step="churn:train", chain=("libs/a.py", "models/churn/train.py")),)}
    found = impact(*modified("libs/a.py"), text=text, imports=imports, opaque=["fraud:train"])
    assert "fraud:train" in found.reasons
