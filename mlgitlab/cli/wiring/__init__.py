"""The one place that names real adapters: git, the templates, the disk."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mlgitlab import paths
from mlgitlab.adapters import files, gitlab
from mlgitlab.adapters.cache import FolderCache, NoCache
from mlgitlab.adapters.git import GitRepository, open_repository
from mlgitlab.adapters.plain_templates import PlainJobTemplates
from mlgitlab.adapters.template_files import SUFFIX, shipped_folder
from mlgitlab.ci import CiEnvironment
from mlgitlab.cli.inputs import ConfigFile, Request
from mlgitlab.cli.main import Surroundings
from mlgitlab.cli.options import Options
from mlgitlab.config.schema import DEFAULT_CONFIG
from mlgitlab.errors import UsageError
from mlgitlab.planning import listed
from mlgitlab.protocols import Cache, JobTemplates

if TYPE_CHECKING:
    from mlgitlab.cli.planning.flow import Survey  # with YAML, which whoever only moves a model does without
    from mlgitlab.cli.project.head import Project

CACHE_FOLDER = ".mlgitlab-cache"
# Until the configuration is read and says otherwise (`baseline.fetch_timeout`).
_FETCH_SECONDS = 120.0


def start(around: Surroundings, options: Options) -> tuple[Request, GitRepository]:
    """Open the repository and gather what the run is asked."""
    env = CiEnvironment.read(around.environ)
    repository = open_repository(
        str(Path(around.cwd, options.repo)),
        trusted=env.in_ci,
        fetch_seconds=_FETCH_SECONDS,
        token=around.environ.get("CI_JOB_TOKEN", ""),
        token_host=around.environ.get("CI_SERVER_HOST", ""),
        report=lambda line: click.echo(f"mlgitlab: {paths.printable(line)}", err=True),
    )
    if options.simulate:
        env = env.simulate(options.simulate, repository.current_branch() or "", repository.default_branch() or "")
    return (
        Request(
            options=options,
            env=env,
            config=_config_file(around, options.config, repository),
            cache=_cache(around, options, repository),
            listed=_listed(around, options.changed_files),
            environ=around.environ,
        ),
        repository,
    )


def _cache(around: Surroundings, options: Options, repository: GitRepository) -> Cache:
    if options.no_cache or (repository.bare and not options.cache):
        return NoCache()
    return FolderCache(Path(around.cwd, options.cache) if options.cache else Path(repository.folder, CACHE_FOLDER))


def _config_file(around: Surroundings, given: str, repository: GitRepository) -> ConfigFile:
    if not given:
        return ConfigFile(path=DEFAULT_CONFIG)
    on_disk = Path(around.cwd, given)
    place = on_disk.parent.resolve() / on_disk.name
    if not repository.bare and place.is_relative_to(repository.folder):
        return ConfigFile(path=place.relative_to(repository.folder).as_posix())
    if on_disk.exists():
        return ConfigFile(path=given, outside=files.read(on_disk))
    if repository.bare and not on_disk.is_absolute():
        return ConfigFile(path=paths.normalise(given))
    raise UsageError(f"--config {given!r} does not exist")


def _listed(around: Surroundings, given: str) -> tuple[str, ...] | None:
    return listed.read(content_of(around, given)) if given else None


def content_of(around: Surroundings, given: str) -> bytes:
    """The content of a file that the command line names; `-` is standard input."""
    return sys.stdin.buffer.read() if given == "-" else files.read(Path(around.cwd, given))


def job_templates(survey: Survey) -> JobTemplates:
    """Our job templates behind those of the project."""
    return templates_of(survey.project)


def templates_of(project: Project) -> JobTemplates:
    """Our job templates behind those of a project."""
    folder = project.config.templates
    overrides: dict[str, str] = {}
    if folder:
        root = paths.normalise(folder)
        snapshot = project.snapshot
        names = [path for path in snapshot.entries() if path.startswith(f"{root}/") and path.endswith(SUFFIX)]
        overrides = {
            path.removeprefix(f"{root}/"): content.decode("utf-8", "replace")
            for path, content in snapshot.read(names).items()
        }
    return PlainJobTemplates(overrides, shipped_folder())


def write(around: Surroundings, contents: Mapping[str, bytes]) -> None:
    """Write files, in this order, each in one step; git does not see those below `.mlgitlab/`."""
    for name, content in contents.items():
        files.write_for_jobs(Path(around.cwd, name), content)


def schema_problems(content: bytes) -> tuple[str, ...]:
    """What GitLab's JSON schema says against a pipeline."""
    from mlgitlab.adapters import ci_schema  # noqa: PLC0415 (for lint alone)

    return ci_schema.problems(content)


def remote_lint(url: str, token: str, project: str, content: str) -> gitlab.Linted:
    """What GitLab's CI Lint says of a pipeline."""
    return gitlab.lint(url, token, project, content)
