"""Edits tried on a repository by the real command: what `preview` selects, and what becomes of the fingerprints."""

from __future__ import annotations

import ast
import difflib
import io
import json
import subprocess
from collections.abc import Collection, Iterator, Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from mlgitlab.cli.main import Surroundings, cli
from scripts.mutations import Edit, cosmetic, semantic
from scripts.mutations.edits import generator

PROFILE = "mutations"
_STEPS = ["quality", "data", "smoke", "train", "evaluate", "gate"]
_ENVIRON = {"PATH": "/usr/local/bin:/usr/bin:/bin"}


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One edit of one file, the steps that depend on the file, and what the command made of it."""

    path: str
    seed: int
    kind: str
    edit: Edit
    before: bytes
    dependent: frozenset[str]
    selected: frozenset[str]
    altered: frozenset[str]
    needed: frozenset[str]

    @property
    def wrong(self) -> tuple[str, ...]:
        """What should not be: none for an edit that was taken for what it is."""
        if self.kind == "cosmetic":
            return tuple(_wrong(selects=self.selected, alters_the_fingerprint_of=self.altered))
        return tuple(
            _wrong(
                does_not_select=self.dependent - self.selected,
                keeps_the_fingerprint_of=self.dependent - self.altered,
                selects_without_a_need=self.selected - self.dependent - self.needed,
                alters_the_fingerprint_without_selecting=self.altered - self.selected,
            )
        )

    @property
    def difference(self) -> str:
        """The edit as a diff."""
        old, new = (text.decode("utf-8", "replace").splitlines() for text in (self.before, self.edit.content))
        return "\n".join(difflib.unified_diff(old, new, self.path, self.path, lineterm="", n=1))

    def __str__(self) -> str:
        """One line for people, and the diff of a wrong one."""
        says = "; ".join(self.wrong) or "right"
        line = f"{self.kind:8}  {self.path}  {self.edit.what}  {len(self.selected)} selected  {says}"
        return f"{line}  (seed {self.seed})\n{self.difference}" if self.wrong else line


def _wrong(**found: frozenset[str]) -> Iterator[str]:
    for what, steps in found.items():
        if steps:
            yield f"{what.replace('_', ' ')} {', '.join(sorted(steps))}"


class Laboratory:
    """A clone of a repository in which files are edited and put back; checks of the code are left aside.

    owners: the models and datasets whose steps are looked at; all of them where there are none.
    Raises RuntimeError where the command fails.
    """

    def __init__(self, origin: Path, scratch: Path, config: Path | None = None, owners: Collection[str] = ()) -> None:
        self.folder = scratch / "clone"
        self._cache = scratch / "cache"
        if not self.folder.exists():
            subprocess.run(
                [
                    "git",
                    "-c",
                    "advice.detachedHead=false",
                    "clone",
                    "--quiet",
                    "--shared",
                    str(origin),
                    str(self.folder),
                ],
                check=True,
            )
        self._config = self._with_profile(config or origin / "mlgitlab.yml", scratch)
        steps: list[dict[str, Any]] = self._run("preview", "--profile", PROFILE, "--all")["steps"]
        owned = {step["owner"] for step in steps if step["step"] != "quality"}
        self._checks = {step["id"] for step in steps if step["step"] == "quality"}
        self._owner = {step["id"]: step["owner"] for step in steps}
        self._owners = sorted(owned & set(owners) if owners else owned)
        explained = [step for owner in self._owners for step in self._run("explain", owner)["steps"]]
        self._imports = {step["id"]: set(step["imports"]) for step in explained}
        self._known = self._fingerprints(self._owners)

    @property
    def owners(self) -> list[str]:
        """The models and datasets that are looked at."""
        return self._owners

    def files(self) -> Mapping[str, frozenset[str]]:
        """Every file that a step depends on, and the steps: those that read its result are among them."""
        found: dict[str, set[str]] = {}
        for step, facts in self._known.items():
            hashed = {item["path"] for item in facts["ingredients"] if item["kind"] in ("code", "input")}
            for path in hashed | self._imports[step]:
                found.setdefault(path, set()).update({step, *self._readers(step)})
        return {path: frozenset(steps) for path, steps in sorted(found.items())}

    def tries(self, path: str, dependent: frozenset[str], seed: int) -> Iterator[Trial]:
        """A cosmetic and a semantic edit of one file, where there are such."""
        before = (self.folder / path).read_bytes()
        loaded = self._loaded(dependent)
        documented = any("getdoc" in source or ".__doc__" in source for source in loaded.values())
        modules = set.intersection(*(self._modules(step, loaded) for step in dependent)) or None
        edits = {
            "cosmetic": cosmetic(path, before, generator(f"{seed} {path}"), docstrings=not documented),
            "semantic": semantic(path, before, generator(f"{seed} {path}"), modules=modules),
        }
        for kind, edit in edits.items():
            if edit:
                yield self._tried(path, dependent, seed, kind, edit, before)

    def _tried(self, path: str, dependent: frozenset[str], seed: int, kind: str, edit: Edit, before: bytes) -> Trial:
        file = self.folder / path
        file.write_bytes(edit.content)
        try:
            plan = self._run("preview", "--profile", PROFILE, "--base", "HEAD")
            after = self._fingerprints(sorted({self._owner[step] for step in dependent}))
        finally:
            file.write_bytes(before)
        seen = [step for step in plan["steps"] if step["selected"] and step["id"] not in self._checks]
        # Of the other models only what a cosmetic edit selects is of interest.
        ours = [step for step in seen if kind == "cosmetic" or step["id"] in self._known]
        return Trial(
            path=path,
            seed=seed,
            kind=kind,
            edit=edit,
            before=before,
            dependent=dependent,
            selected=frozenset(step["id"] for step in ours),
            altered=frozenset(
                step for step, facts in after.items() if facts["fingerprint"] != self._known[step]["fingerprint"]
            ),
            needed=frozenset(
                step["id"] for step in seen if all(reason["cause"] == "needed" for reason in step["reasons"])
            ),
        )

    def _readers(self, step: str) -> set[str]:
        """The steps that read its result, and those that read theirs."""
        found: set[str] = set()
        pending = [step]
        while pending:
            current = pending.pop()
            for other, facts in self._known.items():
                reads = any(item["kind"] == "upstream" and item["path"] == current for item in facts["ingredients"])
                if reads and other not in found:
                    found.add(other)
                    pending.append(other)
        return found

    def _loaded(self, steps: Collection[str]) -> Mapping[str, str]:
        paths = {item["path"] for step in steps for item in self._known[step]["ingredients"] if item["kind"] == "code"}
        return {path: (self.folder / path).read_text("utf-8", "replace") for path in paths}

    def _modules(self, step: str, loaded: Mapping[str, str]) -> set[str]:
        """The first names of what a step's code imports."""
        code = (item["path"] for item in self._known[step]["ingredients"] if item["kind"] == "code")
        nodes = [node for path in code if path.endswith(".py") for node in ast.walk(ast.parse(loaded[path]))]
        plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
        inner = {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module and not node.level}
        return {name.partition(".")[0] for name in plain | inner}

    def _fingerprints(self, owners: Collection[str]) -> Mapping[str, dict[str, Any]]:
        found = (facts for owner in owners for facts in self._run("fingerprint", owner))
        # Gates have fingerprints, and no job where there is no store to keep a verdict.
        return {facts["step"]: facts for facts in found if facts["step"] in self._imports}

    def _with_profile(self, config: Path, scratch: Path) -> Path:
        """The configuration with a profile of all kinds of steps: in the clone where it was inside, else beside it."""
        settings = yaml.safe_load(config.read_text("utf-8"))
        settings.setdefault("profiles", {})[PROFILE] = {"steps": _STEPS}
        inside = self.folder / config.name
        target = inside if inside.exists() else scratch / config.name
        target.write_text(yaml.safe_dump(settings, sort_keys=False), "utf-8")
        author = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "commit.gpgsign=false")
        if target == inside:
            subprocess.run(
                ["git", *author, "commit", "--quiet", "--all", "--allow-empty", "-m", "Add a profile"],
                cwd=self.folder,
                check=True,
            )
        return target

    def _run(self, *argv: str) -> Any:  # noqa: ANN401 (JSON)
        options = ["--repo", str(self.folder), "--config", str(self._config), "--cache", str(self._cache), "--json"]
        out = io.TextIOWrapper(io.BytesIO(), "utf-8")
        around = Surroundings(environ=_ENVIRON, cwd=str(self.folder))
        with redirect_stdout(out):
            code = cli.main([argv[0], *argv[1:], *options], standalone_mode=False, obj=around)
        if code:
            raise RuntimeError(f"mlgitlab {' '.join(argv)} exited with {code}")
        out.flush()
        return json.loads(out.buffer.getvalue())
