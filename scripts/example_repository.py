"""An example as a git repository of its own, for the demo and the end-to-end tests."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
# What running an example leaves behind; the examples' own .gitignore files name the same.
_LEFTOVERS = (
    "__pycache__",
    ".pytest_cache",
    ".ruff_cache",
    ".gitlab-ci-local",
    ".mlgitlab",
    "out",
    "model",
    "metrics.json",
    "predictions.csv",
    "codequality.json",
)
_AUTHOR = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "commit.gpgsign=false")


class ExampleRepository:
    """A repository with one commit on `main`: the example as it stands."""

    def __init__(self, example: str, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(EXAMPLES / example, folder, ignore=shutil.ignore_patterns(*_LEFTOVERS))
        self.git("init", "--quiet", "--initial-branch=main")
        self.commit("Start with the example")

    def git(self, *argv: str) -> str:
        """Run git in the folder and return what it printed; CalledProcessError where it fails."""
        # Nobody's hooks, signing or templates. A git command that runs us (a hook) would pass on its GIT_ variables.
        environ = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        done = subprocess.run(
            ["git", *_AUTHOR, *argv],
            cwd=self.folder,
            env={**environ, "GIT_CONFIG_GLOBAL": os.devnull},
            check=True,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )
        return done.stdout.strip()

    def commit(self, message: str) -> None:
        """Commit all that is in the folder."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "-m", message)

    def push(self) -> dict[str, str]:
        """The variables that GitLab would add for a push of the last commit (of a merge: all that it brought)."""
        return {"CI_COMMIT_BEFORE_SHA": self.git("rev-parse", "HEAD^1")}

    def replace(self, path: str, old: str, new: str) -> None:
        """Edit the first place in one file that holds `old`; ValueError when there is none."""
        file = self.folder / path
        text = file.read_text("utf-8")
        if old not in text:
            raise ValueError(f"{path} does not hold {old!r}")
        file.write_text(text.replace(old, new, 1), "utf-8")
