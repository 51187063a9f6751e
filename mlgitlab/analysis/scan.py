"""What a plain Python module can load, read from its text in one pass: many times faster than building its tree.

`scan` answers only where the text leaves no doubt, and then it says what `imports_of` says. One difference is meant:
a file that this Python cannot parse has an answer here if its text is plain. No Python can load such a file but a newer
one that knows its syntax, and to that one its imports are these.

Whoever teaches `imports`, `dynamic` or `search_path` to react to another name adds it to that module's `NAMES`; whoever
lets strings say more changes `strings.named_in`. Tests compare both readings over the standard library, and look in the
source of those modules for names that nobody told this one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

from mlgitlab.analysis import dynamic, imports, reads, search_path
from mlgitlab.analysis.constants import Constants
from mlgitlab.analysis.literals import UnusualError
from mlgitlab.analysis.references import Extent, Imports, Reference
from mlgitlab.analysis.tokens import tokens_of

Key = tuple[str, int, Extent]  # of a reference: its module, level and extent

_LONG = 1000  # statements that are not worth keeping

# The code's words stand alone after this.
_WORDS = bytes(code if chr(code).isascii() and (chr(code).isalnum() or chr(code) == "_") else 32 for code in range(256))

# An import as most people write it; every quote in the code is what is left of a comment.
_IMPORT = re.compile(
    rb"""\n[ \t]*+(?:from[ \t]++(\.*+[\w.]*+)[ \t]++)?+import"""
    rb"""(?:[ \t]++([\w., \t]++|\*[ \t]*+)|[ \t]*+\(([\w, "\s]*+)\)[ \t]*+)"?(?=[\n;])"""
)
_IMPORT_WORD = re.compile(rb"import(?<!\wimport)\b")

# `sys` where it may become `sys.path`, under this name or another.
_SYS = re.compile(rb"""sys(?<!\wsys)\b(?!\.(?!path\b)[A-Za-z_]|,|[ \t]*+"?\n(?![\s"]*+(?:\.|as\b)))""")
_MODULES_ITEM = re.compile(rb"""modules(?<!\wmodules)\b[\s)"]*+\[""")
_OWN_GETATTR = re.compile(rb"__getattr__(?<!def __getattr__)(?<!\.__getattr__)\b")
_DOC = b"__doc__"
_OF_OTHERS = re.compile(rb"\.[\s\"]*+__doc__\b")
# What may read the module's own source.
_READS = re.compile(rb"\b(?:open|read_text|read_bytes)\b")
_ITSELF = re.compile(rb"argv\b[\s)\"]*+\[[\s\"]*+0")
_BUILTIN = re.compile(rb"\b(?:compile|eval|builtins)\b")
# The end of `x = re.` before a method's name, or of `def `.
_OF_A_NAME = re.compile(rb"""(?:[^\w.\s"]\s*+|\w\s++)(?:[A-Za-z_]\w*+\.)++\Z|\bdef[ \t]++\Z""")


def _calls_builtin(code: bytes) -> bool:
    """Whether `compile` or `eval` may be the functions so called, and not methods of something with a name."""
    return any(
        not _OF_A_NAME.search(code, max(0, found.start() - 80), found.start()) for found in _BUILTIN.finditer(code)
    )


# Words that mean something only in company.
_DOUBTFUL: Mapping[bytes, Callable[[bytes], object]] = {
    b"compile": _calls_builtin,
    b"eval": _calls_builtin,
    b"modules": _MODULES_ITEM.search,
    b"path": _SYS.search,
    b"__getattr__": _OWN_GETATTR.search,
    b"__file__": _READS.search,
    _DOC: _OF_OTHERS.search,
    b"argv": _ITSELF.search,
}
_UNUSUAL = (
    frozenset(name.encode() for name in imports.NAMES | dynamic.NAMES | search_path.NAMES | reads.NAMES)
    - _DOUBTFUL.keys()
)
_TELLING = _UNUSUAL | _DOUBTFUL.keys()
_READING = frozenset(name.encode() for name in reads.NAMES)


def scan(source: bytes) -> Imports | None:
    """What the source can load, as `imports_of` says it; None when that takes its tree."""
    try:
        return _read(source)
    except (UnusualError, UnicodeDecodeError):
        return None


def _read(source: bytes) -> Imports:
    tokens = tokens_of(source)
    # Most sources have none of the words that tell anything, neither in their code nor in their texts.
    tells = not source.isascii() or not _TELLING.isdisjoint(source.translate(_WORDS).split())
    if tells:
        _refuse_unusual(tokens.text)
        _refuse_texts(source, tokens.text)
    said = Constants(tokens)
    if tells and said.fields:
        _refuse_unusual(b";".join((b"", *said.fields)))
    statements = _IMPORT.findall(tokens.text)
    if len(statements) != len(_IMPORT_WORD.findall(tokens.text)):
        raise UnusualError
    found = said.references
    modules: set[str] = set()
    for statement in statements:
        reader = _imported if len(statement[1]) + len(statement[2]) < _LONG else _imported.__wrapped__
        imported = reader(*statement)
        found.update(imported)
        modules.update(module.partition(".")[0] for module, level, _ in imported if not level)
    return Imports(
        references=tuple(map(_reference, sorted(found))),
        scripts=tuple(sorted(said.scripts)),
        modules=tuple(sorted(modules)),
    )


def _refuse_unusual(code: bytes) -> None:
    if not code.isascii():  # names that Python may spell otherwise
        raise UnusualError
    for word in _TELLING.intersection(code.translate(_WORDS).split()):
        doubt = _DOUBTFUL.get(word)
        if doubt is None or doubt(code):
            raise UnusualError


def _refuse_texts(source: bytes, code: bytes) -> None:
    """Refuse names that say as a text what they say in code, as in `getattr(inspect, "getsource")`."""
    for word in _READING.intersection(source.translate(_WORDS).split()):
        if re.search(rb"[\"']%b[\"']" % word, source) or (word == _DOC and source.count(word) != code.count(word)):
            raise UnusualError


@lru_cache(maxsize=1 << 14)
def _imported(origin: bytes, names: bytes, bracketed: bytes) -> tuple[Key, ...]:
    """What `from origin import names` or `import names` can load."""
    parts = [part.split() for part in (names or bracketed.replace(b'"', b" ")).decode().split(",")]
    if bracketed and not parts[-1]:
        parts.pop()  # after the last comma
    if not all(len(part) == 1 or (len(part) == 3 and part[1] == "as") for part in parts):
        raise UnusualError
    wanted = [part[0] for part in parts]
    if "__doc__" in wanted:  # of another module
        raise UnusualError
    if not origin:
        return tuple((module, 0, Extent.MODULE) for module in wanted)
    module = origin.decode().lstrip(".")
    level = len(origin) - len(module)
    members = tuple(
        (module, level, Extent.CHILDREN) if name == "*" else (f"{module}.{name}".lstrip("."), level, Extent.MODULE)
        for name in wanted
    )
    return ((module, level, Extent.MODULE), *members)


@lru_cache(maxsize=1 << 16)
def _reference(key: Key) -> Reference:
    module, level, extent = key
    return Reference(module=module, level=level, extent=extent)
