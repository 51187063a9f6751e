"""A project whose model is one number, and whose evaluation is as good as that number says."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from textwrap import dedent
from typing import Any

from mlgitlab.adapters.store.folder import FolderBucket
from mlgitlab.adapters.store.local import LocalFiles
from mlgitlab.store.library import Store
from tests.commands import Done, mlgitlab
from tests.repositories import Repo

RULES = "{metrics: {accuracy: {margin: 0.05, at_least: 0.6}}}"
CONFIG = """
    version: 1
    datasets: {late: data/late.csv, early: data/early.csv}
    models:
      fraud:
        paths: models/fraud
        datasets: [early]
        train: {command: python3 models/fraud/train.py, outputs: out/}
        evaluate:
          command: python3 models/fraud/evaluate.py
          datasets: [late]
          metrics: metrics.json
          predictions: {file: p.csv, prediction: said, groups: [sex], trained_on: out/rows.txt}
        gates: RULES
"""
TRAIN = """
    import pathlib
    pathlib.Path("out").mkdir(exist_ok=True)
    pathlib.Path("out/skill.txt").write_text(open("models/fraud/skill.txt").read())
    pathlib.Path("out/rows.txt").write_text("e1\\ne2\\n")
"""
# Right on `skill` of 1000 rows.
EVALUATE = """
    import json, os
    skill = int(open("out/skill.txt").read())
    rows = [(f"r{n}", n % 2, (n % 2) if n * 7 % 1000 < skill else 1 - n % 2, "fm"[n % 3 == 0]) for n in range(1000)]
    assert os.environ["MLGITLAB_DATASET"] == "late" and os.environ["MLGITLAB_PREDICTIONS"].endswith("/p.csv")
    with open("p.csv", "w") as file:
        print("id,truth,said,sex", *(",".join(map(str, row)) for row in rows), sep="\\n", file=file)
    json.dump({"accuracy": skill / 1000}, open("metrics.json", "w"))
"""


class Project:
    """The repository, and the commands in it."""

    def __init__(self, folder: Path, rules: str = RULES, evaluate: str = EVALUATE, skill: int = 800) -> None:
        self.repo = Repo.create(folder)
        self.repo.commit(
            "first",
            {
                "mlgitlab.yml": dedent(CONFIG).replace("RULES", rules),
                "models/fraud/train.py": dedent(TRAIN),
                "models/fraud/evaluate.py": dedent(evaluate),
                "models/fraud/skill.txt": str(skill),
                "data/late.csv": "id\nr1\n",
                "data/early.csv": "id\ne1\n",
                ".gitignore": "out/\np.csv\nmetrics.json\n",
            },
        )

    def copy(self, folder: Path) -> Project:
        """The same project, with all that was trained and kept in it, in another folder."""
        shutil.copytree(self.folder, folder, symlinks=True)
        made = Project.__new__(Project)
        made.repo = Repo(folder)
        return made

    @property
    def folder(self) -> Path:
        """Where it is."""
        return self.repo.folder

    @property
    def store(self) -> Store:
        """The store that the commands use where nobody names one."""
        return Store(bucket=FolderBucket(self.folder / ".mlgitlab/store"), files=LocalFiles())

    @property
    def digest(self) -> str:
        """What was trained last."""
        return str(json.loads((self.folder / ".mlgitlab/fraud/train.json").read_text())["digest"])

    def run(self, *argv: str, code: int = 0, env: dict[str, str] | None = None) -> Done:
        """One command, which must end with that code."""
        return mlgitlab(*argv, cwd=self.folder, environ=env, check=code)

    def change(self, files: dict[str, str]) -> str:
        """Commit other contents; the commit before."""
        before = self.repo.git("rev-parse", "HEAD")
        self.repo.commit("change", {name: dedent(content) for name, content in files.items()})
        return before

    def train(self, skill: int | None = None) -> str:
        """Train a model with that skill: its digest."""
        if skill is not None:
            self.change({"models/fraud/skill.txt": str(skill)})
        self.run("train", "fraud")
        return self.digest

    def promote(self, digest: str) -> None:
        """Let production stand at a model."""
        self.run("model", "tag", "fraud", digest, "production", "--force")

    def candidate(self, skill: int) -> str:
        """A model with that skill, evaluated: its digest."""
        digest = self.train(skill)
        self.run("evaluate", "fraud")
        return digest

    def verdict(self, *argv: str, code: int) -> dict[str, Any]:
        """What the gate says, as data."""
        found: dict[str, Any] = self.run("gate", "fraud", "--json", *argv, code=code).json
        return found


def ruling(verdict: dict[str, Any], rule: str) -> dict[str, Any]:
    """The first ruling of a rule."""
    found: dict[str, Any] = next(each for each in verdict["rulings"] if each["rule"] == rule)
    return found
