"""What past commits would have run: each compared with its first parent, all over one web of imports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from mlgitlab import paths
from mlgitlab.changes import ChangeSet
from mlgitlab.cli.inputs import ConfigFile, Request
from mlgitlab.cli.project.comparison import assess_changes
from mlgitlab.cli.project.head import Project
from mlgitlab.cli.project.webs import Webs
from mlgitlab.config.parse import Parsed, parse
from mlgitlab.config.schema import DEFAULT_CONFIG, Unmatched
from mlgitlab.errors import ConfigError
from mlgitlab.planning.baseline import Resolved, Rule
from mlgitlab.planning.derive import derive
from mlgitlab.planning.dvc import with_dvc
from mlgitlab.planning.impact import Impact
from mlgitlab.planning.misses import Result
from mlgitlab.planning.recorded import recorded
from mlgitlab.planning.shadow import Patterns, Replay, counted, replayed, selected
from mlgitlab.planning.steps import StepSpec
from mlgitlab.protocols import Repository, Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class _Settings:
    """A configuration and the steps that follow from it alone."""

    parsed: Parsed
    declared: Mapping[str, StepSpec]


class Replayer:
    """Replays commits one by one, best in the order of history: what one commit loads is mostly what the next does.

    `then`: each commit, and the one before it, with the configuration that it had. Otherwise all have that of
    `project`, and what they did to the configuration itself does not count.
    """

    def __init__(self, request: Request, repository: Repository, project: Project, *, then: bool) -> None:
        file = DEFAULT_CONFIG if request.config.outside is not None else request.config.path
        self._request = request if then else replace(request, config=ConfigFile(path=file, outside=b""))
        self._repository = repository
        self._webs = Webs(repository, request.cache)
        self._file = file
        self._fixed = None if then else _settings(project.parsed)
        self._known: dict[bytes, _Settings | str] = {}
        self._last: tuple[Mapping[str, StepSpec], Patterns] | None = None

    def at(self, commit: str, base: str) -> tuple[Replay, tuple[Result, ...]]:
        """One commit, and the results that it records."""
        snapshot = self._repository.snapshot(commit)
        settings = self._fixed or self._settings_then(snapshot)
        if isinstance(settings, str):
            return Replay(commit=commit, base=base, skipped=settings), ()
        project = _project(commit, snapshot, settings)
        changes = self._repository.changes((base,), commit)
        found = replayed(commit, base, changes.changes, self._impact(project, base, changes), self._index(project))
        return self._with_records(found, project, changes)

    def _with_records(self, found: Replay, project: Project, changes: ChangeSet) -> tuple[Replay, tuple[Result, ...]]:
        """What dvc.lock says, and what would have run if neither it nor an output had changed."""
        then = self._repository.snapshot(found.base)
        records = recorded(found.steps.values(), then, project.snapshot, found.changed)
        if records is None:
            return found, ()
        causes = tuple(change for change in changes.changes if not records.is_result(change.path))
        if len(causes) < len(changes.changes):
            impact = self._impact(project, found.base, replace(changes, changes=causes))
            found = replace(found, independent=selected(found.steps, impact.reasons))
        made = records.values.items()
        return found, tuple(Result(step=id_, commit=found.commit, value=value, recorded=True) for id_, value in made)

    def _impact(self, project: Project, base: str, changes: ChangeSet) -> Impact:
        baseline = Resolved(rule=Rule.EXPLICIT, bases=(base,), head=project.head, why="a replay")
        return assess_changes(self._request, self._repository, project, baseline, changes, self._webs)

    def _index(self, project: Project) -> Patterns:
        """The patterns of the project's steps: mostly those of the commit before."""
        if self._last is None or self._last[0] is not project.steps:
            self._last = project.steps, Patterns(counted(project.steps), project.config.ignore)
        return self._last[1]

    def _settings_then(self, snapshot: Snapshot) -> _Settings | str:
        content = snapshot.read([self._file]).get(self._file)
        if content is None:
            return f"there is no {paths.show(self._file)}"
        if content not in self._known:
            try:
                self._known[content] = _settings(parse(content, self._file))
            except ConfigError:
                self._known[content] = f"{paths.show(self._file)} cannot be read"
        return self._known[content]


def _settings(parsed: Parsed) -> _Settings:
    """Where a file that no rule knows would stop the pipeline, nobody can say what would have run: everything does."""
    if parsed.config.unmatched is Unmatched.ERROR:
        parsed = replace(parsed, config=replace(parsed.config, unmatched=Unmatched.EVERYTHING))
    return _Settings(parsed=parsed, declared=derive(parsed.config))


def _project(commit: str, snapshot: Snapshot, settings: _Settings) -> Project:
    return Project(
        head=commit,
        snapshot=snapshot,
        uncommitted=False,
        parsed=settings.parsed,
        declared=settings.declared,
        steps=with_dvc(settings.declared, snapshot).steps,
    )
