"""What a start of the command loads."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("git", "gitlab", "boto3", "pandera", "jinja2", "yaml", "jsonschema", "pathspec", "requests")


def _loaded_by(statement: str) -> set[str]:
    code = f"{statement}\nimport sys\nprint(*sys.modules, sep='\\n')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in done.stdout.split()}


def test_importing_the_command_loads_no_heavy_library() -> None:
    assert _loaded_by("import mlgitlab.cli.main").isdisjoint(HEAVY)


def test_help_loads_no_heavy_library() -> None:
    statement = "from contextlib import redirect_stdout\nimport io\nfrom mlgitlab.cli.main import main\n"
    statement += "with redirect_stdout(io.StringIO()):\n    assert main(['--help']) == 0"
    assert _loaded_by(statement).isdisjoint(HEAVY)


@pytest.mark.parametrize("name", ["gitlab", "jsonschema", "requests", "boto3", "pandera"])
def test_a_plan_needs_no_extra(name: str) -> None:
    assert name not in _loaded_by("from mlgitlab.cli.planning import generate, lint, preview")


def test_a_plan_loads_neither_the_library_of_git_nor_that_of_patterns() -> None:
    assert _loaded_by("from mlgitlab.cli.planning import generate, preview").isdisjoint({"git", "pathspec"})


def test_moving_a_model_loads_no_library_of_plans() -> None:
    loaded = _loaded_by("from mlgitlab.cli.model import pull, push")
    assert loaded.isdisjoint({"git", "pathspec", "jinja2", "yaml"})
