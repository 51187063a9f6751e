"""Which modules and scripts the string constants of a source name, read from its tokens without a tree."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import groupby

from mlgitlab.analysis import imports, literals, strings
from mlgitlab.analysis.literals import UnusualError
from mlgitlab.analysis.references import Extent
from mlgitlab.analysis.tokens import COMMENT, Tokens, may_be_name

_WORD_END = frozenset(bytes([code]) for code in b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
_PREFIX = re.compile(rb"(?<!\w)(?:[rRbBfFuU]|[rR][bBfF]|[bBfF][rR])\Z")
# A formatted string whose constants are no names, and its fields plain.
_DULL = rb"(?:[A-Za-z_][\w]*+(?![.:\\])|(?![A-Za-z_]))[^{}\\]*+"
_DULL_FORMATTED = re.compile(
    rb"""["']{1,3}+%(dull)s(?:\{[^{}\\"'\#:!=]++(?:![rsa])?(?::%(dull)s)?\}%(dull)s)*+""" % {b"dull": _DULL}
)
# Texts that call for the tree.
_TELLING = imports.IMPORTERS | {"PYTHONPATH"}
# What makes any string worth a look; an escape may hide it.
_HINTS = (
    b"import",
    b"-m",
    *(text.encode() for text in sorted(_TELLING)),
    *(b"." + ending.encode() for ending in (*strings.SCRIPT_ENDINGS, *strings.NATIVE_ENDINGS)),
)
_HINT = re.compile(rb"\\[xuUN0-7\n]|" + b"|".join(re.escape(hint) for hint in _HINTS))
_OPTIONS = frozenset({"-m", "-c"})
_DECLARING = (b"add_argument(", b"option(", b"startswith(", b"==", b"!=")
_OPENING = (b"(", b"[", b"{")
_CLOSING = (b")", b"]", b"}")


class Constants:
    """What the string constants of a source say; UnusualError where only a tree can tell.

    references: (module, level, extent) of each. fields: the code within formatted strings.
    """

    def __init__(self, tokens: Tokens) -> None:
        self.references: set[tuple[str, int, Extent]] = set()
        self.scripts: set[str] = set()
        self.fields: list[bytes] = []
        self._code = tokens.code
        self._tokens = tokens.tokens
        self._counted = 0
        self._depth = 0
        said = b"".join(self._tokens)
        self._hinted = b"\\" in said or any(map(said.__contains__, _HINTS))
        done = 0
        for position in sorted(self._positions(tokens.telling)):
            if position >= done and self._tokens[position][0] != COMMENT and not self._is_dull(position):
                group = self._group(position)
                self._take(group)
                done = group[-1] + 1

    def _positions(self, telling: Iterable[int]) -> set[int]:
        """The tokens worth a look: by their beginning, by a hint within, or for what Python may join them to."""
        found = set(telling)
        code = list(map(bytes.strip, self._code[1:-1]))
        if b"" in code:
            found.update(position for position, piece in enumerate(code, 1) if not piece)
        if self._hinted:
            found.update(position for position, token in enumerate(self._tokens) if _HINT.search(token))
        return found

    def _is_dull(self, position: int) -> bool:
        """Whether a string with a prefix, without hints and by itself, says nothing."""
        token = self._tokens[position]
        prefix = self._prefix(position)
        alone = self._code[position][: -len(prefix)].strip() if prefix else b""
        if not alone or (self._hinted and _HINT.search(token)):
            return False
        if b"f" not in prefix:
            return not may_be_name(token)
        if not _DULL_FORMATTED.fullmatch(token) or not token.isascii():
            return False
        self.fields.append(token.replace(b'"', b" "))
        return True

    def _group(self, position: int) -> list[int]:
        """The string at the position and those that Python joins to it."""
        group = [position]
        before = self._neighbour(position, -1)
        if before is not None and self._are_joined(before, position):
            group.insert(0, before)
        while (after := self._neighbour(group[-1], 1)) is not None and self._are_joined(group[-1], after):
            group.append(after)
        return group

    def _neighbour(self, position: int, step: int) -> int | None:
        """The next string that way if nothing but space and comments stand between."""
        gap = position if step < 0 else position + 1
        while 0 < gap < len(self._tokens) and not self._gap(gap).strip():
            other = gap - 1 if step < 0 else gap
            if self._tokens[other][0] != COMMENT:
                return other
            gap += step
        return None

    def _gap(self, position: int) -> bytes:
        """The code before a token, without the string's prefix."""
        before = self._code[position]
        return before[: len(before) - len(self._prefix(position))]

    def _prefix(self, position: int) -> bytes:
        before = self._code[position]
        if before[-1:] not in _WORD_END or self._tokens[position][0] == COMMENT:
            return b""
        return _prefix_in(before[-4:])

    def _are_joined(self, first: int, second: int) -> bool:
        on_one_line = second == first + 1 and b"\n" not in self._code[second]
        return on_one_line or self._depth_at(first) > 0

    def _depth_at(self, position: int) -> int:
        """The number of brackets open before a string. To be asked from the beginning to the end."""
        piece = b"".join(self._code[self._counted : position + 1])
        self._counted = max(self._counted, position + 1)
        self._depth += sum(map(piece.count, _OPENING)) - sum(map(piece.count, _CLOSING))
        return self._depth

    def _take(self, group: Sequence[int]) -> None:
        prefixes = [self._prefix(position) for position in group]
        if any(b"b" in prefix for prefix in prefixes):
            return
        is_formatted = any(b"f" in prefix for prefix in prefixes)
        texts = self._texts(group, prefixes) if is_formatted else (self._text(group, prefixes),)
        for text in texts:
            passed = text in _OPTIONS and (is_formatted or not self._is_declared(group[0]))
            if passed or text in _TELLING:
                raise UnusualError
            references, scripts = strings.named_in(text)
            if (references or scripts) and (is_formatted or not self._is_statement(group)):
                self.references.update((ref.module, ref.level, ref.extent) for ref in references)
                self.scripts.update(scripts)

    def _text(self, group: Sequence[int], prefixes: Sequence[bytes]) -> str:
        return "".join(
            literals.plain(self._tokens[position], raw=b"r" in prefix)
            for position, prefix in zip(group, prefixes, strict=True)
        )

    def _texts(self, group: Sequence[int], prefixes: Sequence[bytes]) -> Iterable[str]:
        """The constants of joined strings one of which at least is formatted."""
        parts: list[str | None] = []
        for position, prefix in zip(group, prefixes, strict=True):
            if b"f" not in prefix:
                parts.append(literals.plain(self._tokens[position], raw=b"r" in prefix))
                continue
            found = literals.formatted(self._tokens[position], raw=b"r" in prefix)
            parts += found.parts
            yield from found.strings
            self.fields += map(str.encode, found.code)
        for is_text, run in groupby(parts, lambda part: part is not None):
            if is_text:
                yield "".join(filter(None, run))

    def _is_declared(self, position: int) -> bool:
        """Whether a string is an option that a program takes, not one that it may pass to another."""
        return self._code[position].rstrip().endswith(_DECLARING)

    def _is_statement(self, group: Sequence[int]) -> bool:
        """Whether strings are a statement of their own, such as a docstring."""
        position = first = group[0]
        piece, begins, brackets = self._gap(first), False, 0
        while True:
            anchor = piece.rstrip(b" \t\n\f(")
            before, bracket, _ = piece[len(anchor) :].partition(b"(")
            begins = b"\n" in before or (begins and not bracket)  # a line end within brackets begins nothing
            brackets += piece.count(b"(", len(anchor))
            if anchor or position == 0:
                break
            position -= 1
            piece = self._code[position] if self._tokens[position][0] == COMMENT else b'"'
        if self._depth_at(first) > brackets:
            return False
        if (begins and brackets) or (not begins and anchor.endswith((b":", b";"))):
            raise UnusualError
        after = self._code[group[-1] + 1].lstrip(b" \t\f")
        return begins and (not after or after.startswith((b"\n", b";")))


@lru_cache(maxsize=1 << 10)
def _prefix_in(before: bytes) -> bytes:
    found = _PREFIX.search(before)
    if found is None:
        raise UnusualError
    return found[0].lower()
