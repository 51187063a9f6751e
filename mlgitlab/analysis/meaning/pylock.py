"""pylock.toml: https://packaging.python.org/en/latest/specifications/pylock-toml/."""

from __future__ import annotations

import re
from collections.abc import Mapping

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

_NAME = re.compile(r"pylock\.(?:[^.]+\.)?toml")
# Dependencies are told for information, installers do not follow them.
_NOT_DECIDING = ("name", "dependencies", "wheels", "sdist", "archive")
_FILES = ("sdist", "archive")


def _matches(path: str) -> bool:
    return _NAME.fullmatch(path.rpartition("/")[2]) is not None


@guarded
def _read(content: bytes) -> Meaning | None:
    document = toml(content)
    if "lock-version" not in document or "packages" not in document:
        return None
    packages = [(_name(package), package) for package in map(mapping, items(document["packages"]))]
    # Who wrote the file decides nothing about how it is installed.
    settings = {key: plain(value) for key, value in without(document, "packages", "created-by").items()}
    return locked(settings, [Entry(name, _deciding(package)) for name, package in packages], _requires(packages))


def _name(package: Mapping[str, object]) -> str:
    return normalised_name(text(package.get("name")))


def _deciding(package: Mapping[str, object]) -> Data:
    return [
        plain(without(package, *_NOT_DECIDING)),
        unordered(_file(wheel) for wheel in items(package.get("wheels"))),
        {key: plain(_file(package[key])) for key in _FILES if key in package},
    ]


def _file(value: object) -> dict[str, object]:
    return without(mapping(value), "size", "upload-time")


def _requires(packages: list[tuple[str, dict[str, object]]]) -> dict[str, tuple[str, ...]]:
    """The graph, where every entry has a word on what it needs: one without may need anything or nothing."""
    if not all("dependencies" in package for _, package in packages):
        return {}
    needs = ((name, _name(mapping(need))) for name, package in packages for need in items(package["dependencies"]))
    return graph((name for name, _ in packages), needs)


KIND = Kind(name="pylock", version=1, matches=_matches, read=_read)
