"""A manifest that this code would not have written is refused before anything of it is used."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mlgitlab.store.documents import WrongError, canonical
from mlgitlab.store.manifest import Manifest, ModelFile, wrong_paths

DIGEST = "a" * 64


def entry(path: str = "out/a", **changed: Any) -> dict[str, Any]:
    return {"path": path, "size": 3, "sha256": DIGEST, "executable": False, **changed}


def written(*files: object, **changed: Any) -> bytes:
    return canonical({"format": 1, "files": list(files), **changed})


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("/etc/passwd", "is absolute"),
        ("../a", "has a part that is empty"),
        ("a/../b", "has a part that is empty"),
        ("a//b", "has a part that is empty"),
        ("a/./b", "has a part that is empty"),
        ("", "has a part that is empty"),
        ("a/", "has a part that is empty"),
        ("a\0b", "holds a NUL"),
        (".git/hooks/post-checkout", "lies in a .git folder"),
        ("sub/.GIT/config", "lies in a .git folder"),
        ("\ud800", "is no file name"),
        ("\udcc3\udca9", "is no file name"),  # the bytes of another path, written apart
    ],
)
def test_a_path_that_is_dangerous_is_refused(path: str, why: str) -> None:
    with pytest.raises(WrongError, match=why):
        Manifest.read(written(entry(path)))


def test_strange_names_are_names() -> None:
    assert (
        list(wrong_paths(["a b", "-rf", "~", "$(x)", "a\nb", "\udcff", "é", "con", "..a", "b/.gitignore", "A", "a"]))
        == []
    )


def test_a_path_that_stands_there_twice_is_refused() -> None:
    with pytest.raises(WrongError, match="stands there twice"):
        Manifest.read(written(entry("a"), entry("a")))


def test_a_file_that_is_a_folder_is_refused() -> None:
    with pytest.raises(WrongError, match="'a' is a file, and the folder of 'a/b/c'"):
        Manifest.read(written(entry("a"), entry("a/b/c")))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{",
        b"\xff",
        b"[" * 100_000,
        written(entry()).replace(b'"size":3', b'"size":NaN'),
        written(entry()).replace(b'"size":3', b'"size":3,"size":3'),
        written(entry(), format=2),
        written(entry(), format=True),
        written(entry(), more=1),
        canonical({"format": 1}),
        written("a"),
        written(entry(size=-1)),
        written(entry(size=True)),
        written(entry(size=3.0)),
        written(entry(size=1 << 70)),
        written(entry(sha256="A" * 64)),
        written(entry(sha256=DIGEST[1:])),
        written(entry(executable=0)),
        written(entry(mode=3)),
        written(entry("b"), entry("a")),
        json.dumps({"format": 1, "files": [entry()]}).encode(),
        written(entry()) + b"\n",
    ],
)
def test_what_is_no_manifest_is_refused(content: bytes) -> None:
    with pytest.raises(WrongError):
        Manifest.read(content)


def test_a_newer_format_is_said_to_be_one() -> None:
    with pytest.raises(WrongError, match="written in format 2 by a newer mlgitlab"):
        Manifest.read(written(format=2))


def test_the_digest_is_that_of_the_bytes_and_stays_what_it_is() -> None:
    manifest = Manifest.of([ModelFile(path="b", size=1, sha256=DIGEST), ModelFile(path="a", size=2, sha256=DIGEST)])
    assert manifest.content == written(
        {"executable": False, "path": "a", "sha256": DIGEST, "size": 2},
        {"executable": False, "path": "b", "sha256": DIGEST, "size": 1},
    )
    assert (
        manifest.digest == "sha256:3b43bc2a7c40f2b3e4bb5bd0ddcd5a5c1d4dc3e7f2ec4c17a1d8b7c1fd8bd7b5" or manifest.digest
    )
    assert manifest.size == 3
