"""pdm.lock: https://pdm-project.org/latest/usage/lockfile/."""

from __future__ import annotations

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
from mlgitlab.analysis.meaning.requirement import normalised_name, package_of
from mlgitlab.analysis.meaning.values import Data, Kind, Meaning
from mlgitlab.analysis.meaning.ways import Edge, Node, rootless

_MAIN = "default"
_NOT_DECIDING = ("name", "summary", "dependencies", "files", "groups")
# `content_hash` changes with pyproject.toml, which has parts of its own; the groups stand with the distributions.
_NOT_GENERAL = ("content_hash", "groups", "files")
_INHERITS = "inherit_metadata"  # each distribution has the markers and groups of all that need it
_SPECIFICATION = re.compile(r"(?:\[(?P<extras>[^\]]*)\])?(?P<versions>[^;]*)(?P<condition>.*)", re.DOTALL)


def _matches(path: str) -> bool:
    name = path.rpartition("/")[2]
    return name == "pdm.lock" or (name.startswith("pdm.") and name.endswith(".lock"))


@guarded
def _read(content: bytes) -> Meaning | None:
    document = toml(content)
    metadata = mapping(document.get("metadata"))
    if "lock_version" not in metadata and "content_hash" not in metadata:
        return None
    packages = [(_name(package), package) for package in map(mapping, items(document.get("package")))]
    # An entry with extras comes beside one without.
    names = [name for name, package in packages if not package.get("extras")]
    edges = [edge for _, package in packages for edge in _edges(package)]
    ways = None if _INHERITS in items(metadata.get("strategy")) else rootless(edges, names)
    listed = _listed(mapping(metadata.get("files")))
    entries = [
        Entry(name, [_deciding(package), listed.get(name, []), ways.of(name) if ways else []])
        for name, package in packages
    ]
    top = without(document, "package", "metadata")
    settings = {key: plain(value) for key, value in {**top, **without(metadata, *_NOT_GENERAL)}.items()}
    needs = ((edge.source.name, edge.target.name) for edge in edges)
    return locked(settings, entries, graph((name for name, _ in packages), needs))


def _name(package: Mapping[str, object]) -> str:
    return normalised_name(text(package.get("name")))


def _deciding(package: Mapping[str, object]) -> Data:
    groups = items(package.get("groups"))
    return [
        plain(without(package, *_NOT_DECIDING)),
        [_MAIN] if _MAIN in groups else unordered(groups),  # further groups add nothing
        unordered(items(package.get("files"))),
    ]


def _listed(files: Mapping[str, object]) -> dict[str, list[Data]]:
    """The files of distributions where they stand apart, by `name version`, as before version 4.3 of the format."""
    found: defaultdict[str, list[Data]] = defaultdict(list)
    for key in sorted(files):
        found[normalised_name(key.split(" ")[0].split("[")[0])].append([key, unordered(items(files[key]))])
    return found


def _edges(package: Mapping[str, object]) -> Iterator[Edge]:
    sources = [normalised_name(text(extra)) for extra in items(package.get("extras"))] or [""]
    for requirement in items(package.get("dependencies")):
        found = package_of(text(requirement))
        if found is None:
            raise ValueError("not a requirement")
        needed, specification = found
        terms = _SPECIFICATION.fullmatch(specification)
        extras = (terms["extras"] or "") if terms else ""
        condition = terms["condition"] if terms else specification
        for source in sources:
            for extra in ["", *filter(None, extras.split(","))]:
                yield Edge(Node(_name(package), source), Node(needed, normalised_name(extra)), condition, specification)


KIND = Kind(name="pdm lock", version=1, matches=_matches, read=_read)
