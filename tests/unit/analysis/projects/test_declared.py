"""What one project file declares, tool by tool."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlgitlab.analysis.projects.collection import read
from mlgitlab.analysis.projects.names import NAMES
from mlgitlab.analysis.projects.values import UNREADABLE, Declared

TOML = "pyproject.toml"
COMMAND = Declared(scripts=(("train", "a.b"),), points=(("console_scripts", "a.b"),))


def points(group: str, *modules: str) -> Declared:
    return Declared(points=tuple((group, module) for module in modules))


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        pytest.param(TOML, "[project.scripts]\ntrain = 'a.b:main'", COMMAND, id="scripts"),
        pytest.param(
            TOML,
            "[project.gui-scripts]\ntrain = 'a.b:main'",
            Declared(scripts=(("train", "a.b"),), points=(("gui_scripts", "a.b"),)),
            id="scripts with a window",
        ),
        pytest.param(TOML, "[project.entry-points.x]\none = 'a.b:C [extra]'", points("x", "a.b"), id="entry points"),
        pytest.param(TOML, "[tool.poetry.scripts]\ntrain = 'a.b:main'", COMMAND, id="poetry's scripts"),
        pytest.param(
            TOML, "[tool.poetry.scripts]\ntrain = {reference = 'a.b:main', type = 'console'}", COMMAND, id="in a table"
        ),
        pytest.param(
            TOML,
            "[tool.poetry.scripts]\ntrain = {reference = 'bin/x.sh', type = 'file'}",
            Declared(files=(("train", "bin/x.sh"),)),
            id="poetry's files",
        ),
        pytest.param(TOML, "[tool.poetry.plugins.'x.y']\none = 'a:C'", points("x.y", "a"), id="poetry's plugins"),
        pytest.param(TOML, "[tool.flit.scripts]\ntrain = 'a.b:main'", COMMAND, id="flit's scripts"),
        pytest.param(TOML, "[tool.flit.entrypoints.x]\none = 'a:C'", points("x", "a"), id="flit's entry points"),
        pytest.param(TOML, "[tool.setuptools.package-dir]\n'' = 'code'", Declared(roots=("code",)), id="package-dir"),
        pytest.param(
            TOML,
            "[tool.setuptools.package-dir]\na = 'lib/a'\n'b.c' = 'lib/b/c'\nd = 'other'",
            Declared(roots=("lib", "lib"), renamed=(("d", "other"),)),
            id="package-dir by name",
        ),
        pytest.param(
            TOML, "[tool.setuptools.packages.find]\nwhere = ['x', 'y']", Declared(roots=("x", "y")), id="packages.find"
        ),
        pytest.param(TOML, "[tool.setuptools]\npackages = ['a']", Declared(), id="packages by name"),
        pytest.param(
            TOML, "[tool.setuptools.dynamic]\nentry-points = {file = 'x'}", Declared(any_point=True), id="dynamic"
        ),
        pytest.param(
            TOML,
            "[tool.poetry]\npackages = [{include = 'a', from = 'lib'}, {include = 'b'}, {include = 'c', to = 'd'}]",
            Declared(roots=("lib", ".", "."), renamed=(("d", "c"),)),
            id="poetry's packages",
        ),
        pytest.param(
            TOML,
            "[tool.hatch.build.targets.wheel]\npackages = ['lib/a', 'b']\n[tool.hatch.build]\nsources = ['code']\n"
            "dev-mode-dirs = ['.', 'x']",
            Declared(roots=(".", "x", "code", "lib", ".")),
            id="hatch",
        ),
        pytest.param(
            TOML,
            "[tool.hatch.build.targets.wheel.sources]\n'code/old' = 'new'\n'lib' = ''",
            Declared(renamed=(("new", "code/old"),), roots=("lib",)),
            id="hatch's sources by name",
        ),
        pytest.param(
            TOML,
            "[tool.hatch.build.targets.wheel.force-include]\n'jobs' = 'a/jobs'\n'x.py' = 'b/y.py'",
            Declared(renamed=(("a", "jobs"), ("b", "x"))),
            id="hatch's forced files",
        ),
        pytest.param(TOML, "[tool.pdm.build]\npackage-dir = 'code'", Declared(roots=("code",)), id="pdm"),
        pytest.param(TOML, "[tool.uv.build-backend]\nmodule-root = 'code'", Declared(roots=("code",)), id="uv"),
        pytest.param(TOML, "[tool.maturin]\npython-source = 'code'", Declared(roots=("code",)), id="maturin"),
        pytest.param(
            TOML,
            "[tool.scikit-build.wheel.packages]\na = 'lib/a'\nb = 'c'",
            Declared(roots=("lib",), renamed=(("b", "c"),)),
            id="scikit-build",
        ),
        pytest.param(
            TOML,
            "[tool.pytest.ini_options]\npythonpath = ['x', 'y']\naddopts = '-ra -p a.plugin -p no:cacheprovider'",
            Declared(roots=("x", "y"), plugins=("a.plugin",)),
            id="pytest",
        ),
        pytest.param(
            TOML,
            "[tool.pdm.scripts]\ntrain = 'python x.py'\nall = {composite = ['a', 'b']}",
            Declared(tasks=(("train", "python x.py"), ("all", "a"), ("all", "b"))),
            id="tasks",
        ),
        pytest.param(
            TOML,
            "[tool.uv.sources]\na = {path = '../a', editable = true}\nb = {workspace = true}",
            Declared(roots=("../a", "../a/src", "../a/lib", "../a/python")),
            id="a neighbour by its path",
        ),
        pytest.param(
            TOML,
            "[tool.poetry.group.dev.dependencies]\na = {path = 'a'}\nb = '^1'",
            Declared(roots=("a", "a/src", "a/lib", "a/python")),
            id="poetry's neighbour",
        ),
        pytest.param(
            TOML,
            "[project]\ndependencies = ['a @ file:../a', 'b @ file:///${PROJECT_ROOT}/b']",
            Declared(roots=("../a", "../a/src", "../a/lib", "../a/python", "b", "b/src", "b/lib", "b/python")),
            id="neighbours by their addresses",
        ),
        pytest.param(TOML, "[tool.ruff]\nline-length = 3", Declared(), id="nothing to do with it"),
        pytest.param(TOML, "\ufeff[project.scripts]\ntrain = 'a.b:main'", COMMAND, id="a byte order mark"),
        pytest.param(TOML, "x =", UNREADABLE, id="no TOML"),
        pytest.param(TOML, "tool = 3", UNREADABLE, id="a tool that is no table"),
        pytest.param(TOML, "[tool.setuptools]\npackage-dir = 'x'", UNREADABLE, id="a setting of another shape"),
        pytest.param(TOML, "x = " + "[" * 5000, UNREADABLE, id="too deep"),
        pytest.param(
            "setup.cfg",
            "[options]\npackage_dir =\n    = code\n    a = lib/a\n[options.packages.find]\nwhere = x\n"
            "[tool:pytest]\npythonpath = y z",
            Declared(roots=("code", "lib", "x", "y", "z")),
            id="setup.cfg's folders",
        ),
        pytest.param(
            "setup.cfg",
            "[options.entry_points]\nconsole_scripts =\n    # ours\n    Train = a.b:main\nx = one = c:D\n"
            "[options]\nscripts = bin/go",
            Declared(
                scripts=(("Train", "a.b"),),
                files=(("go", "bin/go"),),
                points=(("console_scripts", "a.b"), ("x", "c")),
            ),
            id="setup.cfg's commands",
        ),
        pytest.param("setup.cfg", "[options\nx", UNREADABLE, id="no INI"),
        pytest.param("setup.cfg", "[options.entry_points]\nx = file: y", Declared(any_point=True), id="by reference"),
        pytest.param(
            "pytest.ini",
            "[pytest]\npythonpath = x\naddopts = -pa.b",
            Declared(roots=("x",), plugins=("a.b",)),
            id="pytest.ini",
        ),
        pytest.param("tox.ini", "[pytest]\npythonpath = x", Declared(roots=("x",)), id="tox.ini"),
        pytest.param("entry_points.txt", "[console_scripts]\ntrain = a.b:main", COMMAND, id="entry_points.txt"),
        pytest.param(
            "setup.py",
            "import setuptools as s\ns.setup(package_dir={'': 'code', 'a': 'b'}, packages=s.find_packages('x'))",
            Declared(roots=("code", "x"), renamed=(("a", "b"),)),
            id="setup.py's folders",
        ),
        pytest.param(
            "setup.py",
            "from setuptools import setup\nPOINTS = {'console_scripts': ['train = a.b:main'], 'x': 'y = c:D'}\n"
            "setup(entry_points=POINTS, scripts=['bin/go'])",
            Declared(
                scripts=(("train", "a.b"),),
                files=(("go", "bin/go"),),
                points=(("console_scripts", "a.b"), ("x", "c")),
            ),
            id="setup.py's commands",
        ),
        pytest.param("setup.py", "setup(entry_points='[console_scripts]\\ntrain = a.b:main')", COMMAND, id="as a text"),
        pytest.param("setup.py", "setup(package_dir=where())", Declared(any_root=True), id="a computed folder"),
        pytest.param(
            "setup.py", "setup(packages=find_packages(HERE))", Declared(any_root=True), id="computed packages"
        ),
        pytest.param("setup.py", "setup(entry_points=points())", Declared(any_point=True), id="computed commands"),
        pytest.param(
            "setup.py", "P = {}\nP['x'] = ['y = z']\nsetup(entry_points=P)", Declared(any_point=True), id="filled"
        ),
        pytest.param("setup.py", "setup(**settings)", UNREADABLE, id="anything"),
        pytest.param("setup.py", "setup(", UNREADABLE, id="no Python"),
        pytest.param("setup.py", "def prepare(): pass", Declared(), id="a module that is called so"),
    ],
)
def test_a_project_file_says_where_modules_lie_and_what_commands_start(
    name: str, text: str, expected: Declared
) -> None:
    found = read(name, text.encode())

    for field in ("roots", "renamed", "scripts", "files", "tasks", "points", "plugins"):
        assert sorted(getattr(found, field)) == sorted(getattr(expected, field)), field
    assert (found.any_root, found.any_point) == (expected.any_root, expected.any_point)


@pytest.mark.parametrize("name", sorted(NAMES))
@pytest.mark.parametrize("content", [None, b"\xff\xfe"], ids=["absent", "not UTF-8"])
def test_a_file_that_cannot_be_read_may_say_anything(name: str, content: bytes | None) -> None:
    assert read(name, content) == UNREADABLE


@given(name=st.sampled_from(sorted(NAMES)), text=st.text(alphabet="[]{}=.,:'\"#\n \\pyabc-@$1", max_size=60))
def test_no_content_stops_the_reader(name: str, text: str) -> None:
    assert isinstance(read(name, text.encode()), Declared)
