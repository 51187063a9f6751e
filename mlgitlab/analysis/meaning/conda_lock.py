"""The locks of conda-lock: one for all platforms in YAML, or the addresses for one (https://conda.github.io/conda-lock/).

The second is also what `conda list --explicit` prints.
"""

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
    unordered,
    without,
)
from mlgitlab.analysis.meaning.requirement import normalised_name
from mlgitlab.analysis.meaning.values import Data, Kind, Meaning
from mlgitlab.analysis.meaning.yaml_file import documents_of

_NAME = re.compile(r"(?:.*\.)?conda-lock\.ya?ml")
_EXPLICIT_NAME = re.compile(r"conda-[^/]*\.lock")
# Hashes of the input, where it stood, and when it was read.
_NOT_GENERAL = ("content_hash", "sources", "time_metadata", "git_metadata", "inputs_metadata", "custom_metadata")
_CATEGORY = ("category", "categories", "optional")
_MAIN = "main"
_ADDRESS = re.compile(r"[a-z]+://\S*/(?P<name>[A-Za-z0-9_.-]+)-[^-/\s]+-[^-/\s]+\.(?:conda|tar\.bz2)(?:#\S*)?")
_PIP = re.compile(r"# pip (?P<name>[A-Za-z0-9][A-Za-z0-9._-]*) @ \S.*")


def _matches(path: str) -> bool:
    return _NAME.fullmatch(path.rpartition("/")[2]) is not None


@guarded
def _read(content: bytes) -> Meaning | None:
    documents = documents_of(content)
    if documents is None or len(documents) != 1:
        return None
    document = mapping(documents[0])
    metadata = mapping(document.get("metadata"))
    packages = [(normalised_name(text(package.get("name"))), package) for package in _packages(document)]
    if not metadata or not packages:
        return None
    top = without(document, "metadata", "package")
    settings = {key: plain(value) for key, value in {**top, **without(metadata, *_NOT_GENERAL)}.items()}
    needs = (
        (name, normalised_name(needed))
        for name, package in packages
        for needed in mapping(package.get("dependencies"))
        if not needed.startswith("__")  # what the machine has: __glibc, __cuda
    )
    return locked(settings, _entries(packages), graph((name for name, _ in packages), needs))


def _packages(document: Mapping[str, object]) -> list[dict[str, object]]:
    return [mapping(package) for package in items(document.get("package"))]


def _entries(packages: list[tuple[str, dict[str, object]]]) -> Iterator[Entry]:
    """One entry for each platform; what is installed always need not be installed for a category."""
    deciding = [(name, plain(without(package, "name", "dependencies", *_CATEGORY))) for name, package in packages]
    categories: defaultdict[str, set[str]] = defaultdict(set)
    for (name, decides), (_, package) in zip(deciding, packages, strict=True):
        categories[repr((name, decides))] |= _categories(package)
    for name, decides in deciding:
        own = categories[repr((name, decides))]
        yield Entry(name, [decides, unordered([_MAIN] if _MAIN in own else own)])


def _categories(package: Mapping[str, object]) -> set[str]:
    named = items(package.get("categories")) or [package.get("category", _MAIN)]
    return {text(category) for category in named}


def _matches_explicit(path: str) -> bool:
    return _EXPLICIT_NAME.fullmatch(path.rpartition("/")[2]) is not None


@guarded
def _read_explicit(content: bytes) -> Meaning | None:
    lines = [line.strip() for line in content.decode("utf-8").replace("\r\n", "\n").split("\n")]
    if "@EXPLICIT" not in lines:
        return None
    settings: dict[str, Data] = {}
    entries: list[Entry] = []
    for line in filter(None, lines):
        found = _PIP.fullmatch(line) or _ADDRESS.fullmatch(line)
        if found:
            entries.append(Entry(normalised_name(found["name"]), line))
        elif line.startswith("# platform:"):
            settings["platform"] = line
        elif not line.startswith("#") and line != "@EXPLICIT":
            return None
    return locked(settings, entries)


KIND = Kind(name="conda lock", version=1, matches=_matches, read=_read)
EXPLICIT_KIND = Kind(name="explicit conda lock", version=1, matches=_matches_explicit, read=_read_explicit)
