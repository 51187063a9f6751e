"""A YAML document as nodes that know their line and the text as it was written."""

from __future__ import annotations

import re
from typing import Any, Final, NoReturn, TypeAlias

import yaml
from yaml.events import AliasEvent, MappingEndEvent, ScalarEvent, SequenceEndEvent, SequenceStartEvent, StreamEndEvent

from mlgitlab.config.wording import quoted
from mlgitlab.errors import ConfigError, Problem
from mlgitlab.frozen import dataclass
from mlgitlab.paths import show

# A configuration can come from a fork, and a few lines of aliases can stand for billions of values.
MAX_DEPTH: Final = 64
MAX_NODES: Final = 250_000

_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TAGS: Final = {f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "seq", "map")} | {"!"}
_STRING_TAGS: Final = {"!", "tag:yaml.org,2002:str"}
# No file name, variable or command line can hold these, however they were escaped.
_IMPOSSIBLE: Final = re.compile("[\x00\ud800-\udfff]")
_SPECIAL_START: Final = re.compile(r"(?:^\s*-|[:,\[])\s*([*&!@%`])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scalar:
    """One value as text. `plain`: written without quotes, so that YAML gives it a type."""

    line: int
    text: str
    plain: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class List:
    """A sequence."""

    line: int
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A mapping in the file's order, merge keys (`<<`) resolved, duplicate keys kept."""

    line: int
    entries: tuple[tuple[Node, Node], ...]


Node: TypeAlias = Scalar | List | Table


def compose(text: bytes, file: str) -> Node | None:
    """The only document of a file; None when it holds none.

    Raises ConfigError for what is no YAML, or YAML that we refuse to read: other tags than the
    core ones, recursive aliases, and more than MAX_DEPTH levels or MAX_NODES values.
    """
    source = _decoded(text, file)
    loader = _LOADER(source)
    try:
        return _Composer(loader, file).document()
    except yaml.MarkedYAMLError as error:
        raise _syntax_error(error, source, file) from None
    except (yaml.YAMLError, ValueError, OverflowError):  # the last two: an escape for a character that does not exist
        raise _error(show(file), "not valid YAML: it holds a character that YAML does not allow") from None
    finally:
        loader.dispose()


def _decoded(text: bytes, file: str) -> str:
    try:
        source = text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = text.count(b"\n", 0, error.start) + 1
        raise _error(f"{show(file)}:{line}", "not UTF-8 text", "save the file as UTF-8") from None
    found = yaml.reader.Reader.NON_PRINTABLE.search(source)
    if found:
        line = source.count("\n", 0, found.start()) + 1
        raise _error(f"{show(file)}:{line}", f"YAML does not allow the character {quoted(found[0])}")
    return source


def _error(where: str, what: str, hint: str = "") -> ConfigError:
    return ConfigError((Problem(where=where, what=what, hint=hint),))


def _syntax_error(error: yaml.MarkedYAMLError, source: str, file: str) -> ConfigError:
    mark = error.problem_mark or error.context_mark
    if mark is None:
        return _error(show(file), "not valid YAML")
    lines = source.split("\n")
    text = lines[mark.line] if mark.line < len(lines) else ""
    return _error(
        f"{show(file)}:{mark.line + 1}:{mark.column + 1}",
        f"not valid YAML: {show(error.problem or 'unreadable')}",
        _syntax_hint(text, error.problem or ""),
    )


def _syntax_hint(line: str, problem: str) -> str:
    special = _SPECIAL_START.search(line)
    if re.match(r"[ ]*\t", line):
        return "indent with spaces, not with tabs"
    if special:
        return f"put quotes around a value that starts with {special[1]}"
    if problem.startswith("mapping values"):
        return "put quotes around a text that holds `: `"
    return ""


def _is_ordinary(event: Any) -> bool:  # noqa: ANN401 (an event of either loader)
    """Whether it is a value that there is nothing to say about: most are."""
    return type(event) is ScalarEvent and event.tag is None and event.anchor is None and event.style != '"'


class _Composer:
    """Turns the loader's events into nodes; counts every value as often as aliases repeat it."""

    def __init__(self, loader: Any, file: str) -> None:  # noqa: ANN401 (PyYAML's two loaders share no type)
        self._next = loader.get_event
        self._file = file
        self._size = 0
        self._anchors: dict[str, tuple[Node, int]] = {}
        self._open: set[str] = set()

    def document(self) -> Node | None:
        """The only document of the stream."""
        self._next()  # the stream's start
        if isinstance(self._next(), StreamEndEvent):
            return None
        node = self._node(self._next(), 1)
        self._next()  # the document's end
        after = self._next()
        if not isinstance(after, StreamEndEvent):
            self._refuse(after.start_mark.line + 1, "a second document starts here", "keep one document in the file")
        return node

    def _node(self, event: Any, depth: int) -> Node:  # noqa: ANN401 (an event of either loader)
        line = event.start_mark.line + 1
        if _is_ordinary(event) and depth <= MAX_DEPTH and self._size < MAX_NODES:
            self._size += 1
            return Scalar(line=line, text=event.value, plain=not event.style)
        if isinstance(event, AliasEvent):
            return self._aliased(str(event.anchor), line)
        if depth > MAX_DEPTH:
            self._refuse(line, f"more than {MAX_DEPTH} levels deep")
        before, anchor = self._size, event.anchor
        self._grow(1, line)
        if anchor is None:
            return self._content(event, depth, line)
        self._open.add(anchor)
        node = self._content(event, depth, line)
        self._open.discard(anchor)
        self._anchors[anchor] = (node, self._size - before)
        return node

    def _aliased(self, anchor: str, line: int) -> Node:
        if anchor in self._open:
            self._refuse(line, f"the alias *{anchor} stands for a value that holds itself")
        if anchor not in self._anchors:
            hint = "put quotes around a value that starts with *"
            self._refuse(line, f"the alias *{quoted(anchor)[1:-1]} has no anchor", hint)
        node, size = self._anchors[anchor]
        self._grow(size, line)
        return node

    def _grow(self, size: int, line: int) -> None:
        self._size += size
        if self._size > MAX_NODES:
            self._refuse(line, f"more than {MAX_NODES} values, aliases counted as often as they are used")

    def _content(self, event: Any, depth: int, line: int) -> Node:  # noqa: ANN401 (an event of either loader)
        tag = event.tag
        if tag is not None and tag not in _TAGS:
            hint = "put quotes around a value that starts with !"
            self._refuse(line, f"the YAML tag {quoted(tag)} is not allowed", hint)
        if isinstance(event, ScalarEvent):
            text, style = event.value, event.style
            # Only an escape gives what the file itself was searched for.
            if style == '"' and _IMPOSSIBLE.search(text):
                self._refuse(line, "a text holds a NUL or half a surrogate pair, which nothing can carry")
            return Scalar(line=line, text=text, plain=not style and tag not in _STRING_TAGS)
        return self._list(depth + 1, line) if isinstance(event, SequenceStartEvent) else self._table(depth + 1, line)

    def _list(self, depth: int, line: int) -> List:
        items = []
        while not isinstance(event := self._next(), SequenceEndEvent):
            items.append(self._node(event, depth))
        return List(line=line, items=tuple(items))

    def _table(self, depth: int, line: int) -> Table:
        own: list[tuple[Node, Node]] = []
        merged: list[tuple[Node, Node]] = []
        while not isinstance(event := self._next(), MappingEndEvent):
            key, value = self._node(event, depth), self._node(self._next(), depth)
            if isinstance(key, Scalar) and key.text == "<<" and key.plain:
                merged += self._merged(value, key.line)
            else:
                own.append((key, value))
        if merged:
            taken = {key.text for key, _ in own if isinstance(key, Scalar)}
            inherited = {key.text: (key, value) for key, value in reversed(merged) if isinstance(key, Scalar)}
            own += [pair for name, pair in inherited.items() if name not in taken]
        return Table(line=line, entries=tuple(own))

    def _merged(self, value: Node, line: int) -> list[tuple[Node, Node]]:
        found: list[tuple[Node, Node]] = []
        for source in value.items if isinstance(value, List) else (value,):
            if not isinstance(source, Table):
                self._refuse(line, "the merge key << takes a mapping or a list of mappings")
            found += source.entries
        return found

    def _refuse(self, line: int, what: str, hint: str = "") -> NoReturn:
        raise _error(f"{show(self._file)}:{line}", what, hint)
