"""uv.lock, and the lock of one script (`train.py.lock`): https://docs.astral.sh/uv/concepts/projects/layout/."""

from __future__ import annotations

import json
from collections import Counter
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
from mlgitlab.analysis.meaning.ways import Edge, Node, Ways

# `metadata` repeats pyproject.toml; dependencies are told by the ways to what they need.
_NOT_DECIDING = ("name", "dependencies", "optional-dependencies", "dev-dependencies", "metadata", "sdist", "wheels")
_SELECTING = ("name", "extra", "extras", "marker")  # the rest of a dependency chooses among several entries of the name
_HERE: tuple[dict[str, object], ...] = ({"virtual": "."}, {"editable": "."})


def _matches(path: str) -> bool:
    name = path.rpartition("/")[2]
    return name == "uv.lock" or name.endswith(".py.lock")


@guarded
def _read(content: bytes) -> Meaning | None:
    document = toml(content)
    if not isinstance(document.get("version"), int):
        return None
    manifest = mapping(document.get("manifest"))
    packages = [mapping(package) for package in items(document.get("package"))]
    members = {normalised_name(text(name)) for name in items(manifest.get("members"))}
    members |= {_name(package) for package in packages if not members and package.get("source") in _HERE}
    # `revision` marks changes of the format that older versions of uv may ignore.
    settings: dict[str, Data] = {
        key: plain(value) for key, value in without(document, "package", "revision", "manifest").items()
    }
    # What a manifest requires is seen from the ways of what it installs.
    general = without(manifest, "members", "requirements", "dependency-groups")
    settings |= {"manifest": plain(general)} if general else {}
    ways = _ways(packages, manifest, members)
    settings |= {f"project {_name(own)}": _deciding(own) for own in packages if _name(own) in members}
    others = [(_name(package), package) for package in packages if _name(package) not in members]
    entries = [Entry(name, [_deciding(package), ways.of(name)]) for name, package in others]
    needs = ((name, edge.target.name) for name, package in others for edge in _edges(name, package))
    return locked(settings, entries, graph((name for name, _ in others), needs))


def _name(package: Mapping[str, object]) -> str:
    return normalised_name(text(package.get("name")))


def _deciding(package: Mapping[str, object]) -> Data:
    files = [mapping(wheel) for wheel in [*items(package.get("wheels")), package.get("sdist")]]
    return [
        plain(without(package, *_NOT_DECIDING)),
        unordered(without(file, "size", "upload-time") for file in files),
    ]


def _ways(packages: list[dict[str, object]], manifest: Mapping[str, object], members: set[str]) -> Ways:
    counted = Counter(map(_name, packages))
    edges = [edge for package in packages for edge in _edges(_name(package), package)]
    # A lock without a project starts at its manifest, which has no name.
    edges += _needs(Node(""), manifest.get("requirements"))
    edges += _parts("", "group:", manifest.get("dependency-groups"))
    starts = {name: frozenset({name}) for name in sorted({*members, ""})}
    return Ways(
        edges,
        always={Node(name): project for name, project in starts.items()},
        sometimes={edge.source: starts[edge.source.name] for edge in edges if edge.source.name in starts},
        several={name for name, count in counted.items() if count > 1},
    )


def _edges(name: str, package: Mapping[str, object]) -> Iterator[Edge]:
    yield from _needs(Node(name), package.get("dependencies"))
    yield from _parts(name, "", package.get("optional-dependencies"))
    yield from _parts(name, "group:", package.get("dev-dependencies"))


def _parts(name: str, prefix: str, table: object) -> Iterator[Edge]:
    for part, needs in mapping(table).items():
        yield from _needs(Node(name, prefix + normalised_name(part)), needs)


def _needs(source: Node, needs: object) -> Iterator[Edge]:
    for need in map(mapping, items(needs)):
        condition = text(need.get("marker", ""))
        choice = json.dumps(plain(without(need, *_SELECTING)))
        extras = [normalised_name(text(extra)) for extra in [*items(need.get("extra")), *items(need.get("extras"))]]
        for part in ("", *extras):
            yield Edge(source, Node(_name(need), part), condition, choice)


KIND = Kind(name="uv lock", version=1, matches=_matches, read=_read)
