"""A web as bytes, and back."""

from __future__ import annotations

import json
from collections.abc import Iterable

from mlgitlab.analysis.web import Origin, Strand, Web

_FLAGS = ("wildcard", "opaque", "special", "relative")


def encode(web: Web) -> bytes:
    """The web as JSON: every name once, and numbers in its place."""
    names = _Names(web.strands)
    strands = [
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
    document = {"names": list(names.numbers), "strands": strands, "origins": origins}
    return json.dumps(document, separators=(",", ":")).encode("ascii")


def decode(content: bytes) -> Web:
    """The web that `encode` was given. Raises ValueError, TypeError, KeyError or IndexError for anything else."""
    document = json.loads(content)
    names: list[str] = document["names"]
    listed = document["strands"]
    strands = {
        name: Strand(
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
        for name, (imports, targets, tops, flags, reads, modules, own) in zip(names[: len(listed)], listed, strict=True)
    }
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
    return Web(strands=strands, origins=origins)


class _Names:
    """Numbers for names, in the order of first use; those given at the start have theirs by position."""

    def __init__(self, first: Iterable[str]) -> None:
        self.numbers = {name: number for number, name in enumerate(first)}

    def number(self, name: str) -> int:
        return self.numbers.setdefault(name, len(self.numbers))
