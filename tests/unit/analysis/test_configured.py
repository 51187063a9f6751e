"""Programs that build objects from names in a configuration, and what their files say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlgitlab.analysis.closure import Closure, closure_of
from mlgitlab.analysis.config_file import imports_of_config
from mlgitlab.analysis.entry import entries_of
from mlgitlab.analysis.graph import ImportGraph
from mlgitlab.analysis.imports import imports_of
from mlgitlab.analysis.references import Anchor, Extent, Imports, Place
from tests.caches import MemoryParses
from tests.snapshots import DictSnapshot

HYDRA = "import hydra\n@hydra.main(config_path={0}, config_name='base')\ndef main(c):\n  hydra.utils.instantiate(c)\n"
CLI = "from lightning.pytorch.cli import LightningCLI\nLightningCLI()\n"
REPOSITORY = {
    "conf/base.yaml": "net:\n  _target_: nets.a.Net\n",
    "conf/deep/x.yml": "{_target_: nets.b.Net}",
    "elsewhere/y.yaml": "_target_: nets.c.Net\n",
    "nets/a.py": "from . import part",
    "nets/part.py": "",
    "nets/b.py": "",
    "nets/c.py": "",
    "nets/d.py": "",
}
BY_CONF = {"conf/base.yaml", "conf/deep/x.yml", "nets/a.py", "nets/part.py", "nets/b.py"}
CODE = {path for path in REPOSITORY if path.endswith(".py")}


def close(
    source: str, command: str = "python train.py", path: str = "train.py", files: dict[str, str] | None = None
) -> Closure:
    snapshot = DictSnapshot({**REPOSITORY, **(files or {}), path: source})
    return closure_of(ImportGraph(snapshot, MemoryParses()), entries_of((command,)))


@pytest.mark.parametrize(
    ("source", "command", "expected"),
    [
        pytest.param(HYDRA.format("'conf'"), "python train.py", BY_CONF, id="a literal folder"),
        pytest.param(HYDRA.format("None"), "python train.py", set(), id="no folder"),
        pytest.param(HYDRA.format("str(Path(__file__).parent / 'conf')"), "python train.py", BY_CONF, id="computed"),
        pytest.param(
            HYDRA.format("'conf'"), "python train.py net._target_=nets.d.Net", {*BY_CONF, "nets/d.py"}, id="override"
        ),
        pytest.param(
            "from hydra import compose, initialize\nfrom hydra.utils import instantiate\n"
            "with initialize('conf'):\n  instantiate(compose('base'))",
            "python train.py",
            BY_CONF,
            id="the other interface",
        ),
        pytest.param(
            "import hydra\n@hydra.main(config_path='conf')\ndef main(c): pass",
            "python train.py",
            BY_CONF,
            id="no builder",
        ),
        pytest.param(
            HYDRA.format("'conf'") + "OmegaConf.load('elsewhere/y.yaml')",
            "python train.py",
            {*BY_CONF, "elsewhere/y.yaml", "nets/c.py"},
            id="one more file",
        ),
        pytest.param(
            CLI, "python train.py fit --config elsewhere/y.yaml", {"elsewhere/y.yaml", "nets/c.py"}, id="LightningCLI"
        ),
        pytest.param(CLI, "python train.py --model nets.d.Net", {"nets/d.py"}, id="LightningCLI with a class"),
        pytest.param(
            "import jsonargparse as j\nj.CLI(f)", "python train.py --c=conf/base.yaml",
            {"conf/base.yaml", "nets/a.py", "nets/part.py"}, id="jsonargparse",
        ),
        pytest.param(
            "from lightning.pytorch.cli import LightningCLI\nclass C(LightningCLI): pass\nC()",
            "python train.py -c elsewhere/y.yaml",
            {"elsewhere/y.yaml", "nets/c.py"},
            id="a class of its own",
        ),
    ],
)  # fmt: skip
def test_files_of_configuration_and_what_they_name_are_loaded(source: str, command: str, expected: set[str]) -> None:
    found = close(source, command)

    assert set(found.files) == {"train.py", *expected}
    assert found.besides == {path for path in expected if not path.endswith(".py")}
    assert not found.wildcards


def test_the_folder_is_relative_to_the_file() -> None:
    found = close(
        HYDRA.format("'../conf'"), "python -m jobs.m.train", "jobs/m/train.py", {"jobs/conf/z.yaml": "nets.d.Net"}
    )

    assert set(found.files) == {"jobs/m/train.py", "jobs/conf/z.yaml", "nets/d.py"}


def test_the_way_to_a_class_leads_through_its_file() -> None:
    assert close(HYDRA.format("'conf'")).chain("nets/part.py") == (
        "nets/part.py",
        "nets/a.py",
        "conf/base.yaml",
        "train.py",
    )


@pytest.mark.parametrize(
    ("source", "command"),
    [
        pytest.param("from hydra.utils import instantiate\ninstantiate(config)", "python train.py", id="from nowhere"),
        pytest.param("import hydra\nbuild = hydra.utils.instantiate", "python train.py", id="by another name"),
        pytest.param(HYDRA.format("folder"), "python train.py", id="an unknown folder"),
        pytest.param(HYDRA.format("'gone'"), "python train.py", id="a folder that is gone"),
        pytest.param(HYDRA.format("'pkg://a.conf'"), "python train.py", id="a folder in a package"),
        pytest.param(HYDRA.format("'conf'") + "OmegaConf.load(path)", "python train.py", id="a file from anywhere"),
        pytest.param(HYDRA.format("'conf'") + "x = yaml.safe_load(f)", "python train.py", id="a text from anywhere"),
        pytest.param(HYDRA.format("'conf'") + "f(f'net._target_={x}')", "python train.py", id="a name put together"),
        pytest.param(HYDRA.format("'conf'"), "python train.py $ARGS", id="unknown arguments"),
        pytest.param(HYDRA.format("'conf'"), "python train.py --config-dir elsewhere", id="another folder"),
        pytest.param(HYDRA.format("'conf'"), "python train.py hydra.searchpath=[x]", id="more folders"),
        pytest.param(HYDRA.format("'conf'"), "python train.py; ./run", id="another command unknown"),
        pytest.param(CLI, "python train.py fit --config $CONFIG", id="an unknown file"),
        pytest.param(
            CLI.replace("()", "(parser_kwargs={'default_env': True})"), "python train.py", id="the environment"
        ),
        pytest.param("import gin\ngin.parse_config_file('x.gin')", "python train.py", id="a format of its own"),
    ],
)
def test_a_configuration_from_anywhere_reaches_everything(source: str, command: str) -> None:
    assert set(close(source, command).files) >= CODE


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("_target_: ${oc.env:NET}", id="from the environment"),
        pytest.param("_target_: ${prefix}.Net", id="put together"),
        pytest.param("name: ${a}.${b}", id="put together elsewhere"),
        pytest.param('x: "\\x6eets.d.Net"', id="an escape"),
        pytest.param("hydra:\n  searchpath: [file:///x]", id="more folders"),
    ],
)
def test_a_file_that_hides_a_name_reaches_everything(text: str) -> None:
    assert set(close(HYDRA.format("'conf'"), files={"conf/base.yaml": text}).files) >= CODE


def said(imports: Imports) -> set[str]:
    return {ref.module + ("**" if ref.extent is Extent.TREE else "") for ref in imports.references}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("_target_: a.b.C", {"a.b.C"}, id="a target"),
        pytest.param('{"class_path": "a.b.C", "init_args": {"x": "d.e"}}', {"a.b.C", "d.e"}, id="JSON"),
        pytest.param("class_path: Net", {"Net"}, id="a single name"),
        pytest.param("callbacks:\n  - a.b.C\n  - {x: [d.e.F, g.h]}", {"a.b.C", "d.e.F", "g.h"}, id="anywhere"),
        pytest.param("# a.b.C\nx: &a 1.5\ny: v1.2", {"a.b.C"}, id="comments, and no numbers"),
        pytest.param("_target_: a.${name}.C", {"a**"}, id="a name put together"),
        pytest.param("net: a.b.${name}", {"a.b**"}, id="a name put together elsewhere"),
        pytest.param("path: ${dir}/x.csv\nfile: ${name}.ckpt\nplain: ${a.b}\ntime: ${now:%H.%M}", {"a.b"}, id="values"),
        pytest.param("path: data/x.csv\nfile: data.csv\nsite: https://a.example/b", set(), id="paths"),
    ],
)
def test_a_configuration_names_modules_anywhere_in_its_text(text: str, expected: set[str]) -> None:
    found = imports_of_config(text.encode())

    assert expected <= said(found)
    assert not {name for name in said(found) if name.endswith("**")} - expected
    assert not found.reaches_everything


def test_a_configuration_names_scripts_and_further_files() -> None:
    found = imports_of_config(b"script: tools/x.py\nmodel: model.yaml\n")

    assert (found.scripts, found.configs) == (("tools/x.py",), ("model.yaml",))


@given(st.binary(max_size=200))
def test_no_content_of_a_configuration_stops_the_reader(content: bytes) -> None:
    assert isinstance(imports_of_config(content), Imports)


def test_a_huge_configuration_reaches_everything() -> None:
    assert imports_of_config(b"x: 1\n" * 1_000_000).reaches_everything


@pytest.mark.parametrize(
    "source", ["import json\njson.load(f)", "import yaml\nyaml.safe_load(open('x.yaml'))", "def instantiated(): pass"]
)
def test_a_source_that_builds_nothing_has_no_part_in_it(source: str) -> None:
    found = imports_of(source)

    assert (found.fills, found.unknown_configs, found.reaches_everything) == (False, False, False)


def test_a_folder_of_configuration_is_kept_relative_to_the_source() -> None:
    assert imports_of(HYDRA.format("'../conf'")).config_folders == (Place(anchor=Anchor.FILE, path="../../conf"),)
