"""A YAML stream as nested data, without deciding what only its readers decide: what a plain scalar is."""

from __future__ import annotations

from collections.abc import Iterable

import yaml
from yaml import events

from mlgitlab.analysis.meaning.keyed import DEEPEST, MOST_NODES, Key, Mark, Node, Raw
from mlgitlab.analysis.meaning.yaml_scalars import scalar_of

_LOADER = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader

_MAPPING, _SEQUENCE, _MERGE_TAG = (f"tag:yaml.org,2002:{name}" for name in ("map", "seq", "merge"))
_MERGE = Raw("plain", "<<")


class UnreadableError(Exception):
    """No stream that can be read safely: not YAML, a key twice, a node within itself, too deep or too large."""


def documents_of(content: bytes, loader: type[yaml.SafeLoader | yaml.CSafeLoader] = _LOADER) -> list[Node]:
    """The documents of a stream, aliases and merge keys resolved. Raises UnreadableError."""
    try:
        return _Composer().documents(yaml.parse(content, Loader=loader))
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError, MemoryError) as error:
        raise UnreadableError from error


class _Frame:
    """A list or a mapping that is not yet at its end."""

    __slots__ = ("anchor", "items", "key", "merges", "tag")

    def __init__(self, event: events.CollectionStartEvent) -> None:
        self.anchor = event.anchor
        is_mapping = isinstance(event, events.MappingStartEvent)
        self.tag = None if event.tag == (_MAPPING if is_mapping else _SEQUENCE) else event.tag
        self.items: list[Node] | dict[Key | Mark, Node] = {} if is_mapping else []
        self.key: Key | None = None
        self.merges: list[Node] = []

    def add(self, node: Node) -> None:
        if isinstance(self.items, list):
            self.items.append(node)
        elif self.key is None:
            if not isinstance(node, (str, Raw)) or (isinstance(node, Raw) and node.kind.endswith(_MERGE_TAG)):
                raise UnreadableError
            self.key = node
        else:
            self._pair(self.items, self.key, node)
            self.key = None

    def _pair(self, items: dict[Key | Mark, Node], key: Key, value: Node) -> None:
        if key in items or (key == _MERGE and self.merges):
            raise UnreadableError
        if key != _MERGE:
            items[key] = value
        elif isinstance(value, list):
            self.merges = value or [{}]
        else:
            self.merges = [value]


class _Composer:
    def __init__(self) -> None:
        self._room = MOST_NODES
        self._open: list[_Frame] = []
        self._anchors: dict[str, Node | _Frame] = {}
        self._root: Node = None
        # What readers see of the mappings that have merge keys, by identity; the first of each pair is kept alive.
        self._merged: dict[int, tuple[Node, dict[Key | Mark, Node]]] = {}

    def documents(self, stream: Iterable[events.Event]) -> list[Node]:
        found: list[Node] = []
        version = ""
        for event in stream:
            match event:
                case events.ScalarEvent():
                    self._add(scalar_of(event), event.anchor)
                case events.CollectionStartEvent():
                    self._start(event)
                case events.CollectionEndEvent():
                    self._end()
                case events.AliasEvent():
                    self._add(self._meant(event.anchor), None)
                case events.DocumentStartEvent():
                    self._anchors, self._merged = {}, {}
                    version = ".".join(map(str, event.version or ()))
                case events.DocumentEndEvent():
                    found.append({Mark("version", version): self._root} if version else self._root)
                case _:
                    pass
        return found

    def _add(self, node: Node, anchor: str | None) -> None:
        self._spend(1)
        if anchor is not None:
            self._anchors[anchor] = node
        if self._open:
            self._open[-1].add(node)
        else:
            self._root = node

    def _start(self, event: events.CollectionStartEvent) -> None:
        frame = _Frame(event)
        self._open.append(frame)
        if len(self._open) > DEEPEST:
            raise UnreadableError
        if frame.anchor is not None:
            self._anchors[frame.anchor] = frame

    def _end(self) -> None:
        frame = self._open.pop()
        node: Node = self._with_merges(frame) if frame.merges else frame.items
        if frame.tag is not None:
            node = {Mark("tag", frame.tag): node}
        is_latest = frame.anchor is not None and self._anchors[frame.anchor] is frame
        self._add(node, frame.anchor if is_latest else None)

    def _meant(self, anchor: str | None) -> Node:
        if anchor is None or anchor not in self._anchors:
            raise UnreadableError
        node = self._anchors[anchor]
        if isinstance(node, _Frame):
            raise UnreadableError
        return node

    def _with_merges(self, frame: _Frame) -> Node:
        """The mapping with merged keys first, as PyYAML orders them, and told from its own, as others do.

        https://yaml.org/type/merge.html: own keys win, then the mappings that are listed first.
        """
        own = frame.items
        assert isinstance(own, dict)
        merged: dict[Key | Mark, Node] = {}
        for source in reversed(frame.merges):
            if not isinstance(source, dict) or any(isinstance(key, Mark) for key in source):
                raise UnreadableError
            seen = self._merged[id(source)][1] if id(source) in self._merged else source
            self._spend(len(seen))
            merged.update(seen)
        node: dict[Key | Mark, Node] = {}
        for key, value in merged.items():
            kind, text = ("text", key) if isinstance(key, str) else key
            # Of an overridden key only the place counts: it orders the mapping.
            node |= {Raw(f"overridden {kind}", text): None} if key in own else {Raw(f"merged {kind}", text): value}
        node |= own
        self._merged[id(node)] = (node, merged | own)
        return node

    def _spend(self, nodes: int) -> None:
        self._room -= nodes
        if self._room < 0:
            raise UnreadableError
