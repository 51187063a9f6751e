"""The consoles that the documentation shows, run for real: `$ mlgitlab preview` and what it prints."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from scripts.demo import CHANGES
from scripts.documents import ROOT, Block, blocks
from scripts.example_repository import ExampleRepository

LAST_EXIT_CODE = "echo $?"
ELSEWHERE = ("make ", "pip ", "docker ")  # what a block may show and we do not run
# A line of a shown output that stands for any lines.
ELISION = "..."
_COMMENT = ("a comment", "models/fraud/train.py", "import argparse\n", "import argparse  # for --epochs\n")
_SHA = re.compile(r"\b(?:[0-9a-f]{40}|[0-9a-f]{12})\b")
_OURS_ALONE = ("CI_", "GITLAB_", "MLGITLAB_", "GIT_")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One command and the output shown below it."""

    command: str
    output: str


def entries(block: Block) -> tuple[Entry, ...]:
    """The commands of a console block; ValueError for output without a command."""
    found: list[Entry] = []
    for line in block.text.splitlines(keepends=True):
        if line.startswith("$ "):
            found.append(Entry(command=line.removeprefix("$ ").rstrip("\n"), output=""))
        elif not found:
            raise ValueError(f"{block.place}: a console begins with a command")
        else:
            found[-1] = Entry(command=found[-1].command, output=found[-1].output + line)
    return tuple(found)


def text_of(played: tuple[Entry, ...]) -> str:
    """The block's text that shows these entries."""
    return "".join(f"$ {entry.command}\n{entry.output}" for entry in played)


def prepare(folder: Path) -> None:
    """Make the repositories of the documentation: each example, and the README's ten-line start."""
    monorepo = ExampleRepository("monorepo", folder / "monorepo")
    for branch, (what, path, old, new) in CHANGES.items():
        monorepo.git("switch", "--quiet", "--create", branch, "main")
        monorepo.replace(path, old, new)
        monorepo.commit(f"Change {what}")
    monorepo.git("switch", "--quiet", "--create", "limited", "main")
    monorepo.replace("mlgitlab.yml", "version: 1\n", "version: 1\ngitlab: {max_jobs: 5}\n")
    monorepo.commit("Pretend that GitLab allows five jobs in a pipeline")
    monorepo.git("switch", "--quiet", "--create", "past", "main")
    for what, path, old, new in (*CHANGES.values(), _COMMENT):
        monorepo.replace(path, old, new)
        monorepo.commit(f"Change {what}")
    monorepo.git("switch", "--quiet", "main")
    _pushed(monorepo)
    start = ExampleRepository("single-model", folder / "start")
    (start.folder / "mlgitlab.yml").write_text(_start(), "utf-8")
    start.commit("Begin with ten lines")
    _pushed(start)


def _pushed(repository: ExampleRepository) -> None:
    """As after a push of `main`: on it, only what comes later counts as a change."""
    repository.git("update-ref", "refs/remotes/origin/main", "main")


def _start() -> str:
    readme = (ROOT / "README.md").read_text("utf-8")
    return next(block.text for block in blocks("README.md", readme) if block.marker == "mlgitlab.yml: start")


def play(block: Block, repositories: Path) -> tuple[Entry, ...]:
    """Run the block's commands in a copy of the repository that its marker names (`in: monorepo`).

    What a command prints takes the place of the shown output, where the two differ in more than SHAs.
    """
    name = block.marker.removeprefix("in: ") or "monorepo"
    with TemporaryDirectory() as folder:
        place = Path(folder) / name
        shutil.copytree(repositories / name, place)
        return tuple(_played(block, place))


def _played(block: Block, place: Path) -> Iterator[Entry]:
    last = 0
    shown = entries(block)
    for position, entry in enumerate(shown):
        if entry.command == LAST_EXIT_CODE:
            yield Entry(command=entry.command, output=f"{last}\n")
            continue
        if entry.command.startswith(ELSEWHERE):
            yield entry
            continue
        last, printed = run(entry.command, place)
        asked = [later.command for later in shown[position + 1 : position + 2]] == [LAST_EXIT_CODE]
        if last and not asked:
            raise ValueError(f"{block.place}: `{entry.command}` ends with {last}:\n{printed}")
        yield entry if agree(entry.output, printed) else Entry(command=entry.command, output=printed)


def run(command: str, folder: Path) -> tuple[int, str]:
    """Exit code and output of a line that a reader would type into a shell."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_OURS_ALONE)}
    path = f"{Path(sys.executable).parent}{os.pathsep}{kept.get('PATH', '')}"
    environ = {**kept, "PATH": path, "GIT_CONFIG_GLOBAL": os.devnull, "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    return done.returncode, done.stdout


def agree(shown: str, printed: str) -> bool:
    """Whether an output is as shown: SHAs aside, and `...` standing for any lines."""
    pattern = "".join(
        r"(?:.*\n)*?" if line == f"{ELISION}\n" else re.escape(line) for line in _without_shas(shown).splitlines(True)
    )
    return re.fullmatch(pattern, _without_shas(printed)) is not None


def _without_shas(text: str) -> str:
    return _SHA.sub(lambda found: "0" * len(found[0]), text)
