"""Notebooks: code cells and how they run, and nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mlgitlab.analysis.meaning.notebook import KIND
from mlgitlab.analysis.meaning.values import Layer
from tests.unit.analysis.meaning.layers import layers, named

PYTHON = {"kernelspec": {"name": "python3", "language": "python"}}
R = {"kernelspec": {"name": "ir", "language": "R"}}


def code(source: str | list[str], **metadata: object) -> dict[str, Any]:
    return {"cell_type": "code", "source": source, "metadata": metadata, "outputs": [], "execution_count": None}


def notebook(*cells: dict[str, Any], metadata: object = PYTHON, **more: object) -> str:
    return json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5, **more})


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(notebook(code("x")), notebook({**code("x"), "outputs": [{"text": "1"}]}), id="outputs"),
        pytest.param(notebook(code("x")), notebook({**code("x"), "execution_count": 7}), id="execution count"),
        pytest.param(notebook(code("x")), notebook({**code("x"), "id": "a1"}), id="cell id"),
        pytest.param(notebook(code("x")), notebook(code("x", scrolled=True, papermill={"duration": 3})), id="metadata"),
        pytest.param(notebook(code("x\ny")), notebook(code(["x\n", "y"])), id="source in lines"),
        pytest.param(notebook(code("x=1")), notebook(code("x = 1  # why\n")), id="layout"),
        pytest.param(notebook(code("x")), notebook(code(""), code("x"), code(" \n")), id="empty cells"),
        pytest.param(
            notebook(code("x")),
            notebook({"cell_type": "markdown", "source": "# A", "metadata": {}}, code("x")),
            id="text",
        ),
        pytest.param(
            notebook(code("x")), notebook({"cell_type": "raw", "source": "a", "metadata": {}}, code("x")), id="raw cell"
        ),
        pytest.param(
            notebook(code("x")),
            notebook(code("x"), metadata={**PYTHON, "language_info": {"name": "python", "version": "3.12"}}),
            id="version of the kernel",
        ),
        pytest.param(
            notebook(code("x")), json.dumps(json.loads(notebook(code("x"))), indent=2), id="layout of the file"
        ),
        pytest.param(notebook(code("x", tags=["a", "b"])), notebook(code("x", tags=["b", "a"])), id="order of tags"),
    ],
)
def test_what_does_not_run_changes_nothing(before: str, after: str) -> None:
    assert layers(KIND, before, after) == set()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(notebook(code("x")), notebook(code("y")), id="code"),
        pytest.param(notebook(code("x"), code("y")), notebook(code("y"), code("x")), id="order of cells"),
        pytest.param(notebook(code("x"), code("y")), notebook(code("x\ny")), id="cells joined"),
        pytest.param(notebook(code("x")), notebook({**code("x"), "cell_type": "raw"}), id="code becomes raw"),
        pytest.param(notebook(code("x")), notebook(code("x", tags=["parameters"])), id="parameters"),
        pytest.param(
            notebook(code("x", tags=["parameters"]), code("y")),
            notebook(code("x"), code("y", tags=["parameters"])),
            id="parameters move",
        ),
        pytest.param(
            notebook(code("x")), notebook(code("x"), code("", tags=["parameters"])), id="a place for parameters"
        ),
        pytest.param(notebook(code("x")), notebook(code("x", tags=["skip-execution"])), id="skipped"),
        pytest.param(notebook(code("x")), notebook(code("x", kernel="R")), id="a cell of another kernel"),
        pytest.param(
            notebook(code("x")),
            notebook(code("x"), metadata={"kernelspec": {"name": "b", "language": "python"}}),
            id="kernel",
        ),
        pytest.param(notebook(code("%%writefile a\nx ")), notebook(code("%%writefile a\nx")), id="blanks in a magic"),
        pytest.param(notebook(code("!ls  # a")), notebook(code("!ls  # b")), id="a command"),
        pytest.param(notebook(code("x <- 1"), metadata=R), notebook(code("x < -1"), metadata=R), id="another language"),
        pytest.param(
            notebook(code("x #a"), metadata={}), notebook(code("x #b"), metadata={}), id="an unknown language"
        ),
        pytest.param(notebook(code("'a'\nx")), notebook(code("'b'\nx")), id="a string at the beginning"),
        pytest.param(notebook(code("#| eval: false\nx")), notebook(code("#| eval: true\nx")), id="option in a comment"),
        pytest.param(
            notebook(code("x"), metadata={**PYTHON, "application/vnd.databricks.v1+notebook": {"widgets": {"a": 1}}}),
            notebook(code("x"), metadata={**PYTHON, "application/vnd.databricks.v1+notebook": {"widgets": {"a": 2}}}),
            id="default of a widget",
        ),
    ],
)
def test_what_runs_is_code(before: str, after: str) -> None:
    assert layers(KIND, before, after) == {Layer.CODE}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param("def f(): 'a'", "def f(): 'b'", Layer.DOCS, id="docstring"),
        pytest.param("x = []  # type: int", "x = []", Layer.TYPES, id="type comment"),
        pytest.param(
            "f(a,  # type: int\n)", "f(a,  # type: str\n)", Layer.TYPES, id="type comment where none can stand"
        ),
    ],
)
def test_docstrings_and_types_are_layers_of_their_own(before: str, after: str, expected: Layer) -> None:
    assert layers(KIND, notebook(code(before)), notebook(code(after))) == {expected}


def test_a_docstring_that_another_cell_may_read_is_code() -> None:
    before, after = (notebook(code(f"class A:\n '{text}'\n"), code("x = __doc__")) for text in "ab")
    assert layers(KIND, before, after) == {Layer.CODE}


def test_version_3_of_the_format_is_read() -> None:
    def old(source: str, language: str = "python") -> str:
        cell = {"cell_type": "code", "input": source, "language": language, "prompt_number": 3, "outputs": []}
        return json.dumps({"nbformat": 3, "metadata": {"name": ""}, "worksheets": [{"cells": [cell]}]})

    assert layers(KIND, old("x=1"), old("x = 1  # a")) == set()
    assert layers(KIND, old("x=1"), old("x=2")) == {Layer.CODE}
    assert layers(KIND, old("x <- 1", "R"), old("x < -1", "R")) == {Layer.CODE}


def test_parts_are_named_by_the_cells_that_say_something() -> None:
    content = notebook(code("a"), code(""), code("!b", tags=["parameters"]), code("def f(): 'c'"))
    expected = ["kernel", "tags of cell 2", "cell 1", "cell 2", "cell 3", "docstring of cell 3"]
    assert named(KIND, content) == expected


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("", id="empty"),
        pytest.param("[]", id="a list"),
        pytest.param("null", id="null"),
        pytest.param('{"cells": {}}', id="cells in a mapping"),
        pytest.param('{"cells": ["a"]}', id="a cell that is text"),
        pytest.param('{"cells": [{"cell_type": "code", "source": [1]}]}', id="a source of numbers"),
        pytest.param('{"worksheets": [1]}', id="a sheet that is a number"),
        pytest.param('{"cells": [], "cells": []}', id="a key twice"),
        pytest.param("[" * 100_000, id="too deep"),
        pytest.param('{"cells": [], "metadata": {"kernelspec": {"name": ' + "9" * 5000 + "}}}", id="too many digits"),
        pytest.param('{"metadata": {"kernelspec": {"language": {}}}, "cells": {}}', id="a language that is a mapping"),
    ],
)
def test_what_is_no_notebook_is_compared_by_bytes(content: str) -> None:
    assert KIND.read(content.encode()) is None
