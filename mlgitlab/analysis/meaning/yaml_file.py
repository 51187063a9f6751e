"""YAML files by key, whatever the style: comments, quotes, layout and anchors are no part of what they say."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

from mlgitlab.analysis.meaning.directives import is_template
from mlgitlab.analysis.meaning.interpolation import resolved
from mlgitlab.analysis.meaning.keyed import Leaf, Mark, Node, leaves_of
from mlgitlab.analysis.meaning.values import Kind, Meaning, Part, digest

MOST_BYTES = 4_000_000
_PACKAGE = re.compile(rb"(?m)^[ \t]*#[ \t]*@package[^\r\n]*")


def matches(path: str) -> bool:
    """Whether a path names a YAML file."""
    return path.endswith((".yaml", ".yml"))


def read(content: bytes) -> Meaning | None:
    """The leaves of all documents; None for what is no YAML, has a key twice, or is too large or too deep."""
    documents = documents_of(content)
    if documents is None:
        return None
    match documents:
        case []:
            leaves: list[Leaf] | None = []
        case [document]:
            leaves = leaves_of(document)
        case _:
            leaves = leaves_of({Mark("document", str(number)): document for number, document in enumerate(documents)})
    return None if leaves is None else Meaning(parts=(*_package(content), *resolved(leaves)))


def _package(content: bytes) -> Iterator[Part]:
    """Where Hydra puts the file's keys, which it reads in a comment.

    https://hydra.cc/docs/advanced/overriding_packages/
    """
    lines = [line.decode("latin-1").strip() for line in _PACKAGE.findall(content)]
    if lines:
        yield Part("package", digest([*lines]))


def documents_of(content: bytes) -> list[Node] | None:
    """The documents of a file in UTF-8; None where they cannot be read safely."""
    from mlgitlab.analysis.meaning import yaml_nodes  # noqa: PLC0415

    if len(content) > MOST_BYTES or content.startswith((codecs.BOM_UTF16_BE, codecs.BOM_UTF16_LE)):
        return None
    if is_template(content.decode("latin-1")):
        return None
    text = content.removeprefix(codecs.BOM_UTF8)
    try:
        documents = yaml_nodes.documents_of(text)
    except yaml_nodes.UnreadableError:
        return None
    # Not every reader takes a byte order mark.
    return documents if text is content else [{Mark("encoding", "mark"): document} for document in documents]


KIND = Kind(name="yaml", version=2, matches=matches, read=read)
