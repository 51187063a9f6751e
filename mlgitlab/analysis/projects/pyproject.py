"""What a pyproject.toml says about modules, for each of the tools that build, run or test a project.

https://packaging.python.org/en/latest/specifications/pyproject-toml/ and the manuals of the tools.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from mlgitlab.analysis.projects.ini import pytest_options
from mlgitlab.analysis.projects.toml import Table, mapping, strings, table, tables, text, texts_in
from mlgitlab.analysis.projects.values import UNREADABLE, Declared, ShapeError, entry_points, merged, packaged

_FILE_URL = re.compile(r"(?:@\s*|^-e\s+)(?:file:)?(?:/*\$\{PROJECT_ROOT\}/)?(\.{0,2}[^\s;#@:$]*)")
_MOST_DOTS = 500
_LAYOUTS = ("", "/src", "/lib", "/python")


def read_pyproject(content: str) -> Declared:
    """Everything that the tools' tables say; UNREADABLE where a table has another form than its tool asks for."""
    import tomllib  # noqa: PLC0415 (few commands need it)

    if any(line.count(".") > _MOST_DOTS for line in content.splitlines()):
        return UNREADABLE  # the parser takes the square of a key's length
    try:
        document = tomllib.loads(content.removeprefix("\ufeff"))
        tool = table(document, "tool")
        found = (
            *_project(document),
            *_setuptools(tool),
            *_poetry(tool),
            *_hatch(tool),
            *_other_builders(tool),
            *_pytest(tool),
            *_tasks(tool),
            *_path_dependencies(document, tool),
        )
    except (ValueError, RecursionError):  # ShapeError and tomllib's errors among them
        return UNREADABLE
    return merged(found)


def _project(document: Table) -> Iterator[Declared]:
    project = table(document, "project")
    for group, key in (("console_scripts", "scripts"), ("gui_scripts", "gui-scripts")):
        yield entry_points(group, mapping(project, key).items())
    for group in table(project, "entry-points"):
        yield entry_points(group, mapping(table(project, "entry-points"), group).items())


def _setuptools(tool: Table) -> Iterator[Declared]:
    settings = table(tool, "setuptools")
    for name, folder in mapping(settings, "package-dir").items():
        yield packaged(name, folder)
    if isinstance(settings.get("packages"), dict):
        yield Declared(roots=strings(table(settings, "packages", "find"), "where"))
    yield Declared(files=tuple((path.rpartition("/")[2], path) for path in strings(settings, "script-files")))
    dynamic = table(settings, "dynamic").get("entry-points")
    if dynamic not in (None, {"file": "entry_points.txt"}, {"file": ["entry_points.txt"]}):
        yield Declared(any_point=True)


def _poetry(tool: Table) -> Iterator[Declared]:
    settings = table(tool, "poetry")
    for name, target in table(settings, "scripts").items():
        yield _poetry_script(name, target)
    for group in table(settings, "plugins"):
        yield entry_points(group, mapping(table(settings, "plugins"), group).items())
    for package in tables(settings, "packages"):
        include, where, to = text(package, "include"), text(package, "from"), text(package, "to")
        yield Declared(roots=(where or ".",))
        if to:
            yield packaged(f"{to}/{include}".replace("/", "."), posixpath.join(where, include))


def _poetry_script(name: str, target: object) -> Declared:
    if isinstance(target, str):
        return entry_points("console_scripts", [(name, target)])
    if not isinstance(target, dict):
        raise ShapeError(name)
    reference = text(target, "reference") or text(target, "callable")
    if target.get("type") == "file":
        return Declared(files=((name, reference),))
    return entry_points("console_scripts", [(name, reference)])


def _hatch(tool: Table) -> Iterator[Declared]:
    build = table(tool, "hatch", "build")
    for settings in (build, *(table(build, "targets", name) for name in table(build, "targets"))):
        packages = strings(settings, "packages")
        yield Declared(roots=tuple(posixpath.dirname(path.rstrip("/")) or "." for path in packages))
        yield Declared(roots=strings(settings, "dev-mode-dirs"))
        if isinstance(settings.get("sources"), list):
            yield Declared(roots=strings(settings, "sources"))
        else:
            for folder, name in mapping(settings, "sources").items():
                yield packaged(name.strip("/").replace("/", "."), folder)
        for path, place in mapping(settings, "force-include").items():
            yield packaged(place.strip("/").removesuffix(".py").replace("/", "."), path.removesuffix(".py"))


def _other_builders(tool: Table) -> Iterator[Declared]:
    """Flit, PDM, uv, maturin and scikit-build."""
    flit = table(tool, "flit")
    yield entry_points("console_scripts", mapping(flit, "scripts").items())
    for group in table(flit, "entrypoints"):
        yield entry_points(group, mapping(table(flit, "entrypoints"), group).items())
    yield Declared(any_point="entry-points-file" in table(flit, "metadata"))
    for settings in (table(tool, "pdm"), table(tool, "pdm", "build")):
        yield _root(text(settings, "package-dir"))
    yield _root(text(table(tool, "uv", "build-backend"), "module-root"))
    yield _root(text(table(tool, "maturin"), "python-source"))
    wheel = table(tool, "scikit-build", "wheel")
    if isinstance(wheel.get("packages"), dict):
        for name, folder in mapping(wheel, "packages").items():
            yield packaged(name.replace("/", "."), folder)
    else:
        yield Declared(roots=tuple(posixpath.dirname(path) or "." for path in strings(wheel, "packages")))


def _root(folder: str) -> Declared:
    return Declared(roots=(folder,) if folder else ())


def _pytest(tool: Table) -> Iterator[Declared]:
    for settings in (table(tool, "pytest"), table(tool, "pytest", "ini_options")):
        roots = [folder for item in strings(settings, "pythonpath") for folder in item.split()]
        yield pytest_options(roots, " ".join(strings(settings, "addopts")))


def _tasks(tool: Table) -> Iterator[Declared]:
    """Commands of task runners: every text of a task counts as a line that it may run."""
    environments = table(tool, "hatch", "envs")
    holders = (
        *(table(tool, name, "scripts") for name in ("pdm", "rye")),
        *(table(tool, name, "tasks") for name in ("poe", "taskipy", "pixi")),
        *(table(environments, name, "scripts") for name in environments),
    )
    for holder in holders:
        yield Declared(tasks=tuple((name, line) for name, task in holder.items() for line in texts_in(task)))


def _path_dependencies(document: Table, tool: Table) -> Iterator[Declared]:
    """Neighbours that are installed with the project; those of a workspace are projects with a file of their own."""
    sources = [item for item in texts_in(table(document, "project")) if "file:" in item or "PROJECT_ROOT" in item]
    sources += [item for item in texts_in(table(tool, "pdm", "dev-dependencies")) if item.startswith("-e")]
    places = [match[1] for item in sources if (match := _FILE_URL.search(item))]
    holders = [table(tool, "uv", "sources"), table(tool, "poetry", "dependencies"), table(tool, "pdm", "dependencies")]
    groups = table(tool, "poetry", "group")
    holders += [table(groups, name, "dependencies") for name in groups]
    holders.append(table(tool, "poetry", "dev-dependencies"))
    for holder in holders:
        for value in holder.values():
            options = value if isinstance(value, list) else [value]
            places += [text(option, "path") for option in options if isinstance(option, dict)]
    yield Declared(roots=tuple(f"{place}{layout}" for place in places if place for layout in _LAYOUTS))
