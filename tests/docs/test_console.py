"""The player of documented consoles can tell when a page is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scripts import console
from scripts.documents import Block, anchors, blocks, links

if TYPE_CHECKING:
    from pathlib import Path


def block(text: str) -> Block:
    return Block(page="page.md", line=7, language="console", marker="in: here", text=text)


@pytest.mark.parametrize(
    ("shown", "printed", "expected"),
    [
        pytest.param("a\nb\n", "a\nb\n", True, id="the same"),
        pytest.param("a\n", "a\nb\n", False, id="a line too few"),
        pytest.param("a\nb\n", "a\n", False, id="a line too many"),
        pytest.param("at 0123456789ab\n", "at ba9876543210\n", True, id="another short SHA"),
        pytest.param("at 0123456789ab\n", "at nowhere\n", False, id="no SHA"),
        pytest.param("a\n...\nd\n", "a\nb\nc\nd\n", True, id="an elision of two lines"),
        pytest.param("...\nd\n", "d\n", True, id="an elision of none"),
        pytest.param("a\n...\n", "b\n", False, id="something else before an elision"),
    ],
)
def test_a_shown_output_agrees_or_not(shown: str, printed: str, expected: bool) -> None:
    assert console.agree(shown, printed) is expected


def test_what_is_printed_takes_the_place_of_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    played = console.play(block("$ echo one\none\n$ echo two\nthree\n"), tmp_path)
    assert console.text_of(played) == "$ echo one\none\n$ echo two\ntwo\n"


def test_a_command_that_fails_and_says_so_is_shown(tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    played = console.play(block("$ (exit 3)\n$ echo $?\n0\n"), tmp_path)
    assert console.text_of(played) == "$ (exit 3)\n$ echo $?\n3\n"


def test_a_command_that_fails_unsaid_is_a_mistake_in_the_page(tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    with pytest.raises(ValueError, match=r"page.md:7: .* ends with 3"):
        console.play(block("$ (exit 3)\n"), tmp_path)


def test_output_without_a_command_is_a_mistake_in_the_page() -> None:
    with pytest.raises(ValueError, match="begins with a command"):
        console.entries(block("lost\n"))


def test_fences_markers_headings_and_links_are_found() -> None:
    page = "# A `b` & c\n\n[x](y.md#z)\n\n<!-- in: here -->\n```console\n$ a\n# not a heading [n](o)\n```\n"
    assert [(found.line, found.marker, found.text) for found in blocks("p", page)] == [
        (6, "in: here", "$ a\n# not a heading [n](o)\n")
    ]
    assert anchors(page) == {"a-b--c"}
    assert list(links(page)) == ["y.md#z"]
