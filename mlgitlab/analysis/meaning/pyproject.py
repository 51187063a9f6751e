"""`pyproject.toml` by key: what builds and runs the project, its requirements by name, and what only checks read.

https://packaging.python.org/en/latest/specifications/pyproject-toml/
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from posixpath import basename

from mlgitlab.analysis.meaning.keyed import Leaf, leaves_of
from mlgitlab.analysis.meaning.locks import OPEN_RESOLUTION
from mlgitlab.analysis.meaning.requirement import is_name, normalised_name, package_of
from mlgitlab.analysis.meaning.toml_file import document_of
from mlgitlab.analysis.meaning.values import Kind, Layer, Meaning, Part, digest

_Keys = tuple[str | int, ...]

# Tables of tools that read the project's files and run none of its code. A tool that is not named counts for every
# step: so do those that run programs (pytest, tox, nox, coverage), by which a step may be run or judged.
_TOOLS = frozenset(
    # linters
    {"ruff", "pylint", "flake8", "pycodestyle", "pydocstyle", "pydoclint", "prospector", "fixit", "refurb", "bandit"}
    | {"vulture", "codespell", "typos", "interrogate", "deptry", "creosote", "importlinter", "tach", "cython-lint"}
    | {"djlint", "sqlfluff", "nbqa", "doc8", "rstcheck", "pymarkdown", "numpydoc_validation", "check-manifest"}
    | {"check-wheel-contents", "repo-review", "validate-pyproject"}
    # formatters
    | {"black", "blacken-docs", "isort", "usort", "ufmt", "yapf", "yapfignore", "autopep8", "autoflake", "pycln"}
    | {"docformatter", "pydocstringformatter", "flynt", "mdformat", "pyproject-fmt", "tomlsort"}
    # type checkers
    | {"mypy", "pyright", "basedpyright", "pyre", "pyrefly", "ty", "pytype", "django-stubs"}
    # releases and their notes
    | {"bumpversion", "bumpver", "tbump", "commitizen", "semantic_release", "towncrier", "scriv", "git-cliff"}
)
# What an index shows to people.
_SHOWN = frozenset(
    {"description", "readme", "authors", "maintainers", "keywords", "classifiers", "license", "license-files", "urls"}
)
# Lists of requirements; `*` is any one key. https://peps.python.org/pep-0735/,
# https://docs.astral.sh/uv/reference/settings/, https://pdm-project.org/latest/reference/pep621/
_LISTS: tuple[_Keys, ...] = (
    ("project", "dependencies"),
    ("project", "optional-dependencies", "*"),
    ("dependency-groups", "*"),
    ("tool", "pdm", "dev-dependencies", "*"),
    ("tool", "uv", "dev-dependencies"),
    ("tool", "uv", "constraint-dependencies"),
    ("tool", "uv", "override-dependencies"),
)
# Tables whose keys are distributions. https://python-poetry.org/docs/pyproject/
_TABLES: tuple[_Keys, ...] = (
    ("tool", "poetry", "dependencies", "*"),
    ("tool", "poetry", "dev-dependencies", "*"),
    ("tool", "poetry", "group", "*", "dependencies", "*"),
    ("tool", "pdm", "resolution", "overrides", "*"),
    ("tool", "uv", "sources", "*"),
)


def matches(path: str) -> bool:
    """Whether a path names a project's settings."""
    return basename(path) == "pyproject.toml"


def read(content: bytes) -> Meaning | None:
    """Every leaf by its layer, every requirement as the part of its distribution; None for what is no TOML."""
    document = document_of(content)
    leaves = None if document is None else leaves_of(document)
    if leaves is None:
        return None
    own = {normalised_name(leaf.value) for leaf in leaves if _is_name_of_project(leaf) and isinstance(leaf.value, str)}
    parts = tuple(part for leaf in leaves for part in _parts(leaf, own))
    # What a requirement asks for is not what gets installed.
    asks = any(part.layer is Layer.PACKAGE for part in parts)
    return Meaning(parts=(*parts, Part(OPEN_RESOLUTION, digest(None))) if asks else parts)


def _is_name_of_project(leaf: Leaf) -> bool:
    return leaf.keys in {("project", "name"), ("tool", "poetry", "name")}


def _parts(leaf: Leaf, own: set[str]) -> Iterator[Part]:
    keys = leaf.keys or ("",)  # an empty file
    if isinstance(leaf.value, list) and leaf.value and _is_any(keys, _LISTS):
        for item in leaf.value:
            yield _requirement(Leaf(leaf.path, item), own)
    elif isinstance(keys[-1], int) and _is_any(keys[:-1], _LISTS):  # beside an `include-group`
        yield _requirement(Leaf(leaf.path[:-1], leaf.value), own)
    elif (name := _in_table(keys)) and name not in {"python", *own}:
        yield leaf.part(Layer.PACKAGE, name)
    else:
        yield leaf.part(_layer(keys))


def _layer(keys: _Keys) -> Layer:
    match keys:
        case ("tool", tool, *_) if tool in _TOOLS:
            return Layer.TOOLING
        case ("project", field, *_) if field in _SHOWN:
            return Layer.TOOLING
        case _:
            return Layer.CODE


def _requirement(leaf: Leaf, own: set[str]) -> Part:
    """The part of one requirement. One on the project itself, for its extras, stands for any distribution."""
    found = package_of(leaf.value) if isinstance(leaf.value, str) else None
    if found is None or found[0] in own:
        return leaf.part()
    name, rest = found
    return Part(name, digest([list(leaf.keys), rest]), Layer.PACKAGE)


def _in_table(keys: _Keys) -> str:
    for table in _TABLES:
        if _is_any(keys[: len(table)], (table,)):
            name = keys[len(table) - 1]
            return normalised_name(name) if isinstance(name, str) and is_name(name) else ""
    return ""


def _is_any(keys: _Keys, patterns: Iterable[_Keys]) -> bool:
    return any(
        len(keys) == len(pattern) and all(want in ("*", key) for key, want in zip(keys, pattern, strict=True))
        for pattern in patterns
    )


KIND = Kind(name="pyproject", version=1, matches=matches, read=read)
