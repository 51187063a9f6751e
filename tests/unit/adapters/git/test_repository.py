"""What differs between commits, as git's trees say, whatever the user's configuration says."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlgitlab import paths
from mlgitlab.adapters.git import open_repository
from mlgitlab.changes import Change, ChangeKind, ChangeSet
from mlgitlab.errors import WorldError
from tests.repositories import Repo

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.adapters.git.conftest import Opener


def _kinds(found: ChangeSet) -> dict[str, str]:
    return {change.path: str(change.kind) for change in found.changes}


def _only(found: ChangeSet) -> Change:
    (change,) = found.changes
    return change


def test_every_kind_of_change_has_its_name(repo: Repo, opened: Opener) -> None:
    base = repo.commit("base", {"gone": "1", "kept": "2", "edited": "3", "script": "4", "data": "5"})
    repo.remove("gone", "data").write({"edited": "3b", "new": "6"})
    (repo.folder / "script").chmod(0o755)
    (repo.folder / "data").symlink_to("kept")
    head = repo.commit("head")

    assert _kinds(opened(repo).changes((base,), head)) == {
        "gone": "deleted",
        "edited": "modified",
        "new": "added",
        "script": "mode-changed",
        "data": "type-changed",
    }


def test_a_change_carries_modes_and_blobs(repo: Repo, opened: Opener) -> None:
    base = repo.commit("base", {"f": "1"})
    head = repo.commit("head", {"f": "2"})

    assert _only(opened(repo).changes((base,), head)) == Change(
        path="f",
        kind=ChangeKind.MODIFIED,
        old_mode="100644",
        new_mode="100644",
        old_blob=repo.sha(f"{base}:f"),
        new_blob=repo.sha(f"{head}:f"),
    )


def test_a_rename_is_a_deletion_and_an_addition_that_know_each_other(repo: Repo, opened: Opener) -> None:
    base = repo.commit("base", {"old/name": "content", "other": "x"})
    head = repo.move("old/name", "new/name").commit("head")

    new, old = opened(repo).changes((base,), head).changes

    assert (old.path, old.kind, old.renamed_to) == ("old/name", ChangeKind.DELETED, "new/name")
    assert (new.path, new.kind, new.renamed_from) == ("new/name", ChangeKind.ADDED, "old/name")


def test_a_rename_that_could_be_another_joins_nothing(repo: Repo, opened: Opener) -> None:
    base = repo.commit("base", {"a": "same", "b": "same"})
    head = repo.move("a", "c").move("b", "d").commit("head")

    changes = opened(repo).changes((base,), head).changes

    assert [(change.path, change.renamed_from, change.renamed_to) for change in changes] == [
        ("a", "", ""),
        ("b", "", ""),
        ("c", "", ""),
        ("d", "", ""),
    ]


def test_a_rename_in_case_only_is_both_names(repo: Repo, opened: Opener) -> None:
    base = repo.commit("base", {"Model.py": "1"})
    head = repo.move("Model.py", "model.py").commit("head")

    assert _kinds(opened(repo).changes((base,), head)) == {"Model.py": "deleted", "model.py": "added"}


def test_a_change_that_was_reverted_is_none(repo: Repo, opened: Opener) -> None:
    base = repo.commit("base", {"f": "1"})
    repo.commit("change", {"f": "2"})
    head = repo.commit("revert", {"f": "1"})

    assert opened(repo).changes((base,), head) == ChangeSet()


def test_line_ends_alone_are_a_change(repo: Repo, opened: Opener) -> None:
    base = repo.commit("base", {"f": "a\nb\n"})
    head = repo.commit("head", {"f": "a\r\nb\r\n"})

    assert _kinds(opened(repo).changes((base,), head)) == {"f": "modified"}


def test_everything_is_new_against_the_empty_tree(repo: Repo, opened: Opener) -> None:
    head = repo.commit("head", {"a": "1", "b/c": "2"})
    repository = opened(repo)

    assert _kinds(repository.changes((repository.empty_tree,), head)) == {"a": "added", "b/c": "added"}


def test_a_path_that_differs_from_any_base_counts(repo: Repo, opened: Opener) -> None:
    base = repo.commit("base", {"one": "0", "other": "0", "both": "0"})
    one = repo.branch("one").commit("one", {"one": "1", "both": "1"})
    other = repo.branch("other", base).commit("other", {"other": "1", "both": "2"})
    head = repo.branch("head", base).commit("head", {"both": "3"})

    changes = {change.path: change for change in opened(repo).changes((one, other), head).changes}

    assert set(changes) == {"one", "other", "both"}
    assert changes["one"].old_blob == repo.sha(f"{one}:one")
    assert changes["both"].old_blob == "", "two bases disagree: no blob stands for both"


def test_no_bases_are_no_changes_only_because_the_caller_asked_for_none(repo: Repo, opened: Opener) -> None:
    head = repo.commit("head", {"f": "1"})

    assert opened(repo).changes((), head) == ChangeSet()


@pytest.mark.parametrize("missing", ["1" * 40, "nowhere"])
def test_a_base_that_is_not_here_is_an_error_never_an_empty_answer(repo: Repo, opened: Opener, missing: str) -> None:
    head = repo.commit("head", {"f": "1"})

    with pytest.raises(WorldError, match="diff-tree"):
        opened(repo).changes((missing,), head)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("diff.renames", "copies"),
        ("diff.noprefix", "true"),
        ("diff.relative", "true"),
        ("diff.ignoreSubmodules", "all"),
        ("diff.external", "false"),
        ("core.quotePath", "true"),
        ("core.abbrev", "4"),
        ("diff.orderFile", "order"),
        ("submodule.sub.ignore", "all"),
        ("core.fsmonitor", "false"),
        ("log.showSignature", "true"),
        ("color.ui", "always"),
    ],
)
def test_the_users_configuration_changes_no_answer(
    repo: Repo, opened: Opener, tmp_path: Path, name: str, value: str
) -> None:
    library = Repo.create(tmp_path / "library")
    first = library.commit("one", {"l.py": "1"})
    repo.write({"order": "z*\n", "naïve": "1", "z": "2", "moved": "3" * 100, ".gitmodules": ""})
    _submodule(repo, library, first)
    base = repo.commit("base")
    library.commit("two", {"l.py": "2"})
    repo.git("-C", "sub", "pull", "--quiet")
    (repo.folder / "moved").rename(repo.folder / "there")
    head = repo.write({"naïve": "2"}).commit("head")
    before = opened(repo).changes((base,), head)

    repo.git("config", name, value)

    assert opened(repo).changes((base,), head) == before
    assert set(_kinds(before)) == {"naïve", "moved", "there", "sub"}


def _submodule(repo: Repo, library: Repo, sha: str) -> None:
    (repo.folder / ".gitmodules").write_text(
        f'[submodule "sub"]\n\tpath = sub\n\turl = {library.url}\n\tignore = all\n'
    )
    library.clone(repo.folder / "sub")
    repo.git("-c", "advice.addEmbeddedRepo=false", "add", "sub", ".gitmodules")
    assert repo.git("rev-parse", ":sub") == sha


def test_a_bumped_submodule_is_one_change_that_stands_for_a_folder(repo: Repo, opened: Opener, tmp_path: Path) -> None:
    library = Repo.create(tmp_path / "library")
    _submodule(repo, library, library.commit("one"))
    base = repo.commit("base")
    bumped = library.commit("two")
    repo.git("-C", "sub", "pull", "--quiet")
    head = repo.commit("head")

    change = _only(opened(repo).changes((base,), head))

    assert (change.path, change.kind, change.new_blob, change.is_tree) == ("sub", ChangeKind.MODIFIED, bumped, True)


_NAMES = st.binary(min_size=1, max_size=40).filter(
    lambda name: b"\0" not in name and b"/" not in name and name not in (b".", b"..") and name.lower() != b".git"
)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    repo = Repo.create(tmp_path_factory.mktemp("names"))
    repo.commit("base")
    # Windows' and macOS's rules for `.git` in disguise are not ours to test.
    repo.git("config", "core.protectNTFS", "false")
    repo.git("config", "core.protectHFS", "false")
    return repo


@settings(max_examples=25, deadline=None)
@given(names=st.sets(_NAMES, min_size=1, max_size=20))
def test_every_file_name_that_git_can_hold_comes_back_as_it_is(shared: Repo, names: set[bytes]) -> None:
    blob = shared.git("hash-object", "-w", "--stdin", stdin=b"content")
    lines = b"".join(b"100644 blob %s\t%s\0" % (blob.encode(), name) for name in names)
    tree = shared.git("mktree", "-z", stdin=lines)
    repository = open_repository(str(shared.folder), trusted=False, fetch_seconds=0, report=print)

    changes = repository.changes((repository.empty_tree,), tree).changes
    snapshot = repository.snapshot(tree)

    assert {paths.encode(change.path) for change in changes} == names
    assert {paths.encode(path) for path in snapshot.entries()} == names
    assert set(snapshot.read(snapshot.entries()).values()) == {b"content"}


def test_a_hundred_thousand_files_are_compared_in_seconds(repo: Repo, opened: Opener) -> None:
    repo.commit("base")
    blob = repo.git("hash-object", "-w", "--stdin", stdin=b"x")
    folder = b"".join(b"100644 blob %s\tf%d\0" % (blob.encode(), number) for number in range(1000))
    tree = repo.git("mktree", "-z", stdin=folder)
    top = repo.git("mktree", "-z", stdin=b"".join(b"040000 tree %s\td%d\0" % (tree.encode(), n) for n in range(100)))
    repository = opened(repo)
    started = time.monotonic()

    changes = repository.changes((repository.empty_tree,), top).changes

    assert len(changes) == 100_000
    assert time.monotonic() - started < 10


def test_a_diff_in_a_partial_clone_fetches_no_blob(repo: Repo, opened: Opener, tmp_path: Path) -> None:
    base = repo.commit("base", {"f": "1", "g": "1"})
    head = repo.commit("head", {"f": "2", "g": "2"})
    clone = repo.clone(tmp_path / "partial", "--filter=blob:none", "--no-checkout")

    assert _kinds(opened(clone, ci=True, seconds=60).changes((base,), head)) == {"f": "modified", "g": "modified"}
    assert clone.git("rev-list", "--objects", "--all", "--missing=print").count("?") == 2


def test_a_sha256_repository_works(tmp_path: Path, opened: Opener) -> None:
    (tmp_path / "r").mkdir()
    repo = Repo(tmp_path / "r")
    repo.git("init", "--quiet", "--object-format=sha256")
    base = repo.commit("base")
    head = repo.commit("head", {"f": "1"})
    repository = opened(repo)

    assert len(repository.empty_tree) == 64
    assert _kinds(repository.changes((base,), head)) == {"f": "added"}
    assert _kinds(repository.changes((repository.empty_tree,), head)) == {"f": "added"}
    assert repository.merge_bases(base, head) == (base,)


def test_nothing_is_written_into_the_repository(repo: Repo, opened: Opener) -> None:
    base = repo.commit("base", {"f": "1"})
    head = repo.commit("head", {"f": "2"})
    repo.write({"f": "3", "new": "1"})
    os.utime(repo.folder / "f", (1, 1))
    before = {file: file.stat().st_mtime_ns for file in (repo.folder / ".git").rglob("*")}
    repository = opened(repo)

    repository.changes((base,), head)
    repository.uncommitted_changes((base,))
    repository.merge_bases(base, head)
    repository.previous_tag("*", head)
    work_tree = repository.work_tree()
    assert work_tree is not None
    work_tree.read(work_tree.entries())

    assert {file: file.stat().st_mtime_ns for file in (repo.folder / ".git").rglob("*")} == before
