"""A web as bytes, and back: at once what every run asks of it, the rest when somebody does."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from mlgitlab.analysis.web import Origin, Strand, Web

_FLAGS = ("wildcard", "opaque", "special", "relative")


def encode(web: Web) -> bytes:
    """The web as lines of JSON, one for each file after the first: every name once, and numbers in its place."""
    names = _Names(web.strands)
    strands: list[list[Any]] = [
        [
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
    loaders: list[list[int]] = [[] for _ in names.numbers]
    for number, (targets, *_) in enumerate(strands):
        for target in targets:
            loaders[target].append(number)
    imports = [strand.imports for strand in web.strands.values()]
    first = {"names": list(names.numbers), "imports": imports, "origins": origins, "loaders": loaders}
    return b"\n".join(json.dumps(part, separators=(",", ":")).encode("ascii") for part in (first, *strands))


def decode(content: bytes) -> Web:
    """The web that `encode` was given.

    Raises ValueError, TypeError, KeyError or IndexError for anything else, as far as that shows in the first line.
    """
    first, *rest = content.split(b"\n")
    document = json.loads(first)
    names: list[str] = document["names"]
    loaders: list[list[int]] = document["loaders"]
    numbers = dict(zip(names, range(len(loaders)), strict=True))
    origins = {
        name: Origin(
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
        for name, (files, folders, own, missing, (special, shared, wild, opaque, reads)) in document["origins"].items()
    }
    return Web(
        strands=_Strands(dict(zip(names, zip(document["imports"], rest, strict=True), strict=False)), names),
        origins=origins,
        loaders=lambda path: [names[number] for number in loaders[numbers[path]]] if path in numbers else [],
    )


class _Strands(Mapping[str, Strand]):
    """The files of a web, each read when it is asked for: of most webs nobody asks more than who loads which file."""

    def __init__(self, written: Mapping[str, tuple[str, bytes]], names: list[str]) -> None:
        self._written = written
        self._names = names
        self._read: dict[str, Strand] = {}

    def __getitem__(self, path: str) -> Strand:
        if path not in self._read:
            self._read[path] = self._strand(*self._written[path])
        return self._read[path]

    def _strand(self, imports: str, line: bytes) -> Strand:
        names = self._names
        targets, tops, flags, reads, modules, own = json.loads(line)
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
        return path in self._written

    def __iter__(self) -> Iterator[str]:
        return iter(self._written)

    def __len__(self) -> int:
        return len(self._written)


class _Names:
    """Numbers for names, in the order of first use; those given at the start have theirs by position."""

    def __init__(self, first: Iterable[str]) -> None:
        self.numbers = {name: number for number, name in enumerate(first)}

    def number(self, name: str) -> int:
        return self.numbers.setdefault(name, len(self.numbers))
