"""Shell scripts that are as simple as a step's own command, so that they can be read as one.

A script may define functions, read other scripts, write a program and run it. Of such scripts nobody knows what they
start; those that only call one command after the other, with literal names, say it.
"""

from __future__ import annotations

import re
import shlex
from itertools import pairwise

_SHEBANG = re.compile(r"#!\s*(?:/usr)?/bin/(?:env\s+)?(?:bash|sh|dash)(?:\s+-[a-z]+)*\s*")
# No operators, braces, globs or substitutions of commands: words, quotes and variables.
_PLAIN = re.compile(r"[\w ./:=,@%+\"'$\t-]*", re.ASCII)
# They change what the lines after them mean, or run a text that is not here.
_MEDDLERS = frozenset({".", "alias", "builtin", "command", "enable", "eval", "hash", "source", "trap"})
_DECLARERS = frozenset({"declare", "export", "local", "readonly", "typeset"})
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=", re.ASCII)
_MOST_LINES = 300


def plain_lines(text: str) -> tuple[str, ...] | None:
    """The script's statements; None where one of them is more than a call of a command with words and variables."""
    first, _, _ = text.partition("\n")
    if first.startswith("#!") and not _SHEBANG.fullmatch(first):
        return None
    lines = text.split("\n")
    if len(lines) > _MOST_LINES:
        return None
    if any(before.endswith("\\") and _is_comment(line) for before, line in pairwise(lines)):
        return None  # where the command ends depends on what stands before the comment
    # A backslash at the end of a comment joins nothing.
    code = "\n".join(line for line in lines if not _is_comment(line))
    statements = tuple(code.replace("\\\n", " ").split("\n"))
    return statements if all(map(_is_plain, statements)) else None


def _is_comment(line: str) -> bool:
    return line.lstrip().startswith("#")


def _is_plain(statement: str) -> bool:
    if not _PLAIN.fullmatch(statement):
        return False
    try:
        words = shlex.split(statement)
    except ValueError:  # a text over several lines
        return False
    while words and _ASSIGNMENT.match(words[0]):
        words = words[1:]
    if not words:
        return True
    if "$" in words[0] or not _MEDDLERS.isdisjoint(words):
        return False
    return _DECLARERS.isdisjoint(words) or all("$" not in word or "=" in word for word in words)
