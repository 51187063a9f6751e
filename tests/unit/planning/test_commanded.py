"""The files that a step's command names."""

from __future__ import annotations

import pytest

from tests.projects import MODELS, impact, modified, steps

HEAD = "python models/churn/train.py"


@pytest.mark.parametrize(
    ("command", "path"),
    [
        pytest.param(f"{HEAD} --config conf/a.yaml", "conf/a.yaml", id="an argument"),
        pytest.param(f"{HEAD} --config=./conf/a.yaml", "conf/a.yaml", id="the value of an option"),
        pytest.param("pip install -r requirements.txt && ...", "requirements.txt", id="requirements"),
        pytest.param("cd sub && python t.py -c c.yaml", "sub/c.yaml", id="in another folder"),
        pytest.param("papermill n.ipynb o.ipynb -f 'p.yml'", "p.yml", id="in quotes"),
    ],
)
def test_a_step_runs_for_a_file_that_its_command_names(command: str, path: str) -> None:
    claimed = MODELS.replace("paths: models/student", f"paths: models/student\n        inputs: {path}")
    text = claimed.replace(HEAD, f'"{command}"')

    assert "churn:train" not in impact(*modified(path), text=claimed).reasons
    assert "churn:train" in impact(*modified(path), text=text).reasons


@pytest.mark.parametrize(
    ("command", "path"),
    [
        pytest.param(f"{HEAD} --config conf/b.yaml", "conf/a.yaml", id="another file"),
        pytest.param(f"{HEAD} --config my-conf/a.yaml", "conf/a.yaml", id="the end of a longer name"),
        pytest.param(f"{HEAD} --config $DIR/conf/a.yaml", "conf/a.yaml", id="below a folder that only the shell knows"),
        pytest.param("curl https://a.b/conf/a.yaml", "conf/a.yaml", id="an address"),
        pytest.param(f"{HEAD} --out out/churn/a.json", "out/churn/a.json", id="what the step makes"),
    ],
)
def test_other_files_are_not_meant(command: str, path: str) -> None:
    claimed = MODELS.replace("paths: models/student", f"paths: models/student\n        inputs: {path}")

    assert "churn:train" not in impact(*modified(path), text=claimed.replace(HEAD, f'"{command}"')).reasons


def test_the_keys_of_a_file_that_the_step_asks_for_are_all_that_counts() -> None:
    asked = "paths: models/churn\n        inputs: 'params.yaml:churn.**'"
    text = MODELS.replace(HEAD, f'"{HEAD} --params params.yaml"').replace("paths: models/churn", asked)

    assert [rule.key for rule in steps(text)["churn:train"].rules] == ["models.churn.paths", "models.churn.inputs"]


def test_a_file_that_a_command_names_stays_unknown_to_the_others() -> None:
    text = MODELS.replace(HEAD, f'"{HEAD} --config conf/a.yaml"')

    assert impact(*modified("conf/a.yaml"), text=text).unmatched == ("conf/a.yaml",)
