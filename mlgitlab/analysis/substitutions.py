"""Commands within the words of a command line: `"$(python x.py)"`, backquotes, what `eval` and `trap` are given.

https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_06_03
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

_BLANKS = " \t\n;|&("  # before a comment


def substituted(text: str) -> Iterator[str]:
    """The commands whose output stands in double quotes or backquotes; elsewhere a reader of words sees them.

    Quotes that do not end, end with the text: more is taken for a command, never less.
    """
    at, quoted = 0, False
    while at < len(text):
        character = text[at]
        if character == "\\":
            at += 2
        elif character == '"':
            quoted = not quoted
            at += 1
        elif character == "'" and not quoted:
            at = _end(text, "'", at + 1)
        elif character == "`":
            end = _end_of_backquotes(text, at + 1)
            yield text[at + 1 : end - 1].replace("\\`", "`").replace('\\"', '"').replace("\\$", "$")
            at = end
        elif quoted and text.startswith("$(", at) and not text.startswith("$((", at):
            end = _end_of_parenthesis(text, at + 2)
            yield text[at + 2 : end - 1]
            at = end
        elif character == "#" and not quoted and (at == 0 or text[at - 1] in _BLANKS):
            at = _end(text, "\n", at)
        else:
            at += 1


def evaluated(words: Sequence[str]) -> Iterator[str]:
    """The command lines that the shell makes of a command's words: all that `eval` is given, the first of `trap`."""
    if words[:1] == ["eval"]:
        yield " ".join(words[1:])
    elif words[:1] == ["trap"]:
        yield from (word for word in words[1:2] if not word.startswith("-"))


def _end(text: str, sign: str, start: int) -> int:
    found = text.find(sign, start)
    return len(text) + 1 if found < 0 else found + 1


def _end_of_backquotes(text: str, start: int) -> int:
    at = start
    while at < len(text) and text[at] != "`":
        at += 2 if text[at] == "\\" else 1
    return at + 1


def _end_of_parenthesis(text: str, start: int) -> int:
    """After the parenthesis that closes a substitution; quotes within it begin anew."""
    opened: list[str] = ["("]
    at = start
    while at < len(text):
        character, quoted = text[at], opened[-1] == '"'
        if character == "\\":
            at += 1
        elif character == '"':
            _toggle(opened, quoted=quoted)
        elif character == "'" and not quoted:
            at = _end(text, "'", at + 1) - 1
        elif text.startswith("$(", at):
            opened.append("(")
            at += 1
        elif character == "(" and not quoted:
            opened.append("(")
        elif character == ")" and not quoted:
            opened.pop()
            if not opened:
                return at + 1
        at += 1
    return len(text) + 1


def _toggle(opened: list[str], *, quoted: bool) -> None:
    if quoted:
        opened.pop()
    else:
        opened.append('"')
