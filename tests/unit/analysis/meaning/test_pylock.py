"""pylock.toml: what an installer obeys, and what is only told."""

from __future__ import annotations

import pytest

from mlgitlab.analysis.meaning.pylock import KIND
from tests.unit.analysis.meaning.compared import changed, meaning

BASE = """
lock-version = "1.0"
created-by = "uv"
requires-python = ">=3.11"
default-groups = ["default"]

[[packages]]
name = "pandas"
version = "2"
marker = "'default' in dependency_groups"
dependencies = [{ name = "Numpy" }]
wheels = [
    { url = "https://example.org/a.whl", upload-time = 2026-01-01T00:00:00Z, size = 1, hashes = { sha256 = "aa" } },
    { url = "https://example.org/b.whl", hashes = { sha256 = "bb" } },
]

[[packages]]
name = "numpy"
version = "2"
dependencies = []
sdist = { url = "https://example.org/a.tar.gz", upload-time = 2026-01-01, hashes = { sha256 = "cc" } }
"""


@pytest.mark.parametrize(
    "after",
    [
        pytest.param(BASE.replace('"uv"', '"pdm"'), id="who wrote it"),
        pytest.param(BASE.replace("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"), id="time of the upload"),
        pytest.param(BASE.replace(", size = 1", ""), id="size"),
    ],
)
def test_what_installs_the_same_means_the_same(after: str) -> None:
    assert after != BASE
    assert KIND.read(after.encode()) == meaning(KIND, BASE)


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        pytest.param(BASE.replace('"aa"', '"dd"'), {"pandas"}, id="hash of a wheel"),
        pytest.param(BASE.replace('"cc"', '"dd"'), {"numpy"}, id="hash of a source distribution"),
        pytest.param(BASE.replace("sdist =", "archive ="), {"numpy"}, id="kind of a file"),
        pytest.param(BASE.replace("'default' in", "'gpu' in"), {"pandas"}, id="marker"),
        pytest.param(BASE.replace(">=3.11", ">=3.12"), {"requires-python!"}, id="Python"),
        pytest.param(BASE.replace('["default"]', '["gpu"]'), {"default-groups!"}, id="groups"),
    ],
)
def test_what_installs_something_else_is_told(after: str, expected: set[str]) -> None:
    assert changed(KIND, BASE, after) == expected


def test_the_graph_is_taken_where_every_entry_has_its_word() -> None:
    assert meaning(KIND, BASE).requires == {"numpy": (), "pandas": ("numpy",)}
    assert meaning(KIND, BASE.replace("dependencies = []\n", "")).requires == {}


@pytest.mark.parametrize("text", ["", 'lock-version = "1.0"', "packages = []", BASE + "[[packages]]"])
def test_what_is_no_lock_cannot_be_read(text: str) -> None:
    assert KIND.read(text.encode()) is None
