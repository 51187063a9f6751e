"""Dockerfiles: their instructions as Docker reads them, without comments and blank lines.

https://docs.docker.com/reference/dockerfile/ and, for the details, frontend/dockerfile/parser of moby/buildkit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from mlgitlab.analysis.meaning.directives import is_template
from mlgitlab.analysis.meaning.names import shortened
from mlgitlab.analysis.meaning.values import Kind, Meaning, Part, digest

_BLANKS = " \t\f\v"
_INSTRUCTIONS = frozenset(
    {"ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER"}
    | {"ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"}
)
_WITH_DOCUMENTS = frozenset({"ADD", "COPY", "RUN", "ONBUILD"})
_DIRECTIVE = re.compile(r"#[ \t]*(syntax|escape|check)[ \t]*=[ \t]*(\S.*)", re.IGNORECASE)
_LIKE_DIRECTIVE = re.compile(r"#[ \t]*\w+[ \t]*=")
_FRONTEND = re.compile(r"(?:[\w.:-]+/)*docker/dockerfile(?:-upstream)?(?:[:@].*)?")
_DOCUMENT = re.compile(r"(?<!\S)\d*<<(-?)(['\"]?)([A-Za-z_][A-Za-z0-9_.]*)\2(?!\S)")
_QUOTE = re.compile(r"['\"\\`]")
_STAGE = re.compile(r"\S+[ \t]+AS[ \t]+(\S+)", re.IGNORECASE)
_OPTION = re.compile(r"(?<!\S)--[\w-]+=\S+[ \t]+")
# What is made into a Dockerfile by some program, and files beside one.
_OTHERS = (".dockerignore", ".erb", ".in", ".j2", ".jinja", ".jinja2", ".m4", ".md", ".template", ".tmpl", ".tpl")


class _Unsure(Exception):  # noqa: N818 - says what the reader is
    pass


class _Instruction(NamedTuple):
    word: str
    text: str
    documents: tuple[str, ...] = ()


def read(content: bytes) -> Meaning | None:
    """The parser's directives and each instruction, named by its beginning and its stage; None where unsure."""
    try:
        text = content.decode("utf-8-sig")
        if "\0" in text or is_template(text):
            return None
        return Meaning(parts=tuple(_parts(_Reader(text))))
    except (UnicodeDecodeError, _Unsure):
        return None


def _parts(reader: _Reader) -> Iterator[Part]:
    directives = reader.directives()
    if directives:
        yield Part("directives", digest(tuple(directives)))
    stage = ""
    for word, text, documents in reader.instructions():
        bare = _OPTION.sub("", text)
        if word == "FROM":
            yield Part(shortened(f"FROM {bare}"), digest((word, text)))
            named = _STAGE.match(bare)
            stage = f"{shortened(named[1])}: " if named else ""
        else:
            yield Part(stage + shortened(f"{word} {bare}"), digest((word, text, documents)))


class _Reader:
    def __init__(self, text: str) -> None:
        self._lines = text.split("\n")
        self._at = 0
        self._escape = "\\"

    def directives(self) -> list[tuple[str, str]]:
        """The leading `# name=value` lines; the first line that is none ends them."""
        found: list[tuple[str, str]] = []
        if self._lines[0].startswith("#!"):
            raise _Unsure  # perhaps no part of the directives
        for line in self._lines:
            directive = _DIRECTIVE.fullmatch(line.rstrip(_BLANKS + "\r"))
            if directive is None:
                if _LIKE_DIRECTIVE.match(line.strip(_BLANKS)):
                    raise _Unsure  # versions differ in whether it ends them
                break
            found.append((directive[1].lower(), directive[2]))
        self._at = len(found)
        known = dict(found)
        self._escape = known.get("escape", "\\")
        if len(known) < len(found) or self._escape not in ("\\", "`"):
            raise _Unsure
        if not _FRONTEND.fullmatch(known.get("syntax", "docker/dockerfile")):
            raise _Unsure  # another language
        return found

    def instructions(self) -> Iterator[_Instruction]:
        """The rest of the file. Raises _Unsure for what is no instruction of Docker's own."""
        while self._at < len(self._lines):
            line = self._logical_line().strip(_BLANKS)
            if not line:
                continue
            word, text = _split(line)
            if word not in _INSTRUCTIONS:
                raise _Unsure
            documents = tuple(self._documents(text)) if word in _WITH_DOCUMENTS and "<<" in text else ()
            yield _Instruction(word, text, documents)

    def _logical_line(self) -> str:
        """The next line, joined with those that it goes on in; comments and blank lines between are no part of it."""
        pieces: list[str] = []
        while self._at < len(self._lines):
            line = self._lines[self._at].removesuffix("\r")
            self._at += 1
            bare = line.strip(_BLANKS)
            if bare.startswith("#") or not bare:
                if pieces:
                    continue
                return ""
            ending = line.rstrip(" \t")
            if not ending.endswith(self._escape):
                return "".join([*pieces, line])
            if ending.endswith(self._escape * 2):
                raise _Unsure  # versions differ in whether it goes on
            pieces.append(ending.removesuffix(self._escape))
        return "".join(pieces)

    def _documents(self, text: str) -> Iterator[str]:
        """The here-documents that an instruction's words open, to the letter."""
        if "<<" in _DOCUMENT.sub("", text).replace("<<<", ""):
            raise _Unsure
        end = 0
        for found in _DOCUMENT.finditer(text):
            if _QUOTE.search(text, end, found.start()):
                raise _Unsure  # perhaps within a quote
            end = found.end()
            yield self._document(found[3], tabs=bool(found[1]))

    def _document(self, delimiter: str, *, tabs: bool) -> str:
        start = self._at
        while self._at < len(self._lines):
            line = self._lines[self._at].removesuffix("\r")
            self._at += 1
            if (line.lstrip("\t") if tabs else line) == delimiter:
                return "".join(f"{kept}\n" for kept in self._lines[start : self._at - 1])
        raise _Unsure


def _split(line: str) -> tuple[str, str]:
    word, *rest = re.split(f"[{_BLANKS}]+", line, maxsplit=1)
    return word.upper(), rest[0] if rest else ""


def _matches(path: str) -> bool:
    name = path.rpartition("/")[2]
    if name in ("Dockerfile", "Containerfile"):
        return True
    return (name.startswith("Dockerfile.") and not name.endswith(_OTHERS)) or name.endswith(".Dockerfile")


KIND = Kind(name="dockerfile", version=1, matches=_matches, read=read)
