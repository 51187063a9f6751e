"""Edits of lines, which most text formats share."""

from __future__ import annotations

from random import Random

from scripts.mutations.edits import NOTE, chosen


def comment_line(text: str, rng: Random) -> str:
    """A comment before some line, as far right as the line."""
    lines = text.splitlines(keepends=True) or [""]
    at = rng.randrange(len(lines))
    margin = lines[at][: len(lines[at]) - len(lines[at].lstrip(" "))]
    return "".join([*lines[:at], f"{margin}{NOTE}\n", *lines[at:]])


def comment_at_the_end(text: str, rng: Random) -> str | None:
    """A comment behind some line that has none."""
    lines = text.split("\n")
    at = chosen([number for number, line in enumerate(lines) if line.strip() and "#" not in line], rng)
    if at is None:
        return None
    return "\n".join([*lines[:at], f"{lines[at]}  {NOTE}", *lines[at + 1 :]])


def comment_dropped(text: str, rng: Random) -> str | None:
    """One comment line less."""
    lines = text.splitlines(keepends=True)
    at = chosen([number for number, line in enumerate(lines) if line.lstrip().startswith("# ")], rng)
    return None if at is None else "".join([*lines[:at], *lines[at + 1 :]])


def blank_lines(text: str, rng: Random) -> str:
    """Two blank lines before some line."""
    lines = text.splitlines(keepends=True)
    at = rng.randrange(len(lines) + 1)
    return "".join([*lines[:at], "\n\n", *lines[at:]])


def blanks_at_the_end(text: str, rng: Random) -> str | None:
    """Blanks behind some line."""
    lines = text.split("\n")
    at = chosen([number for number, line in enumerate(lines) if line.strip()], rng)
    return None if at is None else "\n".join([*lines[:at], f"{lines[at]}  ", *lines[at + 1 :]])


def windows_ends(text: str, rng: Random) -> str:  # noqa: ARG001 (there is one way to do it)
    """Lines that end as on Windows."""
    return text.replace("\r\n", "\n").replace("\n", "\r\n")


def no_end(text: str, rng: Random) -> str:  # noqa: ARG001 (there is one way to do it)
    """No end of the last line."""
    return text.rstrip("\n")
