"""What a module reads of the texts of others beside their code: docstrings, type comments, whole sources."""

from __future__ import annotations

import ast
import functools
import operator
from collections.abc import Iterable

from mlgitlab.analysis.references import Reads
from mlgitlab.analysis.values import SAME_FOLDER, SAME_PATH_METHODS, Bindings

# Not here, for they act on the syntax alone: torch.compile, triton.jit, numba, tf.autograph, pytest's assertions.
# Nor what shows docstrings in a help text and does nothing else with them: fire, typer, click, argparse.
_WORDS = {
    **dict.fromkeys(("getdoc", "get_docstring", "docopt"), Reads.DOCS),
    # Pydantic describes a class by its docstring to a model, and the others a function.
    **dict.fromkeys(("json_schema", "model_json_schema", "schema_json", "apply_chat_template"), Reads.DOCS),
    **dict.fromkeys(("get_json_schema", "convert_to_openai_tool", "convert_to_openai_function"), Reads.DOCS),
    **dict.fromkeys(("function_tool", "FunctionTool", "create_tool_from_function", "genai", "adk"), Reads.DOCS),
    **dict.fromkeys(("bind_tools", "register_tool", "generative_models", "llama_stack_client"), Reads.DOCS),
    **dict.fromkeys(("script", "script_method", "script_if_tracing", "ScriptModule", "to_torchscript"), Reads.TYPES),
    **dict.fromkeys(("getsource", "getsourcelines", "findsource", "getcomments"), Reads.SOURCES),
    **dict.fromkeys(("getblock", "get_source"), Reads.SOURCES),
}
_MODULES = {
    # Docstrings that hold grammars, tests, options.
    **dict.fromkeys(("defopt", "docopt", "docstring_parser", "doctest", "griffe", "numpydoc"), Reads.DOCS),
    **dict.fromkeys(("ply", "pydoc"), Reads.DOCS),
    # Docstrings that are prompts, or tell a model of a tool.
    **dict.fromkeys(("anthropic", "autogen", "autogen_agentchat", "autogen_core", "dspy", "ell"), Reads.DOCS),
    **dict.fromkeys(("fastmcp", "instructor", "langchain", "langchain_core", "litellm", "llama_index"), Reads.DOCS),
    **dict.fromkeys(("magentic", "marvin", "mcp", "mirascope", "ollama", "openai", "outlines"), Reads.DOCS),
    **dict.fromkeys(("pydantic_ai", "semantic_kernel", "smolagents", "agno", "aisuite", "chatlas"), Reads.DOCS),
    **dict.fromkeys(("controlflow", "crewai", "haystack", "langgraph", "letta_client", "lmql"), Reads.DOCS),
    **dict.fromkeys(("mellea", "strands"), Reads.DOCS),
    **dict.fromkeys(("libcst", "lib2to3", "linecache", "parso", "redbaron", "tokenize"), Reads.SOURCES),
}

# Whoever gives functions to a language model by this name has them described by their docstrings.
_TOOLS = "tools"
_TOO_DEEP = 8


# A source without these, in its code or as a text, reads nothing of the kind; with one, its tree is asked (see `scan`).
NAMES = frozenset(_WORDS.keys() | _MODULES.keys()) | {"__doc__", _TOOLS}


def reads_of(nodes: Iterable[ast.AST], bindings: Bindings) -> Reads:
    """What a module reads, by the names, strings, imports and calls among its nodes; more than it does, never less.

    The bare name `__doc__` is no reading of others: a module that uses it counts its own docstrings as code.
    """
    found = Reads.NOTHING
    for node in nodes:
        told = _told_by(node, bindings)
        if told:
            found |= told
    return found


def _told_by(node: ast.AST, bindings: Bindings) -> Reads:
    told: Reads | None = None
    match node:
        case ast.Name(id=name):
            told = _WORDS.get(name)
        case ast.Attribute(attr=name):
            told = _attribute(name)
        case ast.Constant(value=str(text)):
            told = Reads.DOCS if "__doc__" in text else _WORDS.get(text)
        case ast.Import(names=names):
            told = _any(_module(alias.name) for alias in names)
        case ast.ImportFrom(module=module, names=names):
            told = _module(module or "") | _any(_attribute(alias.name) for alias in names)
        case ast.Call():
            told = Reads.SOURCES if _reads_module(node, bindings) else None
            told = told or (Reads.DOCS if any(item.arg == _TOOLS for item in node.keywords) else None)
        case _:
            pass
    return told or Reads.NOTHING


def _any(found: Iterable[Reads]) -> Reads:
    return functools.reduce(operator.or_, found, Reads.NOTHING)


def _attribute(name: str) -> Reads:
    return Reads.DOCS if name == "__doc__" else _WORDS.get(name, Reads.NOTHING)


def _module(name: str) -> Reads:
    root, *rest = name.split(".")
    return _MODULES.get(root, Reads.NOTHING) | _any(_WORDS.get(part, Reads.NOTHING) for part in rest)


def _reads_module(node: ast.Call, bindings: Bindings) -> bool:
    """`open(__file__)`, `open(sys.argv[0])`, `Path(module.__file__).resolve().read_text()`."""
    match node:
        case ast.Call(func=ast.Attribute(value=path, attr="read_text" | "read_bytes")):
            return _is_module(path, bindings)
        case ast.Call(func=ast.Attribute(value=path, attr="open")) if _is_module(path, bindings):
            return True
        case ast.Call(func=ast.Name(id="open") | ast.Attribute(attr="open"), args=[file, *_]):
            return _is_module(file, bindings)
        case _:
            return False


def _is_module(node: ast.expr, bindings: Bindings, depth: int = 0) -> bool:
    """Whether the expression is the path of a source, which the functions around it do not change."""
    match node:
        case ast.Name(id="__file__") | ast.Attribute(attr="__file__"):
            return True
        case ast.Subscript(value=ast.Attribute(attr="argv") | ast.Name(id="argv"), slice=ast.Constant(value=0)):
            return True
        case ast.Name(id=name) if depth < _TOO_DEEP and (value := bindings.value(name)) is not None:
            return _is_module(value, bindings, depth + 1)
        case ast.Call(func=ast.Attribute(value=path, attr=name), args=[]) if name in SAME_PATH_METHODS:
            return depth < _TOO_DEEP and _is_module(path, bindings, depth + 1)
        case ast.Call(func=function, args=[path]) if bindings.qualified(function).rpartition(".")[2] in SAME_FOLDER:
            return depth < _TOO_DEEP and _is_module(path, bindings, depth + 1)
        case _:
            return False
