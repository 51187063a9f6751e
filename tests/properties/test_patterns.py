"""A pattern without magic, which we match ourselves, means what it means in .gitignore."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st
from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

from mlgitlab.config.patterns import matcher_of

names = st.text(st.sampled_from("ab.-_"), min_size=1, max_size=3).filter(lambda name: name not in (".", ".."))
places = st.lists(names, min_size=1, max_size=4).map("/".join)


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
