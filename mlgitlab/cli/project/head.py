"""The head of the project: its commit, its files, its configuration, and the instance it runs on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from mlgitlab.cli.inputs import Request
from mlgitlab.cli.project.webs import Scene
from mlgitlab.config.gates import Gates
from mlgitlab.config.parameters import check_parameters
from mlgitlab.config.parse import Parsed, parse
from mlgitlab.config.scalars import GitLabVersion
from mlgitlab.config.schema import Config
from mlgitlab.errors import UsageError, WorldError
from mlgitlab.frozen import dataclass
from mlgitlab.pipeline.instance import Instance
from mlgitlab.planning.baseline.search import WHICH_COMMITS
from mlgitlab.planning.derive import derive
from mlgitlab.planning.dvc import with_dvc
from mlgitlab.planning.steps import StepSpec
from mlgitlab.protocols import Repository, Snapshot

if TYPE_CHECKING:
    from mlgitlab.planning.advice import Advice


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """What a change leads to. `uncommitted`: the files are those on disk, not those of the commit.

    `declared` are the steps as the configuration alone has them; `steps` have what the files of a DVC project add,
    and `remarks` say what of it could not be understood.
    """

    head: str
    snapshot: Snapshot
    uncommitted: bool
    parsed: Parsed
    declared: Mapping[str, StepSpec]
    steps: Mapping[str, StepSpec]
    remarks: tuple[Advice, ...] = ()

    @property
    def scene(self) -> Scene:
        """The files, and the commit that they are those of or above."""
        return Scene(commit=self.head, snapshot=self.snapshot, uncommitted=self.uncommitted)

    @property
    def config(self) -> Config:
        """The configuration's values."""
        return self.parsed.config


def read_project(request: Request, repository: Repository) -> Project:
    """The head's files and configuration; UsageError when there is no configuration."""
    head, snapshot, uncommitted = _head(request, repository)
    content = request.config.outside
    if content is None:
        content = snapshot.read([request.config.path]).get(request.config.path)
    if content is None:
        raise _without_configuration(request.config.path, repository, "" if uncommitted else head)
    parsed = parse(content, request.config.path)
    declared = derive(parsed.config)
    understood = with_dvc(declared, snapshot)
    return Project(
        head=head,
        snapshot=snapshot,
        uncommitted=uncommitted,
        parsed=parsed,
        declared=declared,
        steps=understood.steps,
        remarks=understood.remarks,
    )


def _without_configuration(path: str, repository: Repository, commit: str) -> UsageError:
    on_disk = repository.work_tree() if commit else None
    hint = "write one (docs/configuration.md shows a ten-line start), or name it with --config"
    if on_disk and on_disk.read([path]):
        hint = "the work tree has one: commit it first, or look at the work tree (without --as and --head)"
    return UsageError(f"there is no {path} in {f'commit {commit[:12]}' if commit else 'the work tree'}", hint)


def with_kept_gates(project: Project, kept: Mapping[str, Gates]) -> Project:
    """The project with the gates that an earlier configuration gave to models which have none any more."""
    declared = derive(project.config, kept)
    understood = with_dvc(declared, project.snapshot)
    return replace(project, declared=declared, steps=understood.steps, remarks=understood.remarks)


def _head(request: Request, repository: Repository) -> tuple[str, Snapshot, bool]:
    """The commit to look at, its files, and whether those on disk are meant."""
    options, env = request.options, request.env
    asked = options.head or (env.sha if env.in_ci else "") or "HEAD"
    head = repository.resolve(asked)
    if head is None and env.in_ci and not options.head and repository.obtain(asked):
        head = asked
    if head is None and options.head:
        raise UsageError(f"--head {options.head!r} is no commit of this repository", WHICH_COMMITS)
    if head is None:
        raise WorldError(f"the commit {asked} is not in the clone", "is GIT_STRATEGY none or empty in this job?")
    on_disk = repository.work_tree() if request.includes_work_tree else None
    return (head, on_disk, True) if on_disk else (head, repository.snapshot(head), False)


def instance_of(request: Request, config: Config) -> Instance:
    """The GitLab instance: the command line, then the configuration, then what CI tells."""
    settings = config.gitlab
    if request.options.gitlab_version:
        try:
            settings = replace(settings, version=GitLabVersion.parse(request.options.gitlab_version))
        except ValueError as error:
            raise UsageError(f"--gitlab-version {request.options.gitlab_version!r} is not {error}") from None
    return Instance.of(settings, detected_version=request.env.server_version, host=request.env.server_host)


def parameters_of(request: Request, config: Config) -> Mapping[str, str]:
    """Checked parameters: those of the environment, then those of the command line."""
    given = dict(request.env.parameters)
    for item in request.options.param:
        name, equals, value = item.partition("=")
        if not equals:
            raise UsageError(f"--param {item!r} is not NAME=VALUE")
        given[name] = value
    return check_parameters(config, given)
