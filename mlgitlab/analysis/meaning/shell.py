"""Shell scripts: their lines without comments and blank lines, one part for each function and `script` for the rest."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from mlgitlab.analysis.meaning.names import shortened
from mlgitlab.analysis.meaning.shell_lines import Line, Unsure, lines_of
from mlgitlab.analysis.meaning.values import Kind, Meaning, Part, digest

_FUNCTION = re.compile(
    r"(?:function[ \t]++([^\s(){}'\"$]++)[ \t]*+(?:\([ \t]*+\))?|([^\s(){}'\"$=]++)[ \t]*+\([ \t]*+\))"
    r"[ \t]*+(?:[{\n]|\Z)"
)
# A script that reads its own text may read its comments: `sed -n 's/^## //p' "$0"`.
_ITSELF = re.compile(r"\$\{?0\b|BASH_SOURCE|\$\{?\(%\):-%|\$\{?ZSH_SCRIPT")
_NAMED = re.compile(rf"=[\"(]*(?:\$\([ \t]*(?:realpath|readlink)\b[^)\n]{{0,99}}?)?(?:{_ITSELF.pattern})")
_READER = re.compile(
    r"<|(?<![\w-])(?:sed|[gmn]?awk|tail|head|[efz]?grep|rg|cat|perl|cut|dd|tar|base64|openssl|gpg|unzip|mapfile|readarray"
    r"|argc|sha\w*sum|md5sum|cksum|cmp|diff|wc|sort|git)(?![\w-])"
)


def read(content: bytes) -> Meaning | None:
    """The script's functions and the rest, in order; None where shells could disagree on what is a comment."""
    text = content.decode("utf-8", "surrogateescape")
    if "\0" in text:
        return None
    try:
        lines = lines_of(text)
    except Unsure:
        return None
    if _reads_itself([line.text for line in lines]):
        return None
    return Meaning(parts=tuple(Part(name, digest(tuple(texts))) for name, texts in _sections(lines)))


def _reads_itself(lines: Iterable[str]) -> bool:
    """Whether a command reads the script's text, by its path or by a variable that holds it."""
    reading = [line for line in lines if _READER.search(line)]
    return any(_ITSELF.search(line) for line in reading) or (
        bool(reading) and any(_NAMED.search(line) for line in lines)
    )


def _sections(lines: Iterable[Line]) -> Iterator[tuple[str, list[str]]]:
    """A function goes from its name to the next `}` at the left margin."""
    name, texts = "script", list[str]()
    for line in lines:
        begun = _FUNCTION.match(line.text) if line.at_margin and name == "script" else None
        if begun:
            if texts:
                yield name, texts
            name, texts = shortened(f"{begun[1] or begun[2]}()"), []
        texts.append(line.text)
        if name != "script" and _ends_function(line, begun=bool(begun)):
            yield name, texts
            name, texts = "script", []
    if texts:
        yield name, texts


def _ends_function(line: Line, *, begun: bool) -> bool:
    return line.text.endswith("}") if begun else line.at_margin and line.text.startswith("}")


KIND = Kind(name="shell", version=1, matches=lambda path: path.endswith((".sh", ".bash", ".zsh")), read=read)
