"""JSON with an indentation of two, the bytes of `json.dumps`, whose indenting encoder is written in Python and slow."""

from __future__ import annotations

import json
from collections.abc import Mapping
from json.encoder import encode_basestring


def indented(document: Mapping[str, object]) -> str:
    """The document as text, its keys in their order; TypeError for what JSON cannot hold."""
    return _written(document, "\n")


# `json.dumps` makes an encoder for every call that is not as by default.
_ENCODER = json.JSONEncoder(ensure_ascii=False)


_SHORT: Mapping[object, str] = {None: "null", True: "true", False: "false"}


def _written(node: object, indent: str) -> str:
    """`indent` is the line end, and the spaces that the line after it begins with."""
    inner = f"{indent}  "
    if type(node) is dict and node:
        entries = [
            f"{encode_basestring(key)}: {encode_basestring(value)}"
            if type(value) is str
            else f"{encode_basestring(key)}: {_SHORT[value]}"
            if value is None or value is True or value is False
            else f"{encode_basestring(key)}: {_written(value, inner)}"
            for key, value in node.items()
        ]
        return f"{{{inner}{f',{inner}'.join(entries)}{indent}}}"
    if type(node) is list:
        if not node:
            return "[]"
        items = [encode_basestring(value) if type(value) is str else _written(value, inner) for value in node]
        return f"[{inner}{f',{inner}'.join(items)}{indent}]"
    if type(node) is int:
        return repr(node)
    return _ENCODER.encode(node)
