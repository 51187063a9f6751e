"""A reference is read back as it was written, and nothing else is taken for one."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import pytest

from mlgitlab.errors import UsageError
from mlgitlab.store.reference import Reference

REFERENCE = Reference(
    model="fraud",
    step="fraud:train",
    digest="sha256:" + "a" * 64,
    fingerprint="f" * 64,
    commit="c" * 40,
    store="file:///srv/models",
    reused=True,
    at="2030-01-31T12:00:00Z",
    size=12,
    files=2,
)


def changed(**values: Any) -> bytes:
    return json.dumps({"format": 1, **asdict(REFERENCE), **values}).encode()


def test_what_is_written_is_read() -> None:
    assert Reference.read(REFERENCE.content, "model.json") == REFERENCE
    assert REFERENCE.content.endswith(b"}\n")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "not JSON"),
        (b"[]", "not a JSON object"),
        (changed(format=2), "written in format 2 by a newer mlgitlab"),
        (changed(digest="sha256:abc"), "'digest' is 'sha256:abc'"),
        (changed(digest="a" * 64), "'digest' is"),
        (changed(model="../x"), "'model' or 'step' is no name"),
        (changed(step="a/b"), "'model' or 'step' is no name"),
        (changed(size=-1), "is negative"),
        (changed(size="12"), "'size' is no whole number"),
        (changed(reused=1), "'reused' is no boolean"),
        (changed(extra=1), "an unknown 'extra'"),
    ],
)
def test_what_is_no_reference_is_told(content: bytes, why: str) -> None:
    with pytest.raises(UsageError, match=rf"model.json is no reference to a model: .*{why}"):
        Reference.read(content, "model.json")
