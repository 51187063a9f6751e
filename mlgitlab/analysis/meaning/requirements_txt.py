"""Requirements and constraints files, by hand or from pip-compile, uv and pip freeze.

https://pip.pypa.io/en/stable/reference/requirements-file-format/
"""

from __future__ import annotations

import re
from typing import NamedTuple

from mlgitlab.analysis.meaning.locks import OPEN_RESOLUTION, Entry, guarded
from mlgitlab.analysis.meaning.names import shortened
from mlgitlab.analysis.meaning.requirement_lines import Line, logical_lines, requirement_of
from mlgitlab.analysis.meaning.values import Kind, Layer, Meaning, Part, digest
from mlgitlab.analysis.meaning.via import graph_of, is_compiled

_NAME = re.compile(
    r"(?:requirements|constraints)[^/]*\.(?:txt|in|lock)|[^/]*[-_.](?:requirements|constraints)\.(?:txt|in|lock)"
)
_FOLDER = re.compile(r"(?:.*/)?requirements/.*\.(?:txt|in|lock|pip)")
_OPTIONS = re.compile(r"(?:^|\s)--?[A-Za-z].*")
_INCLUDE = re.compile(r"-r|-c|--requirement|--constraint")
_HASH = re.compile(r"--hash[=\s]\s*(\S+)")
_PINNED = re.compile(r"(?:\[[^\]]*\])?(?:@.*|={2,3}[^*,;]+(?:;.*)?)")
_CREDENTIALS = re.compile(r"//[^/@\s]*@")


class _Requirement(NamedTuple):
    entry: Entry
    is_pinned: bool
    has_hash: bool


def _matches(path: str) -> bool:
    return _NAME.fullmatch(path.rpartition("/")[2]) is not None or _FOLDER.fullmatch(path) is not None


@guarded
def _read(content: bytes) -> Meaning | None:
    lines = logical_lines(content)
    general: list[str] = []
    found: list[_Requirement] = []
    for line in filter(None, (line.text for line in lines)):
        requirement = _requirement(line)
        if requirement is None:
            general.append(line)
        else:
            found.append(requirement)
    # The order of options can say something, that of requirements cannot.
    parts = [Part(_shown(line), digest([number, line])) for number, line in enumerate(general)]
    if not _is_closed(lines, general, found):
        parts.append(Part(OPEN_RESOLUTION, digest(None)))
    entries = {Part(each.entry.name, digest(each.entry.decides), Layer.PACKAGE) for each in found}
    return Meaning(parts=(*parts, *sorted(entries)), requires=graph_of(lines))


def _is_closed(lines: list[Line], general: list[str], found: list[_Requirement]) -> bool:
    """Whether nothing else gets installed: pip refuses other distributions where all of these have hashes."""
    if not all(each.is_pinned for each in found):
        return False
    is_whole = is_compiled(lines) and not any(map(_INCLUDE.match, general))
    return is_whole or (bool(found) and all(each.has_hash for each in found))


def _requirement(line: str) -> _Requirement | None:
    """What a line says of one distribution; None for what says something else, or something of all."""
    options = _OPTIONS.search(line)
    end = options.start() if options else len(line)
    wanted, rest = line[:end].strip(), line[end:]
    package = requirement_of(wanted)
    if package is None:
        return None
    name, specification = package
    hashes = sorted(set(_HASH.findall(rest)))
    others = " ".join(_HASH.sub(" ", rest).split())
    return _Requirement(
        Entry(name, [specification, list(hashes), others]),
        is_pinned=_PINNED.fullmatch(specification) is not None,
        has_hash=bool(hashes),
    )


def _shown(line: str) -> str:
    """A line as the name of a part, without the password of an index."""
    return shortened(_CREDENTIALS.sub("//", line))


KIND = Kind(name="requirements", version=1, matches=_matches, read=_read)
