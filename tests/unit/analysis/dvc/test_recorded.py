"""The stages of `recorded/*` against what the real DVC (3.67.1) made of the same files: see record.py."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mlgitlab.analysis.dvc.pipeline import needed_files, stages
from mlgitlab.analysis.dvc.upstream import Target, wanted
from mlgitlab.analysis.dvc.values import Out, Stage

RECORDED = Path(__file__).parent / "recorded"
ANSWER = "by_dvc.json"
PROJECTS = sorted(path.name for path in RECORDED.iterdir())


@pytest.mark.parametrize("name", PROJECTS)
def test_the_stages_are_those_of_dvc(name: str) -> None:
    answer = _answer(name)
    for file, expected in answer["files"].items():
        found = _stages(name)[file]
        if expected is None:
            assert all(stage.opaque for stage in found.values())
            assert found
        else:
            assert {stage: _told(found[stage]) for stage in found} == {
                stage: told and {key: value for key, value in told.items() if key != "variables"}
                for stage, told in expected.items()
            }


@pytest.mark.parametrize("name", PROJECTS)
def test_every_variable_that_dvc_counts_is_counted(name: str) -> None:
    for file, expected in _answer(name)["files"].items():
        for stage, told in (expected or {}).items():
            ours = _stages(name)[file][stage].variables
            for source, keys in (told or {"variables": {}})["variables"].items():
                for key in keys:
                    assert any(f"{key}.".startswith(f"{one}.") for one in ours[source]), (stage, source, key)


@pytest.mark.parametrize("name", PROJECTS)
def test_a_target_reproduces_what_it_does_in_dvc(name: str) -> None:
    for text, expected in _answer(name)["reproduces"].items():
        target = Target.parse(text)
        assert target is not None
        found = wanted(_stages(name), target)
        if expected is not None:
            assert sorted(stage.address for stage in found) == expected
        else:  # the project as a whole is refused
            assert any(stage.opaque for stage in found)


def test_the_answers_are_of_one_version() -> None:
    assert {_answer(name)["dvc"] for name in PROJECTS} == {"3.67.1"}
    assert len(PROJECTS) >= 12


def _answer(name: str) -> Any:
    return json.loads((RECORDED / name / ANSWER).read_text())


def _stages(name: str) -> dict[str, dict[str, Stage]]:
    """The stages of every dvc.yaml of the project, each read with the files that it asks for and no others."""
    folder = RECORDED / name
    found = {}
    for path in sorted(folder.rglob("dvc.yaml")):
        file, content = path.relative_to(folder).as_posix(), path.read_bytes()
        files: dict[str, bytes] = {}
        for _ in range(3):
            asked = needed_files(content, file, files)
            files = {one: (folder / one).read_bytes() for one in asked if (folder / one).is_file()}
        found[file] = dict(stages(content, file, files))
    return found


def _told(stage: Stage) -> dict[str, Any] | None:
    if stage.opaque:
        return None
    return {
        "cmd": list(stage.cmd),
        "wdir": stage.wdir,
        "deps": sorted(stage.deps),
        "external_deps": sorted(stage.external_deps),
        "params": {file: list(keys) for file, keys in stage.params.items()},
        "outs": [_out(out) for out in stage.outs],
        "frozen": stage.frozen,
        "always_changed": stage.always_changed,
    }


def _out(out: Out) -> str:
    flags = f"{' persist' if out.persist else ''}{' pushed' if out.pushed else ''}"
    return f"{out.path} {'cached' if out.cached else 'in git'}{flags} {out.kind}"
