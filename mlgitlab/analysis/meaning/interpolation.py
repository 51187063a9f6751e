"""Values that take others in: `lr: ${base.lr}` says what `base.lr` says, to whoever reads the key alone.

https://omegaconf.readthedocs.io/en/latest/usage.html#variable-interpolation
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from mlgitlab.analysis.meaning.keyed import Leaf
from mlgitlab.analysis.meaning.values import Part, digest

_OPENING = "${"
_REFERENCE = re.compile(r"\$\{\s*(?:oc\.(?:select|dict\.\w+|deprecated):\s*)?([\w.\[\]-]+)\s*(?:,[^${}]*)?\}")
_RESOLVER = re.compile(r"\$\{\s*(?!oc\.(?:select|dict|deprecated))[\w.]+:[^${}]*\}")  # of the environment, the time
_MOST = 2_000_000  # comparisons; beyond, each reference means the whole file


def resolved(leaves: Sequence[Leaf]) -> tuple[Part, ...]:
    """The parts of leaves; that of a leaf which refers to others changes with them."""
    parts = tuple(leaf.part() for leaf in leaves)
    if not any(_OPENING in text for leaf in leaves for text in _texts(leaf)):
        return parts
    names = [tuple(map(str, leaf.keys)) for leaf in leaves]
    room = _MOST // len(leaves)
    meant: list[Sequence[int] | None] = []
    for leaf in leaves:
        room -= sum(text.count(_OPENING) for text in _texts(leaf))
        meant.append(_meant(leaf, names) if room >= 0 else None)
    whole = digest([part.digest for part in parts])
    return tuple(
        part if meant[at] == [] else part._replace(digest=digest([part.digest, *_reached(at, meant, parts, whole)]))
        for at, part in enumerate(parts)
    )


def _reached(start: int, meant: Sequence[Sequence[int] | None], parts: Sequence[Part], whole: str) -> Iterator[str]:
    """The digests of all that a leaf refers to, directly or not."""
    seen, pending = {start}, [start]
    while pending:
        found = meant[pending.pop()]
        if found is None:
            yield whole
            return
        new = [at for at in found if at not in seen]
        seen.update(new)
        pending += new
    yield from (parts[at].digest for at in sorted(seen - {start}))


def _texts(leaf: Leaf) -> Iterator[str]:
    values = leaf.value if isinstance(leaf.value, list) else [leaf.value]
    yield from (value for value in values if isinstance(value, str))


def _meant(leaf: Leaf, names: Sequence[tuple[str, ...]]) -> Sequence[int] | None:
    """The leaves that a leaf refers to; None where it does so in a way that we don't follow."""
    found: set[int] = set()
    for text in _texts(leaf):
        plain = _RESOLVER.sub("", text)
        references = _REFERENCE.findall(plain)
        if len(references) != plain.count(_OPENING):
            return None  # a name that is itself put together
        for reference in references:
            key = _key(reference, tuple(map(str, leaf.keys)))
            found.update(at for at, name in enumerate(names) if name[: len(key)] == key or key[: len(name)] == name)
    return sorted(found)


def _key(reference: str, own: tuple[str, ...]) -> tuple[str, ...]:
    """The absolute key: each dot at the beginning goes one level up from the leaf."""
    rest = reference.lstrip(".")
    up = len(reference) - len(rest)
    return (*(own[: max(0, len(own) - up)] if up else ()), *re.findall(r"[\w-]+", rest))
