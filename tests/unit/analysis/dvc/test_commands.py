"""Which targets a command line reproduces."""

from __future__ import annotations

import pytest

from mlgitlab.analysis.dvc.commands import Reproduction, pushes, reproductions, silenced
from mlgitlab.analysis.dvc.upstream import Target
from mlgitlab.analysis.entry import entries_of

ALL = Reproduction(targets=(Target(file="dvc.yaml"),))
TRAIN = Reproduction(targets=(Target(file="dvc.yaml", name="train"),))
EVERYTHING = Reproduction(everything=True)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param("dvc repro", ALL, id="all of a file"),
        pytest.param("dvc repro train", TRAIN, id="a stage"),
        pytest.param("dvc -q repro -v --pull train", TRAIN, id="with options"),
        pytest.param("dvc exp run -n name -S train.lr=0.1 -Sa=1 -j4 --set-param=b=2 train", TRAIN, id="an experiment"),
        pytest.param("dvc experiments run train", TRAIN, id="an experiment in full"),
        pytest.param("uv run --frozen dvc repro train", TRAIN, id="behind a wrapper"),
        pytest.param(".venv/bin/dvc repro train | tee log.txt", TRAIN, id="by its path, into a pipe"),
        pytest.param(
            "dvc repro a sub/dvc.yaml:b",
            Reproduction(targets=(Target(file="dvc.yaml", name="a"), Target(file="sub/dvc.yaml", name="b"))),
            id="two",
        ),
        pytest.param(
            "cd sub && dvc repro train",
            Reproduction(targets=(Target(file="sub/dvc.yaml", name="train"),)),
            id="in a folder",
        ),
        pytest.param(
            "dvc --cd sub repro train",
            Reproduction(targets=(Target(file="sub/dvc.yaml", name="train"),)),
            id="in a folder of its own choice",
        ),
        pytest.param(
            "dvc repro --glob 'tr*'",
            Reproduction(targets=(Target(file="dvc.yaml", name="tr*", pattern=True),)),
            id="a pattern",
        ),
        pytest.param("dvc repro -P", EVERYTHING, id="all pipelines"),
        pytest.param("dvc repro --pipeline train", EVERYTHING, id="a whole pipeline"),
        pytest.param("dvc repro --downstream train", EVERYTHING, id="what comes after"),
        pytest.param("dvc repro -R sub", EVERYTHING, id="a folder"),
        pytest.param(
            "dvc repro -sf train",
            Reproduction(targets=(Target(file="dvc.yaml", name="train"),), forced=True),
            id="forced",
        ),
    ],
)
def test_a_command_line_names_its_targets(line: str, expected: Reproduction) -> None:
    assert reproductions([line]) == (expected,)


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("dvc repro $STAGE", id="a variable"),
        pytest.param("dvc repro $(cat stages)", id="what a command prints"),
        pytest.param("dvc repro tr*", id="what the shell expands"),
        pytest.param("dvc repro --surprise train", id="an unknown option"),
        pytest.param("cd $WHERE && dvc repro train", id="an unknown folder"),
        pytest.param("dvc repro raw.dvc", id="a pointer"),
        pytest.param("dvc repro 'train", id="a quote that stays open"),
    ],
)
def test_what_only_the_shell_knows_is_unclear(line: str) -> None:
    (found,) = reproductions([line])
    assert found.unclear
    assert not found.targets


@pytest.mark.parametrize(
    "line", ["dvc pull", "dvc push", "dvc exp show", "dvc status", "python dvc.py repro", "echo x"]
)
def test_other_commands_reproduce_nothing(line: str) -> None:
    assert reproductions([line]) == ()


def test_every_line_is_read() -> None:
    found = reproductions(["dvc pull && dvc repro train", "dvc repro"])
    assert found == (TRAIN, ALL)


def test_a_push_is_seen() -> None:
    assert pushes(["dvc repro && uv run dvc push -r remote"])
    assert not pushes(["dvc repro", "git push"])


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param("dvc repro train", ": repro train", id="a call"),
        pytest.param(
            "cd a && uv run dvc -q repro;python x.py", "cd a && uv run : -q repro;python x.py", id="among others"
        ),
        pytest.param("(.venv/bin/dvc exp run)", "(: exp run)", id="in brackets, by its path"),
        pytest.param("dvc pull && python dvc/x.py repro", None, id="no call"),
        pytest.param("dvc --cd a repro", None, id="a call that is found by its words alone"),
        pytest.param("dvc repro a && bash -c 'set -e; dvc repro b'", None, id="another call in a quoted script"),
        pytest.param("dvc reproduce", None, id="another word"),
    ],
)
def test_the_calls_that_are_found_can_be_taken_out(line: str, expected: str | None) -> None:
    assert silenced([line, "echo"]) == (expected or line, "echo")


def test_what_else_a_line_runs_is_still_seen_and_the_call_is_no_riddle() -> None:
    found = entries_of(silenced(["uv run dvc repro train && python x.py"]))
    assert (found.scripts, found.programs, found.opaque) == (("x.py",), (), False)
    assert entries_of(("dvc repro train",)).programs == (("dvc",),)
