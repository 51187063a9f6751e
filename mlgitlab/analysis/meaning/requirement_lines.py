"""The lines of a requirements file as pip joins them, with the comments that belong to each."""

from __future__ import annotations

import re
from typing import NamedTuple

from mlgitlab.analysis.meaning.requirement import package_of

# Python's `splitlines` ends a line here, other readers of the format do not.
_OTHER_ENDS = re.compile("[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_SIGN = re.compile(r"(?<!\S)#")
# pip takes the name of an archive in its folder for the archive.
_ARCHIVE = re.compile(r"[A-Za-z0-9._-]*\.(?:whl|zip|tar|tgz|tbz|txz|tlz|tar\.[a-z0-9]+)", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z0-9._-]*")
_CODING = re.compile(r"#.*coding[:=]\s*(?P<name>[-\w.]+)")


class Line(NamedTuple):
    """What a line says, and the comments in it and below, up to the next line that says something.

    A comment comes without its sign, with the blanks behind that.
    """

    text: str
    comments: tuple[str, ...] = ()


def logical_lines(content: bytes) -> list[Line]:
    """The lines that say something; before them one with an empty text for what stands above them.

    Raises ValueError for what is not UTF-8, or is not split into lines in the same way by all.
    """
    source = content.decode("utf-8-sig").replace("\r\n", "\n")
    raw = source.split("\n")
    codings = filter(None, map(_CODING.match, raw[:2]))
    if _OTHER_ENDS.search(source) or any(found["name"].lower() not in {"utf-8", "utf8"} for found in codings):
        raise ValueError("lines or encoding differ between readers")
    lines = [""]
    comments: list[list[str]] = [[]]
    for text in _joined(raw):
        sign = _SIGN.search(text)
        said = (text[: sign.start()] if sign else text).strip()
        if said:
            lines.append(said)
            comments.append([])
        if sign:
            comments[-1].append(text[sign.end() :])
    return [Line(said, tuple(own)) for said, own in zip(lines, comments, strict=True)]


def requirement_of(wanted: str) -> tuple[str, str] | None:
    """The name and the rest of a requirement without options; None for a file, a bare address, and anything else."""
    word = _WORD.match(wanted)
    return None if word and _ARCHIVE.fullmatch(word[0]) else package_of(wanted)


def _joined(raw: list[str]) -> list[str]:
    """Lines with their continuations: a comment ends them, whatever it ends with (`join_lines` of pip)."""
    found: list[str] = []
    pending: list[str] = []
    for line in raw:
        is_comment = line.lstrip().startswith("#")
        if line.endswith("\\") and not is_comment:
            pending.append(line.strip("\\"))
        else:
            found.append("".join((*pending, f" {line}" if is_comment else line)))
            pending = []
    return [*found, "".join(pending)] if pending else found
