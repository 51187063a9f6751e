"""What the commands of `mlgitlab deploy` share: which place is meant, and with which tools."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import click

from mlgitlab.cli import signatures
from mlgitlab.cli.main import Surroundings
from mlgitlab.cli.stores import config_here, environment_options, open_store, project_root, who
from mlgitlab.cli.wiring import deploy as wiring
from mlgitlab.cli.wiring import store as disk
from mlgitlab.config.deploy import Deployment
from mlgitlab.config.schema import Config
from mlgitlab.config.wording import quoted, suggestion
from mlgitlab.errors import RefusedError, UsageError
from mlgitlab.jobs.approval.permit import ApprovalPermit
from mlgitlab.jobs.deploy import questions
from mlgitlab.jobs.deploy.permit import All, Permit, VerdictPermit
from mlgitlab.jobs.deploy.task import Task, Tools
from mlgitlab.paths import printable
from mlgitlab.store.library import Store

R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What the command line says about the place. Empty means not given."""

    environment: str
    store: str = ""
    config: str = ""

    def opened(self, around: Surroundings, model: str) -> Opened:
        """The place as mlgitlab.yml describes it; UsageError where it does not."""
        config = config_here(around, self.config)
        if config is None:
            raise UsageError("there is no mlgitlab.yml here", "a deployment is described below `models.NAME.deploy`")
        settings = settings_of(config, model, self.environment)
        root = Path(project_root(around))
        store = open_store(around, config, self.store)
        task = Task(model=model, environment=self.environment, settings=settings, cases=_cases(settings, root))
        tools = Tools(
            store=store,
            target=wiring.target(task, store, root, around.environ),
            permit=permit(store, config, settings, around.environ, root),
            clock=wiring.clock(),
            owner=wiring.owner(),
            tell=_tell,
            by=who(around.environ),
            incidents=wiring.incidents(task, around.environ),
        )
        return Opened(task=task, tools=tools)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A place, and what is needed to act there."""

    task: Task
    tools: Tools


def permit(store: Store, config: Config, settings: Deployment, environ: Mapping[str, str], root: Path) -> Permit:
    """Everything that must agree before a model goes somewhere: its verdict; where asked for, a signature, a person."""
    approvals = {str(name): model.approval for name, model in config.models.items() if model.approval}
    signed = signatures.permit(store, config, signatures.on_disk(root))
    return All(
        permits=(
            VerdictPermit(store=store, protected=settings.protected and bool(environ.get("GITLAB_CI"))),
            *((signed,) if signed else ()),
            ApprovalPermit(store=store, settings=approvals, at=wiring.clock().now()),
        )
    )


place_options = environment_options("place", Place)


def require_protected(task: Task, environ: Mapping[str, str]) -> None:
    """RefusedError in a job of a branch or tag that is not protected, unless the environment does not ask for it."""
    protected = environ.get("CI_COMMIT_REF_PROTECTED") == "true"
    if environ.get("GITLAB_CI") and task.settings.protected and not protected:
        ref = quoted(environ.get("CI_COMMIT_REF_NAME", ""))
        what = f"{ref} is not protected, and only protected branches and tags deploy to {task.environment}"
        raise RefusedError(what, "run it on the default branch, or set `protected: false` for this environment")


def settings_of(config: Config, model: str, environment: str) -> Deployment:
    """How a model is deployed to an environment; UsageError where nothing says so."""
    found = config.models.get(model)  # type: ignore[call-overload]  # Name is str at run time
    if found is None:
        raise UsageError(f"there is no model {quoted(model)}", suggestion(model, config.models, "`models` has"))
    if environment not in found.deploy:
        hint = suggestion(environment, found.deploy, "it has") or f"describe it in `models.{model}.deploy`"
        raise UsageError(f"{model} has no environment {quoted(environment)}", hint)
    chosen: Deployment = found.deploy[environment]
    return chosen


def _cases(settings: Deployment, root: Path) -> tuple[questions.Case, ...]:
    if settings.synthetic is None:
        return ()
    name = settings.synthetic.requests
    return questions.read(disk.read_file(root / name), name)


def _tell(line: str) -> None:
    click.echo(f"mlgitlab: {printable(line)}", err=True)
