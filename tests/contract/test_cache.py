"""The cache gives back what was put, or nothing; a spoilt folder costs time and never an answer."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlgitlab.adapters.cache import FolderCache, NoCache
from mlgitlab.protocols import Cache
from tests.caches import DictCache


@pytest.fixture(params=["folder", "memory"])
def cache(request: pytest.FixtureRequest, tmp_path: Path) -> Cache:
    return FolderCache(tmp_path / "cache") if request.param == "folder" else DictCache()


def test_what_is_put_is_found_again(cache: Cache) -> None:
    cache.put("webs/a", b"one")
    cache.put("webs/a", b"two")
    assert cache.get("webs/a") == b"two"
    assert cache.get("webs/b") is None


def test_what_is_dropped_is_gone_and_may_be_dropped_twice(cache: Cache) -> None:
    cache.put("webs/a", b"one")
    cache.drop("webs/a")
    cache.drop("webs/a")
    assert cache.get("webs/a") is None
    assert cache.names("webs") == ()


def test_names_are_those_of_the_folder_the_newest_first(cache: Cache) -> None:
    for name in ("webs/b", "webs/a", "parses/c"):
        cache.put(name, b"x")
    if isinstance(cache, FolderCache):
        (folder,) = {path.parent for path in Path(cache.folder).rglob("b")}
        os.utime(folder / "b", ns=(1, 1))
    assert cache.names("webs") == ("webs/a", "webs/b")


def test_no_cache_keeps_nothing() -> None:
    cache = NoCache()
    cache.put("webs/a", b"one")
    cache.drop("webs/a")
    assert cache.get("webs/a") is None
    assert cache.names("webs") == ()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=60), position=st.integers(0, 200), byte=st.integers(0, 255), cut=st.booleans())
def test_a_spoilt_file_is_no_file(tmp_path: Path, content: bytes, position: int, byte: int, cut: bool) -> None:
    cache = FolderCache(tmp_path / "cache")
    cache.put("webs/a", content)
    stored = Path(cache.folder, "webs/a")
    whole = stored.read_bytes()
    at = position % len(whole)
    spoilt = whole[:at] if cut else whole[:at] + bytes([byte]) + whole[at + 1 :]
    stored.write_bytes(spoilt)
    assert cache.get("webs/a") == (content if spoilt == whole else None)


def test_a_file_under_another_name_is_no_file(tmp_path: Path) -> None:
    cache = FolderCache(tmp_path)
    cache.put("webs/a", b"one")
    Path(cache.folder, "webs/a").rename(Path(cache.folder, "webs/b"))
    assert cache.get("webs/b") is None


def test_git_does_not_see_the_folder(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    FolderCache(tmp_path / ".cache").put("webs/a", b"one")
    status = subprocess.run(["git", "-C", tmp_path, "status", "--porcelain"], check=True, capture_output=True)
    assert status.stdout == b""


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file, not a folder")
    cache = FolderCache(tmp_path / "cache")
    cache.put("webs/a", b"one")
    cache.drop("webs/a")
    assert cache.get("webs/a") is None
    assert cache.names("webs") == ()


def test_what_other_versions_kept_is_not_used_and_does_not_pile_up(tmp_path: Path) -> None:
    FolderCache(tmp_path).put("webs/a", b"one")
    (ours,) = tmp_path.iterdir()
    for number, name in enumerate(("0" * 16, "1" * 16)):
        shutil.copytree(ours, tmp_path / name)
        os.utime(tmp_path / name, (number, number))
    shutil.rmtree(ours)
    cache = FolderCache(tmp_path)
    assert cache.get("webs/a") is None
    cache.put("webs/b", b"two")
    assert {path.name for path in tmp_path.iterdir()} == {"1" * 16, Path(cache.folder).name}


def test_what_lies_beside_the_cache_stays_and_git_still_sees_it(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    for name in ("models", "libs", "0" * 16, "1" * 16, "2" * 16):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.py").write_text("a = 1\n")
    FolderCache(tmp_path).put("webs/a", b"one")
    status = subprocess.run(["git", "-C", tmp_path, "status", "--porcelain"], check=True, capture_output=True)
    assert len(status.stdout.splitlines()) == 5


WRITER = """
import sys
from pathlib import Path
from mlgitlab.adapters.cache import FolderCache
cache = FolderCache(Path(sys.argv[1]))
for turn in range(50):
    cache.put("webs/a", sys.argv[2].encode() * 5000)
    found = cache.get("webs/a")
    assert found is None or found in (b"x" * 5000, b"y" * 5000), len(found)
"""


def test_writers_at_the_same_time_leave_one_whole_content(tmp_path: Path) -> None:
    running = [subprocess.Popen([sys.executable, "-c", WRITER, tmp_path, letter]) for letter in "xy"]
    assert [process.wait() for process in running] == [0, 0]
    assert FolderCache(tmp_path).get("webs/a") in (b"x" * 5000, b"y" * 5000)
