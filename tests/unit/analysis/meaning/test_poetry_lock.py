"""poetry.lock: what changes an installation, by the format of Poetry 2, of 1.3 and of 1.0."""

from __future__ import annotations

import pytest

from mlgitlab.analysis.meaning.poetry_lock import KIND
from tests.unit.analysis.meaning.compared import changed, meaning

METADATA = """
[metadata]
lock-version = "2.1"
python-versions = ">=3.11"
content-hash = "aa"
"""
NEW = (
    """
[[package]]
name = "Click"
version = "8"
description = "a"
optional = false
groups = ["main"]
files = [{file = "a.whl", hash = "sha256:aa"}, {file = "b.whl", hash = "sha256:bb"}]

[package.dependencies]
colorama = {version = "*", markers = "platform_system == 'Windows'"}

[package.extras]
test = ["pytest (>=8)"]

[[package]]
name = "colorama"
version = "1"
optional = false
groups = ["main", "dev"]
markers = {main = "platform_system == 'Windows'", dev = "sys_platform == 'win32'"}
files = []

[[package]]
name = "iniconfig"
version = "1"
optional = false
groups = ["dev"]
files = []
"""
    + METADATA
)
# Poetry before 2 leaves out for whom a distribution is installed.
OLD = """
[[package]]
name = "tqdm"
version = "4"
optional = false
files = []

[package.dependencies]
click = "*"
colorama = {version = "*", markers = "platform_system == 'Windows'"}

[[package]]
name = "coverage"
version = "7"
optional = false
files = []

[package.dependencies]
tomli = {version = "*", optional = true, markers = "extra == 'toml'"}

[package.extras]
toml = ["tomli"]

[[package]]
name = "click"
version = "8"
optional = false
files = []

[[package]]
name = "colorama"
version = "1"
optional = false
files = []

[[package]]
name = "tomli"
version = "2"
optional = false
files = []
""" + METADATA.replace("2.1", "2.0")


def package(name: str, needs: str = "") -> str:
    return (
        f'[[package]]\nname = "{name}"\nversion = "1"\noptional = false\nfiles = []\n[package.dependencies]\n{needs}\n'
    )


@pytest.mark.parametrize(
    "after",
    [
        pytest.param(NEW.replace('content-hash = "aa"', 'content-hash = "bb"'), id="content hash"),
        pytest.param("# comment\n" + NEW, id="comment"),
        pytest.param(NEW.replace('description = "a"', 'description = "b"'), id="description"),
        pytest.param(NEW.replace('test = ["pytest (>=8)"]', ""), id="extras that nobody asked for"),
        pytest.param(NEW.replace('groups = ["main"]', 'groups = ["main", "dev"]'), id="a group beside main"),
        pytest.param(
            NEW.replace(
                '{file = "a.whl", hash = "sha256:aa"}, {file = "b.whl", hash = "sha256:bb"}',
                '{file = "b.whl", hash = "sha256:bb"}, {file = "a.whl", hash = "sha256:aa"}',
            ),
            id="order of files",
        ),
    ],
)
def test_what_installs_the_same_means_the_same(after: str) -> None:
    assert after != NEW
    assert KIND.read(after.encode()) == meaning(KIND, NEW)


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        pytest.param(NEW.replace('"8"', '"9"'), {"click"}, id="version"),
        pytest.param(NEW.replace("sha256:aa", "sha256:cc"), {"click"}, id="hash"),
        pytest.param(NEW.replace('groups = ["dev"]', 'groups = ["main"]'), {"iniconfig"}, id="group"),
        pytest.param(NEW.replace("{main = \"platform_system == 'Windows'\"", '{main = "a"'), {"colorama"}, id="marker"),
        pytest.param(NEW.replace("optional = false", "optional = true", 1), {"click"}, id="optional"),
        pytest.param(
            NEW.replace("[metadata]", "[extras]\nfast = ['numba']\n[metadata]"), {"extras!"}, id="extras of the project"
        ),
        pytest.param(NEW.replace(">=3.11", ">=3.12"), {"python-versions!"}, id="Python"),
        pytest.param(NEW.replace('"2.1"', '"2.2"'), {"lock-version!"}, id="format"),
    ],
)
def test_what_installs_something_else_is_told(after: str, expected: set[str]) -> None:
    assert changed(KIND, NEW, after) == expected


def test_a_group_beside_main_counts_for_what_main_installs_on_demand() -> None:
    before = NEW.replace("optional = false", "optional = true", 1)

    assert changed(KIND, before, before.replace('["main"]', '["main", "dev"]')) == {"click"}


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        pytest.param(OLD.replace("Windows", "Darwin"), {"colorama"}, id="a marker on the way"),
        pytest.param(OLD + package("pytest", 'click = "*"'), {"pytest"}, id="a tool that needs what was there"),
        pytest.param(OLD + package("pytest", 'colorama = "*"'), {"pytest", "colorama"}, id="no longer on a condition"),
        pytest.param(
            OLD.replace('click = "*"', 'click = "*"\ncoverage = {version = "*", extras = ["toml"]}'),
            {"tomli"},
            id="an extra that was not asked for",
        ),
    ],
)
def test_before_poetry_2_the_ways_count(after: str, expected: set[str]) -> None:
    assert changed(KIND, OLD, after) == expected


def test_the_choice_between_two_versions_counts() -> None:
    two = '[[package]]\nname = "numpy"\nversion = "1"\n[[package]]\nname = "numpy"\nversion = "2"\n' + METADATA
    needs = 'numpy = [{{version = "{}", markers = "a"}}, {{version = "{}", markers = "b"}}]'

    before, after = (package("pandas", needs.format(*versions)) + two for versions in ("12", "21"))

    assert changed(KIND, before, after) == {"numpy"}


@pytest.mark.parametrize(
    ("key", "value"), [("files", '[{file = "x", hash = "sha256:aa"}]'), ("hashes", '["sha256:aa"]')]
)
def test_files_that_stand_apart_belong_to_their_distribution(key: str, value: str) -> None:
    text = package("Click") + package("tqdm") + METADATA + f"[metadata.{key}]\nClick = {value}\ntqdm = []\n"

    assert changed(KIND, text, text.replace("sha256:aa", "sha256:bb")) == {"click"}


def test_the_graph_has_an_entry_for_every_distribution() -> None:
    assert meaning(KIND, OLD).requires == {
        "click": (),
        "colorama": (),
        "coverage": ("tomli",),
        "tomli": (),
        "tqdm": ("click", "colorama"),
    }


@pytest.mark.parametrize("text", ["", "[[package]]\nname = 'a'", "[metadata]", "metadata = 1", NEW + "[[package]]"])
def test_what_is_no_lock_cannot_be_read(text: str) -> None:
    assert KIND.read(text.encode()) is None
