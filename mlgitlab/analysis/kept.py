"""Records that outlive a run: packs in a cache, loaded when first asked for."""

from __future__ import annotations

import json
from json.encoder import encode_basestring_ascii

from mlgitlab.analysis.meaning.values import Layer, Meaning, Part
from mlgitlab.analysis.naming import name_of
from mlgitlab.analysis.records import Decoder, text_of
from mlgitlab.analysis.references import Imports
from mlgitlab.protocols import Cache

# More packs than this are joined to one when the next is written.
_MOST_PACKS = 8
_MOST_BYTES = 64_000_000


class Packs:
    """Records by key. A pack that cannot be read is as good as none."""

    def __init__(self, cache: Cache, folder: str) -> None:
        self._cache = cache
        self._folder = folder
        self._records: dict[str, object] | None = None
        self._new: dict[str, bytes] = {}

    def get(self, key: str) -> object | None:
        """The record, None where there is none."""
        found = self._new.get(key)
        return self._loaded().get(key) if found is None else json.loads(found)

    def put(self, key: str, record: bytes) -> None:
        """Keep a record, given as JSON."""
        self._new[key] = record

    def save(self) -> None:
        """Write what is new. Each pack is named by its content, so that writers never meet."""
        if not self._new:
            return
        packs = self._cache.names(self._folder)
        joins = len(packs) >= _MOST_PACKS
        old = {key: _as_bytes(record) for key, record in self._loaded().items()} if joins else {}
        content = _joined({**old, **self._new})
        if len(content) > _MOST_BYTES:  # most of it is about contents long gone
            content = _joined(self._new)
        name = f"{self._folder}/{name_of(content)}"
        self._cache.put(name, content)
        for pack in packs if joins else ():
            if pack != name:
                self._cache.drop(pack)
        if self._records is not None:
            self._records |= json.loads(_joined(self._new))
        self._new = {}

    def _loaded(self) -> dict[str, object]:
        if self._records is None:
            self._records = {}
            for name in reversed(self._cache.names(self._folder)):
                self._records |= _pack(self._cache.get(name))
        return self._records


def _as_bytes(record: object) -> bytes:
    return json.dumps(record, separators=(",", ":"), sort_keys=True).encode("ascii")


def _joined(texts: dict[str, bytes]) -> bytes:
    return b"{%b}" % b",".join(
        [b"%b:%b" % (encode_basestring_ascii(key).encode(), texts[key]) for key in sorted(texts)]
    )


class KeptParses:
    """What each content can load, by (blob, kind of file)."""

    def __init__(self, cache: Cache) -> None:
        self._packs = Packs(cache, "parses")
        self._decoder = Decoder()
        self._known: dict[str, Imports] = {}

    def get(self, blob: str, kind: str) -> Imports | None:
        """What is known about the content, None when nothing is."""
        key = f"{kind}:{blob}"
        if key not in self._known:
            try:
                self._known[key] = self._decoder.decode(self._packs.get(key))
            except (KeyError, TypeError, ValueError):
                return None
        return self._known[key]

    def put(self, blob: str, kind: str, imports: Imports) -> None:
        """Keep a result."""
        self._known[f"{kind}:{blob}"] = imports
        self._packs.put(f"{kind}:{blob}", text_of(imports))

    def take(self, blob: str, kind: str, text: bytes) -> Imports:
        """Keep a result that was written as text, and give it back."""
        imports = self._decoder.decode(json.loads(text))
        self._known[f"{kind}:{blob}"] = imports
        self._packs.put(f"{kind}:{blob}", text)
        return imports

    def save(self) -> None:
        """Write what is new."""
        self._packs.save()


class KeptMeanings:
    """What each content means, by (blob, kind of file)."""

    def __init__(self, cache: Cache) -> None:
        self._packs = Packs(cache, "meanings")

    def get(self, blob: str, kind: str) -> Meaning | None:
        """What is known about the content, None when nothing is."""
        match self._packs.get(f"{kind}:{blob}"):
            case [list(parts), dict(requires)]:
                try:
                    return Meaning(
                        parts=tuple(Part(name, digest, Layer(layer)) for name, digest, layer in parts),
                        requires={name: tuple(names) for name, names in requires.items()},
                    )
                except (TypeError, ValueError):
                    return None
            case _:
                return None

    def put(self, blob: str, kind: str, meaning: Meaning) -> None:
        """Keep a result."""
        requires = {name: list(names) for name, names in meaning.requires.items()}
        self._packs.put(f"{kind}:{blob}", _as_bytes([list(map(list, meaning.parts)), requires]))

    def save(self) -> None:
        """Write what is new."""
        self._packs.save()


def _pack(content: bytes | None) -> dict[str, object]:
    try:
        found = json.loads(content) if content else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
