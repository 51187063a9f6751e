"""One pattern as in .gitignore, as a regular expression over paths of the repository."""

from __future__ import annotations

import re
from functools import cache

from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

# `.` and `$` of a regular expression treat a newline as something special; a file name may hold one.
_NEWLINE_STAND_IN = "\ufffe"


def subject(path: str) -> str:
    """The path in the form that `regex_of` matches with `search`."""
    return path.replace("\n", _NEWLINE_STAND_IN)


def normal(text: str) -> tuple[str, bool]:
    """The pattern without `./` and leading slashes, and whether it starts at the root only."""
    return text.removeprefix("./").lstrip("/").rstrip(), text.startswith(("./", "/"))


@cache
def regex_of(text: str) -> re.Pattern[str] | None:
    """What the pattern matches, None where it can match nothing (`[a`). `.` means the whole repository."""
    bare, anchored = normal(text)
    if bare in ("", "."):
        return re.compile("")
    # A leading `#` or `!` is part of the name here, as in every position but the first of .gitignore.
    literal = f"\\{bare}" if bare.startswith(("#", "!")) else bare
    try:
        return GitIgnoreSpecPattern("/" * anchored + subject(literal)).regex
    except ValueError:
        return None
