"""What formatters do to a Python source changes no code; what changes the program does."""

from __future__ import annotations

import subprocess
import sysconfig
from collections.abc import Sequence
from pathlib import Path

import black
from black.parsing import InvalidInput
from hypothesis import HealthCheck, assume, given, reject, settings
from hypothesis import strategies as st

from mlgitlab.analysis.meaning.notebook import KIND as NOTEBOOK
from mlgitlab.analysis.meaning.python import KIND
from mlgitlab.analysis.meaning.values import Layer, Part
from tests.properties.programs import altered, mangled

RUFF = Path(sysconfig.get_path("scripts")) / "ruff"
SLOW = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]


def parts(source: str | bytes) -> tuple[Part, ...]:
    found = KIND.read(source.encode("utf-8", "surrogatepass") if isinstance(source, str) else source)
    assume(found is not None)
    assert found
    return found.parts


def code(found: Sequence[Part]) -> list[Part]:
    """The code, without docstrings: a module that reads its own counts their blanks."""
    return [part for part in found if part.layer is Layer.CODE and not part.name.startswith("docstring of ")]


def formatted_by_ruff(source: str, *options: str) -> str:
    command = [str(RUFF), "format", "--isolated", "--no-cache", "-q", "--stdin-filename", "x.py", *options, "-"]
    done = subprocess.run(command, input=source.encode(), capture_output=True, check=False)
    assume(done.returncode == 0)
    return done.stdout.decode()


def formatted_by_black(source: str) -> str:
    try:
        return black.format_str(source, mode=black.Mode(line_length=40))
    except InvalidInput:
        reject()


@settings(deadline=None, max_examples=200, suppress_health_check=SLOW)
@given(mangled())
def test_another_layout_changes_nothing(pair: tuple[str, str]) -> None:
    before, after = pair
    assert parts(before) == parts(after)


@settings(deadline=None, max_examples=80, suppress_health_check=SLOW)
@given(mangled(), st.sampled_from(["40", "120"]))
def test_ruff_changes_no_code(pair: tuple[str, str], width: str) -> None:
    _, source = pair
    assert code(parts(source)) == code(parts(formatted_by_ruff(source, "--line-length", width)))


@settings(deadline=None, max_examples=40, suppress_health_check=SLOW)
@given(mangled())
def test_black_changes_no_code(pair: tuple[str, str]) -> None:
    _, source = pair
    assert code(parts(source)) == code(parts(formatted_by_black(source)))


@settings(deadline=None, max_examples=300, suppress_health_check=SLOW)
@given(altered())
def test_another_program_has_other_parts(pair: tuple[str, str]) -> None:
    before, after = pair
    assert parts(before) != parts(after)


@settings(deadline=None, max_examples=100)
@given(st.binary(max_size=200))
def test_any_content_is_read_or_refused(content: bytes) -> None:
    KIND.read(content)
    NOTEBOOK.read(content)
