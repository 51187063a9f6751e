"""Makefiles: their lines without comment lines and blank lines, one part for each rule.

Comments after code are kept: they end a value, blanks before them included. So is all of a recipe, which is the
shell's. https://www.gnu.org/software/make/manual/html_node/Makefile-Contents.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from mlgitlab.analysis.meaning.directives import is_template
from mlgitlab.analysis.meaning.names import shortened
from mlgitlab.analysis.meaning.values import Kind, Meaning, Part, digest

_NAMES = frozenset({"Makefile", "GNUmakefile", "makefile"})
_DEFINE = re.compile(r"[ \t]*(?:(?:override|export|private|unexport)[ \t]+)*define\b")
_ENDEF = re.compile(r"(?!\t)[ \t]*endef(?=[ \t#]|\Z)")
_RULE = re.compile(r"([^\s:=#$][^:=#]*)::?(?![:=])")
_DEFINITIONS = "definitions"


def read(content: bytes) -> Meaning | None:
    """`target NAME` for each rule with its recipe, `definitions` for the lines between; None where unsure."""
    text = content.decode("utf-8", "surrogateescape")
    # With another recipe prefix, a tab says nothing; of other line ends, versions of make think differently.
    if ".RECIPEPREFIX" in text or "\r" in text or "\0" in text or is_template(text):
        return None
    documented = "MAKEFILE_LIST" in text  # recipes that print their own makefile's `##` comments
    kept = [line for line in _logical_lines(text.split("\n")) if not _is_dropped(line, documented=documented)]
    return Meaning(parts=tuple(Part(name, digest(tuple(lines))) for name, lines in _sections(kept)))


def _logical_lines(lines: Iterable[str]) -> Iterator[str]:
    """Lines with those that a backslash joins to them; a `define` with all that it holds."""
    pending: list[str] = []
    depth = 0
    for line in lines:
        if not (pending and _goes_on(pending[-1])):
            depth += bool(_DEFINE.match(line)) - bool(depth and _ENDEF.match(line))
        pending.append(line)
        if depth == 0 and not _goes_on(line):
            yield "\n".join(pending)
            pending = []
    if pending:
        yield "\n".join(pending)


def _goes_on(line: str) -> bool:
    return (len(line) - len(line.rstrip("\\"))) % 2 == 1


def _is_dropped(line: str, *, documented: bool) -> bool:
    text = line.lstrip(" ")
    return not text or (text.startswith("#") and "\n" not in line and not (documented and text.startswith("##")))


def _sections(lines: Iterable[str]) -> Iterator[tuple[str, list[str]]]:
    name, texts = _DEFINITIONS, list[str]()
    for line in lines:
        rule = _RULE.match(line)
        if rule or (name != _DEFINITIONS and not line.startswith("\t")):
            if texts:
                yield name, texts
            name, texts = shortened(f"target {rule[1].rstrip('& ')}") if rule else _DEFINITIONS, []
        texts.append(line)
    if texts:
        yield name, texts


def _matches(path: str) -> bool:
    return path.rpartition("/")[2] in _NAMES or path.endswith(".mk")


KIND = Kind(name="makefile", version=1, matches=_matches, read=read)
