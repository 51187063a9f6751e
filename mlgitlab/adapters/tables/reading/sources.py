"""Which files a dataset's path means, of which format, and what their folders say of their rows."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from urllib.parse import unquote

from mlgitlab import paths
from mlgitlab.adapters.tables.reading.trouble import TableError, bad
from mlgitlab.errors import UsageError


class Format(StrEnum):
    """How the rows are written."""

    CSV = "csv"
    TSV = "tsv"
    PARQUET = "parquet"
    JSONL = "jsonl"
    JSON = "json"
    ARROW = "arrow"


_SUFFIXES = {
    Format.CSV: (".csv",),
    Format.TSV: (".tsv", ".tab"),
    Format.PARQUET: (".parquet", ".pq"),
    Format.JSONL: (".jsonl", ".ndjson"),
    Format.JSON: (".json",),
    Format.ARROW: (".arrow", ".feather", ".ipc"),
}
_ALIASES = {suffix.lstrip("."): kind for kind, suffixes in _SUFFIXES.items() for suffix in suffixes}
_COMPRESSED = (".gz", ".bz2", ".zst")
_STREAMED = (Format.CSV, Format.TSV, Format.JSONL)  # what may be compressed as a whole
# What Hive and Spark write for a missing value.
_HIVE_NULL = "__HIVE_DEFAULT_PARTITION__"


@dataclass(frozen=True, slots=True, kw_only=True)
class DataFile:
    """One file: where it is, what people call it, and the values of its folders (`dt=2024-01-01`)."""

    path: Path
    name: str
    partition: tuple[tuple[str, str | None], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The files of a dataset, by name, all of one format. `skipped`: files beside them that are of no known format."""

    files: tuple[DataFile, ...]
    format: Format
    skipped: tuple[str, ...] = ()


def find_source(root: Path, path: str, format_: str = "") -> Source:
    """The files that `path` means: a file, a folder, or a pattern, relative to `root`.

    A folder stands for the files of one format anywhere below it; names that start with `.` or `_` are left out, as
    Spark does. UsageError for what is not there, TableError where nothing or more than one format is found.
    """
    top = Path(root, path)
    if top.is_dir():
        return source_of(_below(top), top, path, format_)
    if top.exists():
        return Source(files=(DataFile(path=top, name=path),), format=_given(format_) or _known(path))
    if not glob.has_magic(path):
        raise UsageError(
            f"there is no file {paths.show(path)!r}", "the dataset's path is relative to the project's root"
        )
    base = _fixed(path)
    found = [Path(name) for name in glob.iglob(str(top), recursive=True)]  # noqa: PTH207 (absolute ones, too)
    files = [each for item in found for each in (_below(item) if item.is_dir() else [item])]
    return source_of(files, Path(root, base), base, format_, asked=path)


def source_of(files: Iterable[Path], top: Path, name: str, format_: str = "", *, asked: str = "") -> Source:
    """The data among `files`, all below the folder `top`, which people call `name`."""
    named = {file: file.relative_to(top).as_posix() for file in sorted(set(files))}
    kinds = {file: format_of(relative) for file, relative in named.items()}
    kind = _given(format_) or _only(set(kinds.values()) - {None}, asked or name)
    mine = [file for file in named if kinds[file] is kind]
    if format_ and not mine:  # the configuration knows what the names do not say
        mine = [file for file in named if kinds[file] is None]
    if not mine:
        raise bad(asked or name, "holds no data", "an empty dataset is never valid: was it fetched?")
    prefix = name.rstrip("/")
    called = {file: f"{prefix}/{named[file]}" if prefix else named[file] for file in named}
    found = tuple(
        DataFile(path=file, name=called[file], partition=partition_of(named[file]))
        for file in sorted(mine, key=named.__getitem__)
    )
    _agree(found)
    return Source(files=found, format=kind, skipped=tuple(sorted({*called.values()} - {each.name for each in found})))


def format_of(name: str) -> Format | None:
    """The format that a file's name tells; None where it tells none."""
    stem = name.lower()
    bare = next((stem.removesuffix(end) for end in _COMPRESSED if stem.endswith(end)), stem)
    kind = next((kind for kind, suffixes in _SUFFIXES.items() if bare.endswith(suffixes)), None)
    return None if bare != stem and kind not in _STREAMED else kind


def partition_of(relative: str) -> tuple[tuple[str, str | None], ...]:
    """What the folders of a path say, Hive's way: `dt=2024-01-01/region=eu/x.parquet`."""
    parts = [part.partition("=") for part in relative.split("/")[:-1] if "=" in part]
    return tuple((unquote(key), None if value == _HIVE_NULL else unquote(value)) for key, _, value in parts)


def _below(folder: Path) -> list[Path]:
    found = []
    for top, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name[0] not in "._" or "=" in name)
        found += [Path(top, name) for name in names if name[0] not in "._"]
    return found


def _fixed(pattern: str) -> str:
    """The folder in front of a pattern's first part with a wildcard."""
    parts = pattern.split("/")
    cut = next(index for index, part in enumerate(parts) if glob.has_magic(part))
    return "/".join(parts[:cut]) or ("/" if pattern.startswith("/") else "")


def _given(format_: str) -> Format | None:
    if not format_:
        return None
    kind = _ALIASES.get(format_.lower().lstrip("."))
    if kind is None:
        raise UsageError(f"there is no format {paths.show(format_)!r}", f"known are {', '.join(sorted(_ALIASES))}")
    return kind


def _known(name: str) -> Format:
    kind = format_of(name)
    if kind is None:
        raise UsageError(
            f"{paths.show(name)!r} does not tell its format", "say it: `format: csv` of the dataset, or --format csv"
        )
    return kind


def _only(kinds: set[Format | None], name: str) -> Format:
    found = sorted(kind for kind in kinds if kind)
    if not found:
        raise bad(
            name,
            "holds no file of a known format",
            "an empty dataset is never valid; say `format:` where names do not tell",
        )
    if len(found) > 1:
        raise bad(name, f"holds files of several formats: {', '.join(found)}", "say which one is the data: `format:`")
    return found[0]


def _agree(files: Sequence[DataFile]) -> None:
    first = [key for key, _ in files[0].partition]
    for file in files:
        keys = [key for key, _ in file.partition]
        if keys != first or len(set(keys)) < len(keys):
            one, other = ("/".join(f"{key}=" for key in each) or "no partition" for each in (first, keys))
            raise TableError(
                f"{paths.show(file.name)} lies under {paths.printable(other)}, {paths.show(files[0].name)} under "
                f"{paths.printable(one)}",
                "one dataset is partitioned by the same columns everywhere",
            )
