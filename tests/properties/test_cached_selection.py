"""What is kept from earlier runs never changes an answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.commands import mlgitlab
from tests.repositories import Repo

CONFIG = """\
version: 1
source_roots: [vendor]
models:
  a: {paths: models/a, train: python -m models.a.train}
  b: {paths: models/b, train: python models/b/train.py}
  c: {paths: models/c, train: python models/c/train.py, inputs: "params.yaml:c.*"}
unmatched: nothing
"""
START = {
    "mlgitlab.yml": CONFIG,
    "params.yaml": "c: {lr: 1}\nother: 2\n",
    "models/__init__.py": "",
    "models/a/__init__.py": "",
    "models/a/train.py": "from libs.deep import run\n",
    "models/b/train.py": "import helper\nimport libs.flat\n",
    "models/b/helper.py": "",
    "models/c/train.py": "import importlib\nimportlib.import_module('libs.named')\n",
    "libs/__init__.py": "",
    "libs/deep/__init__.py": "from libs.deep.run import run\n",
    "libs/deep/run.py": "from .base import Base\n\n\ndef run() -> None:\n    Base()\n",
    "libs/deep/base.py": "class Base:\n    pass\n",
    "libs/flat.py": "try:\n    import extra\nexcept ImportError:\n    extra = None\n",
    "libs/named.py": "",
}
# Each edit: what to write (None: delete).
EDITS: list[dict[str, str | None]] = [
    {"libs/deep/base.py": "class Base:\n    size = 2\n"},
    {"libs/deep/base.py": "# told\nclass Base:\n    size = 2\n"},
    {"vendor/extra.py": "value = 1\n"},  # an import that found nothing finds a file
    {"vendor/extra.py": "import libs.named\n"},
    {"libs/named.py": "x = 1\n"},
    {"libs/named.py": "x = (\n"},  # cannot be parsed: may load anything
    {"libs/flat.py": "y = 2\n"},
    {"libs/named.py": "x = 2\n"},
    {"libs/deep/run.py": None, "libs/deep/run/__init__.py": "from ..base import Base\n"},  # a module becomes a package
    {"helper.py": "z = 3\n"},  # the same name at the root
    {"models/b/helper.py": None},
    {"helper.py": "z = 4\n"},
    {"params.yaml": "c: {lr: 2}\nother: 2\n"},
    {"params.yaml": "c: {lr: 2}\nother: 3\n"},
    {"mlgitlab.yml": CONFIG.replace("models.a.train}", "models.a.train --fast}")},
    {"pyproject.toml": "[tool.setuptools.package-dir]\n'' = 'lib'\n", "lib/extra.py": ""},
    {"lib/extra.py": "import libs.deep.base\n"},
    {"README.md": "# read me\n"},
]


def test_a_plan_is_the_same_with_and_without_a_cache(tmp_path: Path) -> None:
    repo = Repo.create(tmp_path / "repository")
    repo.commit("start", START)
    for number, edit in enumerate(EDITS):
        repo.remove(*(path for path, text in edit.items() if text is None))
        repo.commit(f"edit {number}", {path: text for path, text in edit.items() if text is not None})
        fresh = plan(repo, tmp_path, "--no-cache")
        assert plan(repo, tmp_path, "--cache", "cache") == fresh, f"first look at edit {number}"
        assert plan(repo, tmp_path, "--cache", "cache") == fresh, f"second look at edit {number}"


def plan(repo: Repo, folder: Path, *options: str) -> Any:
    run = mlgitlab(
        "preview", "--json", "--repo", str(repo.folder), "--as", "push", "--base", "HEAD^", *options, cwd=folder
    )
    return run.json
