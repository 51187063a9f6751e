"""The table of known distributions: that each line is well formed, and agrees with what is installed here."""

from __future__ import annotations

import importlib.metadata
import re
from collections import Counter

import pytest

from mlgitlab.analysis.meaning.requirement import normalised_name
from mlgitlab.analysis.packages.book import Distribution, Role, book
from mlgitlab.analysis.packages.table import TABLE

LINES = [line for line in TABLE.splitlines() if line and not line.startswith("#")]
BOOK = book()
ENTRIES = [*BOOK.exact.values(), *BOOK.prefixes]
FORM = re.compile(
    r"[a-z0-9]+(?:-[a-z0-9]+)*(?:-?\*)?(?: (?:tool|inert|always))?(?: =(?: \w+)+)?(?: =? ?\+(?: [a-z0-9-]*\*?)+)?"
)
INSTALLED = {normalised_name(found.metadata["Name"]) for found in importlib.metadata.distributions()}
MODULES: dict[str, set[str]] = {name: set() for name in INSTALLED}
for _module, _names in importlib.metadata.packages_distributions().items():
    if _module.isidentifier() and not _module.endswith("__mypyc"):
        for _name in _names:
            MODULES[normalised_name(_name)].add(_module)


def test_every_line_is_well_formed() -> None:
    assert [line for line in LINES if not FORM.fullmatch(line)] == []


def test_no_distribution_has_two_lines() -> None:
    assert [name for name, count in Counter(line.split()[0] for line in LINES).items() if count > 1] == []


def test_every_line_is_found_by_its_name() -> None:
    assert len(ENTRIES) == len(LINES)
    assert [entry for entry in BOOK.exact.values() if BOOK.about(entry.name) != entry] == []


def test_no_prefix_begins_with_another() -> None:
    names = [entry.name.rstrip("*") for entry in BOOK.prefixes]

    assert [name for name in names if any(name.startswith(other) for other in names if other != name)] == []


def test_no_library_has_a_tool_as_a_companion() -> None:
    tools = {entry.name for entry in ENTRIES if entry.role.is_tool}

    assert [(entry.name, tools & {*entry.companions}) for entry in ENTRIES if _is_wrong(entry, tools)] == []


def _is_wrong(entry: Distribution, tools: set[str]) -> bool:
    return not entry.role.is_tool and not tools.isdisjoint(entry.companions)


def test_no_module_comes_from_a_tool_and_a_library() -> None:
    assert [
        module for module, entries in BOOK.by_module.items() if len({entry.role.is_tool for entry in entries}) > 1
    ] == []


def test_an_inert_tool_has_a_name_of_its_own_and_needs_nothing() -> None:
    inert = [entry for entry in ENTRIES if entry.role is Role.INERT]

    assert [entry.name for entry in inert if entry.is_prefix or entry.companions] == []
    assert [name for entry in inert if entry.name in INSTALLED for name in _needs(entry.name)] == []


def _needs(name: str) -> list[str]:
    """What it needs on any Python that we run on."""
    needs = importlib.metadata.requires(name) or []
    return [need for need in needs if "extra ==" not in need and "python_version <" not in need]


@pytest.mark.parametrize("name", sorted(name for name in INSTALLED if name in BOOK.exact))
def test_the_modules_are_those_that_are_installed(name: str) -> None:
    assert MODULES[name] <= set(BOOK.exact[name].modules)


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("PIL", "pillow"),
        ("sklearn", "scikit-learn"),
        ("cv2", "opencv-python-headless"),
        ("yaml", "pyyaml"),
        ("bs4", "beautifulsoup4"),
        ("torch", "torch"),
        ("dateutil", "python-dateutil"),
        ("google", "google-*"),
    ],
)
def test_a_module_leads_to_its_distribution(module: str, name: str) -> None:
    assert name in {entry.name for entry in BOOK.by_module[module]}


def test_what_installs_or_runs_everything_always_counts() -> None:
    names = (
        "python",
        "pip",
        "setuptools",
        "wheel",
        "uv",
        "tzdata",
        "nvidia-cublas-cu12",
        "cuda-nvcc",
        "mkl",
        "libopenblas",
    )

    assert {about.role for name in names if (about := BOOK.about(name))} == {Role.ALWAYS}
