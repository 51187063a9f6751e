"""The files of a model in a folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlgitlab.adapters.modelfolder import ModelFolder
from mlgitlab.errors import UsageError, WorldError


def test_files_are_found_below_the_folder_and_read_piece_by_piece(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "w.bin").write_bytes(b"0123456789")
    (tmp_path / "config.json").write_bytes(b"{}")
    found = ModelFolder(tmp_path)
    assert found.sizes == {"a/b/w.bin": 10, "config.json": 2}
    assert found.read("a/b/w.bin", 3, 4) == b"3456"
    assert found.read("a/b/w.bin", 8, 100) == b"89"


@pytest.mark.parametrize("target", ["/etc/passwd", "w.bin", "missing", "/etc"])
def test_a_link_is_refused_wherever_it_leads(tmp_path: Path, target: str) -> None:
    (tmp_path / "w.bin").write_bytes(b"x")
    (tmp_path / "link").symlink_to(target)
    with pytest.raises(UsageError, match="link of the model is no file"):
        ModelFolder(tmp_path)


def test_a_file_that_is_gone_is_the_worlds_fault(tmp_path: Path) -> None:
    (tmp_path / "w.bin").write_bytes(b"x")
    found = ModelFolder(tmp_path)
    (tmp_path / "w.bin").unlink()
    with pytest.raises(WorldError, match="cannot read"):
        found.read("w.bin", 0, 1)
    with pytest.raises(UsageError, match="cannot read the model's folder"):
        ModelFolder(tmp_path / "missing")
