"""poetry.lock, of Poetry 1.0 and later: https://python-poetry.org/docs/libraries/#lock-file."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

from mlgitlab.analysis.meaning.locks import (
    Entry,
    graph,
    guarded,
    items,
    locked,
    mapping,
    plain,
    text,
    toml,
    unordered,
    without,
)
from mlgitlab.analysis.meaning.requirement import normalised_name
from mlgitlab.analysis.meaning.values import Data, Kind, Meaning
from mlgitlab.analysis.meaning.ways import Edge, Node, rootless

_MAIN = "main"
_WORD = re.compile(r"[A-Za-z0-9._-]+")
# What an index says of a distribution is the same for the same files.
_NOT_DECIDING = ("name", "description", "dependencies", "extras", "files", "groups", "markers")
# `content-hash` changes with any line of pyproject.toml, which has parts of its own.
_NOT_GENERAL = ("content-hash", "files", "hashes")


def _matches(path: str) -> bool:
    return path.rpartition("/")[2] == "poetry.lock"


@guarded
def _read(content: bytes) -> Meaning | None:
    document = toml(content)
    metadata = mapping(document.get("metadata"))
    if "lock-version" not in metadata and "content-hash" not in metadata:
        return None
    packages = [mapping(package) for package in items(document.get("package"))]
    names = [_name(package) for package in packages]
    edges = [edge for package in packages for edge in _edges(package)]
    listed: dict[str, list[Data]] = defaultdict(list)  # the files, as Poetry before 1.3 wrote them
    for kind in ("files", "hashes"):
        for name, files in mapping(metadata.get(kind)).items():
            listed[normalised_name(name)].append(unordered(items(files)))
    # Poetry 2 writes when a distribution is installed; before, only the ways tell.
    ways = None if all("groups" in package for package in packages) else rootless(edges, names)
    entries = [
        Entry(name, [_deciding(package), listed.get(name, []), ways.of(name) if ways else []])
        for name, package in zip(names, packages, strict=True)
    ]
    return locked(
        _settings(document, metadata), entries, graph(names, ((edge.source.name, edge.target.name) for edge in edges))
    )


def _settings(document: Mapping[str, object], metadata: Mapping[str, object]) -> dict[str, Data]:
    top = without(document, "package", "metadata")
    return {key: plain(value) for key, value in {**top, **without(metadata, *_NOT_GENERAL)}.items()}


def _name(package: Mapping[str, object]) -> str:
    return normalised_name(text(package.get("name")))


def _deciding(package: Mapping[str, object]) -> Data:
    groups, markers = items(package.get("groups")), package.get("markers")
    always = _MAIN in groups and not package.get("optional")
    if always and (markers is None or (isinstance(markers, dict) and _MAIN not in markers)):
        groups, markers = [_MAIN], None  # further groups add nothing
    return [
        plain(without(package, *_NOT_DECIDING)),
        unordered(groups),
        plain(markers),
        unordered(items(package.get("files"))),
    ]


def _edges(package: Mapping[str, object]) -> Iterator[Edge]:
    name, asked = _name(package), _asked(package)
    for needed, constraint in mapping(package.get("dependencies")).items():
        extras = asked[normalised_name(needed)]
        for variant in constraint if isinstance(constraint, list) else [constraint]:
            terms = {"version": variant} if isinstance(variant, str) else mapping(variant)
            condition = {key: terms[key] for key in ("markers", "optional", "python", "platform") if terms.get(key)}
            told, choice = (json.dumps(plain(value)) if value else "" for value in (condition, terms))
            for source in extras if condition.get("optional") and extras else [""]:
                for target in ("", *items(terms.get("extras"))):
                    part = normalised_name(text(target))
                    yield Edge(Node(name, source), Node(normalised_name(needed), part), told, choice)


def _asked(package: Mapping[str, object]) -> defaultdict[str, list[str]]:
    """For each distribution that a package can need the extras that ask for it."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for extra, needs in sorted(mapping(package.get("extras")).items()):
        for word in (_WORD.match(text(need)) for need in items(needs)):
            if word:
                found[normalised_name(word[0])].append(normalised_name(extra))
    return found


KIND = Kind(name="poetry lock", version=1, matches=_matches, read=_read)
