"""pdm.lock: what changes an installation, with and without inherited metadata."""

from __future__ import annotations

import pytest

from mlgitlab.analysis.meaning.pdm_lock import KIND
from tests.unit.analysis.meaning.compared import changed, meaning

NEW = """
[metadata]
groups = ["default", "dev"]
strategy = ["inherit_metadata"]
lock_version = "4.5.0"
content_hash = "sha256:aa"

[[metadata.targets]]
requires_python = ">=3.11"

[[package]]
name = "transformers"
version = "4"
summary = "a"
groups = ["default"]
dependencies = ["numpy>=1", "colorama; sys_platform == 'win32'"]
files = [{file = "a.whl", hash = "sha256:aa"}]

[[package]]
name = "transformers"
version = "4"
extras = ["torch"]
groups = ["default"]
dependencies = ["accelerate>=1", "transformers==4"]
files = [{file = "a.whl", hash = "sha256:aa"}]

[[package]]
name = "accelerate"
version = "1"
groups = ["default"]
marker = "os_name == 'posix'"
files = []

[[package]]
name = "numpy"
version = "2"
groups = ["default"]
files = []

[[package]]
name = "colorama"
version = "1"
groups = ["default"]
files = []
"""
OLD = NEW.replace('"inherit_metadata"', '"cross_platform"')
TOOL = '[[package]]\nname = "pytest"\nversion = "9"\ndependencies = [{}]\nfiles = []\n'


@pytest.mark.parametrize(
    "after",
    [
        pytest.param(NEW.replace("sha256:aa", "sha256:bb", 1), id="content hash"),
        pytest.param(NEW.replace('summary = "a"', 'summary = "b"'), id="summary"),
        pytest.param(NEW.replace('["default"]', '["default", "dev"]'), id="a group beside the default"),
        pytest.param(NEW.replace('["default", "dev"]', '["default", "dev", "docs"]'), id="groups that were locked"),
    ],
)
def test_what_installs_the_same_means_the_same(after: str) -> None:
    assert after != NEW
    assert KIND.read(after.encode()) == meaning(KIND, NEW)


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        pytest.param(NEW.replace('"2"', '"3"'), {"numpy"}, id="version"),
        pytest.param(NEW.replace("posix", "nt"), {"accelerate"}, id="marker"),
        pytest.param(NEW.replace('extras = ["torch"]', 'extras = ["tf"]'), {"transformers"}, id="extra"),
        pytest.param(NEW.replace(">=3.11", ">=3.12"), {"targets!"}, id="Python"),
        pytest.param(NEW.replace('["inherit_metadata"]', '["inherit_metadata", "x"]'), {"strategy!"}, id="strategy"),
        pytest.param(NEW + TOOL.format('"numpy"'), {"pytest"}, id="a new tool"),
    ],
)
def test_what_installs_something_else_is_told(after: str, expected: set[str]) -> None:
    assert changed(KIND, NEW, after) == expected


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        pytest.param(OLD + TOOL.format('"numpy"'), {"pytest"}, id="a tool that needs what was there"),
        pytest.param(OLD + TOOL.format('"colorama"'), {"pytest", "colorama"}, id="no longer on a condition"),
        pytest.param(OLD.replace("win32", "darwin"), {"colorama"}, id="a marker on the way"),
        pytest.param(OLD + TOOL.format('"transformers[torch]"'), {"pytest", "accelerate"}, id="an extra"),
    ],
)
def test_without_inherited_metadata_the_ways_count(after: str, expected: set[str]) -> None:
    assert changed(KIND, OLD, after) == expected


def test_files_that_stand_apart_belong_to_their_distribution() -> None:
    text = OLD + '[metadata.files]\n"numpy 2" = [{url = "x", hash = "sha256:cc"}]\n"Colorama 1" = []\n'

    assert changed(KIND, text, text.replace("sha256:cc", "sha256:dd")) == {"numpy"}


def test_what_an_extra_needs_is_in_the_graph() -> None:
    assert meaning(KIND, NEW).requires == {
        "accelerate": (),
        "colorama": (),
        "numpy": (),
        "transformers": ("accelerate", "colorama", "numpy"),
    }


@pytest.mark.parametrize(
    "text", ["", "[metadata]", NEW.replace('"numpy>=1"', '"???"'), NEW.replace('"numpy>=1"', "1"), NEW + "[["]
)
def test_what_is_no_lock_cannot_be_read(text: str) -> None:
    assert KIND.read(text.encode()) is None
