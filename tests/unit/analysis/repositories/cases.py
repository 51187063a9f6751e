"""The repositories: each with the command that runs in it, and what an installation of its projects would do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """`loads` must be opened, or the case shows nothing; `apart` must not be in the closure.

    installed: folders that an installation puts on the module path, or links there under another name.
    points: the entry_points.txt that it would write. opaque: whether we say that we cannot see all.
    libraries: files of other projects. unseen: no code, and left to the rules for files that nobody knows.
    """

    name: str
    files: Mapping[str, str]
    command: str = "python train.py"
    loads: tuple[str, ...]
    apart: tuple[str, ...] = ("unrelated.py",)
    links: Mapping[str, str] = field(default_factory=dict)
    installed: Mapping[str, str] = field(default_factory=dict)
    points: str = ""
    libraries: Mapping[str, str] = field(default_factory=dict)
    hydra: bool = False
    opaque: bool = False
    unseen: tuple[str, ...] = ()


IMPORTS = (
    Case(
        name="absolute and relative imports, with packages on the way",
        files={
            "train.py": "import a.b.c\nfrom a import top",
            "a/__init__.py": "",
            "a/top.py": "",
            "a/b/__init__.py": "from . import d",
            "a/b/c.py": "from ..e import f\nfrom .. import g",
            "a/b/d.py": "",
            "a/e/__init__.py": "",
            "a/e/f.py": "",
            "a/g.py": "",
            "a/never.py": "",
        },
        loads=("a/__init__.py", "a/b/__init__.py", "a/b/c.py", "a/b/d.py", "a/e/__init__.py", "a/e/f.py", "a/g.py"),
        apart=("a/never.py", "unrelated.py"),
    ),
    Case(
        name="a star import of a package with __all__",
        files={
            "train.py": "from a import *",
            "a/__init__.py": "__all__ = ['b', 'c']",
            "a/b.py": "",
            "a/c/__init__.py": "",
        },
        loads=("a/b.py", "a/c/__init__.py"),
    ),
    Case(
        name="a re-export through two packages",
        files={
            "train.py": "from a import Net",
            "a/__init__.py": "from .b import Net",
            "a/b/__init__.py": "from .net import Net",
            "a/b/net.py": "class Net: pass",
        },
        loads=("a/b/net.py",),
    ),
    Case(
        name="imports in a try and in a function",
        files={
            "train.py": "try:\n    import missing\nexcept ImportError:\n    import other\n"
            "def f():\n    import late\nf()",
            "other.py": "",
            "late.py": "",
        },
        loads=("other.py", "late.py"),
    ),
    Case(
        name="namespace packages over two roots",
        files={
            "train.py": "import sys\nsys.path.insert(0, 'lib')\nimport ns.a, ns.b",
            "ns/a.py": "",
            "lib/ns/b.py": "",
            "unrelated.py": "",
        },
        loads=("ns/a.py", "lib/ns/b.py"),
    ),
    Case(
        name="a package that pkgutil spreads over two roots",
        files={
            "train.py": "import ns.a, ns.b",
            "ns/__init__.py": "__path__ = __import__('pkgutil').extend_path(__path__, __name__)",
            "ns/a.py": "",
            "libs/x/pyproject.toml": "",
            "libs/x/src/ns/__init__.py": "__path__ = __import__('pkgutil').extend_path(__path__, __name__)",
            "libs/x/src/ns/b.py": "",
        },
        installed={"libs/x/src": ""},
        loads=("ns/a.py", "libs/x/src/ns/b.py"),
    ),
    Case(
        name="neighbours of a script, not the same name elsewhere",
        files={"m/train.py": "import data", "m/data.py": "", "n/data.py": "", "n/pyproject.toml": ""},
        command="python m/train.py",
        loads=("m/data.py",),
        apart=("n/data.py", "unrelated.py"),
    ),
    Case(
        name="an installed project with a name that the repository's root holds, too",
        files={
            "m/train.py": "import util",
            "util/__init__.py": "",
            "libs/x/setup.py": "",
            "libs/x/util/__init__.py": "",
        },
        command="python m/train.py",
        installed={"libs/x": ""},
        loads=("libs/x/util/__init__.py",),
    ),
    Case(
        name="the neighbours of a script that is a link",
        files={"code/train.py": "import helper", "code/helper.py": ""},
        links={"bin/train.py": "../code/train.py"},
        command="python bin/train.py",
        loads=("code/helper.py",),
    ),
    Case(
        name="PYTHONPATH in the command",
        files={"train.py": "import a", "lib/a.py": "import b", "lib/b.py": ""},
        command='PYTHONPATH="$START:lib" python train.py',
        loads=("lib/a.py", "lib/b.py"),
        opaque=True,
    ),
    Case(
        name="PYTHONPATH for a process that a script starts",
        files={
            "train.py": "import os, subprocess, sys\nos.environ['PYTHONPATH'] += ':lib'\n"
            "subprocess.run([sys.executable, 'tools/x.py'], check=True)",
            "tools/x.py": "import a",
            "lib/a.py": "",
        },
        loads=("tools/x.py", "lib/a.py"),
    ),
    Case(
        name="sys.path by the file's own place",
        files={
            "m/train.py": "import sys\nfrom pathlib import Path\nROOT = Path(__file__).resolve().parents[1]\n"
            "sys.path.append(str(ROOT / 'lib'))\nimport a",
            "lib/a.py": "",
        },
        command="python m/train.py",
        loads=("lib/a.py",),
    ),
    Case(
        name="import_module with a literal, a prefix and an alias",
        files={
            "train.py": "from importlib import import_module as load\nload('a.b')\n"
            "load(f'models.{str(1) and \"net\"}')",
            "a/b.py": "",
            "models/net.py": "",
        },
        loads=("a/b.py", "models/net.py"),
    ),
    Case(
        name="a registry of dotted names",
        files={
            "train.py": "import importlib\nfrom registry import KNOWN\nfor name in KNOWN.values():\n"
            "    importlib.import_module(name.partition(':')[0])",
            "registry.py": "KNOWN = {'net': 'nets.small:Net'}",
            "nets/small.py": "",
        },
        loads=("nets/small.py",),
        apart=(),
    ),
    Case(
        name="a lazy package whose imports stand under TYPE_CHECKING",
        files={
            "train.py": "from pkg import Net\nNet",
            "pkg/__init__.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from .net import Net\n"
            "_WHERE = {'Net': '.net'}\ndef __getattr__(name):\n    import importlib\n"
            "    return getattr(importlib.import_module(_WHERE[name], __name__), name)",
            "pkg/net.py": "from .deep import x\nclass Net: pass",
            "pkg/deep.py": "x = 1",
        },
        loads=("pkg/net.py", "pkg/deep.py"),
        apart=(),
    ),
    Case(
        name="exec of an opened file",
        files={"train.py": "exec(open('extra/x.py').read())", "extra/x.py": "import a", "a.py": ""},
        loads=("extra/x.py", "a.py"),
    ),
    Case(
        name="exec by another name",
        files={"train.py": "import builtins\npath = 'x' + '.py'\nbuiltins.exec(open(path).read())", "x.py": ""},
        loads=("x.py",),
        apart=(),
    ),
    Case(
        name="a script that a process is started for",
        files={
            "train.py": "import subprocess, sys\nsubprocess.run([sys.executable, 'tools/x.py'], check=True)",
            "tools/x.py": "import near",
            "tools/near.py": "",
        },
        loads=("tools/x.py", "tools/near.py"),
    ),
    Case(
        name="a script without an ending, and a folder, that processes are started for",
        files={
            "train.py": "import subprocess, sys\nsubprocess.run(['./bin/tool'], check=True)\n"
            "subprocess.run([sys.executable, 'apps/show'], check=True)",
            "bin/tool": "#!/usr/bin/env python\nimport near",
            "bin/near.py": "",
            "apps/show/__main__.py": "import page",
            "apps/show/page.py": "",
        },
        loads=("bin/tool", "bin/near.py", "apps/show/__main__.py", "apps/show/page.py"),
    ),
    Case(
        name="a folder with the name of a script",
        files={"x.py/__main__.py": "import near", "x.py/near.py": ""},
        command="python x.py",
        loads=("x.py/__main__.py", "x.py/near.py"),
    ),
    Case(
        name="a folder with the name of an installed distribution",
        files={"train.py": "import yaml, datasets.load", "yaml/__init__.py": "", "datasets/load.py": ""},
        loads=("yaml/__init__.py", "datasets/load.py"),
    ),
    Case(
        name="a package of the repository with the name of a program",
        files={"pip/__init__.py": "", "pip/__main__.py": "import near", "near.py": ""},
        command="python -m pip install x",
        loads=("pip/__main__.py", "near.py"),
    ),
)

PROJECTS = (
    Case(
        name="a console script of pyproject.toml with its folder of packages",
        files={
            "libs/fraud/pyproject.toml": '[project.scripts]\nfraud-train = "fraud.cli:main"\n'
            '[tool.setuptools]\npackage-dir = {"" = "code"}\n',
            "libs/fraud/code/fraud/__init__.py": "",
            "libs/fraud/code/fraud/cli.py": "def main():\n    import fraud.net",
            "libs/fraud/code/fraud/net.py": "",
        },
        command="fraud-train --epochs 3",
        installed={"libs/fraud/code": ""},
        points="[console_scripts]\nfraud-train = fraud.cli:main\n",
        loads=("libs/fraud/code/fraud/cli.py", "libs/fraud/code/fraud/net.py"),
    ),
    Case(
        name="a console script of setup.cfg behind a wrapper",
        files={
            "setup.cfg": "[options]\npackage_dir =\n    = code\n[options.entry_points]\nconsole_scripts =\n"
            "    fraud-train = fraud:main\n",
            "code/fraud.py": "def main(): import near",
            "code/near.py": "",
        },
        command="nohup env A=1 timeout 1m fraud-train",
        installed={"code": ""},
        points="[console_scripts]\nfraud-train = fraud:main\n",
        loads=("code/fraud.py", "code/near.py"),
    ),
    Case(
        name="a console script of setup.py that a script starts",
        files={
            "setup.py": "from setuptools import setup\nsetup(package_dir={'': 'code'}, "
            "entry_points={'console_scripts': ['fraud-train = fraud:main']})",
            "train.py": "import subprocess\nsubprocess.run('fraud-train --fast', shell=True, check=True)",
            "code/fraud.py": "def main(): pass",
        },
        installed={"code": ""},
        points="[console_scripts]\nfraud-train = fraud:main\n",
        loads=("code/fraud.py",),
    ),
    Case(
        name="a package under another name than its folder",
        files={
            "train.py": "import shiny.net",
            "pyproject.toml": '[tool.setuptools.package-dir]\nshiny = "sources/old_name"\n',
            "sources/old_name/__init__.py": "",
            "sources/old_name/net.py": "from . import part",
            "sources/old_name/part.py": "",
        },
        installed={"sources/old_name": "shiny"},
        loads=("sources/old_name/net.py", "sources/old_name/part.py"),
    ),
    Case(
        name="poetry's packages",
        files={
            "train.py": "import fraud.net",
            "libs/pyproject.toml": '[tool.poetry]\npackages = [{include = "fraud", from = "code"}]\n',
            "libs/code/fraud/net.py": "",
        },
        installed={"libs/code": ""},
        loads=("libs/code/fraud/net.py",),
    ),
    Case(
        name="entry points of the repository's own project",
        files={
            "train.py": "from importlib.metadata import entry_points\n"
            "for point in entry_points(group='fraud.nets'):\n    point.load()",
            "pyproject.toml": '[project.entry-points."fraud.nets"]\nsmall = "nets.small:Net"\n',
            "nets/small.py": "class Net: pass",
        },
        installed={".": ""},
        points="[fraud.nets]\nsmall = nets.small:Net\n",
        loads=("nets/small.py",),
    ),
    Case(
        name="a setting of setup.py that only running it would tell",
        files={"train.py": "import a", "libs/x/setup.py": "setup(package_dir=where())", "libs/x/deep/er/a.py": ""},
        installed={"libs/x/deep/er": ""},
        loads=("libs/x/deep/er/a.py",),
    ),
    Case(
        name="a target of a Makefile and its prerequisite",
        files={
            "Makefile": "PY ?= python\nMODEL = fraud\ninclude common.mk\n.PHONY: train\n"
            "train: data\n\t@$(PY) models/$(MODEL)/train.py\n"
            "data:\n\tcd tools && $(PY) -m prepare\nother:\n\t$(PY) unrelated.py\n",
            "common.mk": "LR = 1\n",
            "models/fraud/train.py": "import near",
            "models/fraud/near.py": "",
            "tools/prepare.py": "",
        },
        command="make -s train",
        loads=("models/fraud/train.py", "models/fraud/near.py", "tools/prepare.py"),
    ),
    Case(
        name="a pattern in a Makefile of another folder",
        files={
            "jobs/Makefile": "train-%:\n\tcd .. && python -m models.$*.train\n",
            "models/fraud/train.py": "from . import net",
            "models/fraud/net.py": "",
            "models/churn/train.py": "",
        },
        command="make -C jobs --silent train-fraud",
        loads=("models/fraud/train.py", "models/fraud/net.py"),
        apart=("models/churn/train.py", "unrelated.py"),
    ),
    Case(
        name="a script named by a variable",
        files={"models/train.py": "import near", "models/near.py": ""},
        command='DIR=models\nSCRIPT="$DIR/train.py"; python "$SCRIPT" --lr 1',
        loads=("models/train.py", "models/near.py"),
    ),
    Case(
        name="scripts named by a loop",
        files={"a.py": "", "b.py": "import near", "near.py": ""},
        command="for name in a b; do python $name.py; done",
        loads=("a.py", "b.py", "near.py"),
    ),
)

CONFIGURATIONS = (
    Case(
        name="classes that Hydra's files name",
        files={
            "m/train.py": "import hydra\n@hydra.main(config_path='../conf', config_name='base', version_base=None)\n"
            "def main(config):\n    hydra.utils.instantiate(config)\nmain()",
            "conf/base.yaml": "defaults:\n  - model: small\nlr: 1\n",
            "conf/model/small.yaml": "_target_: nets.small.Net\n",
            "nets/small.py": "from .part import x\nclass Net: pass",
            "nets/part.py": "x = 1",
        },
        command="python m/train.py",
        hydra=True,
        installed={".": ""},
        loads=("conf/base.yaml", "conf/model/small.yaml", "nets/small.py", "nets/part.py"),
    ),
    Case(
        name="a class that the command names",
        files={
            "train.py": "import hydra\n@hydra.main(config_path='conf', config_name='base')\n"
            "def main(config):\n    hydra.utils.instantiate(config)\nmain()",
            "conf/base.yaml": "lr: 1\n",
            "nets/small.py": "class Net:\n    def __init__(self, lr): pass",
        },
        command="python train.py +_target_=nets.small.Net",
        hydra=True,
        loads=("conf/base.yaml", "nets/small.py"),
    ),
    Case(
        name="a folder of configuration that is computed",
        files={
            "train.py": "import hydra, os\n@hydra.main(config_path=os.environ.get('X', 'conf'), config_name='base')\n"
            "def main(config):\n    hydra.utils.instantiate(config)\nmain()",
            "conf/base.yaml": "_target_: nets.small.Net\n",
            "nets/small.py": "class Net: pass",
        },
        hydra=True,
        loads=("nets/small.py",),
        apart=(),
        unseen=("conf/base.yaml",),
    ),
)

PLUGINS = (
    Case(
        name="plugins that Hydra finds by itself",
        files={
            "train.py": "import hydra",
            "hydra_plugins/ours/launcher.py": "from . import part",
            "hydra_plugins/ours/part.py": "",
        },
        command="python train.py; python -c 'import hydra_plugins.ours.launcher'",
        hydra=True,
        installed={".": ""},
        loads=("hydra_plugins/ours/launcher.py", "hydra_plugins/ours/part.py"),
        opaque=True,
    ),
    Case(
        name="what the project registers with a library that it imports",
        files={
            "train.py": "import known",
            "pyproject.toml": '[project.entry-points."known.things"]\nours = "things.ours"\n',
            "things/ours.py": "from . import part",
            "things/part.py": "",
        },
        installed={".": ""},
        points="[known.things]\nours = things.ours\n",
        libraries={
            "known.py": "from importlib.metadata import entry_points\n"
            "for point in entry_points(group='known.things'):\n    point.load()"
        },
        loads=("things/ours.py", "things/part.py"),
    ),
    Case(
        name="a test with the plugin of a project and a folder of pytest's",
        files={
            "pyproject.toml": '[project.entry-points.pytest11]\nours = "plugin"\n'
            '[tool.pytest.ini_options]\npythonpath = ["code"]\n',
            "plugin.py": "",
            "tests/test_a.py": "import a\ndef test_a(): pass",
            "tests/conftest.py": "import near",
            "tests/near.py": "",
            "code/a.py": "",
        },
        command="python -m pytest -q -p no:cacheprovider tests",
        installed={".": ""},
        points="[pytest11]\nours = plugin\n",
        loads=("plugin.py", "tests/test_a.py", "tests/conftest.py", "tests/near.py", "code/a.py"),
    ),
)

CASES = (*IMPORTS, *PROJECTS, *CONFIGURATIONS, *PLUGINS)
