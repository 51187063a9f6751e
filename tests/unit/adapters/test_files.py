"""Files on disk: whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlgitlab.adapters import files
from mlgitlab.errors import UsageError, WorldError


def test_a_file_is_replaced_and_its_folder_made(tmp_path: Path) -> None:
    target = tmp_path / "new" / "file"
    files.write(target, b"one")
    files.write(target, b"two")
    assert target.read_bytes() == b"two"
    assert list(target.parent.iterdir()) == [target]


def test_a_failed_write_leaves_the_old_content_and_no_debris(tmp_path: Path) -> None:
    folder = tmp_path / "file"
    folder.mkdir()
    (folder / "kept").write_bytes(b"old")
    with pytest.raises(WorldError, match="cannot write"):
        files.write(folder, b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert (folder / "kept").read_bytes() == b"old"


def test_files_are_readable_as_the_umask_has_it(tmp_path: Path) -> None:
    files.write(tmp_path / "ours", b"")
    (tmp_path / "theirs").write_bytes(b"")
    assert (tmp_path / "ours").stat().st_mode == (tmp_path / "theirs").stat().st_mode


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"cannot read .*nowhere"):
        files.read(tmp_path / "nowhere")
