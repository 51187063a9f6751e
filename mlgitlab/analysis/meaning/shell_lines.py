"""A shell script's lines without the comments and blanks that no shell looks at.

What is dropped must be a comment to sh, bash, ksh and zsh alike; where they differ, or the text is not
followed with certainty, `Unsure` is raised. Quotes, expansions and here-documents are kept to the letter.
https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_03
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from mlgitlab.analysis.meaning.directives import acts

_BLANKS = " \t"
_SEPARATORS = " \t\n;&|()"  # before the beginning of a word
_SPECIAL_IN_QUOTE = re.compile(r'[\\"`$]')
_PLAIN = re.compile(r"[^\\'\"`$#<>()\n \t;&|{}]+")
_ANSI = re.compile(r"\$'(?:[^'\\]|\\[^'])*'")
_HARMLESS_ANSI = re.compile(r"\$'(?:[^'\"{}\\$`\n]|\\[a-zA-Z0-9])*'")
_BACKQUOTED = re.compile(r"`(?:[^`\\]|\\.)*`", re.DOTALL)
_SHIFT = re.compile(r"<<=?[ \t]*[0-9($]")
_HARMLESS_QUOTE = re.compile(r"'[^'\"{}\\$`\n]*'")  # single quotes between double ones: quotes, or two letters
_DELIMITER = re.compile(
    r"<<(-?)[ \t]*(?:'([^'\n\\]+)'|\"([^\"\n\\$`]+)\"|\\?([\w.+:%@!/-]+))(?=[\s;&|)<>]|\Z)", re.ASCII
)


class Unsure(Exception):  # noqa: N818 - says what the reader is, not what the script did
    """Raised where shells may disagree about what is a comment."""


class Line(NamedTuple):
    """A line, with the quotes and here-documents that begin in it; whether it stood at the left margin."""

    text: str
    at_margin: bool


@dataclass(slots=True)
class _Context:
    """What encloses a place: `(` a substitution, `((` or `$((` arithmetic, `{` a parameter, `"` a quote; "" is none."""

    opening: str
    depth: int = 0


class _Document(NamedTuple):
    delimiter: str
    tabs: bool
    raw: bool
    depth: int  # how many contexts enclose its beginning


def lines_of(text: str) -> list[Line]:
    """The lines that say something. Raises Unsure."""
    return _Lexer(text).lines()


class _Lexer:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._lines: list[Line] = []
        self._pieces: list[str] = []
        self._loose = False  # whether the last piece is blanks that separate words
        self._before = "\n"  # the character before this place, as far as words are concerned
        self._margin = True
        self._conditional = False  # whether a `[[` is open
        self._documents: list[_Document] = []
        self._contexts = [_Context("")]
        self._quotes = 0  # how many of them are double quotes

    def lines(self) -> list[Line]:
        if self._text.startswith("#!"):
            self._take(self._text.partition("\n")[0])
            self._newline()
        else:
            self._left_margin()
        while self._at < len(self._text):
            self._step()
        if len(self._contexts) > 1 or self._documents:
            raise Unsure
        self._end_line()
        return self._lines

    def _step(self) -> None:
        character = self._text[self._at]
        opening = self._contexts[-1].opening
        if character == "\\":
            self._backslash(commands=opening in ("", "("))
        elif character == "`":
            self._backquoted()
        elif character == "$":
            self._dollar(opening)
        elif opening == '"':
            self._in_quote(character)
        elif opening == "{":
            self._in_parameter(character)
        elif character == "'":
            self._quoted(self._text.find("'", self._at + 1))
        elif character == '"':
            self._open('"', '"')
        elif opening in ("((", "$(("):
            self._in_arithmetic(character)
        else:
            self._in_commands(character)

    def _in_commands(self, character: str) -> None:
        if character in _BLANKS:
            self._blanks()
        elif character == "\n":
            self._newline()
        elif character == "#":
            self._hash()
        elif self._text.startswith("<<<", self._at):
            self._take("<<<")
        elif self._text.startswith("<<", self._at):
            self._document()
        elif self._text.startswith("((", self._at):
            self._open("((", "((", depth=2)
        elif character in "()":
            self._parenthesis(character)
        else:
            self._word()

    def _word(self) -> None:
        found = _PLAIN.match(self._text, self._at)
        word = found[0] if found else self._text[self._at]
        if word == "case" and self._contexts[-1].opening == "(" and self._before in _SEPARATORS:
            raise Unsure  # its patterns end in a parenthesis
        if word in ("[[", "]]") and self._before in _SEPARATORS:
            self._conditional = word == "[["
        self._take(word)

    def _parenthesis(self, character: str) -> None:
        context = self._contexts[-1]
        context.depth += 1 if character == "(" else -1
        if context.opening and context.depth == 0:
            self._close(character)
        else:
            self._take(character)

    def _in_quote(self, character: str) -> None:
        if character == '"':
            self._close(character)
        else:
            end = _SPECIAL_IN_QUOTE.search(self._text, self._at + 1)
            self._take_words(self._text[self._at : end.start() if end else len(self._text)])

    def _in_parameter(self, character: str) -> None:
        if character == "}":
            self._close(character)
        elif character == '"':
            self._open('"', '"')
        elif character == "'" and self._quotes:
            harmless = _HARMLESS_QUOTE.match(self._text, self._at)
            if harmless is None:
                raise Unsure
            self._take(harmless[0])
        elif character == "'":
            self._quoted(self._text.find("'", self._at + 1))
        else:
            self._take_words(character)

    def _in_arithmetic(self, character: str) -> None:
        """Parentheses that may be two commands as well: then only what is the same in both is let through."""
        context = self._contexts[-1]
        if character == "#" and self._before in _SEPARATORS:
            raise Unsure
        if self._text.startswith("<<", self._at) and (
            context.opening == "((" or not _SHIFT.match(self._text, self._at)
        ):
            raise Unsure
        context.depth += {"(": 1, ")": -1}.get(character, 0)
        if context.depth == 1 and not self._text.startswith("))", self._at):
            raise Unsure
        if context.depth == 0:
            self._close(character)
        elif self._text.startswith("<<", self._at):
            self._take("<<")
        else:
            self._take_words(character)

    def _backslash(self, *, commands: bool) -> None:
        pair = self._text[self._at : self._at + 2]
        if len(pair) < 2:
            raise Unsure
        if pair == "\\\n" and commands:
            self._put(pair)  # joins two lines: what stood before still does
            self._at += 2
        else:
            self._take_words(pair)

    def _backquoted(self) -> None:
        found = _BACKQUOTED.match(self._text, self._at)
        if found is None or "<<" in found[0] or found[0].count("'") % 2 or found[0].count('"') % 2:
            raise Unsure
        if self._quotes and '"' in found[0]:
            raise Unsure
        self._take_words(found[0])

    def _dollar(self, opening: str) -> None:
        rest = self._text[self._at : self._at + 3]
        if rest == "$((":
            self._open(rest, rest, depth=2)
        elif rest[:2] == "$(":
            self._open("(", rest[:2], depth=1)
        elif rest[:2] == "${":
            if rest[2:] in ("", " ", "\t", "\n", "|"):
                raise Unsure  # a command, to some shells
            self._open("{", "${")
        elif rest[:2] == "$'" and opening != '"':
            ansi = (_HARMLESS_ANSI if opening == "{" else _ANSI).match(self._text, self._at)
            if ansi is None:
                raise Unsure
            self._take_words(ansi[0])
        else:
            self._take(rest[:2] if rest[1:2] in ("#", "$", "?", "!", "*", "@", "-") else "$")

    def _quoted(self, end: int) -> None:
        if end < 0:
            raise Unsure
        self._take_words(self._text[self._at : end + 1])

    def _hash(self) -> None:
        if self._before in "()<>":
            raise Unsure  # a comment, or a pattern of zsh
        if self._before not in " \t\n;&|":
            self._take("#")
            return
        if self._conditional:
            raise Unsure  # a pattern, perhaps
        end = self._text.find("\n", self._at)
        comment = self._text[self._at : end if end >= 0 else len(self._text)]
        if acts(comment):
            self._take(comment)
        else:
            self._at += len(comment)

    def _document(self) -> None:
        found = _DELIMITER.match(self._text, self._at)
        if found is None:
            raise Unsure
        tabs, single, double, bare = found.groups()
        raw = bool(single or double or "\\" in found[0])
        self._documents.append(_Document(single or double or bare, bool(tabs), raw, len(self._contexts)))
        self._take(found[0])

    def _newline(self) -> None:
        self._at += 1
        if self._loose:
            self._pieces.pop()
        self._loose = False
        self._before = "\n"
        documents, self._documents = self._documents, []
        for document in documents:
            if document.depth != len(self._contexts):
                raise Unsure
            self._put("\n" + self._body(document))
        if len(self._contexts) == 1:
            self._end_line()
        elif documents or self._pieces[-1] not in ("\n", "$("):
            self._put("\n")
        self._left_margin()

    def _body(self, document: _Document) -> str:
        """A here-document to its delimiter, which a backslash before it may join to the line above."""
        start = self._at
        joined = False
        while self._at < len(self._text):
            end = self._text.find("\n", self._at)
            line = self._text[self._at : end if end >= 0 else len(self._text)]
            self._at += len(line) + 1
            if (line.lstrip("\t") if document.tabs else line) == document.delimiter:
                if joined:
                    raise Unsure
                return self._text[start : self._at].removesuffix("\n")
            joined = not document.raw and (len(line) - len(line.rstrip("\\"))) % 2 == 1
        raise Unsure

    def _left_margin(self) -> None:
        start = self._at
        while self._text[self._at : self._at + 1] in (" ", "\t"):
            self._at += 1
        self._margin = start == self._at

    def _blanks(self) -> None:
        start = self._at
        while self._text[self._at : self._at + 1] in (" ", "\t"):
            self._at += 1
        self._put(self._text[start : self._at])
        self._loose = True
        self._before = " "

    def _end_line(self) -> None:
        if self._loose:
            self._pieces.pop()
        text = "".join(self._pieces)
        if text:
            self._lines.append(Line(text, self._margin))
        self._pieces, self._loose = [], False

    def _open(self, opening: str, text: str, depth: int = 0) -> None:
        self._take(text)
        self._contexts.append(_Context(opening, depth))
        self._quotes += opening == '"'

    def _close(self, text: str) -> None:
        self._take(text)
        self._quotes -= self._contexts.pop().opening == '"'

    def _take_words(self, text: str) -> None:
        """Text that may hold line ends, before which no here-document may be open."""
        if self._documents and "\n" in text:
            raise Unsure
        self._take(text)

    def _take(self, text: str) -> None:
        self._put(text)
        self._at += len(text)
        self._before = text[-1]

    def _put(self, text: str) -> None:
        self._pieces.append(text)
        self._loose = False
