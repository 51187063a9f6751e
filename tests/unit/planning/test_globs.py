"""Patterns mean what they mean in .gitignore, for any name that git can hold."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mlgitlab.config.scalars import Globs
from mlgitlab.planning.globs import GlobIndex, compile_pattern


def matches(patterns: list[str], path: str, *, is_tree: bool = False) -> bool:
    index: GlobIndex[int] = GlobIndex()
    index.add(Globs.parse(tuple(patterns)), 1)
    return any(True for _ in index.find(path, is_tree=is_tree))


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        pytest.param("models/fraud", "models/fraud/train.py", True, id="a folder means the tree"),
        pytest.param("models/fraud/", "models/fraud/train.py", True, id="a trailing slash changes nothing"),
        pytest.param("./models/fraud", "models/fraud/train.py", True, id="a leading ./ changes nothing"),
        pytest.param("models/fraud", "models/fraud2/train.py", False, id="a folder is not a prefix"),
        pytest.param("models/fraud", "x/models/fraud/a", False, id="with a slash it starts at the root"),
        pytest.param("fraud", "x/fraud/a", True, id="without a slash it is meant in every folder"),
        pytest.param("/fraud", "x/fraud/a", False, id="a leading slash starts at the root"),
        pytest.param("*.md", "docs/deep/a.md", True, id="an ending is meant in every folder"),
        pytest.param("a/**/b", "a/b", True, id="** matches no folder"),
        pytest.param("a/**/b", "a/x/y/b", True, id="** matches several folders"),
        pytest.param("**", ".hidden/.file", True, id="** matches dotfiles"),
        pytest.param("models/*/train.py", "models/a/b/train.py", False, id="* stays in its folder"),
        pytest.param("models/*", "models/a/b/train.py", True, id="a matched folder means its tree"),
        pytest.param(".", "anything/at.all", True, id="a dot means the repository"),
        pytest.param("conf/[ab].yml", "conf/a.yml", True, id="a set of characters"),
        pytest.param("[[]x", "[x", True, id="a bracket in a set"),
        pytest.param("a[a||b&&~~]c", "a|c", True, id="what Python may take for an operation on sets is a character"),
        pytest.param("a[!b]c", "a/c", False, id="a set matches no slash"),
        pytest.param("a[+-9]c", "a/c", False, id="a range matches no slash"),
        pytest.param("a[]-]c", "a]c", True, id="a bracket at the beginning of a set"),
        pytest.param("#notes", "#notes", True, id="a number sign is no comment here"),
        pytest.param("docs/", "docs", False, id="a file called like a folder is none"),
        pytest.param("*.md", "a.md\n", False, id="a newline at the end is part of the name"),
        pytest.param("docs/", "docs/a\nb", True, id="a newline inside is part of the name"),
    ],
)
def test_one_pattern(pattern: str, path: str, expected: bool) -> None:
    assert matches([pattern], path) is expected


@pytest.mark.parametrize("order", [["a/**", "!a/x.md"], ["!a/x.md", "a/**"]])
def test_an_exclude_wins_whatever_the_order_and_vetoes_no_other_file(order: list[str]) -> None:
    assert matches(order, "a/y.py")
    assert not matches(order, "a/x.md")


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        pytest.param("libs/sub/deep/*.py", True, id="below the submodule"),
        pytest.param("libs", True, id="above it"),
        pytest.param("*.py", True, id="anywhere"),
        pytest.param("libs/sub/", True, id="itself"),
        pytest.param("models/a", False, id="beside it"),
    ],
)
def test_a_submodule_stands_for_all_below_it(pattern: str, expected: bool) -> None:
    assert matches([pattern], "libs/sub", is_tree=True) is expected


@pytest.mark.parametrize("patterns", [["!docs"], ["!a", "!b"]])
def test_excludes_alone_are_refused(patterns: list[str]) -> None:
    with pytest.raises(ValueError, match="excludes alone matches nothing"):
        Globs.parse(tuple(patterns))


@pytest.mark.parametrize(
    "pattern", ["*.{yml,yaml}", "../x", "a/../../b", "", "!", "[z-a]", "[[:digit:]]", "[\\]]", "[+--]"]
)
def test_patterns_that_cannot_mean_what_they_say_are_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"braces|leads out|empty|bracket"):
        Globs.parse((pattern,))


_SEGMENT = st.text(alphabet="ab.*[]!#\\ \n-", min_size=1, max_size=4)


@example(["[[]"], ["["])
@given(st.lists(_SEGMENT, min_size=1, max_size=3), st.lists(_SEGMENT, min_size=1, max_size=4))
def test_the_lookup_by_folder_finds_what_a_full_scan_finds(pattern: list[str], path: list[str]) -> None:
    text, name = "/".join(pattern), "/".join(path)
    try:
        globs = Globs.parse((text,))
        compiled = compile_pattern(text)
    except ValueError:
        return
    if globs.include:
        index: GlobIndex[int] = GlobIndex()
        index.add(globs, 1)
        assert any(True for _ in index.find(name)) == compiled.matches(name)
