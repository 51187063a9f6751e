"""Random config.toml files as people and gitlab-runner write them: comments, blank lines, odd keys, several runners."""

from __future__ import annotations

import json

from hypothesis import strategies as st

_BARE = st.text("abcdefghijklmnopqrstuvwxyz_-0123456789", min_size=1, max_size=8)
_WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")) | st.sampled_from('[]#="\\' + "'"), max_size=12
)
_COMMENT = _WORDS.map(lambda text: f"# {text}")
_INDENT = st.sampled_from(["", "  ", "\t"])


def _basic(text: str) -> str:
    """A TOML basic string: JSON's, but for one character."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _string(text: str) -> st.SearchStrategy[str]:
    forms = [_basic(text)]
    if "'" not in text:
        forms += [f"'{text}'", f"'''\n{text}\n[[runners]]\n  token = \"not one\" # nor this\n'''"]
    return st.sampled_from(forms)


_VALUE = st.one_of(
    _WORDS.flatmap(_string),
    st.integers(-(2**60), 2**60).map(str),
    st.sampled_from(
        ["true", "false", "1.5", "nan", "inf", "-0.0", "1979-05-27T07:32:00Z", "0x1f", "{ a = 1, b = [] }"]
    ),
    st.lists(_WORDS.map(_basic), max_size=3).map(lambda items: f"[{', '.join(items)}]"),
    st.just('[\n  "a", # first\n  "b",\n]'),
)
_KEY = _BARE | _WORDS.filter(bool).map(_basic)


@st.composite
def _pairs(draw: st.DrawFn, taken: frozenset[str]) -> list[str]:
    lines = []
    names = draw(st.lists(_KEY, max_size=4, unique_by=lambda key: json.loads(key) if key.startswith('"') else key))
    for name in names:
        if (json.loads(name) if name.startswith('"') else name) in taken:
            continue
        ending = draw(st.sampled_from(["", "", " # why"]))
        lines.append(f"{draw(_INDENT)}{name} = {draw(_VALUE)}{ending}")
        lines += draw(st.lists(_COMMENT | st.just(""), max_size=1))
    return lines


@st.composite
def _runner(draw: st.DrawFn, number: int) -> list[str]:
    indent = draw(_INDENT)
    known = [f'name = "r{number}"', f'url = "https://gitlab-{number}"', f'token = "glrt-{number}"']
    if draw(st.booleans()):
        known.append(f"id = {number}")
    lines = [f"[[runners]]{draw(st.sampled_from(['', '  # one']))}"]
    lines += [indent + line for line in draw(st.permutations(known))]
    lines += draw(_pairs(frozenset({"name", "url", "token", "id", "docker", "cache"})))
    for table in draw(st.sampled_from([[], ["docker"], ["docker", "cache"]])):
        lines += [f"{indent}[runners.{table}]", *draw(_pairs(frozenset({"services"})))]
        if table == "docker" and draw(st.booleans()):
            lines += [f"{indent}[[runners.docker.services]]", *draw(_pairs(frozenset()))]
    return lines + draw(st.lists(_COMMENT | st.just(""), max_size=3))


@st.composite
def config_tomls(draw: st.DrawFn, *, least: int = 0) -> str:
    """The file's text, with `least` runners or more, called r0, r1, ..."""
    top = frozenset({"runners", "session_server", "experimental"})
    lines = draw(st.lists(_COMMENT | st.just(""), max_size=2)) + draw(_pairs(top))
    if draw(st.booleans()):
        lines += ["[session_server]", *draw(_pairs(frozenset()))]
    for number in range(draw(st.integers(least, 3))):
        lines += draw(_runner(number))
    if draw(st.booleans()):
        lines += ["[experimental]", *draw(_pairs(frozenset()))]
    end = draw(st.sampled_from(["\n", "", "\n\n"]))
    return draw(st.sampled_from(["\n", "\n", "\r\n"])).join(lines) + end
