"""Whatever is pushed is pulled byte for byte, and no flipped byte is believed."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlgitlab.adapters.store.folder import FolderBucket
from mlgitlab.adapters.store.local import LocalFiles
from mlgitlab.errors import RefusedError
from mlgitlab.paths import decode
from mlgitlab.store.documents import WrongError
from mlgitlab.store.library import Store
from mlgitlab.store.manifest import Manifest, ModelFile, wrong_paths

# Any bytes but NUL and `/` are a file's name on Linux.
NAMES = st.binary(min_size=1, max_size=30).map(lambda raw: decode(raw.replace(b"\0", b"?").replace(b"/", b"_")))
PATHS = st.lists(NAMES, min_size=1, max_size=3).map("/".join)
CONTENTS = st.dictionaries(PATHS, st.binary(max_size=40), min_size=1, max_size=6).filter(
    lambda contents: not list(wrong_paths(contents))
)
DIGITS = st.text("0123456789abcdef", min_size=64, max_size=64)
FILES = st.builds(ModelFile, path=PATHS, size=st.integers(0, 1 << 50), sha256=DIGITS, executable=st.booleans())


@contextmanager
def pushed(contents: dict[str, bytes], executable: frozenset[str] = frozenset()) -> Iterator[tuple[Store, str, Path]]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for path, content in contents.items():
            (folder / "from" / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / "from" / path).write_bytes(content)
            (folder / "from" / path).chmod(0o755 if path in executable else 0o644)
        store = Store(bucket=FolderBucket(folder / "store"), files=LocalFiles())
        digest = store.push("fraud", {path: folder / "from" / path for path in contents}).digest
        yield store, digest, folder / "into"


@settings(max_examples=60)
@given(contents=CONTENTS, data=st.data())
def test_any_files_come_back_as_they_were(contents: dict[str, bytes], data: st.DataObject) -> None:
    executable = data.draw(st.frozensets(st.sampled_from(sorted(contents))))
    with pushed(contents, executable) as (store, digest, into):
        store.pull("fraud", digest, into)
        found = {path.relative_to(into).as_posix(): path for path in into.rglob("*") if path.is_file()}
        assert {path: file.read_bytes() for path, file in found.items()} == contents
        assert {path for path, file in found.items() if file.stat().st_mode & 0o100} == executable


@given(files=st.lists(FILES, max_size=5, unique_by=lambda file: file.path), data=st.data())
def test_the_order_of_the_files_does_not_matter(files: list[ModelFile], data: st.DataObject) -> None:
    if list(wrong_paths([file.path for file in files])):
        return
    manifest = Manifest.of(files)
    assert Manifest.of(data.draw(st.permutations(files))).digest == manifest.digest
    assert Manifest.read(manifest.content) == manifest


@settings(max_examples=80)
@given(contents=CONTENTS, which=st.integers(0, 1000), position=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_no_flipped_bit_is_believed(contents: dict[str, bytes], which: int, position: int, bit: int) -> None:
    with pushed(contents) as (store, digest, into):
        root = FolderBucket(into.parent / "store").root
        objects = [path for path in sorted(root.rglob("*")) if path.is_file() and path.stat().st_size]
        stored = [path for path in objects if not path.name.startswith(".")]
        place = stored[which % len(stored)]
        spoilt = bytearray(place.read_bytes())
        spoilt[position % len(spoilt)] ^= 1 << bit
        place.write_bytes(spoilt)
        with pytest.raises(RefusedError):
            store.pull("fraud", digest, into)
        for path in into.rglob("*"):
            if path.is_file():
                assert path.read_bytes() == contents[path.relative_to(into).as_posix()]


@given(content=st.binary(max_size=200))
def test_bytes_that_are_no_manifest_are_refused(content: bytes) -> None:
    with pytest.raises(WrongError):
        Manifest.read(content)
