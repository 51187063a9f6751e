"""A Python source cut into its strings, its comments and the code between them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlgitlab.analysis.literals import UnusualError
from mlgitlab.frozen import dataclass

# A string that may be a dotted name, `name:rest`, an option, or begin with an escape.
_NAME = rb"""["']{0,2}(?:[A-Za-z_\x80-\xff][\w\x80-\xff]*+(?:[:\\]|\.[\w.\x80-\xff]*+[:"'\\])|\\|-[mc]["'])"""
# Strings in one kind of quotes, Q, thrice or once, with an empty group where they have a prefix or may be a name.
# What does not end runs on to the end of the file.
_STRING = (
    rb"Q(?:(?:(?<=\w.)|(?=" + _NAME + rb"))())?+"
    rb"(?:QQ[^Q\\]*+(?:(?:\\[\s\S]|Q(?!QQ))[^Q\\]*+)*+(?:QQQ|[\s\S]*+)"
    rb"|[^Q\\\n]*+(?:\\[\s\S][^Q\\\n]*+)*+(?:Q|[\s\S]*+))"
)
_TOKEN = re.compile(rb"""(\#[^\n]*+|%b|%b)""" % (_STRING.replace(b"Q", b'"'), _STRING.replace(b"Q", b"'")))
_OPENED_NAME = re.compile(rb"""["']""" + _NAME)
_COOKIE = re.compile(rb"coding[:=](?![ \t]*+(?i:utf-?8)(?![-\w.]))")


COMMENT = ord("#")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """A source in pieces: a token stands after each piece of code but the last.

    tokens: comments, and strings with their quotes and without their prefixes.
    telling: those tokens whose prefix or beginning calls for a look at their value.
    text: the code as one text, with a quote for each token.
    """

    code: list[bytes]
    tokens: list[bytes]
    telling: list[int]
    text: bytes


def tokens_of(source: bytes) -> Tokens:
    """Cut a source. Raises UnusualError or UnicodeDecodeError where it takes Python itself to read it."""
    pieces = _TOKEN.split(_lines(source))
    code, tokens, double, single = (pieces[start::4] for start in range(4))
    text = b'"'.join(code)
    if b"\\" in text:
        code = [piece.replace(b"\\\n", b" ") for piece in code]
        text = b'"'.join(code)
    if not code[-1]:  # a string that does not end
        raise UnusualError
    return Tokens(code=code, tokens=tokens, telling=[*_marked(double), *_marked(single)], text=text)


def _marked(marks: list[bytes | None]) -> Iterator[int]:
    position = -1
    for _ in range(marks.count(b"")):
        position = marks.index(b"", position + 1)
        yield position


def may_be_name(token: bytes) -> bool:
    """Whether a string without escapes may be a dotted name, or `name:rest`."""
    return _OPENED_NAME.match(token) is not None


def _lines(source: bytes) -> bytes:
    """The source between two line ends, and with no others than Python's own."""
    if source.startswith(b"\xef\xbb\xbf"):
        source = source[3:]
    if b"\r" in source:
        source = source.replace(b"\r\n", b"\n")
    if b"\r" in source or b"\0" in source:
        raise UnusualError
    if not source.isascii():
        source.decode()
    second = source.find(b"\n", source.find(b"\n") + 1)
    if _COOKIE.search(source, 0, second if second >= 0 else len(source)):
        raise UnusualError
    return b"\n" + source + b"\n"
