"""Job templates: Jinja2 files whose every `{{ ... }}` becomes one whole value of the job.

A value never passes through YAML text. Jinja2 writes a placeholder in its place, the text is parsed,
and the value takes the place of the placeholder in the parsed tree: nothing in a value can break out.
Jobs of one shape share one parse.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, MutableMapping
from functools import lru_cache
from pathlib import Path

import jinja2
import yaml
from jinja2.sandbox import ImmutableSandboxedEnvironment

from mlgitlab.adapters.template_files import SUFFIX
from mlgitlab.errors import ConfigError, Problem
from mlgitlab.frozen import dataclass

# Private-use characters: no template holds them by accident, and YAML takes them as text.
_OPEN, _CLOSE = "\ue0f0", "\ue0f1"
_PLACEHOLDER = re.compile(f"{_OPEN}([0-9]{{1,9}}){_CLOSE}")


class _Environment(ImmutableSandboxedEnvironment):
    """The sandbox, with its globals in one dictionary: Jinja2 copies them for every template that it renders."""

    def make_globals(self, d: MutableMapping[str, object] | None) -> MutableMapping[str, object]:
        return {**self.globals, **(d or {})}


class JinjaJobTemplates:
    """Renders `NAME.yml.j2`, from the user's files (name to text) first, else from the shipped folder."""

    def __init__(self, overrides: Mapping[str, str], folder: Path) -> None:
        self._values: list[object] = []
        self._environment = _Environment(
            loader=jinja2.ChoiceLoader([jinja2.DictLoader(overrides), jinja2.FileSystemLoader(folder)]),
            undefined=jinja2.StrictUndefined,
            finalize=self._place,
            autoescape=False,
            keep_trailing_newline=True,
            auto_reload=False,
        )

    def render(self, name: str, values: Mapping[str, object]) -> Mapping[str, object]:
        """The job that the template makes of the values; ConfigError says what is wrong with the template."""
        file = f"{name}{SUFFIX}"
        self._values.clear()
        try:
            text = self._environment.get_template(file).render(values)
            return self._mapping(_shape(file, text), file)
        except jinja2.TemplateNotFound as error:
            raise _problem(str(error), "there is no such template") from None
        except jinja2.TemplateSyntaxError as error:
            raise _problem(f"{error.name or file}:{error.lineno}", str(error.message)) from None
        except RecursionError:
            raise _problem(file, "it is nested too deeply") from None
        except (jinja2.TemplateError, TypeError, ValueError, ArithmeticError, LookupError) as error:
            raise _problem(file, str(error)) from None

    def _place(self, value: object) -> str:
        if isinstance(value, jinja2.Undefined):
            value._fail_with_undefined_error()  # noqa: SLF001 (Jinja2 offers no public way)
        self._values.append(value)
        return f'"{_OPEN}{len(self._values) - 1}{_CLOSE}"'

    def _mapping(self, shape: dict[object, object], file: str) -> dict[str, object]:
        return {
            key if type(key) is str else self._key(key, file): self._fill(value, file) for key, value in shape.items()
        }

    def _fill(self, node: object, file: str) -> object:
        if type(node) is _Place:
            return self._values[node.number]
        if type(node) is dict:
            return self._mapping(node, file)
        if type(node) is list:
            return [self._fill(value, file) for value in node]
        return node

    def _key(self, key: object, file: str) -> str:
        value = self._fill(key, file)
        if not isinstance(value, str):
            raise _problem(file, f"the keyword {value!r} is not a text")
        return value


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a value goes: its number in the order of the text."""

    number: int


@lru_cache(maxsize=256)
def _shape(file: str, text: str) -> dict[object, object]:
    """The rendered text as data, each placeholder a _Place. Jobs that differ in values alone share it."""
    try:
        parsed = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError) as error:
        raise _problem(file, f"the rendered job is no YAML: {' '.join(str(error).split())}") from None
    if not isinstance(parsed, dict):
        raise _problem(file, "the rendered job is no mapping of keywords")
    return {_located(key, file): _located(value, file) for key, value in parsed.items()}


def _located(node: object, file: str) -> object:
    if isinstance(node, dict):
        return {_located(key, file): _located(value, file) for key, value in node.items()}
    if isinstance(node, list):
        return [_located(value, file) for value in node]
    if isinstance(node, str) and _OPEN in node:
        found = _PLACEHOLDER.fullmatch(node)
        if not found:
            raise _problem(file, "a {{ value }} stands inside a longer text; it must be the whole value")
        return _Place(int(found[1]))
    return node


def _problem(where: str, what: str) -> ConfigError:
    return ConfigError((Problem(where=f"templates/{where}", what=what),), "see docs/templates.md")
