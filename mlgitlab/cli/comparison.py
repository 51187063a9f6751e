"""From the baseline to the impact: what changed, by the rules of the head and of each base."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mlgitlab import paths
from mlgitlab.analysis.parses import MemoryParses
from mlgitlab.changes import ChangeSet
from mlgitlab.cli.inputs import Request
from mlgitlab.cli.project import Project
from mlgitlab.config.parse import parse
from mlgitlab.config.schema import Config, OnUnknown, Select
from mlgitlab.errors import ConfigError, RefusedError
from mlgitlab.planning import listed
from mlgitlab.planning.baseline import Resolved, Rule, resolve
from mlgitlab.planning.derive import derive
from mlgitlab.planning.impact import Impact, Imported, Side, assess, config_reasons
from mlgitlab.planning.reach import loadable, reach
from mlgitlab.planning.steps import StepSpec
from mlgitlab.protocols import Repository, Snapshot
from mlgitlab.results import Cause, Reason

Reasons = Mapping[str, tuple[Reason, ...]]
Imports = Mapping[str, tuple[Imported, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What changed and what it reaches. `everything`: why all must run, where what changed is not known."""

    baseline: Resolved
    changes: ChangeSet
    impact: Impact
    everything: str = ""
    notes: tuple[str, ...] = ()


def compare(request: Request, repository: Repository, project: Project, select: Select) -> Comparison:
    """Find the baseline, read the changes and assess them.

    Raises RefusedError when the baseline is unknown under `on_unknown: error`.
    """
    baseline = _baseline(request, repository, project, select)
    changes = _changes(request, repository, project, baseline, select)
    impact, notes = assess_changes(request, repository, project, baseline, changes)
    return Comparison(
        baseline=baseline,
        changes=changes,
        impact=impact,
        everything="" if changes.complete else changes.why,
        notes=notes,
    )


def _baseline(request: Request, repository: Repository, project: Project, select: Select) -> Resolved:
    options = request.options
    if not options.base and (options.everything or request.listed is not None):
        given = "--all" if options.everything else "--changed-files"
        return Resolved(rule=Rule.GIVEN, bases=(), head=project.head, why=f"{given} was given")
    found = resolve(request.env, project.config.baseline, repository, head=project.head, explicit=options.base)
    if (
        not found.known
        and found.rule is not Rule.PROFILE
        and select is Select.CHANGES
        and project.config.baseline.on_unknown is OnUnknown.ERROR
    ):
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
        return repository.uncommitted_changes(baseline.bases)
    return repository.changes(baseline.bases, project.head)


def assess_changes(
    request: Request, repository: Repository, project: Project, baseline: Resolved, changes: ChangeSet
) -> tuple[Impact, tuple[str, ...]]:
    """The impact by all rules, and what else people should know."""
    file = request.config.path
    paths_changed = frozenset(change.path for change in changes.changes)
    parses, code = MemoryParses(), loadable(changes.changes)
    imports = reach(project.steps.values(), project.snapshot, code, parses)
    sides: list[Side] = []
    by_config: dict[str, tuple[Reason, ...]] = {}
    notes: list[str] = []
    for base in baseline.bases if paths_changed else ():
        snapshot = repository.snapshot(base)
        config = _config_then(request, project, snapshot, changed=file in paths_changed)
        if isinstance(config, str):
            notes.append(config)
            by_config = _all_because(project.steps, config, file)
            continue
        steps = project.steps if config is project.config else derive(config)
        then = reach(steps.values(), snapshot, code, parses)
        if config is project.config:
            imports = _merged(imports, then)
        else:
            sides.append(Side.of(config, steps.values(), then))
            by_config = {**config_reasons(project.steps, steps, file), **by_config}
    if not baseline.bases and file in paths_changed and request.config.outside is None:
        by_config = _all_because(
            project.steps, f"{paths.show(file)} changed, and without a base nothing says in which keys", file
        )
    impact = assess(
        changes.changes,
        head=Side.of(project.config, project.steps.values(), imports),
        bases=sides,
        steps=project.steps,
        unmatched=project.config.unmatched,
        config_file=file,
    )
    return _with(impact, by_config), tuple(notes)


def _config_then(request: Request, project: Project, snapshot: Snapshot, *, changed: bool) -> Config | str:
    """The base's configuration, or the sentence that says why it tells nothing."""
    if not changed or request.config.outside is not None:
        return project.config
    file = request.config.path
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
    return Impact(reasons=merged, unmatched=impact.unmatched, ignored=impact.ignored)


def _merged(one: Imports, other: Imports) -> Imports:
    return {path: (*one.get(path, ()), *other.get(path, ())) for path in sorted({*one, *other})}
