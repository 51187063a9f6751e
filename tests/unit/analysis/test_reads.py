"""What a module reads of the texts of others."""

from __future__ import annotations

import ast

import pytest

from mlgitlab.analysis.reads import reads_of
from mlgitlab.analysis.references import Reads
from mlgitlab.analysis.values import Bindings


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param("f.__doc__", Reads.DOCS, id="attribute"),
        pytest.param("f'{f.__doc__}'", Reads.DOCS, id="attribute in an f-string"),
        pytest.param("getattr(f, '__doc__')", Reads.DOCS, id="name of the attribute"),
        pytest.param("eval('f.__doc__')", Reads.DOCS, id="code in a string"),
        pytest.param("from a import __doc__ as d", Reads.DOCS, id="imported docstring"),
        pytest.param("import inspect\ninspect.getdoc(f)", Reads.DOCS, id="getdoc"),
        pytest.param("from docopt import docopt", Reads.DOCS, id="docopt"),
        pytest.param("import dspy", Reads.DOCS, id="prompts"),
        pytest.param("from langchain_core.tools import tool", Reads.DOCS, id="tools"),
        pytest.param("from google import genai", Reads.DOCS, id="a library below a namespace"),
        pytest.param("import google.genai", Reads.DOCS, id="a library below a namespace, dotted"),
        pytest.param("from google.adk.agents import Agent", Reads.DOCS, id="a module deeper in a namespace"),
        pytest.param("agent = Agent(model, tools=[f])", Reads.DOCS, id="functions given to a model"),
        pytest.param("from langchain_openai import ChatOpenAI\nM.bind_tools([f])", Reads.DOCS, id="tools of a model"),
        pytest.param("tools = 1\nimport tools.a", Reads.NOTHING, id="something else called tools"),
        pytest.param("M.model_json_schema()", Reads.DOCS, id="schema"),
        pytest.param("print(__doc__)", Reads.NOTHING, id="the module's own"),
        pytest.param("import torch\ntorch.jit.script(m)", Reads.TYPES, id="TorchScript"),
        pytest.param("from torch import jit\n@jit.script_method\ndef f(): 0", Reads.TYPES, id="TorchScript method"),
        pytest.param("from torch.jit import script as s", Reads.TYPES, id="TorchScript under another name"),
        pytest.param("getattr(torch.jit, 'script')", Reads.TYPES, id="TorchScript by its name"),
        pytest.param("class A(torch.jit.ScriptModule): 0", Reads.TYPES, id="TorchScript class"),
        pytest.param("import typing\ntyping.get_type_hints(f)", Reads.NOTHING, id="type hints"),
        pytest.param("import inspect\ninspect.getsource(f)", Reads.SOURCES, id="getsource"),
        pytest.param("from inspect import *\ngetsourcelines(f)", Reads.SOURCES, id="getsourcelines"),
        pytest.param("from dill.source import getsource", Reads.SOURCES, id="dill"),
        pytest.param("import linecache", Reads.SOURCES, id="linecache"),
        pytest.param("open(__file__).read()", Reads.SOURCES, id="its own file"),
        pytest.param("io.open(sys.argv[0])", Reads.SOURCES, id="the program's file"),
        pytest.param("Path(__file__).read_text()", Reads.SOURCES, id="its own path"),
        pytest.param("open(os.path.abspath(__file__))", Reads.SOURCES, id="its own path in full"),
        pytest.param("P = Path(__file__).resolve()\nP.read_bytes()", Reads.SOURCES, id="its own path, resolved"),
        pytest.param("open(features.__file__, 'rb')", Reads.SOURCES, id="another module's file"),
        pytest.param("open(Path(__file__).parent / 'a')", Reads.NOTHING, id="a file beside it"),
        pytest.param(
            "open(os.path.join(os.path.dirname(__file__), 'a'))", Reads.NOTHING, id="a file beside it, joined"
        ),
        pytest.param("Path(__file__).parent.joinpath('a').read_text()", Reads.NOTHING, id="a path beside it, read"),
        pytest.param("Path(__file__).parent / 'a'", Reads.NOTHING, id="a path beside it"),
        pytest.param("open(sys.argv[1])", Reads.NOTHING, id="an argument's file"),
        pytest.param("torch.compile(m)", Reads.NOTHING, id="compiled by its syntax"),
        pytest.param("import fire\nfire.Fire(f)", Reads.NOTHING, id="help texts"),
        pytest.param("f.__doc__\ninspect.getsource(f)", Reads.DOCS | Reads.SOURCES, id="two"),
        pytest.param("import a, doctest, tokenize", Reads.DOCS | Reads.SOURCES, id="two imported"),
    ],
)
def test_what_a_module_reads(source: str, expected: Reads) -> None:
    nodes = list(ast.walk(ast.parse(source)))

    assert reads_of(nodes, Bindings(nodes)) == expected
