"""Files and folders that a step's command names."""

from __future__ import annotations

import pytest

from mlgitlab.planning.named import named_by
from tests.projects import MODELS, impact, modified, steps


def named(*command: str, before: tuple[str, ...] = (), outputs: tuple[str, ...] = ()) -> set[str]:
    rules = list(named_by("models.m.train", before, command, (), outputs))
    assert not any(rule.claims for rule in rules)
    return {pattern for rule in rules for pattern in rule.globs.include}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param("python train.py", set(), id="a script"),
        pytest.param("python -m models.m.train", set(), id="a module"),
        pytest.param("python train.py --config configs/m.yaml", {"/configs/m.yaml"}, id="a value"),
        pytest.param("python train.py --config=configs/m.yaml", {"/configs/m.yaml"}, id="a value in one word"),
        pytest.param("python train.py m.yaml,./n.yaml", {"/m.yaml", "/n.yaml"}, id="several in one word"),
        pytest.param("python train.py --data data/raw/", {"/data/raw"}, id="a folder"),
        pytest.param("pip install -r requirements.txt && python x.py", {"/requirements.txt"}, id="of another command"),
        pytest.param("cd models/m && python train.py -c m.yaml", {"/models/m/m.yaml"}, id="from another folder"),
        pytest.param("python train.py -c ../m.yaml", set(), id="above the repository"),
        pytest.param("python train.py -c /etc/m.yaml", set(), id="elsewhere on the machine"),
        pytest.param("python train.py -c $CI_PROJECT_DIR/m.yaml", set(), id="what a variable says"),
        pytest.param("F=m.yaml; python train.py -c $F", {"/m.yaml"}, id="a variable with a literal value"),
        pytest.param("python train.py s3://models/m.bin https://x.org/a.b", set(), id="addresses"),
        pytest.param("python train.py --lr 0.1 --name v1.2", {"/0.1", "/v1.2"}, id="what no file is called"),
        pytest.param("python train.py 'a b.yaml' 'c*.yaml' '[d].yaml'", set(), id="names that are no plain ones"),
        pytest.param("mkdir -p out/m && rm -rf out/m/old", set(), id="commands that read nothing"),
    ],
)
def test_a_path_in_a_command_is_an_input(line: str, expected: set[str]) -> None:
    assert named(line) == expected


def test_what_the_step_says_it_writes_is_no_input() -> None:
    assert named("python train.py --out out/m/model.bin -c m.yaml", outputs=("./out/m/",)) == {"/m.yaml"}


def test_the_lines_before_are_read_too_and_may_go_elsewhere() -> None:
    before = ("pip install -r requirements.txt",)
    found = list(named_by("models.m.train", before, ("python x.py -c m.yaml",), (), ()))
    assert [(rule.key, rule.globs.include) for rule in found] == [
        ("defaults.before_script", ("/requirements.txt",)),
        ("models.m.train.command", ("/m.yaml",)),
    ]
    assert "/models/m/m.yaml" in named("python x.py -c m.yaml", before=("cd models/m",))


def test_a_file_that_another_model_claims_makes_the_step_run_that_names_it() -> None:
    command = "python models/churn/train.py"
    claimed = MODELS.replace("paths: models/student", "paths: models/student\n        inputs: conf/a.yaml")
    assert "churn:train" not in impact(*modified("conf/a.yaml"), text=claimed).reasons
    named_too = claimed.replace(command, f"{command} --config conf/a.yaml")
    assert "churn:train" in impact(*modified("conf/a.yaml"), text=named_too).reasons


def test_the_keys_of_a_file_that_the_step_asks_for_are_all_that_counts() -> None:
    command = "python models/churn/train.py"
    asked = "paths: models/churn\n        inputs: 'params.yaml:churn.**'"
    text = MODELS.replace(command, f"{command} --params params.yaml").replace("paths: models/churn", asked)
    assert [rule.key for rule in steps(text)["churn:train"].rules] == ["models.churn.paths", "models.churn.inputs"]
