"""Dockerfiles, as Docker reads them."""

from __future__ import annotations

import pytest

from mlgitlab.analysis.meaning.dockerfile import KIND
from mlgitlab.analysis.meaning.values import Layer
from tests.unit.analysis.meaning.layers import layers, named


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("FROM a\nRUN b\n", "# x\n\nFROM a\n  # y\nRUN b", id="comments and blank lines"),
        pytest.param("FROM a\nRUN b \\\n c", "FROM a\nRUN b \\\n # x\n\n c", id="in an instruction that goes on"),
        pytest.param("FROM a\nRUN b \\\n c", "FROM a\nRUN b \\  \n c", id="blanks behind a backslash"),
        pytest.param("FROM a\nRUN b", "from   a\n run\tb  ", id="case and blanks"),
        pytest.param("FROM a\nRUN b", "FROM a\r\nRUN b\r\n", id="line ends"),
        pytest.param("FROM a\nRUN b c", "FROM a\nRUN b \\\nc", id="an instruction on two lines"),
        pytest.param("# escape=`\nFROM a\nRUN b c", "# escape=`\nFROM a\nRUN b `\nc", id="another escape"),
        pytest.param("#  Syntax = docker/dockerfile:1\nFROM a", "# syntax=docker/dockerfile:1\nFROM a", id="directive"),
        pytest.param("FROM a", "FROM a\n# escape=`", id="a directive too late"),
        pytest.param("FROM a\nRUN <<E\nb\nE", "FROM a\nRUN <<E\nb\nE\n# x", id="after a here-document"),
    ],
)
def test_what_docker_does_not_read_changes_nothing(before: str, after: str) -> None:
    assert layers(KIND, before, after) == set()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("FROM a", "FROM b", id="image"),
        pytest.param("FROM a\nRUN b # x", "FROM a\nRUN b # y", id="the shell's comment"),
        pytest.param("FROM a\nRUN b\nRUN c", "FROM a\nRUN c\nRUN b", id="order"),
        pytest.param("FROM a\nRUN b  c", "FROM a\nRUN b c", id="blanks within"),
        pytest.param("FROM a\nRUN b\\\nc", "FROM a\nRUN b \\\nc", id="a word over two lines"),
        pytest.param("# syntax=docker/dockerfile:1\nFROM a", "FROM a", id="syntax"),
        pytest.param("# check=error=true\nFROM a", "\n# check=error=true\nFROM a", id="a directive no more"),
        pytest.param("FROM a\nRUN b \\\nc", "# escape=`\nFROM a\nRUN b \\\nLABEL c", id="escape"),
        pytest.param("FROM a\nRUN <<E\n# x\nE", "FROM a\nRUN <<E\n# y\nE", id="here-document"),
        pytest.param(
            "FROM a\nCOPY <<-'E' /x\n\t# x\n\tE", "FROM a\nCOPY <<-'E' /x\n\t# y\n\tE", id="here-document, tabs"
        ),
        pytest.param("FROM a\nRUN <<A <<B\nA\n# x\nB", "FROM a\nRUN <<A <<B\nA\n# y\nB", id="second here-document"),
        pytest.param("FROM a\nRUN <<E\nx\r\nE", "FROM a\nRUN <<E\nx\nE", id="line ends of a here-document"),
        pytest.param("FROM a\nRUN <<E\n\nE", "FROM a\nRUN <<E\nE", id="blank line of a here-document"),
        pytest.param("FROM a\nRUN <<E\nRUN b\nE", "FROM a\nRUN <<E\nE\nRUN b", id="end of a here-document"),
    ],
)
def test_what_docker_reads_counts(before: str, after: str) -> None:
    assert layers(KIND, before, after) == {Layer.CODE}


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("FROM a\nrun: b", id="no instruction"),
        pytest.param("# syntax=mocker:1\nFROM a", id="another language"),
        pytest.param("# escape=x\nFROM a", id="an impossible escape"),
        pytest.param("# escape=`\n# escape=\\\nFROM a", id="a directive twice"),
        pytest.param("# note=x\n# escape=`\nFROM a", id="an unknown directive"),
        pytest.param(" # escape=`\nFROM a", id="an indented directive"),
        pytest.param("// syntax=a\nFROM a", id="a frontend in another comment"),
        pytest.param("#!/usr/bin/env a\n# escape=`\nFROM a", id="a directive below an interpreter"),
        pytest.param("FROM a\nRUN <<E\nb", id="open here-document"),
        pytest.param("FROM a\nRUN echo $((1<<2))", id="shift"),
        pytest.param("FROM a\nRUN echo 'b <<E c'\n# x\nE", id="here-document in a quote"),
        pytest.param("FROM a\nRUN b \\\\\n# c", id="two backslashes"),
        pytest.param("FROM a\n# {% if b %}\nRUN c", id="template"),
        pytest.param(b"FROM \xff", id="no UTF-8"),
    ],
)
def test_where_unsure_bytes_are_compared(content: str | bytes) -> None:
    assert KIND.read(content.encode() if isinstance(content, str) else content) is None


def test_parts_are_named_by_instruction_and_stage() -> None:
    content = "# syntax=docker/dockerfile:1\nARG V=1\nFROM --platform=x a:$V AS build\nRUN --mount=type=cache b c\n"
    content += "FROM d\nCMD e"
    assert named(KIND, content) == [
        *("directives", "ARG V=1", "FROM a:$V AS build", "build: RUN b c", "FROM d", "CMD e"),
    ]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("RUN " + "<<A " * 20_000 + "\n" + "A\n" * 20_000, id="here-documents"),
        pytest.param("RUN " + "-" * 300_000, id="dashes"),
        pytest.param("# syntax=docker/dockerfile" + " " * 300_000 + "b", id="blanks"),
        pytest.param("RUN a \\\n" * 100_000, id="lines that go on"),
    ],
)
def test_hostile_content_is_read_in_time(content: str) -> None:
    KIND.read(content.encode())


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("Dockerfile", True),
        ("a/Dockerfile.gpu", True),
        ("gpu.Dockerfile", True),
        ("Containerfile", True),
        ("Dockerfile.j2", False),
        ("Dockerfile.dockerignore", False),
        ("Containerfile.in", False),
    ],
)
def test_names_of_dockerfiles(path: str, *, expected: bool) -> None:
    assert KIND.matches(path) == expected
