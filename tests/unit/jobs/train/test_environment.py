"""What a command is told, and how its lines become a script."""

from __future__ import annotations

import subprocess

from hypothesis import given
from hypothesis import strategies as st

from mlgitlab.jobs.train.environment import environment, script
from mlgitlab.jobs.train.order import Limit, Order, limit

ORDER = Order(
    model="fraud",
    step="fraud:smoke",
    smoke=True,
    command=("python train.py",),
    timeout=3600,
    outputs=("./out/fraud/", "log"),
    seed=7,
    datasets={"card-data": "data/cards.csv", "remote": "s3://bucket/key"},
    parameters={"learning_rate": "0.1"},
    variables={"EPOCHS": "1", "MLGITLAB_SEED": "9"},
)


def told(environ: dict[str, str]) -> dict[str, str]:
    return environment(ORDER, environ=environ, root="/builds/x", fingerprint="f" * 32, secret={"KEY"})


def test_a_command_is_told_what_it_is_part_of() -> None:
    found = told({"PATH": "/bin"})
    assert found == {
        "PATH": "/bin",
        "MLGITLAB_MODEL": "fraud",
        "MLGITLAB_STEP": "fraud:smoke",
        "MLGITLAB_SMOKE": "1",
        "MLGITLAB_SEED": "9",  # the step's own variables have the last word
        "MLGITLAB_FINGERPRINT": "f" * 32,
        "MLGITLAB_OUTPUT": "/builds/x/out/fraud",
        "MLGITLAB_DATA_CARD_DATA": "/builds/x/data/cards.csv",
        "MLGITLAB_DATA_REMOTE": "s3://bucket/key",
        "MLGITLAB_PARAM_LEARNING_RATE": "0.1",
        "PYTHONHASHSEED": "7",
        "PYTHONUNBUFFERED": "1",
        "EPOCHS": "1",
    }


def test_our_secrets_stay_with_us_and_the_users_settings_with_them() -> None:
    found = told({"KEY": "hunter2", "PYTHONHASHSEED": "random", "AWS_PROFILE": "ml"})
    assert "KEY" not in found
    assert found["PYTHONHASHSEED"] == "random"
    assert found["AWS_PROFILE"] == "ml"


@given(st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), max_size=30), min_size=1, max_size=3))
def test_any_line_is_shown_and_none_is_taken_for_the_showing(lines: list[str]) -> None:
    """Each line runs as a comment; what is printed must be the lines and nothing else."""
    comments = [f"# {line}" for line in lines]
    done = subprocess.run(["bash", "-ec", script(comments)], capture_output=True, check=True)
    assert done.stderr == b""
    assert len(done.stdout.decode().splitlines()) >= len(lines)
    assert all(part.startswith("$ # ") for part in done.stdout.decode().split("\n")[:-1])


def test_what_would_act_on_a_terminal_is_shown_as_text() -> None:
    shown = subprocess.run(["sh", "-ec", script(["# \x1b[2J"])], capture_output=True, check=True).stdout
    assert shown == b"$ # \\x1b[2J\n"


def test_time_is_kept_back_to_save_the_result() -> None:
    assert limit(3600, 0) == Limit(seconds=3420, grace=30)
    assert limit(600, 100) == Limit(seconds=440, grace=30)
    assert limit(86400, 0) == Limit(seconds=85800, grace=30)
    assert limit(4, 0) == Limit(seconds=2, grace=1)
    assert limit(60, 1000).seconds == 0
