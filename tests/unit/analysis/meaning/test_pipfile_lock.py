"""Pipfile.lock: categories, and what concerns everyone."""

from __future__ import annotations

import json

import pytest

from mlgitlab.analysis.meaning.pipfile_lock import KIND
from mlgitlab.analysis.meaning.values import Data
from tests.unit.analysis.meaning.compared import changed, meaning

NUMPY: Data = {"hashes": ["sha256:aa", "sha256:bb"], "version": "==2", "markers": "python_version >= '3.11'"}
RUFF: Data = {"version": "==1"}


def lock(default: Data, meta: Data = None, **categories: Data) -> str:
    general = {"hash": {"sha256": "aa"}, "sources": [{"name": "pypi", "url": "https://pypi.org/simple"}]}
    return json.dumps(
        {"_meta": {**general, **(meta if isinstance(meta, dict) else {})}, "default": default, **categories}
    )


BASE = lock({"NumPy": NUMPY}, develop={"ruff": RUFF})


@pytest.mark.parametrize(
    "after",
    [
        pytest.param(
            lock({"NumPy": NUMPY}, {"hash": {"sha256": "bb"}}, develop={"ruff": RUFF}), id="hash of the Pipfile"
        ),
        pytest.param(json.dumps(json.loads(BASE), indent=4), id="layout"),
        pytest.param(BASE.replace('"sha256:aa", "sha256:bb"', '"sha256:bb", "sha256:aa"'), id="order of hashes"),
        pytest.param(lock({"numpy": NUMPY}, develop={"ruff": RUFF, "numpy": NUMPY}), id="in two categories"),
    ],
)
def test_what_installs_the_same_means_the_same(after: str) -> None:
    assert after != BASE
    assert KIND.read(after.encode()) == meaning(KIND, BASE)


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        pytest.param(BASE.replace("==2", "==3"), {"numpy"}, id="version"),
        pytest.param(BASE.replace("3.11", "3.12"), {"numpy"}, id="marker"),
        pytest.param(lock({"NumPy": NUMPY}, docs={"ruff": RUFF}), {"ruff"}, id="category"),
        pytest.param(lock({"NumPy": NUMPY, "ruff": RUFF}), {"ruff"}, id="from a category to the default"),
        pytest.param(BASE.replace("pypi.org", "example.org"), {"sources!"}, id="index"),
        pytest.param(
            lock({"NumPy": NUMPY}, {"requires": {"python_version": "3.12"}}, develop={"ruff": RUFF}),
            {"requires!"},
            id="Python",
        ),
    ],
)
def test_what_installs_something_else_is_told(after: str, expected: set[str]) -> None:
    assert changed(KIND, BASE, after) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        '{"_meta": {}}',
        '{"_meta": {}, "default": {"a": 1}}',
        '{"_meta": {}, "default": {"a": {"b": NaN}}}',
        '{"_meta": {}, "default": {"a": {}, "a": {"version": "1"}}}',
    ],
)
def test_what_is_no_lock_cannot_be_read(text: str) -> None:
    assert KIND.read(text.encode()) is None
