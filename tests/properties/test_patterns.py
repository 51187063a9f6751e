"""A pattern without magic, which we match ourselves, means what it means in .gitignore."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st
from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

from mlgitlab.config.patterns import matcher_of

names = st.text(st.sampled_from("ab.-_"), min_size=1, max_size=3).filter(lambda name: name not in (".", ".."))
places = st.lists(names, min_size=1, max_size=4).map("/".join)
odd = st.text(st.sampled_from("ab.-_ \n\\*é"), min_size=1, max_size=3).filter(lambda name: name not in (".", ".."))


@settings(max_examples=500)
@given(before=st.sampled_from(["", "/"]), pattern=places, after=st.sampled_from(["", "/"]), path=places, below=places)
@example(before="", pattern="a", after="/", path="a", below="a")
@example(before="", pattern="a/b", after="", path="a/b", below="c")
def test_plain_patterns_are_those_of_git(before: str, pattern: str, after: str, path: str, below: str) -> None:
    text = f"{before}{pattern}{after}"
    matches, regex = matcher_of(text), GitIgnoreSpecPattern(text).regex
    assert matches
    assert regex
    for subject in (
        path,
        pattern,
        f"{pattern}/{below}",
        f"{below}/{pattern}",
        f"{below}/{pattern}/{path}",
        f"{pattern}{path}",
    ):
        assert matches(subject) == (regex.search(subject) is not None), subject


@settings(max_examples=500)
@given(pattern=st.one_of(names.map("*{}".format), st.sampled_from(["**", "/**"])), path=places, name=odd)
def test_endings_are_those_of_git(pattern: str, path: str, name: str) -> None:
    matches, regex = matcher_of(pattern), GitIgnoreSpecPattern(pattern).regex
    assert matches
    assert regex
    ending = pattern.lstrip("/*")
    for subject in (
        path,
        name,
        f"{name}{ending}",
        f"{path}{ending}",
        f"{path}/{name}{ending}/{name}",
        f"{ending}/{path}",
    ):
        assert matches(subject) == (regex.search(subject.replace("\n", "\ufffe")) is not None), subject
