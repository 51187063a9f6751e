"""Makefiles: comment lines and blank lines change nothing, all else does."""

from __future__ import annotations

import pytest

from mlgitlab.analysis.meaning.makefile import KIND
from mlgitlab.analysis.meaning.values import Layer
from tests.unit.analysis.meaning.layers import layers, named


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("A = 1\nall:\n\ta\n", "# x\n\nA = 1\n  # y\nall:\n\ta\n\n", id="comments and blank lines"),
        pytest.param("all:\n\ta\n\tb", "all:\n\ta\n# x\n\n\tb", id="between the lines of a recipe"),
        pytest.param("A = \\\n 1\nB = 2", "A = \\\n 1\n# x\nB = 2", id="after a value of two lines"),
        pytest.param("define A\na\nendef\nB = 1", "define A\na\nendef\n# x\nB = 1", id="after a definition of lines"),
    ],
)
def test_comment_lines_change_nothing(before: str, after: str) -> None:
    assert layers(KIND, before, after) == set()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("all:\n\ta # x", "all:\n\ta # y", id="the shell's comment"),
        pytest.param("all:\n\t# x", "all:\n\t# y", id="a recipe of a comment"),
        pytest.param("all:\n\t\n", "all:\n", id="an empty recipe"),
        pytest.param("A = b # x", "A = b  # x", id="blanks before a comment"),
        pytest.param("A = \\\n# x\nB = 1", "A = \\\nB = 1", id="a comment that a value goes on in"),
        pytest.param("# x \\\nA = 1", "# x\nA = 1", id="a comment that goes on"),
        pytest.param("A = 1 \\\n\nB = 2", "A = 1 \\\nB = 2", id="a blank line that ends a value"),
        pytest.param("define A\n# x\nendef", "define A\n# y\nendef", id="comment in a definition of lines"),
        pytest.param("define A\n\na\nendef", "define A\na\nendef", id="blank line in a definition of lines"),
        pytest.param("define A\n\tendef\n# x\nendef", "define A\n\tendef\n# y\nendef", id="end in a recipe"),
        pytest.param("define A\ndefine B\nendef\n# x\nendef", "define A\ndefine B\nendef\n# y\nendef", id="nested"),
        pytest.param("a:\n\tx\nb:\n\ty", "a:\nb:\n\tx\n\ty", id="a recipe of another target"),
        pytest.param("a:\n\tgrep $(MAKEFILE_LIST)\n## x", "a:\n\tgrep $(MAKEFILE_LIST)\n## y", id="help texts"),
    ],
)
def test_all_else_counts(before: str, after: str) -> None:
    assert layers(KIND, before, after) == {Layer.CODE}


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(".RECIPEPREFIX = >\na:\n> b\n# c", id="another prefix"),
        pytest.param("a:\r\n\tb\r\n", id="carriage returns"),
        pytest.param("# {% if a %}\nb:\n# {% endif %}", id="template"),
    ],
)
def test_where_versions_disagree_bytes_are_compared(content: str) -> None:
    assert KIND.read(content.encode()) is None


def test_rules_are_parts() -> None:
    content = "A := x:y\nB = 1\n.PHONY: train\ntrain test: data\n\ta\n\tb\nC = 1\n%.o: %.c ; cc\na b &: c\n"
    assert named(KIND, content) == [
        *("definitions", "target .PHONY", "target train test", "definitions", "target %.o", "target a b")
    ]


@pytest.mark.parametrize("content", ["a" + " " * 300_000, "a:" * 100_000, "\\\n" * 100_000, "define A\n" * 50_000])
def test_hostile_content_is_read_in_time(content: str) -> None:
    assert KIND.read(content.encode()) is not None


@pytest.mark.parametrize(
    ("path", "expected"),
    [("Makefile", True), ("a/GNUmakefile", True), ("b/rules.mk", True), ("Makefile.md", False), ("MyMakefile", False)],
)
def test_names_of_makefiles(path: str, *, expected: bool) -> None:
    assert KIND.matches(path) == expected
