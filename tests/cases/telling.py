"""A story told: `mlgitlab generate` run in the story's clone, and what it left."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlgitlab import __version__
from tests.cases.edits import edit
from tests.cases.history import Stage
from tests.cases.judged import fill
from tests.cases.story import Story
from tests.commands import mlgitlab
from tests.gitlab_runners_api import TOKEN, serve
from tests.repositories import Repo

# What GitLab sets in every job; a story adds what its pipeline has besides.
_EVERY_JOB = {
    "GITLAB_CI": "true",
    "CI_COMMIT_BEFORE_SHA": "0" * 40,
    "CI_DEFAULT_BRANCH": "main",
    "CI_JOB_NAME": "mlgitlab:generate",
    "CI_PIPELINE_ID": "1001",
    "CI_PROJECT_ID": "7",
    "CI_SERVER_HOST": "git.example",
    "CI_SERVER_VERSION": "18.8.0",
}
# Git's own words differ from version to version, and by who closes the connection first.
_GIT_SAYS = re.compile(r"(?m)^(mlgitlab: [^:\n]+): (?:fatal|error|remote): .*$")
CHILD, PLAN = "mlgitlab-child.yml", "plan.json"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a run printed and wrote."""

    log: str
    shown: str  # the log without what was fetched on the way
    files: Mapping[str, str]

    @property
    def pipelines(self) -> dict[str, str]:
        """The child and its parts, by file name."""
        return {name: text for name, text in self.files.items() if name != PLAN}

    @property
    def plan(self) -> Any:
        """plan.json, parsed; None where nothing was written."""
        return json.loads(self.files[PLAN]) if PLAN in self.files else None


class Telling:
    """One story on its stage."""

    def __init__(self, story: Story, folder: Path) -> None:
        self.story = story
        self.stage = Stage(folder, story)
        self._clone = self.stage.clone(story.clone)
        edit(Repo(self._clone), story.work)
        Repo(folder).write(story.beside)
        self._place = self._clone / story.cwd
        fill(self._clone / ".store", folder / "models", story.judged)

    def run(self) -> Outcome:
        """Run the command once; the exit code must be the story's."""
        with self._gitlab() as server:
            done = mlgitlab(
                "generate",
                *map(self.stage.filled, self.story.run),
                cwd=self._place,
                environ={**self._environ(), **server},
                stdin=self.stage.filled(self.story.stdin).encode("utf-8", "surrogateescape"),
                check=self.story.exit,
            )
        written = {path.name: path.read_text("utf-8") for path in sorted(self._place.glob("mlgitlab-child*.yml"))}
        if (self._place / PLAN).exists():
            written[PLAN] = (self._place / PLAN).read_text("utf-8")
        return Outcome(log=done.err + done.out, shown=done.out, files=written)

    def masked(self, text: str) -> str:
        """The text with the story's names for commits, and without our own version."""
        for name, sha in self.stage.shas.items():  # HEAD comes last, and has a name before that
            text = text.replace(sha, f"{{{name}}}").replace(sha[:12], f"{{{name}}}")
        text = _GIT_SAYS.sub(r"\1: {what git says}", text.replace(str(self.stage.folder), "{here}"))
        return text.replace(f"mlgitlab {__version__}", "mlgitlab X.Y.Z")

    @contextmanager
    def _gitlab(self) -> Iterator[dict[str, str]]:
        """The variables that lead to a GitLab with the story's runners; none where it says nothing of them."""
        if self.story.runners is None:
            yield {}
            return
        with serve() as fake:
            for runner in self.story.runners:
                fake.add(**runner)
            yield {"CI_SERVER_URL": fake.url, "MLGITLAB_GITLAB_TOKEN": TOKEN}

    def _environ(self) -> dict[str, str]:
        if self.story.ci is None:
            return {}
        here = {"CI_COMMIT_SHA": Repo(self._clone).head} if (self._clone / ".git").exists() else {}
        return {**_EVERY_JOB, **here, **{name: self.stage.filled(value) for name, value in self.story.ci.items()}}


def reduced(plan: Any) -> str:
    """The baseline and the decisions of a plan, one step a line."""
    baseline = {key: plan["baseline"][key] for key in ("rule", "bases", "head")}
    steps = [
        {"id": step["id"], "selected": step["selected"]}
        | ({"causes": [reason["cause"] for reason in step["reasons"]]} if step["selected"] else {})
        | ({"skipped": step["skipped"]} if step["skipped"] else {})
        for step in plan["steps"]
    ]
    lines = ",\n    ".join(json.dumps(step, ensure_ascii=False) for step in steps)
    return f'{{\n  "baseline": {json.dumps(baseline)},\n  "steps": [\n    {lines}\n  ]\n}}\n'
