"""Conda's environment files.

https://docs.conda.io/projects/conda/en/stable/user-guide/tasks/manage-environments.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlgitlab.analysis.meaning.locks import OPEN_RESOLUTION, Entry, guarded, items, mapping, plain, text
from mlgitlab.analysis.meaning.names import shortened
from mlgitlab.analysis.meaning.requirement import normalised_name
from mlgitlab.analysis.meaning.requirement_lines import requirement_of
from mlgitlab.analysis.meaning.values import Kind, Layer, Meaning, Part, digest
from mlgitlab.analysis.meaning.yaml_file import documents_of

_NAME = re.compile(r"(?:environment|conda)[^/]*\.ya?ml")
_KEYS = frozenset({"name", "channels", "dependencies", "variables", "prefix", "platforms", "category"})
# `channel::name version build` or `channel/subdir::name[key=value]`: https://conda.io/projects/conda-build/en/stable/
# resources/package-spec.html#package-match-specifications
_MATCH = re.compile(r"(?P<channel>[^\s:\[]+::)?(?P<name>[A-Za-z0-9_][A-Za-z0-9_.-]*)(?P<rest>(?:[\s=<>!~\[].*)?)")
# conda-lock and conda-build read a comment as a condition: `- cudatoolkit  # [linux64]`.
_SELECTOR = re.compile(rb"#[ \t]*\[")


def _matches(path: str) -> bool:
    return _NAME.fullmatch(path.rpartition("/")[2]) is not None


@guarded
def _read(content: bytes) -> Meaning | None:
    documents = documents_of(content)
    if documents is None or len(documents) != 1 or _SELECTOR.search(content):
        return None
    document = mapping(documents[0])
    if "dependencies" not in document or not document.keys() <= _KEYS:
        return None
    general = [Part(key, digest(plain(document[key]))) for key in sorted(document) if key != "dependencies"]
    entries: set[Part] = set()
    for found in _dependencies(items(document["dependencies"])):
        if isinstance(found, Entry):
            entries.add(Part(found.name, digest(found.decides), Layer.PACKAGE))
        else:
            general.append(Part(shortened(found), digest([len(general), found])))
    # What these need comes along, in the versions of the day.
    return Meaning(parts=(*general, Part(OPEN_RESOLUTION, digest(None)), *sorted(entries)))


def _dependencies(found: list[object]) -> Iterator[Entry | str]:
    """Entries, and the lines that are none. Raises ValueError for what cannot be a dependency."""
    for item in found:
        match item:
            case str():
                yield _conda(item)
            case dict() if item.keys() == {"pip"}:
                yield from (_pip(text(requirement)) for requirement in items(item["pip"]))
            case _:
                raise ValueError("not a dependency")


def _conda(line: str) -> Entry | str:
    found = _MATCH.fullmatch(line.strip())
    if found is None:
        return line
    return Entry(normalised_name(found["name"]), ["conda", found["channel"], " ".join(found["rest"].split())])


def _pip(line: str) -> Entry | str:
    found = requirement_of(line.strip())
    return Entry(found[0], ["pip", found[1]]) if found else line


KIND = Kind(name="conda environment", version=1, matches=_matches, read=_read)
