"""Pipfile.lock: https://pipenv.pypa.io/en/latest/pipfile.html."""

from __future__ import annotations

from collections.abc import Mapping

from mlgitlab.analysis.meaning.locks import (
    Entry,
    guarded,
    items,
    locked,
    mapping,
    plain,
    strict_json,
    unordered,
    without,
)
from mlgitlab.analysis.meaning.requirement import normalised_name
from mlgitlab.analysis.meaning.values import Data, Kind, Meaning

_MAIN = "default"


def _matches(path: str) -> bool:
    return path.rpartition("/")[2] == "Pipfile.lock"


@guarded
def _read(content: bytes) -> Meaning | None:
    document = strict_json(content)
    if "_meta" not in document or _MAIN not in document:
        return None
    # `hash` is that of the Pipfile, which is a file of its own.
    settings = {key: plain(value) for key, value in without(mapping(document["_meta"]), "hash").items()}
    main = _deciding(document[_MAIN])
    entries = [Entry(name, decides) for name, decides in main]
    always = {repr(found) for found in main}
    for category, packages in without(document, "_meta", _MAIN).items():
        own = _deciding(packages)
        # What is installed always need not be installed for a category.
        entries += [Entry(name, [category, decides]) for name, decides in own if repr((name, decides)) not in always]
    return locked(settings, entries)


def _deciding(packages: object) -> list[tuple[str, Data]]:
    return [(normalised_name(name), _entry(mapping(package))) for name, package in mapping(packages).items()]


def _entry(package: Mapping[str, object]) -> Data:
    return [plain(without(package, "hashes")), unordered(items(package.get("hashes")))]


KIND = Kind(name="Pipfile lock", version=1, matches=_matches, read=_read)
