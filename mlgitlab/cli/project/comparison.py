"""From the baseline to the impact: what changed, by the rules of the head and of each base."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from functools import reduce
from operator import or_

from mlgitlab import paths
from mlgitlab.analysis.loading import Loading
from mlgitlab.changes import ChangeSet
from mlgitlab.cli.inputs import Request
from mlgitlab.cli.project.head import Project
from mlgitlab.cli.project.meanings import differences
from mlgitlab.cli.project.webs import Scene, Webs
from mlgitlab.config.parse import parse
from mlgitlab.config.schema import Config, OnUnknown, Select
from mlgitlab.errors import ConfigError, RefusedError
from mlgitlab.frozen import dataclass
from mlgitlab.planning import leftovers, listed
from mlgitlab.planning.baseline import Resolved, Rule, resolve
from mlgitlab.planning.derive import derive
from mlgitlab.planning.dvc import with_dvc
from mlgitlab.planning.impact import Impact, assess
from mlgitlab.planning.links import NO_LINKS, Links
from mlgitlab.planning.reach import loadable, reach, starter_of
from mlgitlab.planning.reasons import config_reasons
from mlgitlab.planning.relevance import Relevance
from mlgitlab.planning.sides import Reached, Side
from mlgitlab.planning.steps import StepSpec
from mlgitlab.protocols import Repository, Snapshot
from mlgitlab.results import Cause, Reason

Reasons = Mapping[str, tuple[Reason, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What changed and what it reaches. `everything`: why all must run, where what changed is not known."""

    baseline: Resolved
    changes: ChangeSet
    impact: Impact
    everything: str = ""


def compare(request: Request, repository: Repository, project: Project, select: Select, webs: Webs) -> Comparison:
    """Find the baseline, read the changes and assess them.

    Raises RefusedError when the baseline is unknown under `on_unknown: error`.
    """
    baseline = _baseline(request, repository, project, select)
    changes = _changes(request, repository, project, baseline, select)
    impact = assess_changes(request, repository, project, baseline, changes, webs)
    return Comparison(
        baseline=baseline,
        changes=changes,
        impact=impact,
        everything="" if changes.complete else changes.why,
    )


def _baseline(request: Request, repository: Repository, project: Project, select: Select) -> Resolved:
    options = request.options
    if not options.base and (options.everything or request.listed is not None):
        given = "--all" if options.everything else "--changed-files"
        return Resolved(rule=Rule.GIVEN, bases=(), head=project.head, why=f"{given} was given")
    found = resolve(
        request.env,
        project.config.baseline,
        repository,
        head=project.head,
        explicit=options.base,
        on_disk=project.uncommitted,
    )
    refuses = project.config.baseline.on_unknown is OnUnknown.ERROR
    if refuses and not found.known and select is Select.CHANGES:
        raise RefusedError(
            f"the baseline is not known: {found.why}", "baseline.on_unknown is error; pass --base to name a commit"
        )
    return found


def _changes(
    request: Request, repository: Repository, project: Project, baseline: Resolved, select: Select
) -> ChangeSet:
    if request.listed is not None:
        return listed.changes(request.listed, project.snapshot.entries(), has_base=bool(baseline.bases))
    if not baseline.known:
        # Who looks at no change needs no baseline; who does must not take its absence for "no change".
        unneeded = request.options.everything or select is Select.ALL
        return ChangeSet(complete=unneeded, why=f"the baseline is not known: {baseline.why}")
    if project.uncommitted:
        found = repository.uncommitted_changes(baseline.bases)
        if not any(change.uncommitted for change in found.changes):
            return found
        names = leftovers.candidates(found, repository.snapshot(project.head).entries())
        return leftovers.without(found, project.snapshot.read(names))
    return repository.changes(baseline.bases, project.head)


def assess_changes(
    request: Request, repository: Repository, project: Project, baseline: Resolved, changes: ChangeSet, webs: Webs
) -> Impact:
    """The impact by the rules of the head and of every base."""
    file = request.config.path
    is_config_changed = request.config.outside is None and any(change.path == file for change in changes.changes)
    bases = [Scene(commit=base, snapshot=repository.snapshot(base)) for base in baseline.bases if changes.changes]
    look = _Look(
        webs=webs,
        code=loadable(changes.changes),
        relevance=Relevance(
            differences=differences(changes.changes, [base.snapshot for base in bases], project.snapshot),
            packages=project.config.packages,
        ),
        project=project,
        config_file=file if is_config_changed else "",
    )
    reached, pasts, links = look.all(bases) if changes.changes else (Reached(), [], NO_LINKS)
    if is_config_changed and not baseline.bases:
        unsaid = f"{paths.show(file)} changed, and without a base nothing says in which keys"
        pasts.append(_Past(by_config=_all_because(project.steps, unsaid, file)))
    reached = reduce(or_, (past.reached for past in pasts), reached)
    impact = assess(
        changes.changes,
        head=Side.of(project.config, project.steps.values(), reached, look.relevance, links),
        bases=[past.side for past in pasts if past.side],
        steps=project.steps,
        relevance=look.relevance,
        unmatched=project.config.unmatched,
        config_file=file,
    )
    by_config = {step: reasons for past in reversed(pasts) for step, reasons in past.by_config.items()}
    return _with(impact, by_config)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Past:
    """What one base adds: imports where it has the head's configuration, else a side of its own."""

    reached: Reached = field(default_factory=Reached)
    side: Side | None = None
    by_config: Reasons = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """What is looked at alike on all sides. `config_file` is empty where it did not change."""

    webs: Webs
    code: frozenset[str]
    relevance: Relevance
    project: Project
    config_file: str

    def all(self, bases: Sequence[Scene]) -> tuple[Reached, list[_Past], Links]:
        """What the steps load of the changed files in the head, what each base adds, and the head's symbolic links."""
        steps = self.project.steps
        loading = self._loading(self.project.scene, steps)
        reached = reach(steps.values(), loading, self.code, self.relevance)
        return reached, [self._past(base, loading) for base in bases], Links(loading.links)

    def _loading(self, scene: Scene, steps: Mapping[str, StepSpec]) -> Loading:
        return self.webs.loading(scene, [starter_of(step) for step in steps.values()])

    def _past(self, base: Scene, ours: Loading) -> _Past:
        if self.config_file:
            config = config_then(base.snapshot, self.config_file)
            if isinstance(config, str):
                return _Past(by_config=_all_because(self.project.steps, config, self.config_file))
            declared = derive(config)
            by_config = config_reasons(self.project.declared, declared, self.config_file)
            return _Past(side=self._side(config, declared, base), by_config=by_config)
        declared, steps = self.project.declared, self.project.steps
        # Where no step has to do with DVC, the files of no side can say anything else.
        if steps is not declared and with_dvc(declared, base.snapshot).steps != steps:
            return _Past(side=self._side(self.project.config, declared, base))
        theirs = self._loading(base, steps)
        if theirs.is_that_of(ours):  # most changes alter what files do, not what they load
            return _Past()
        return _Past(reached=reach(steps.values(), theirs, self.code, self.relevance))

    def _side(self, config: Config, declared: Mapping[str, StepSpec], base: Scene) -> Side:
        steps = with_dvc(declared, base.snapshot).steps
        loading = self._loading(base, steps)
        reached = reach(steps.values(), loading, self.code, self.relevance)
        return Side.of(config, steps.values(), reached, self.relevance, Links(loading.links))


def config_then(snapshot: Snapshot, file: str) -> Config | str:
    """The base's configuration, or the sentence that says why it tells nothing."""
    content = snapshot.read([file]).get(file)
    if content is None:
        return f"{paths.show(file)} is new"
    try:
        return parse(content, file).config
    except ConfigError:
        return f"{paths.show(file)} of the base cannot be read, so every step counts as changed"


def _all_because(steps: Mapping[str, StepSpec], text: str, file: str) -> dict[str, tuple[Reason, ...]]:
    reason = Reason(cause=Cause.CONFIG, text=text, chain=(file,))
    return dict.fromkeys(steps, (reason,))


def _with(impact: Impact, more: Reasons) -> Impact:
    merged = {step: (*more.get(step, ()), *impact.reasons.get(step, ())) for step in sorted({*impact.reasons, *more})}
    return replace(impact, reasons=merged)
