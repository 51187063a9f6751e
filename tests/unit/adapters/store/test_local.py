"""What is pushed is looked at, and what is pulled never leaves its folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mlgitlab.adapters.store.folder import FolderBucket
from mlgitlab.adapters.store.gather import gather
from mlgitlab.adapters.store.local import LocalFiles
from mlgitlab.errors import UsageError
from mlgitlab.store.library import Store
from tests.stores import write_files


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(bucket=FolderBucket(tmp_path / "store"), files=LocalFiles())


@pytest.fixture
def digest(store: Store, tmp_path: Path) -> str:
    return store.push("fraud", write_files(tmp_path / "from", {"out/a": b"model", "out/deep/b": b"more"})).digest


def test_a_link_out_of_the_folder_is_not_followed(store: Store, digest: str, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "into").mkdir()
    (tmp_path / "into/out").symlink_to(tmp_path / "outside")
    with pytest.raises(UsageError, match=r"into/out' is a link that leads out of .*into"):
        store.pull("fraud", digest, tmp_path / "into")
    assert list((tmp_path / "outside").iterdir()) == []


def test_a_link_with_the_name_of_a_file_is_replaced_and_its_target_stays(
    store: Store, digest: str, tmp_path: Path
) -> None:
    write_files(tmp_path / "outside", {"a": b"model"})
    (tmp_path / "into/out").mkdir(parents=True)
    (tmp_path / "into/out/a").symlink_to(tmp_path / "outside/a")
    store.pull("fraud", digest, tmp_path / "into")
    assert not (tmp_path / "into/out/a").is_symlink()
    assert (tmp_path / "outside/a").read_bytes() == b"model"


def test_a_link_within_the_folder_is_followed(store: Store, digest: str, tmp_path: Path) -> None:
    (tmp_path / "into/real").mkdir(parents=True)
    (tmp_path / "into/out").symlink_to("real")
    store.pull("fraud", digest, tmp_path / "into")
    assert (tmp_path / "into/real/a").read_bytes() == b"model"


def test_equal_files_are_left_others_replaced_and_strangers_stay(store: Store, digest: str, tmp_path: Path) -> None:
    there = write_files(tmp_path / "into", {"out/a": b"model", "out/deep/b": b"else", "out/c": b"mine"})
    os.utime(there["out/a"], (1, 1))
    store.pull("fraud", digest, tmp_path / "into")
    assert there["out/a"].stat().st_mtime == 1
    assert there["out/deep/b"].read_bytes() == b"more"
    assert there["out/c"].read_bytes() == b"mine"


def test_an_equal_file_gets_the_mode_of_the_model(store: Store, digest: str, tmp_path: Path) -> None:
    there = write_files(tmp_path / "into", {"out/a": b"model"})["out/a"]
    there.chmod(0o755)
    store.pull("fraud", digest, tmp_path / "into")
    assert there.stat().st_mode & 0o111 == 0


def test_a_folder_where_a_file_must_be_is_told(store: Store, digest: str, tmp_path: Path) -> None:
    (tmp_path / "into/out/a").mkdir(parents=True)
    with pytest.raises(UsageError, match="is a folder, where a file of the model must be"):
        store.pull("fraud", digest, tmp_path / "into")


def test_a_file_where_a_folder_must_be_is_told(store: Store, digest: str, tmp_path: Path) -> None:
    write_files(tmp_path / "into", {"out": b"a file"})
    with pytest.raises(UsageError, match="cannot make the folder of"):
        store.pull("fraud", digest, tmp_path / "into")


def test_links_and_devices_are_not_pushed_and_all_of_them_are_named(store: Store, tmp_path: Path) -> None:
    write_files(tmp_path / "from", {"out/a": b"model"})
    (tmp_path / "from/out/link").symlink_to("a")
    (tmp_path / "from/out/folder").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "from/out/pipe")
    with pytest.raises(UsageError) as caught:
        store.push("fraud", gather(tmp_path / "from", [tmp_path / "from/out"]))
    lines = caught.value.message.split("\n")
    assert [line.rpartition("/")[2] for line in lines[1:]] == [
        "folder' is a link",
        "link' is a link",
        "pipe' is no regular file",
    ]
    assert list(store.bucket.list("")) == []


def test_what_an_interrupted_pull_left_is_not_gathered(tmp_path: Path) -> None:
    write_files(tmp_path, {"out/a": b"", "out/.hidden": b"", "out/.mlgitlab-0123456789abcdef.part": b"half"})
    assert sorted(gather(tmp_path, [tmp_path / "out"])) == ["out/.hidden", "out/a"]


def test_paths_are_relative_to_the_base(tmp_path: Path) -> None:
    write_files(tmp_path, {"project/out/a": b"", "project/b": b"", "elsewhere/c": b""})
    base = tmp_path / "project"
    assert sorted(gather(base, [base / "out", base / "sub/../b"])) == ["b", "out/a"]
    with pytest.raises(UsageError, match="is not below"):
        gather(base, [tmp_path / "elsewhere"])
    with pytest.raises(UsageError, match="does not exist"):
        gather(base, [base / "missing"])
