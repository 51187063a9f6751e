"""One pattern as in .gitignore, as a test of paths of the repository."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

Matcher = Callable[[str], bool]
# `.` and `$` of a regular expression treat a newline as something special; a file name may hold one.
_NEWLINE_STAND_IN = "\ufffe"
# Most patterns are the path of a file or folder, or an ending; they need no regular expression.
_PLAIN = re.compile(r"[\w-][\w.-]*(?:/[\w-][\w.-]*)*/?", re.ASCII)
_ENDING = re.compile(r"\*[\w.-]+", re.ASCII)


def normal(text: str) -> tuple[str, bool]:
    """The pattern without `./` and leading slashes, and whether it starts at the root only."""
    return text.removeprefix("./").lstrip("/").rstrip(), text.startswith(("./", "/"))


def is_plain(text: str) -> bool:
    """Whether the pattern is a path without anything special, which can never mean nothing or lead outside."""
    return _PLAIN.fullmatch(text) is not None


@cache
def matcher_of(text: str) -> Matcher | None:
    """Whether a path, or a folder above it, is meant; None for a pattern that can match nothing (`[a`).

    `.` means the whole repository.
    """
    bare, anchored = normal(text)
    if bare in ("", "."):
        return lambda _: True
    if bare == "**":
        return bool
    if not anchored and _ENDING.fullmatch(bare):
        ended = f"{bare[1:]}/"
        return lambda path: ended in f"{path}/"
    return _plain(bare, anchored=anchored) if _PLAIN.fullmatch(bare) else _by_regex(bare, anchored=anchored)


def _plain(bare: str, *, anchored: bool) -> Matcher:
    """A path without magic: a slash before its end ties it to the root, one at its end asks for a folder."""
    folder = bare.rstrip("/") + "/"
    only_folders = bare.endswith("/")
    if anchored or "/" in bare.rstrip("/"):
        return lambda path: path.startswith(folder) or (not only_folders and path == bare)
    inside = f"/{folder}"
    return lambda path: inside in (f"/{path}" if only_folders else f"/{path}/")


def _by_regex(bare: str, *, anchored: bool) -> Matcher | None:
    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern  # noqa: PLC0415 (only for patterns with magic)

    # A leading `#` or `!` is part of the name here, as in every position but the first of .gitignore.
    literal = f"\\{bare}" if bare.startswith(("#", "!")) else bare
    try:
        regex = GitIgnoreSpecPattern("/" * anchored + _subject(literal)).regex
    except ValueError:
        return None
    return None if regex is None else lambda path: regex.search(_subject(path)) is not None


def _subject(path: str) -> str:
    return path.replace("\n", _NEWLINE_STAND_IN)
