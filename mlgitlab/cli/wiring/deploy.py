"""Where models answer: nginx on this host, the project's own scripts, or the store's pointer."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path

from mlgitlab.adapters import files
from mlgitlab.adapters.deploy_command import CommandPlace
from mlgitlab.adapters.gitlab_issues import GitLabIssues
from mlgitlab.adapters.machine import SystemClock
from mlgitlab.adapters.nginx.alone import Alone, alone
from mlgitlab.adapters.nginx.target import NginxOnHost
from mlgitlab.adapters.owner import LocalOwner
from mlgitlab.cli.wiring import cluster, sagemaker
from mlgitlab.config.deploy import ShadowTraffic, TargetKind
from mlgitlab.errors import UsageError
from mlgitlab.jobs.deploy.pointer_target import PointerTarget
from mlgitlab.jobs.deploy.recording import Copies
from mlgitlab.jobs.deploy.target import Target
from mlgitlab.jobs.deploy.task import Incidents, Task
from mlgitlab.store.library import Store

# What is for us alone.
_OURS = frozenset({"MLGITLAB_GITLAB_TOKEN", "MLGITLAB_SIGNING_KEY"})


def target(task: Task, store: Store, root: Path, environ: Mapping[str, str]) -> Target:
    """The place that a task is about; what is relative in its configuration starts at `root`."""
    settings = task.settings
    match settings.target:
        case TargetKind.NGINX:
            assert settings.nginx
            return NginxOnHost(
                folder=(root / settings.nginx.folder).absolute(),
                settings=settings.nginx,
                shadow=settings.shadow or ShadowTraffic(),
                environ=environ,
            )
        case TargetKind.COMMAND:
            assert settings.command
            return CommandPlace(
                model=task.model,
                environment=task.environment,
                root=root,
                settings=settings.command,
                environ=_theirs(environ),
            )
        case TargetKind.KUBERNETES | TargetKind.ARGO_ROLLOUTS | TargetKind.FLAGGER | TargetKind.KSERVE:
            return cluster.target(task, store, _theirs(environ))
        case TargetKind.SAGEMAKER:
            return sagemaker.target(task, store)
        case TargetKind.POINTER:
            return PointerTarget(store=store, model=task.model, environment=task.environment)


def _theirs(environ: Mapping[str, str]) -> Mapping[str, str]:
    """What programs of others may know of the environment."""
    return {name: value for name, value in environ.items() if name not in _OURS}


def copies(target: Target) -> Copies:
    """The place as one that can copy requests; UsageError where it cannot."""
    if not isinstance(target, NginxOnHost):
        raise UsageError("only the target `nginx` can record requests", "log them in your own service")
    return target


def trial(task: Task, environ: Mapping[str, str]) -> AbstractContextManager[Alone]:
    """Two models of a task, in a folder and on ports of their own, which are gone with the block."""
    return alone(task.settings.nginx, environ)


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner reads."""
    files.write(path, content)
    path.chmod(0o600)


def incidents(task: Task, environ: Mapping[str, str]) -> Incidents | None:
    """Where failures are told: the project's issues, with a token; None without one, or where none are wanted."""
    settings, token = task.settings.incident, environ.get("MLGITLAB_GITLAB_TOKEN", "")
    url, project = environ.get("CI_SERVER_URL", ""), environ.get("CI_PROJECT_ID", "")
    if not (settings and token and url and project):
        return None
    return GitLabIssues(
        url=url, project=project, token=token, labels=settings.labels, confidential=settings.confidential
    )


def clock() -> SystemClock:
    """The machine's clocks."""
    return SystemClock()


def owner() -> LocalOwner:
    """The process that we are."""
    return LocalOwner()
