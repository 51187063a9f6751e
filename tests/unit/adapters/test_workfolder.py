"""The folder of a training: what counts as its output, and what may be deleted."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlgitlab.adapters.workfolder import DiskFolder
from mlgitlab.errors import UsageError
from tests.repositories import Repo


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    repo = Repo.create(tmp_path / "r")
    repo.commit("first", {"data/t.csv": "1", "out/.gitkeep": "", "out/kept.txt": "x"})
    return repo.write({"out/model.bin": "w", "out/deep/log": "l"})


def test_files_are_those_below_the_outputs_by_name(repo: Repo) -> None:
    folder = DiskFolder(root=repo.folder)
    assert list(folder.files(["out/deep", "./out/model.bin", "nowhere"])) == ["out/deep/log", "out/model.bin"]
    assert list(folder.files(["out/**/*"])) == ["out/.gitkeep", "out/deep/log", "out/kept.txt", "out/model.bin"]


def test_a_link_stands_for_what_it_leads_to_and_is_itself_when_it_is_deleted(repo: Repo) -> None:
    (repo.folder / "out/best.bin").symlink_to("model.bin")
    (repo.folder / "out/data").symlink_to("../data")
    folder = DiskFolder(root=repo.folder)
    found = folder.files(["out"])
    assert found["out/best.bin"].read_bytes() == b"w"
    assert found["out/data/t.csv"].read_bytes() == b"1"
    assert "out/data" in folder.entries(["out"])
    assert "out/data/t.csv" not in folder.entries(["out"])
    folder.remove(["out/data", "out/best.bin", "out/model.bin", "out/deep/log"], ["out"])
    assert sorted(path.name for path in (repo.folder / "out").iterdir()) == [".gitkeep", "kept.txt"]
    assert (repo.folder / "data/t.csv").exists()


@pytest.mark.parametrize("target", ["/etc/hostname", "..", "nothing"])
def test_links_that_mean_no_output_are_refused(repo: Repo, target: str) -> None:
    (repo.folder / "out/link").symlink_to(target)
    with pytest.raises(UsageError, match="link"):
        DiskFolder(root=repo.folder).files(["out"])


def test_an_output_that_is_or_lies_below_a_link_is_refused(repo: Repo) -> None:
    (repo.folder / "link").symlink_to("data")
    for output in ("link", "link/out"):
        with pytest.raises(UsageError, match="link"):
            DiskFolder(root=repo.folder).entries([output])


def test_git_says_what_it_tracks_whatever_the_name(repo: Repo) -> None:
    hostile = "out/:(top)*\n.bin"
    repo.commit("hostile", {hostile: "x"})
    repo.write({"out/untracked.bin": "x"})
    folder = DiskFolder(root=repo.folder)
    assert folder.tracked([hostile, "out/untracked.bin", "out/kept.txt"]) == {hostile, "out/kept.txt"}
    assert folder.tracked([]) == frozenset()


def test_what_is_written_for_other_jobs_is_not_seen_by_git(repo: Repo) -> None:
    repo.git("add", "--all", ".")
    DiskFolder(root=repo.folder).write(".mlgitlab/fraud/train.json", b"{}")
    assert repo.git("status", "--short", "--untracked-files=all", ".mlgitlab") == ""
