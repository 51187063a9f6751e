"""The commands as a person types them, on a real repository."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.commands import mlgitlab
from tests.repositories import Repo

CONFIG = """\
version: 1
models:
  fraud:
    paths: models/fraud
    train: {command: python models/fraud/train.py, outputs: out}
    evaluate: python models/fraud/evaluate.py
quality:
  lint: {command: ruff check ., inputs: "*.py"}
ignore: ["*.md"]
"""


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    made = Repo.create(tmp_path_factory.mktemp("project") / "repo")
    made.write({
        "mlgitlab.yml": CONFIG,
        "models/fraud/train.py": "import libs.scaling\n",
        "models/fraud/evaluate.py": "print(1)\n",
        "libs/__init__.py": "",
        "libs/scaling.py": "def scale(x): return x\n",
        "README.md": "hello\n",
    }).commit("first")  # fmt: skip
    made.git("checkout", "-q", "-b", "feature")
    made.write({"libs/scaling.py": "def scale(x): return 2 * x\n"}).commit("scale")
    return made


def test_generate_writes_the_child_and_the_plan_it_prints(repo: Repo, tmp_path: Path) -> None:
    done = mlgitlab("generate", "--repo", str(repo.folder), "--json", cwd=tmp_path)
    child = yaml.safe_load((tmp_path / "mlgitlab-child.yml").read_text())
    assert {"quality:lint", "fraud:train"} <= child.keys()
    assert (tmp_path / "plan.json").read_text() == done.out
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mlgitlab-child.yml", "plan.json"]


def test_preview_writes_nothing_and_shows_the_same_plan(repo: Repo, tmp_path: Path) -> None:
    shown = mlgitlab("preview", "--repo", str(repo.folder), "--format", "json", cwd=tmp_path)
    written = mlgitlab("generate", "--repo", str(repo.folder), "--json", cwd=tmp_path)
    assert shown.json == written.json
    before = sorted(tmp_path.iterdir())
    mlgitlab("preview", "--repo", str(repo.folder), cwd=tmp_path)
    assert sorted(tmp_path.iterdir()) == before


def test_preview_as_yaml_is_the_child(repo: Repo, tmp_path: Path) -> None:
    shown = mlgitlab("preview", "--repo", str(repo.folder), "--format", "yaml", cwd=tmp_path).out
    mlgitlab("generate", "--repo", str(repo.folder), cwd=tmp_path)
    assert (tmp_path / "mlgitlab-child.yml").read_text() == shown


def test_the_folder_one_stands_in_changes_nothing(repo: Repo) -> None:
    top = mlgitlab("preview", "--json", cwd=repo.folder).out
    assert mlgitlab("preview", "--json", cwd=repo.folder / "models" / "fraud").out == top
    assert (
        mlgitlab("preview", "--json", "--config", "../../mlgitlab.yml", cwd=repo.folder / "models" / "fraud").out == top
    )


@pytest.mark.parametrize(
    ("base", "code"), [pytest.param("main", 5, id="something to do"), pytest.param("feature", 0, id="nothing to do")]
)
def test_detailed_exit_codes(repo: Repo, base: str, code: int) -> None:
    mlgitlab("preview", "--detailed-exitcode", "--base", base, "--head", "feature", cwd=repo.folder, check=code)


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        pytest.param("fraud:train", "libs/scaling.py: def scale → models/fraud/train.py → fraud:train", id="job"),
        pytest.param("fraud", "fraud:evaluate does not run", id="model"),
        pytest.param(
            "libs/scaling.py", "fraud:train runs: libs/scaling.py (modified: def scale) is loaded", id="changed file"
        ),
        pytest.param("README.md", "README.md did not change; if it did\n  it is ignored (ignore)", id="other file"),
    ],
)
def test_explain_answers_for_jobs_models_and_files(repo: Repo, what: str, expected: str) -> None:
    assert expected in mlgitlab("explain", what, cwd=repo.folder).out
    assert mlgitlab("explain", what, "--json", cwd=repo.folder).json["what"] == what


def test_explain_guesses_what_was_meant(repo: Repo) -> None:
    done = mlgitlab("explain", "fraud:trian", cwd=repo.folder, check=2)
    assert done.err == "error: there is no job, model or file 'fraud:trian'\nhint: did you mean fraud:train?\n"


def test_lint_checks_every_profile_offline(repo: Repo) -> None:
    done = mlgitlab("lint", cwd=repo.folder)
    assert done.out.startswith("0 errors, 0 warnings by our rules, GitLab's schema\n")


def test_lint_strict_fails_on_advice(repo: Repo, tmp_path: Path) -> None:
    odd = tmp_path / "odd.yml"
    odd.write_text(CONFIG.replace("paths: models/fraud", "paths: [models/fraud, modles/x]"))
    shown = mlgitlab("lint", "--config", str(odd), "--repo", str(repo.folder), cwd=tmp_path)
    assert "models.fraud.paths 'modles/x' matches no file" in " ".join(shown.out.replace(":", "").split())
    mlgitlab("lint", "--strict", "--config", str(odd), "--repo", str(repo.folder), cwd=tmp_path, check=3)


def test_config_show_says_where_each_value_comes_from(repo: Repo) -> None:
    lines = mlgitlab("config", "show", cwd=repo.folder).out.splitlines()
    assert 'models.fraud.paths = ["models/fraud"]  # mlgitlab.yml:4' in lines
    assert 'defaults.timeout = "1h"  # default' in lines
    assert 'step fraud:train.timeout = "1h"  # defaults.timeout (default)' in lines


def test_config_schema_is_the_file_that_is_shipped(repo: Repo) -> None:
    shipped = Path(__file__).parents[2] / "mlgitlab" / "config" / "mlgitlab.schema.json"
    assert mlgitlab("config", "schema", cwd=repo.folder).out == shipped.read_text()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts_name_the_command(shell: str, tmp_path: Path) -> None:
    assert "_MLGITLAB_COMPLETE" in mlgitlab("completion", shell, cwd=tmp_path).out


def test_a_configuration_error_lists_every_problem_for_people_and_machines(repo: Repo, tmp_path: Path) -> None:
    bad = tmp_path / "bad.yml"
    bad.write_text("version: 1\nmodles: {}\nunmatched: maybe\n")
    done = mlgitlab("preview", "--config", str(bad), "--repo", str(repo.folder), "--json", cwd=tmp_path, check=2)
    assert len(done.json["error"]["problems"]) == 2
    assert "did you mean `models`?" in done.err


@pytest.mark.parametrize(
    ("argv", "code", "message"),
    [
        pytest.param(["preview", "--base", "nowhere"], 2, "--base names no commit: nowhere", id="base"),
        pytest.param(["preview", "--head", "nowhere"], 2, "--head 'nowhere' is no commit", id="head"),
        pytest.param(["fingerprint", "fraud", "--diff", "nowhere"], 2, "may need GIT_DEPTH: 0", id="diff"),
        pytest.param(["preview", "--config", "x.yml"], 2, "there is no x.yml", id="config"),
        pytest.param(["preview", "--profile", "x"], 2, "there is no profile 'x'", id="profile"),
        pytest.param(["preview", "--param", "x"], 2, "--param 'x' is not NAME=VALUE", id="parameter"),
        pytest.param(["preview", "--gitlab-version", "new"], 2, "--gitlab-version 'new'", id="version"),
        pytest.param(["preview", "--as", "dream"], 2, "'dream' is not one of", id="kind"),
        pytest.param(["preview", "--changed-files", "nowhere"], 2, "cannot read", id="list"),
        pytest.param(["generate", "--output", "x.txt"], 2, "must end in .yml", id="output"),
        pytest.param(["generate", "--output", "/proc/x/y.yml"], 4, "cannot write", id="disk"),
    ],
)
def test_mistakes_are_answered_with_one_clear_error(repo: Repo, argv: list[str], code: int, message: str) -> None:
    done = mlgitlab(*argv, cwd=repo.folder, check=code)
    assert message in done.err
    assert "Traceback" not in done.err


def test_a_configuration_that_nobody_committed_is_found_on_disk(repo: Repo) -> None:
    (repo.folder / "new.yml").write_text("version: 1\n")
    done = mlgitlab("preview", "--config", "new.yml", "--as", "push", cwd=repo.folder, check=2)
    assert "there is no new.yml in commit" in done.err
    assert "the work tree has one: commit it first" in done.err


def test_a_folder_without_a_repository_is_named(tmp_path: Path) -> None:
    done = mlgitlab("preview", cwd=tmp_path, check=2)
    assert str(tmp_path) in done.err


def test_no_colour_where_nobody_asked_for_it(repo: Repo) -> None:
    assert "\x1b[" not in mlgitlab("preview", cwd=repo.folder).out


def test_files_are_replaced_in_one_step_and_keep_nothing_of_the_old(repo: Repo, tmp_path: Path) -> None:
    (tmp_path / "mlgitlab-child.yml").write_text("old " * 10_000)
    mlgitlab("generate", "--repo", str(repo.folder), cwd=tmp_path)
    assert "old" not in (tmp_path / "mlgitlab-child.yml").read_text()


@pytest.mark.parametrize(
    ("words", "completed"),
    [
        pytest.param("mlgitlab pre", ["plain,preview"], id="a command"),
        pytest.param("mlgitlab preview --as s", ["plain,schedule"], id="a value"),
    ],
)
def test_a_shell_completes_what_was_begun(words: str, completed: list[str], tmp_path: Path) -> None:
    asked = {"_MLGITLAB_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
    assert mlgitlab(cwd=tmp_path, environ=asked).out.split() == completed
