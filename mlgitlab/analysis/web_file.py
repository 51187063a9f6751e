"""A web as bytes, and back: at once what every run asks of it, the rest when somebody does."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

from mlgitlab.analysis.web import Origin, Strand, Web

_FLAGS = ("wildcard", "opaque", "special", "relative")


def encode(web: Web) -> bytes:
    """The web as lines of JSON, one for each file after the first: every name once, and numbers in its place."""
    names = _Names(web.strands)
    strands: list[list[Any]] = [
        [
            strand.imports,
            sorted(map(names.number, strand.targets)),
            sorted(map(names.number, strand.tops)),
            sum(1 << bit for bit, flag in enumerate(_FLAGS) if getattr(strand, flag)),
            int(strand.reads),
            sorted(map(names.number, strand.modules)),
            sorted(map(names.number, strand.own)),
        ]
        for strand in web.strands.values()
    ]
    origins = {
        name: [
            *(list(map(names.number, found)) for found in (origin.files, origin.folders, sorted(origin.names))),
            list(origin.missing),
            [origin.special, origin.shared, origin.wild, origin.opaque, origin.reads],
        ]
        for name, origin in sorted(web.origins.items())
    }
    loaders: list[list[str]] = [[] for _ in names.numbers]
    for number, (_, targets, *_) in enumerate(strands):
        for target in targets:
            loaders[target].append(str(number))
    first = {
        "files": len(strands),
        "names": list(names.numbers),
        "origins": origins,
        "links": dict(sorted(web.links.items())),
        "loaders": [" ".join(numbers) for numbers in loaders],
    }
    return b"\n".join(json.dumps(part, separators=(",", ":")).encode("ascii") for part in (first, *strands))


def decode(content: bytes) -> Web:
    """The web that `encode` was given.

    Raises ValueError, TypeError, KeyError or IndexError for anything else, as far as that shows in the first line.
    """
    first, _, rest = content.partition(b"\n")
    document = json.loads(first)
    names: list[str] = document["names"]
    loaders: list[str] = document["loaders"]
    numbers = dict(zip(names, range(len(loaders)), strict=True))

    def loaders_of(path: str) -> list[str]:
        number = numbers.get(path)
        return [] if number is None else [names[int(loader)] for loader in loaders[number].split(" ") if loader]

    return Web(
        strands=_Strands(names, numbers, int(document["files"]), rest),
        origins=_Origins(names, dict(document["origins"])),
        links=dict(document["links"]),
        loaders=loaders_of,
    )


class _Origins(Mapping[str, Origin]):
    """The origins of a web, each read when it is asked for."""

    def __init__(self, names: list[str], written: Mapping[str, Any]) -> None:
        self._names = names
        self._written = written

    def __getitem__(self, name: str) -> Origin:
        files, folders, own, missing, (special, shared, wild, opaque, reads) = self._written[name]
        names = self._names
        return Origin(
            files=tuple([names[number] for number in files]),
            folders=tuple([names[number] for number in folders]),
            names=frozenset([names[number] for number in own]),
            missing=tuple(missing),
            special=special,
            shared=shared,
            wild=wild,
            opaque=opaque,
            reads=reads,
        )

    def __contains__(self, name: object) -> bool:
        return name in self._written

    def __iter__(self) -> Iterator[str]:
        return iter(self._written)

    def __len__(self) -> int:
        return len(self._written)


class _Strands(Mapping[str, Strand]):
    """The files of a web, each read when it is asked for: of most webs nobody asks more than who loads which file.

    The first `count` of the names are those of the files.
    """

    def __init__(self, names: list[str], numbers: Mapping[str, int], count: int, written: bytes) -> None:
        self._names = names
        self._numbers = numbers
        self._count = count
        self._written = written
        self._read: dict[str, Strand] = {}

    @cached_property
    def _lines(self) -> list[bytes]:
        return self._written.split(b"\n")

    def __getitem__(self, path: str) -> Strand:
        if path not in self:
            raise KeyError(path)
        if path not in self._read:
            self._read[path] = self._strand(self._lines[self._numbers[path]])
        return self._read[path]

    def _strand(self, line: bytes) -> Strand:
        names = self._names
        imports, targets, tops, flags, reads, modules, own = json.loads(line)
        return Strand(
            imports=imports,
            targets=frozenset([names[number] for number in targets]),
            tops=frozenset([names[number] for number in tops]),
            wildcard=bool(flags & 1),
            opaque=bool(flags & 2),
            special=bool(flags & 4),
            relative=bool(flags & 8),
            reads=reads,
            modules=frozenset([names[number] for number in modules]),
            own=frozenset([names[number] for number in own]),
        )

    def __contains__(self, path: object) -> bool:
        return isinstance(path, str) and self._numbers.get(path, self._count) < self._count

    def __iter__(self) -> Iterator[str]:
        return iter(self._names[: self._count])

    def __len__(self) -> int:
        return self._count


class _Names:
    """Numbers for names, in the order of first use; those given at the start have theirs by position."""

    def __init__(self, first: Iterable[str]) -> None:
        self.numbers = {name: number for number, name in enumerate(first)}

    def number(self, name: str) -> int:
        return self.numbers.setdefault(name, len(self.numbers))
