"""Python sources: the syntax, without comments and layout; docstrings and type comments count for their readers."""

from __future__ import annotations

import ast
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from mlgitlab.analysis.meaning.directives import directives, is_template
from mlgitlab.analysis.meaning.pieces import pieces_of
from mlgitlab.analysis.meaning.syntax import Form, Module, docstring_of, form_of, parsed, unambiguous
from mlgitlab.analysis.meaning.values import Kind, Layer, Meaning, Part, digest

_TYPE_COMMENT = re.compile(r"#[ \t]*type:[ \t]*(?!ignore\b)\S")


def read(content: bytes) -> Meaning | None:
    """A part for each top-level statement and each member of a class; None for what this Python cannot parse."""
    text = content.decode("latin-1")  # directives and type comments are ASCII
    module = None if is_template(text) else parsed(content)
    if module is None:
        return None
    body = module.tree.body
    docstring = docstring_of(body)
    statements = body if docstring is None else body[1:]
    forms = [] if docstring is None else [("module", Form(code=(), docstrings=((0, docstring),)))]
    forms += [(name, form_of(piece)) for name, piece in pieces_of(statements)]
    return Meaning(parts=(*directive_parts(text, statements), *parts_of(forms), *loose_types(module, text)))


def parts_of(forms: Iterable[tuple[str, Form]]) -> Iterator[Part]:
    """The parts of named statements, in order: code, docstrings, type comments."""
    known = tuple(forms)
    own = any(form.names_doc for _, form in known)
    seen: Counter[str] = Counter()
    for name, form in known:
        seen[name] += 1  # the layers are compared one by one: a docstring is of the first or the second `def f`
        if form.code:
            yield Part(name, digest(form.code))
        if form.docstrings:
            texts = [(place, unambiguous(text if own else cleaned(text))) for place, text in form.docstrings]
            found = digest((seen[name], tuple(texts)))
            yield Part(f"docstring of {name}", found, Layer.CODE if own else Layer.DOCS)
        if form.types:
            types = tuple((place, unambiguous(text)) for place, text in form.types)
            yield Part(f"type comments of {name}", digest((seen[name], types)), Layer.TYPES)


def directive_parts(text: str, statements: Sequence[ast.stmt]) -> Iterator[Part]:
    """The comments that do something, each with the number of statements before it."""
    if "#" not in text:
        return
    starts = [statement.lineno for statement in statements]
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    found = tuple((bisect_right(starts, number), unambiguous(line)) for number, line in directives(lines))
    if found:
        yield Part("directives", digest(found))


def loose_types(module: Module, text: str) -> Iterator[Part]:
    """Type comments where Python's grammar has no place for them: the whole text, for nothing says what they mean."""
    if not module.typed and _TYPE_COMMENT.search(text):
        yield Part("type comments", digest(unambiguous(text)), Layer.TYPES)


def cleaned(docstring: str) -> str:
    """A docstring without its indentation and the blanks at the ends of its lines, which formatters alter."""
    first, *rest = (_expanded(line).rstrip() for line in docstring.split("\n"))
    margin = min((len(line) - len(line.lstrip(" ")) for line in rest if line), default=0)
    return "\n".join([first.lstrip(), *(line[margin:] for line in rest)]).strip()


def _expanded(line: str) -> str:
    text = line.lstrip(" \t")
    return line[: len(line) - len(text)].expandtabs() + text


KIND = Kind(name="python", version=1, matches=lambda path: path.endswith((".py", ".pyi")), read=read)
