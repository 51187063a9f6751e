"""Processes that a source starts: what their command lines name only in part, and programs that read files of ours."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from mlgitlab.analysis import programs, strings
from mlgitlab.analysis.values import Bindings
from mlgitlab.frozen import dataclass

_STARTING = frozenset(
    {"run", "call", "check_call", "check_output", "Popen", "system", "popen", "getoutput", "getstatusoutput"}
    | {"create_subprocess_exec", "create_subprocess_shell"}
)
# Programs that read in a file of the repository what to run. What make and DVC run can be looked up there.
_READERS = frozenset({"just", "task", "snakemake", "nextflow", "tox", "nox", "invoke", "inv", "doit", "kedro", "bazel"})
_PLACE = re.compile(r"[%{}*?]")  # in a script's name, what something else fills in: `%s.py`, `{}.py`, `steps/*.py`
_MODULE_TO_COME = re.compile(r"(?:\A|\s)-m[ =]*+(?:\Z|[%{])")


@dataclass(frozen=True, slots=True)
class Processes:
    """What a call starts: files in which a program reads what to run; `opaque` where we can't look into those.

    unfinished: it adds to a command line that a module's name is to follow.
    """

    files: tuple[str, ...] = ()
    opaque: bool = False
    unfinished: bool = False


_NOTHING = Processes()


def is_unfinished(text: str, scripts: Sequence[str]) -> bool:
    """Whether a text, which names these scripts, names one of them or a module to run only in part."""
    if any(map(_PLACE.search, scripts)):
        return True
    if "-m" not in text or text == "-m":  # by itself it is one word of a list, see `is_open`
        return False
    return ("python" in text or text.lstrip().startswith("-m")) and bool(_MODULE_TO_COME.search(text))


def started(node: ast.Call, bindings: Bindings) -> Processes:
    """The files and programs behind a call that starts a process with a literal command line."""
    name = node.func.attr if isinstance(node.func, ast.Attribute) else bindings.qualified(node.func)
    match node:
        case ast.Call(func=ast.Attribute(attr="append"), args=[ast.Constant(value="-m" | "--module")]):
            return Processes(unfinished=True)
        case _:
            pass
    if name.rpartition(".")[2] not in _STARTING or not node.args:
        return _NOTHING
    words = _words(node.args, bindings)
    while words and words[0] in programs.WRAPPERS:
        words = words[2:] if words[1:2] == ["run"] else words[1:]
    program, *rest = words or [""]
    if program in programs.MAKE:
        return Processes(files=tuple(sorted(programs.MAKEFILES)), opaque=True)
    if program == "dvc" and rest[:1] not in ([each] for each in programs.DVC_TRANSFERS):
        return Processes(files=("dvc.yaml",), opaque=True)
    return Processes(opaque=program in _READERS)


def is_open(items: Sequence[ast.expr], bindings: Bindings) -> bool:
    """Whether a list is a call of Python with a script or module that nothing in the source names."""
    if not items or not _is_python(items[0]):
        return False
    for position, item in enumerate(items[1:], 1):
        texts = bindings.texts(item)
        if any(text.complete and text.prefix in ("-m", "--module") for text in texts):
            wanted = items[position + 1 :]
            return not wanted or not all(text.complete for text in bindings.texts(wanted[0]))
        if not all(text.complete and text.prefix.startswith("-") for text in texts):
            return not all(text.complete for text in texts) and not _names_something(item, bindings)
    return False


def _is_python(node: ast.expr) -> bool:
    match node:
        case ast.Attribute(attr="executable") | ast.Name(id="executable"):
            return True
        case ast.Constant(value=str(text)):
            return programs.PYTHON.fullmatch(text.rpartition("/")[2]) is not None
        case _:
            return False


def _names_something(node: ast.expr, bindings: Bindings, depth: int = 0) -> bool:
    """Whether a part of the expression is the path of a script, or the source's own."""
    for leaf in ast.walk(node):
        match leaf:
            case ast.Constant(value=str(text)) if strings.is_script_name(text) and not text.startswith("."):
                return True
            case ast.Name(id="__file__") | ast.Attribute(attr="__file__" | "argv") | ast.Name(id="argv"):
                return True
            case ast.Name(id=name) if depth < 5 and (value := bindings.value(name)) is not None:
                if _names_something(value, bindings, depth + 1):
                    return True
    return False


def _words(args: Sequence[ast.expr], bindings: Bindings) -> list[str]:
    """The first words of a command line: of a text, of a list, or of the arguments one by one."""
    first = args[0]
    if isinstance(first, ast.Name) and (value := bindings.value(first.id)) is not None:
        first = value
    match first:
        case ast.List(elts=items) | ast.Tuple(elts=items):
            pass
        case _:
            items = list(args) if len(args) > 1 else [first]
    texts = [bindings.texts(item)[0] for item in items if not isinstance(item, ast.Starred)]
    return [word.rpartition("/")[2] for text in texts for word in text.prefix.split()]
