"""Settings in INI files: setup.cfg, pytest.ini, tox.ini and an installed project's entry_points.txt.

https://setuptools.pypa.io/en/latest/userguide/declarative_config.html
https://packaging.python.org/en/latest/specifications/entry-points/#file-format
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from mlgitlab.analysis.projects.values import UNREADABLE, Declared, entry_points, merged, packaged

if TYPE_CHECKING:
    from configparser import ConfigParser

_SPACES = re.compile(r"(?<=\S)[^\S\n]{2,}")
_PLUGIN_OPTION = re.compile(r"(?:^|[\s'\"])-p[\s=]*(?!no:)([\w.]+)")


def read_setup_cfg(text: str) -> Declared:
    """The sections of setuptools and pytest of a setup.cfg."""
    parser = _parsed(text)
    if parser is None:
        return UNREADABLE
    points = [grouped(group, targets) for group, targets in _section(parser, "options.entry_points")]
    return merged([*_options(parser), *points, _pytest(parser, "tool:pytest")])


def read_pytest_ini(text: str) -> Declared:
    """The section of pytest in a pytest.ini or tox.ini."""
    parser = _parsed(text)
    return UNREADABLE if parser is None else _pytest(parser, "pytest")


def read_entry_points(text: str) -> Declared:
    """A file of entry points: a section for each group, or the string that `entry_points=` may be."""
    parser = _parsed(text)
    if parser is None:
        return UNREADABLE
    found = (entry_points(group, _section(parser, group)) for group in parser.sections())
    return merged(found)


def grouped(group: str, lines: str) -> Declared:
    """One group of entry points as lines of `name = module:object`."""
    pairs = [line.partition("=") for line in lines.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    if any(not equals for _, equals, _ in pairs):
        return Declared(any_point=True)
    return entry_points(group, [(name, target) for name, _, target in pairs])


def pytest_options(pythonpath: list[str], addopts: str) -> Declared:
    """What pytest's settings put on the module path and load."""
    return Declared(roots=tuple(pythonpath), plugins=tuple(_PLUGIN_OPTION.findall(addopts)))


def _parsed(text: str) -> ConfigParser | None:
    import configparser  # noqa: PLC0415 (few commands need it)

    parser = configparser.ConfigParser(interpolation=None, delimiters=("=",), strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # names of commands keep their letter case
    try:
        # The parser's patterns take the square of the length of a run of spaces.
        parser.read_string(_SPACES.sub(" ", text.removeprefix("\ufeff")))
    except configparser.Error:
        return None
    return parser


def _section(parser: ConfigParser, name: str) -> list[tuple[str, str]]:
    return list(parser.items(name)) if parser.has_section(name) else []


def _options(parser: ConfigParser) -> Iterator[Declared]:
    options = {name.replace("-", "_"): value for name, value in _section(parser, "options")}
    for item in _items(options.get("package_dir", "")):
        name, equals, folder = item.partition("=")
        yield packaged(name.strip(), folder.strip()) if equals else Declared(any_root=True)
    yield Declared(files=tuple((path.rpartition("/")[2], path) for path in _items(options.get("scripts", ""))))
    yield Declared(any_point="entry_points" in options)  # `file:` or a plain text: nobody writes it
    for name in ("options.packages.find", "options.packages.find_namespace"):
        yield Declared(roots=tuple(_items(dict(_section(parser, name)).get("where", ""))))


def _items(value: str) -> list[str]:
    return [item.strip() for item in re.split(r"[,\n]", value) if item.strip()]


def _pytest(parser: ConfigParser, section: str) -> Declared:
    options = dict(_section(parser, section))
    return pytest_options(options.get("pythonpath", "").split(), options.get("addopts", ""))
