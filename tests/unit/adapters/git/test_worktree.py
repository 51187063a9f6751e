"""The files on disk: what of them differs from a commit, and what is in them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from mlgitlab import paths
from mlgitlab.changes import TREE_MODE, Change, ChangeSet
from mlgitlab.protocols import Entry, Snapshot
from tests.repositories import Repo

if TYPE_CHECKING:
    from pathlib import Path

    from mlgitlab.adapters.git import GitRepository
    from tests.unit.adapters.git.conftest import Opener


def _kinds(found: ChangeSet) -> dict[str, str]:
    return {change.path: str(change.kind) for change in found.changes}


def _by_path(found: ChangeSet) -> dict[str, Change]:
    return {change.path: change for change in found.changes}


def _work_tree(repository: GitRepository) -> Snapshot:
    snapshot = repository.work_tree()
    assert snapshot is not None
    return snapshot


def test_a_clean_folder_has_no_changes(repo: Repo, opened: Opener) -> None:
    head = repo.commit("base", {"f": "1"})

    assert opened(repo).uncommitted_changes((head,)) == ChangeSet()


def test_a_touched_but_identical_file_is_no_change(repo: Repo, opened: Opener) -> None:
    head = repo.commit("base", {"f": "1"})
    repo.write({"f": "1"})
    os.utime(repo.folder / "f", (1, 1))

    assert opened(repo).uncommitted_changes((head,)) == ChangeSet()


def test_an_edit_of_the_same_length_at_the_same_moment_is_a_change(repo: Repo, opened: Opener) -> None:
    repo.git("config", "core.trustctime", "false")  # nothing but the index's own time tells that it must look
    moment = (1_000_000_000, 1_000_000_000)
    repo.write({"f": "1"})
    os.utime(repo.folder / "f", moment)
    head = repo.commit("base")
    repo.write({"f": "2"})
    os.utime(repo.folder / "f", moment)
    os.utime(repo.folder / ".git" / "index", moment)

    assert _kinds(opened(repo).uncommitted_changes((head,))) == {"f": "modified"}


def test_staged_unstaged_new_intended_and_deleted_files_all_count(repo: Repo, opened: Opener) -> None:
    names = ("staged", "unstaged", "both", "deleted", "removed", "untracked-again", "same")
    head = repo.commit("base", dict.fromkeys(names, "1") | {".gitignore": "*.log\n"})
    repo.write({"staged": "2", "both": "2", "staged-new": "2"}).git("add", "staged", "both", "staged-new")
    repo.write({"unstaged": "2", "both": "3", "new": "2", "intended": "2", "out.log": "2"})
    repo.git("add", "--intent-to-add", "intended")
    repo.remove("deleted").git("rm", "--quiet", "removed")
    repo.git("rm", "--quiet", "--cached", "untracked-again")

    found = opened(repo).uncommitted_changes((head,))

    assert _kinds(found) == {
        "staged": "modified",
        "unstaged": "modified",
        "both": "modified",
        "staged-new": "added",
        "new": "added",
        "intended": "added",
        "deleted": "deleted",
        "removed": "deleted",
        "untracked-again": "modified",
    }
    assert all(change.uncommitted for change in found.changes)


def test_a_modified_file_has_its_blob_and_an_untracked_one_has_none(repo: Repo, opened: Opener) -> None:
    head = repo.commit("base", {"f": "1"})
    repo.write({"f": "2", "new": "1"})

    found = _by_path(opened(repo).uncommitted_changes((head,)))

    two = repo.git("hash-object", "--stdin", stdin=b"2")
    assert (found["f"].old_blob, found["f"].new_blob) == (repo.sha("HEAD:f"), two)
    assert (found["new"].new_mode, found["new"].new_blob) == ("100644", "")


def test_committed_and_uncommitted_changes_are_told_apart(repo: Repo, opened: Opener) -> None:
    base = repo.commit("base", {"committed": "1", "edited": "1", "both": "1"})
    repo.commit("head", {"committed": "2", "both": "2"})
    repo.write({"edited": "2", "both": "3"})

    found = _by_path(opened(repo).uncommitted_changes((base,)))

    assert {path: change.uncommitted for path, change in found.items()} == {
        "committed": False,
        "edited": True,
        "both": True,
    }


def test_a_commit_undone_on_disk_is_no_change_against_the_base(repo: Repo, opened: Opener) -> None:
    base = repo.commit("base", {"f": "1"})
    repo.commit("head", {"f": "2"})
    repo.write({"f": "1"})

    assert opened(repo).uncommitted_changes((base,)) == ChangeSet()


def test_a_commit_undone_on_disk_under_a_hostile_name_counts_rather_than_being_lost(repo: Repo, opened: Opener) -> None:
    names = ["new\nline", '"quoted"']
    base = repo.commit("base", dict.fromkeys(names, "1") | {"f": "1"})
    repo.commit("head", dict.fromkeys(names, "2") | {"f": "2"})
    repo.write(dict.fromkeys(names, "1") | {"f": "3"})

    assert set(_kinds(opened(repo).uncommitted_changes((base,)))) == {*names, "f"}


def test_files_in_conflict_count(repo: Repo, opened: Opener) -> None:
    base = repo.commit("base", {"f": "1"})
    repo.branch("other").commit("other", {"f": "2"})
    head = repo.branch("mine", base).commit("mine", {"f": "3"})
    repo.git("merge", "--quiet", "other", check=False)
    repository = opened(repo)

    assert _kinds(repository.uncommitted_changes((head,))) == {"f": "modified"}
    assert b"<<<<<<<" in _work_tree(repository).read(["f"])["f"]


def test_a_split_index_is_read_and_not_written(repo: Repo, opened: Opener) -> None:
    head = repo.commit("base", dict.fromkeys("abcdef", "1"))
    repo.git("update-index", "--split-index")
    repo.write(dict.fromkeys("abcd", "2")).git("add", ".")
    os.utime(repo.folder / "e", (1, 1))
    before = {file.name: file.read_bytes() for file in (repo.folder / ".git").glob("*index*")}
    assert any(name.startswith("sharedindex") for name in before)

    assert set(_kinds(opened(repo).uncommitted_changes((head,)))) == set("abcd")

    assert {file.name: file.read_bytes() for file in (repo.folder / ".git").glob("*index*")} == before


def test_a_mode_and_a_type_change_on_disk_count(repo: Repo, opened: Opener) -> None:
    head = repo.commit("base", {"script": "1", "data": "2"})
    (repo.folder / "script").chmod(0o755)
    repo.remove("data")
    (repo.folder / "data").symlink_to("script")
    repository = opened(repo)

    assert set(_kinds(repository.uncommitted_changes((head,))).values()) <= {"mode-changed", "modified", "type-changed"}
    assert {path: entry.mode for path, entry in _work_tree(repository).entries().items()} == {
        "script": "100755",
        "data": "120000",
    }
    assert _work_tree(repository).read(["data"]) == {"data": b"script"}


def test_a_submodule_with_a_new_commit_counts(repo: Repo, opened: Opener, tmp_path: Path) -> None:
    library = Repo.create(tmp_path / "library")
    library.commit("one", {"l.py": "1"})
    library.clone(repo.folder / "sub")
    repo.git("-c", "advice.addEmbeddedRepo=false", "add", "sub")
    head = repo.commit("base", {".gitmodules": '[submodule "sub"]\n\tpath = sub\n\turl = x\n\tignore = all\n'})
    repository = opened(repo)
    assert repository.uncommitted_changes((head,)) == ChangeSet()

    Repo(repo.folder / "sub").commit("two", {"l.py": "2"})

    (change,) = repository.uncommitted_changes((head,)).changes
    assert (change.path, change.is_tree, change.uncommitted) == ("sub", True, True)
    assert "sub" in _work_tree(repository).entries()
    assert _work_tree(repository).read(["sub"]) == {}


def test_an_untracked_repository_stands_for_a_folder(repo: Repo, opened: Opener) -> None:
    head = repo.commit("base")
    Repo.create(repo.folder / "nested").commit("inner", {"f": "1"})
    repository = opened(repo)

    (change,) = repository.uncommitted_changes((head,)).changes

    assert (change.path, change.new_mode) == ("nested", TREE_MODE)
    assert _work_tree(repository).read(["nested"]) == {}


def test_hostile_names_on_disk_come_back_as_they_are(repo: Repo, opened: Opener) -> None:
    head = repo.commit("base")
    names = [
        "$(touch x)",
        "new\nline",
        '"quoted"',
        "{{ x }}",
        "%X%",
        "-leading",
        "a\\b",
        "\udcff\udcfe",
        " space ",
        ":/x",
    ]
    repo.write(dict.fromkeys(names, "content"))
    repository = opened(repo)

    assert {change.path for change in repository.uncommitted_changes((head,)).changes} == set(names)
    assert _work_tree(repository).read(names) == dict.fromkeys(names, b"content")
    assert not (repo.folder / "x").exists()


def test_the_snapshot_holds_what_is_on_disk(repo: Repo, opened: Opener) -> None:
    repo.commit("base", {"kept": "1", "edited": "1", "gone": "1", ".gitignore": "*.log\n"})
    repo.remove("gone").write({"edited": "2", "new": "3", "x.log": "4"})

    snapshot = _work_tree(opened(repo))

    assert dict(snapshot.entries()) == {
        ".gitignore": Entry(mode="100644", blob=repo.sha("HEAD:.gitignore")),
        "edited": Entry(mode="100644", blob=""),
        "kept": Entry(mode="100644", blob=repo.sha("HEAD:kept")),
        "new": Entry(mode="100644", blob=""),
    }
    everything = ["kept", "edited", "gone", "new", "x.log", "missing"]
    assert snapshot.read(everything) == {"kept": b"1", "edited": b"2", "new": b"3"}


def test_files_that_a_sparse_checkout_leaves_out_are_still_there(repo: Repo, opened: Opener) -> None:
    head = repo.commit("base", {"in/a": "1", "out/b": "2"})
    repo.git("sparse-checkout", "set", "in")
    assert not (repo.folder / "out" / "b").exists()
    repository = opened(repo)

    assert repository.uncommitted_changes((head,)) == ChangeSet()
    assert _work_tree(repository).read(["in/a", "out/b"]) == {"in/a": b"1", "out/b": b"2"}


def test_a_bare_repository_has_no_work_tree(repo: Repo, opened: Opener, tmp_path: Path) -> None:
    base = repo.commit("base", {"f": "1"})
    repo.commit("head", {"f": "2"})
    bare = opened(repo.clone(tmp_path / "bare", bare=True))

    assert bare.work_tree() is None
    assert _kinds(bare.uncommitted_changes((base,))) == {"f": "modified"}


def test_a_commits_snapshot_reads_all_kinds_of_files(repo: Repo, opened: Opener) -> None:
    names = {"a": b"1", "binary": b"\0\xff\n", "empty": b"", "new\nline": b"2", paths.decode(b"\xff"): b"3"}
    repo.write(names)
    (repo.folder / "link").symlink_to("a")
    head = repo.commit("head")
    repo.write({"a": "other"})

    snapshot = opened(repo).snapshot(head)

    assert snapshot.read([*names, "link", "missing"]) == {**names, "link": b"a"}
    assert snapshot.entries()["link"] == Entry(mode="120000", blob=repo.sha("HEAD:link"))


def test_a_partial_clone_fetches_the_wanted_blobs_at_once(repo: Repo, opened: Opener, tmp_path: Path) -> None:
    names = {f"f{number}": str(number) for number in range(20)}
    head = repo.commit("head", names)
    clone = repo.clone(tmp_path / "partial", "--filter=blob:none", "--no-checkout")
    packs = clone.folder / ".git" / "objects" / "pack"
    before = len(list(packs.glob("*.pack")))

    wanted = [f"f{number}" for number in range(15)]
    content = opened(clone, ci=True, seconds=60).snapshot(head).read(wanted)

    assert content == {name: names[name].encode() for name in wanted}
    assert len(list(packs.glob("*.pack"))) == before + 1
    assert clone.git("rev-list", "--objects", "--all", "--missing=print").count("?") == 5
