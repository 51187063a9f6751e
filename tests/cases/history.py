"""A story's history, played in real repositories, and the clone it ends in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.cases.edits import edit
from tests.cases.story import Story
from tests.repositories import Repo

_PLACE = re.compile(r"\{(sha|url):([\w.-]+)\}")


class Stage:
    """The repositories of one story, and the names of its commits."""

    def __init__(self, folder: Path, story: Story) -> None:
        self.folder = folder
        self.shas: dict[str, str] = {}
        self.repos = {"server": Repo.create(folder / "server")}
        self.repo = self.repos["server"]
        if story.project or story.files:
            self.shas["start"] = self.repo.commit("start", story.first_files)
        for step in story.history:
            self._play(step)
        self.shas["HEAD"] = self.repo.head
        # A clone takes the server's HEAD for the default branch.
        self.repo.git("symbolic-ref", "HEAD", "refs/heads/main")

    def filled(self, text: str) -> str:
        """The text with SHAs and addresses in their places."""
        return _PLACE.sub(
            lambda found: self.shas[found[2]] if found[1] == "sha" else self.repos[found[2]].url, str(text)
        )

    def clone(self, wanted: Mapping[str, Any]) -> Path:
        """The folder that `mlgitlab` runs in."""
        place = self.folder / "clone"
        match wanted:
            case {"none": True}:
                place.mkdir()
            case {"job": rev, **options}:
                depth = int(options.get("depth", 20))
                self.repo.job_clone(place, self.repo.sha(self._rev(rev)), depth=depth)
            case {"laptop": branch}:
                self.repo.clone(place, f"--branch={branch}")
            case {"bare": branch}:
                self.repo.clone(place, f"--branch={branch}", bare=True)
            case _:
                raise AssertionError(f"no such clone: {wanted}")
        return place

    def _play(self, step: Mapping[str, Any]) -> None:
        match dict(step):
            case {"commit": name, **edits}:
                edit(self.repo, {key: self._filled_values(value) for key, value in edits.items()})
                self.shas[name] = self.repo.commit(name)
            case {"branch": name, **options}:
                self.repo.branch(name, self._rev(options.get("from", "HEAD")))
            case {"checkout": name}:
                self.repo.checkout(self._rev(name))
            case {"merge": name, **options}:
                self.shas[options["as"]] = self.repo.merge(self._rev(name), theirs=bool(options.get("theirs")))
            case {"tag": name, **options}:
                self.repo.tag(name, self._rev(options.get("at", "HEAD")))
            case {"orphan": name}:
                self.repo.orphan(name)
            case {"rewrite": rev}:
                self.repo.git("reset", "--quiet", "--hard", self._rev(rev))
            case {"chain": count, "as": name}:
                self.shas[name] = self.repo.chain(self.repo.head, count)
                self.repo.git("reset", "--quiet", "--hard", self.shas[name])
            case {"fork": True}:
                self.repos["fork"] = self.repo = self._forked()
            case _:
                raise AssertionError(f"no such step: {step}")

    def _forked(self) -> Repo:
        self.repo.clone(self.folder / "fork")
        return Repo.create(self.folder / "fork")  # with the settings of a server

    def _rev(self, name: str) -> str:
        """A commit of the story, else a branch, a tag or HEAD."""
        return self.shas.get(name, name)

    def _filled_values(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {self.filled(name): self._filled_values(item) for name, item in value.items()}
        return self.filled(value) if isinstance(value, str) else value
