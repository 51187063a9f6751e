"""`pyproject.toml`: code, requirements, and settings of tools."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mlgitlab.analysis.meaning.locks import OPEN_RESOLUTION
from mlgitlab.analysis.meaning.pyproject import KIND
from mlgitlab.analysis.meaning.values import Layer, Meaning, Part


def read(text: str) -> Meaning:
    """The meaning, less the part that every file with requirements has."""
    found = KIND.read(text.encode())
    assert found is not None
    return replace(found, parts=tuple(part for part in found.parts if part.name != OPEN_RESOLUTION))


def test_requirements_do_not_say_what_gets_installed() -> None:
    found = KIND.read(b"[project]\ndependencies = ['numpy']")
    assert found
    assert OPEN_RESOLUTION in {part.name for part in found.parts}


def of(layer: Layer, text: str) -> list[str]:
    return [part.name for part in read(text).parts if part.layer is layer]


def parts(text: str, *layers: Layer) -> list[Part]:
    return [part for part in read(text).parts if part.layer in layers]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("[tool.ruff.lint]\nselect = ['ALL']", id="linter"),
        pytest.param("[tool.black]\nline-length = 100", id="formatter"),
        pytest.param("[tool.mypy]\nstrict = true", id="type checker"),
        pytest.param("[[tool.mypy.overrides]]\nmodule = 'x'", id="a list of tables"),
        pytest.param("[tool.semantic_release]\nbranch = 'main'", id="release tool"),
        pytest.param("[tool.numpydoc_validation]\nchecks = ['all']", id="tool for documentation"),
        pytest.param("[project]\ndescription = 'x'", id="description"),
        pytest.param("[project]\nreadme = {file = 'README.md'}", id="readme"),
        pytest.param("[[project.authors]]\nname = 'x'", id="authors"),
        pytest.param("[project]\nclassifiers = ['x']", id="classifiers"),
        pytest.param("[project.urls]\nHome = 'x'", id="addresses"),
    ],
)
def test_what_only_checks_and_people_read_is_tooling(text: str) -> None:
    assert {part.layer for part in read(text).parts} == {Layer.TOOLING}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("[build-system]\nrequires = ['hatchling']", id="build system"),
        pytest.param("[project]\nversion = '1'", id="version"),
        pytest.param("[project]\nrequires-python = '>=3.11'", id="Python"),
        pytest.param("[project]\ndynamic = ['version']", id="dynamic fields"),
        pytest.param("[project.scripts]\nruff = 'a:b'", id="scripts"),
        pytest.param("[project.entry-points.x]\na = 'b:c'", id="entry points"),
        pytest.param("[tool.setuptools]\npackages = ['a']", id="build tool"),
        pytest.param("[tool.hydra]\na = 1", id="tool that runs code"),
        pytest.param("[tool.unheard-of]\na = 1", id="unknown tool"),
        pytest.param("[tool.pytest.ini_options]\naddopts = '-q'", id="tool by which a step may be judged"),
        pytest.param("[tool.hatch.envs.ruff]\na = 1", id="a table of a linter's name elsewhere"),
        pytest.param("ruff = 1", id="a key of a linter's name elsewhere"),
        pytest.param("tool = 1", id="tools that are a number"),
        pytest.param("[[project]]\ndescription = 'x'", id="several projects"),
        pytest.param("[tool.poetry.dependencies]\npython = '^3.11'", id="Python of poetry"),
        pytest.param("[tool.poetry.dependencies]\n'a b' = '1'", id="no name of a distribution"),
        pytest.param("[project]\ndependencies = []", id="no dependencies"),
        pytest.param("[project]\ndependencies = 'a'", id="dependencies that are no list"),
        pytest.param("[project]\ndependencies = ['not a requirement', 1]", id="no requirement"),
        pytest.param("[dependency-groups]\ndev = [{include-group = 'lint'}]", id="a group in a group"),
    ],
)
def test_what_may_count_for_any_step_is_code(text: str) -> None:
    assert {part.layer for part in read(text).parts} == {Layer.CODE}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("[project]\ndependencies = ['Torch_Vision>=1']", id="project"),
        pytest.param("[project.optional-dependencies]\ngpu = ['Torch_Vision']", id="extra"),
        pytest.param("[dependency-groups]\ndev = ['Torch_Vision']", id="group"),
        pytest.param("[tool.pdm.dev-dependencies]\ndev = ['Torch_Vision']", id="pdm"),
        pytest.param("[tool.pdm.resolution.overrides]\nTorch_Vision = '1'", id="overrides of pdm"),
        pytest.param("[tool.uv]\ndev-dependencies = ['Torch_Vision']", id="uv"),
        pytest.param("[tool.uv]\nconstraint-dependencies = ['Torch_Vision']", id="constraints of uv"),
        pytest.param("[tool.uv]\noverride-dependencies = ['Torch_Vision']", id="overrides of uv"),
        pytest.param("[tool.uv.sources]\nTorch_Vision = {index = 'cpu'}", id="sources of uv"),
        pytest.param("[tool.poetry.dependencies]\nTorch_Vision = '^1'", id="poetry"),
        pytest.param("[tool.poetry.dependencies.Torch_Vision]\nversion = '^1'", id="poetry, as a table"),
        pytest.param("[[tool.poetry.dependencies.Torch_Vision]]\nversion = '^1'", id="poetry, several"),
        pytest.param("[tool.poetry.dev-dependencies]\nTorch_Vision = '^1'", id="old groups of poetry"),
        pytest.param("[tool.poetry.group.dev.dependencies]\nTorch_Vision = '^1'", id="groups of poetry"),
    ],
)
def test_a_requirement_is_the_part_of_its_distribution(text: str) -> None:
    assert [(part.name, part.layer) for part in read(text).parts] == [("torch-vision", Layer.PACKAGE)]


DEPENDENCIES = "[project]\nname = 'Own.Name'\ndependencies = ['a>=1', 'b']\n"


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param("'a>=2', 'b'", id="version"),
        pytest.param("'a>=1; python_version < \"3\"', 'b'", id="marker"),
        pytest.param("'a[x]>=1', 'b'", id="extra"),
        pytest.param("'b'", id="removed"),
        pytest.param("'b', 'a>=1'", id="order"),
    ],
)
def test_a_requirement_that_changes_is_another_part(changed: str) -> None:
    assert read(DEPENDENCIES) != read(DEPENDENCIES.replace("'a>=1', 'b'", changed))
    assert of(Layer.CODE, DEPENDENCIES) == ["project.name"]


def test_a_requirement_in_another_group_is_another_part() -> None:
    extra = "[project.optional-dependencies]\none = ['a']\n"
    assert read(extra) != read(extra.replace("one", "two"))


def test_requirements_differ_in_more_than_style() -> None:
    styled = "[project]\nname = 'Own.Name'\ndependencies = [\n  'A >= 1', # why\n  'b',\n]\n"
    assert read(DEPENDENCIES) == read(styled)


def test_a_new_requirement_leaves_the_others_alone() -> None:
    longer = DEPENDENCIES.replace("'a>=1'", "'c', 'a>=1'")
    assert set(read(DEPENDENCIES).parts) < set(read(longer).parts)


def test_requirements_beside_a_group_are_parts_of_their_distributions() -> None:
    text = "[dependency-groups]\ndev = ['a', {include-group = 'lint'}, 'not a requirement']\n"
    assert of(Layer.PACKAGE, text) == ["a"]
    assert of(Layer.CODE, text) == ["dependency-groups.dev[1].include-group", "dependency-groups.dev"]


def test_a_requirement_on_the_project_itself_stands_for_any() -> None:
    text = "[project]\nname = 'Own.Name'\n[project.optional-dependencies]\ndev = ['own-name[gpu]', 'a']\n"
    assert of(Layer.PACKAGE, text) == ["a"]
    changed = text.replace("[gpu]", "[cpu]")
    assert parts(text, Layer.CODE) != parts(changed, Layer.CODE)


def test_a_tool_leaves_code_and_packages_alone() -> None:
    text = DEPENDENCIES + "[tool.ruff]\nline-length = 100\n"
    layers = (Layer.CODE, Layer.PACKAGE)
    assert parts(text, *layers) == parts(DEPENDENCIES, *layers)
    assert read(text) != read(DEPENDENCIES)


@pytest.mark.parametrize("text", ["[project", "[project]\nname = 'a'\nname = 'b'"])
def test_what_is_no_toml_has_no_meaning(text: str) -> None:
    assert KIND.read(text.encode()) is None


def test_settings_are_known_by_their_name() -> None:
    assert KIND.matches("pyproject.toml")
    assert KIND.matches("libs/a/pyproject.toml")
    assert not KIND.matches("libs/my-pyproject.toml")
