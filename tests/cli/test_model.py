"""`mlgitlab model` on a folder store, as a person or a job calls it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands import Done, mlgitlab
from tests.stores import write_files

CONTENTS = {"out/weights.bin": b"weights", "out/config.json": b"{}"}
SHORT = re.compile(r"sha256:[0-9a-f]{12}\b")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    project = tmp_path / "project"
    write_files(project, CONTENTS)
    subprocess.run(["git", "init", "--quiet", project], check=True)
    return project


def push(project: Path, *more: str) -> str:
    return str(mlgitlab("model", "push", "fraud", "out", "--json", *more, cwd=project).json["digest"])


def stored_file(project: Path, name: str) -> Path:
    files = mlgitlab("model", "show", "fraud@best", "--json", cwd=project).json["files"]
    (digest,) = (file["sha256"] for file in files if file["path"] == name)
    return project / f".mlgitlab/store/blobs/sha256/{digest[:2]}/{digest}"


def test_a_model_goes_to_the_store_and_comes_back(project: Path, tmp_path: Path) -> None:
    done = mlgitlab("model", "push", "fraud", "out", cwd=project)
    assert re.fullmatch(r"fraud@sha256:\w{12} in file://.*/project/.mlgitlab/store: 2 files, 9 B, 9 B sent\n", done.out)
    assert "nothing had to be sent" in mlgitlab("model", "push", "fraud", "out", cwd=project).out
    (short,) = SHORT.findall(done.out)
    pulled = mlgitlab("model", "pull", f"fraud@{short}", "--into", str(tmp_path / "into"), cwd=project)
    assert "2 files, 9 B, verified" in pulled.out
    assert {path: (tmp_path / "into" / path).read_bytes() for path in CONTENTS} == CONTENTS


def test_git_does_not_see_the_store(project: Path) -> None:
    push(project)
    status = subprocess.run(["git", "-C", project, "status", "--porcelain"], check=True, capture_output=True, text=True)
    assert status.stdout == "?? out/\n"


def test_a_reference_leads_to_the_model(project: Path, tmp_path: Path) -> None:
    digest = push(project, "--reference", ".mlgitlab/fraud/model.json")
    reference = json.loads((project / ".mlgitlab/fraud/model.json").read_text())
    assert (reference["digest"], reference["files"], reference["size"]) == (digest, 2, 9)
    argv = ("--reference", ".mlgitlab/fraud/model.json", "--into", str(tmp_path / "into"))
    assert mlgitlab("model", "pull", "fraud", *argv, "--json", cwd=project).json["digest"] == digest
    wrong = mlgitlab("model", "pull", "churn", *argv, cwd=project, check=2)
    assert "hint: it names a model of fraud" in wrong.err


def test_a_flipped_byte_is_named_and_the_exit_code_says_no(project: Path, tmp_path: Path) -> None:
    digest = push(project)
    mlgitlab("model", "tag", "fraud", digest, "best", cwd=project)
    place = stored_file(project, "out/weights.bin")
    place.write_bytes(b"weighty")
    done = mlgitlab("model", "pull", "fraud@best", "--into", str(tmp_path / "into"), cwd=project, check=3)
    assert f"out/weights.bin: expected sha256:{place.name}, found sha256:" in done.err
    assert sorted(path.name for path in (tmp_path / "into").rglob("*") if path.is_file()) == ["config.json"]
    found = mlgitlab("model", "verify", "--all", "--json", cwd=project, check=3).json
    assert [(each["path"], each["expected"]) for each in found["damaged"]] == [
        ("out/weights.bin", f"sha256:{place.name}")
    ]
    mlgitlab("model", "verify", "fraud@best", "--remove-damaged", cwd=project, check=3)
    mlgitlab("model", "push", "fraud", "out", cwd=project)
    assert "nothing is damaged" in mlgitlab("model", "verify", "fraud@best", cwd=project).out


def test_a_list_says_what_there_is(project: Path) -> None:
    assert "holds no models yet" in mlgitlab("model", "list", cwd=project).out
    sha = "c0ffee" + "0" * 34
    done = mlgitlab("model", "push", "fraud", "out", "--json", cwd=project, environ={"CI_COMMIT_SHA": sha})
    digest = done.json["digest"]
    mlgitlab("model", "tag", "fraud", digest[:19], "best", cwd=project)
    (fact,) = mlgitlab("model", "list", "fraud", "--json", cwd=project).json["models"]
    assert (fact["digest"], fact["size"], fact["commit"], fact["pointers"]) == (digest, 9, sha, ["best"])
    line = mlgitlab("model", "list", cwd=project).out
    assert re.fullmatch(rf"fraud@{digest[:19]}  20\S+Z +9 B  pushed at c0ffee000000  <- best\n", line)
    wrong = mlgitlab("model", "list", "frud", cwd=project, check=2)
    assert "did you mean `fraud`?" in wrong.err


def test_a_model_shows_all_that_is_known_of_it(project: Path) -> None:
    digest = push(project)
    mlgitlab("model", "tag", "fraud", digest, "best", cwd=project)
    shown = mlgitlab("model", "show", "fraud@best", cwd=project).out
    assert f"digest    {digest}" in shown
    assert "pointers  best" in shown
    assert "out/weights.bin" in shown
    facts = mlgitlab("model", "show", f"fraud@{digest[7:20]}", "--json", cwd=project).json
    assert [file["path"] for file in facts["files"]] == ["out/config.json", "out/weights.bin"]
    assert list(facts["records"]) == ["push"]


def test_a_pointer_moves_only_from_where_it_is_expected(project: Path) -> None:
    first = push(project)
    (project / "out/config.json").write_bytes(b"{ }")
    second = push(project)
    mlgitlab("model", "tag", "fraud", first, "best", "--expect", "none", cwd=project)
    for expected in ("none", second):
        wrong = mlgitlab("model", "tag", "fraud", second, "best", "--expect", expected, cwd=project, check=3)
        assert f"the pointer stands at {first[:19]}" in wrong.err
    moved = mlgitlab("model", "tag", "fraud", second, "best", "--expect", first, "--json", cwd=project).json
    assert (moved["number"], moved["before"], moved["moved"]) == (2, first, True)
    assert "already" in mlgitlab("model", "tag", "fraud", second, "best", cwd=project).out


def test_pointers_of_processes_at_once_are_won_by_one(project: Path) -> None:
    digest = push(project)
    argv = [sys.executable, "-m", "mlgitlab", "model", "tag", "fraud", digest, "best", "--expect", "none"]
    running = [subprocess.Popen(argv, cwd=project, stdout=-3, stderr=-3) for _ in range(4)]
    codes = sorted(process.wait() for process in running)
    assert codes[0] == 0
    assert set(codes[1:]) == {3}
    assert len(list((project / ".mlgitlab/store/pointers/fraud/best").iterdir())) == 1


@pytest.mark.parametrize(
    ("name", "code", "what"),
    [
        ("production", 3, "looks at no verdict and no approval"),
        ("a/b", 2, "cannot be the name of a pointer"),
        ("none", 2, "cannot be the name of a pointer"),
        ("0123456789ab", 2, "cannot be the name of a pointer"),
    ],
)
def test_not_every_name_is_for_a_tag(project: Path, name: str, code: int, what: str) -> None:
    digest = push(project)
    assert what in mlgitlab("model", "tag", "fraud", digest, name, cwd=project, check=code).err


def test_production_can_be_forced_and_is_what_a_name_alone_means(project: Path, tmp_path: Path) -> None:
    digest = push(project)
    wrong = mlgitlab("model", "pull", "fraud", "--into", str(tmp_path / "into"), cwd=project, check=2)
    assert "fraud has no pointer 'production'" in wrong.err
    assert f"such as fraud@{digest[:19]}" in wrong.err
    mlgitlab("model", "tag", "fraud", digest, "production", "--force", cwd=project)
    mlgitlab("model", "pull", "fraud", "--into", str(tmp_path / "into"), cwd=project)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("frud@best", "did you mean `fraud`?"),
        ("fraud@bset", "did you mean `best`?"),
        ("fraud@000000000000", "`mlgitlab model list fraud` shows what there is"),
        ("fraud@", "write MODEL@production or"),
        ("../fraud@best", "write MODEL@production or"),
    ],
)
def test_what_names_no_model_is_told_with_a_hint(project: Path, text: str, hint: str) -> None:
    mlgitlab("model", "tag", "fraud", push(project), "best", cwd=project)
    assert f"hint: {hint}" in mlgitlab("model", "show", text, cwd=project, check=2).err


def test_garbage_is_shown_first_and_then_deleted(project: Path) -> None:
    first = push(project)
    (project / "out/config.json").write_bytes(b"{ }")
    second = push(project)
    mlgitlab("model", "tag", "fraud", second, "best", cwd=project)
    argv = ("model", "gc", "--keep", "0", "--older-than", "0")
    shown = mlgitlab(*argv, "--dry-run", cwd=project).out
    assert f"would delete fraud@{first[:19]}" in shown
    assert f"keeps fraud@{second[:19]}: the pointer best" in shown
    assert len(mlgitlab("model", "list", "--json", cwd=project).json["models"]) == 2
    done = mlgitlab(*argv, "--json", cwd=project).json
    assert [each["digest"] for each in done["models"]] == [first]
    assert done["files"] == 0  # the stored file is younger than a day: a push may be about to name it
    assert len(mlgitlab("model", "list", "--json", cwd=project).json["models"]) == 1
    assert "is no duration" in mlgitlab("model", "gc", "--older-than", "soon", cwd=project, check=2).err


def test_the_store_is_chosen_by_option_then_variable_then_configuration(project: Path) -> None:
    (project / "mlgitlab.yml").write_text("version: 1\nstore: 'file:from-config'\nmodels: {fraud: {train: 'true'}}\n")
    (project / "sub").mkdir()

    def address(*argv: str, **environ: str) -> str:
        done = mlgitlab("model", "list", "--json", *argv, cwd=project / "sub", environ=environ)
        return str(done.json["store"])

    assert address() == f"file://{project}/from-config"
    assert address(MLGITLAB_STORE="from-variable") == f"file://{project}/from-variable"
    assert address("--store", "from-option", MLGITLAB_STORE="x") == f"file://{project}/sub/from-option"
    (project / "mlgitlab.yml").unlink()
    assert address() == f"file://{project}/.mlgitlab/store"


def failing(project: Path, *argv: str) -> Done:
    return mlgitlab("model", *argv, cwd=project, check=2)


def test_what_cannot_be_pushed_is_told_at_once(project: Path, tmp_path: Path) -> None:
    (project / "out/link").symlink_to("config.json")
    done = failing(project, "push", "fraud", "out")
    assert "out/link' is a link" in done.err
    assert "hint: a model is made of regular files; push what a link points to" in done.err
    assert "does not exist" in failing(project, "push", "fraud", "uot").err
    assert "is not below" in failing(project, "push", "fraud", str(tmp_path)).err
    assert "is no name of a model" in failing(project, "push", "a/b", "out/config.json").err
    (project / "empty").mkdir()
    assert "there is no file to push" in failing(project, "push", "fraud", "empty").err
    assert "lies in a .git folder" in failing(project, "push", "fraud", ".git").err


def test_hostile_names_are_printed_harmlessly(project: Path) -> None:
    write_files(project, {"out/\x1b[31mred": b"x", "out/line\nend": b"y"})
    mlgitlab("model", "tag", "fraud", push(project), "best", cwd=project)
    shown = mlgitlab("model", "show", "fraud@best", cwd=project)
    assert r"out/\x1b[31mred" in shown.out
    assert r"out/line\x0aend" in shown.out
    assert "\x1b[31mred" not in shown.out
