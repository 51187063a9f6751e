"""What the commands about approvals share: the model and environment that are meant, and who acts."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict, dataclass, replace
from typing import TypeVar

import click

from mlgitlab.cli.main import Surroundings
from mlgitlab.cli.stores import config_here, environment_options, open_store, who
from mlgitlab.cli.wiring import approval as wiring
from mlgitlab.config.approval import Approval
from mlgitlab.config.schema import Config
from mlgitlab.config.wording import quoted, suggestion
from mlgitlab.errors import RefusedError, UsageError, WorldError
from mlgitlab.jobs.approval.approve import Subject
from mlgitlab.jobs.approval.approver import Approver
from mlgitlab.jobs.approval.decision import Answer, Decision
from mlgitlab.jobs.approval.permit import ApprovalPermit
from mlgitlab.paths import printable
from mlgitlab.planning.promotion import gitlab_name
from mlgitlab.store import digests
from mlgitlab.store.library import Store
from mlgitlab.store.naming import resolve

R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """What the command line says. Empty means not given."""

    environment: str
    store: str = ""
    config: str = ""

    def opened(self, around: Surroundings, model: str) -> tuple[Store, Subject]:
        """The store, and what is decided about; UsageError where the configuration asks for no approval there."""
        config = self.configured(around)
        name, at, _ = model.partition("@")
        if not at:
            raise UsageError(f"say which {name}", f"{name}@sha256:0123456789ab: an approval is for exactly one model")
        settings = _settings(config, name, self.environment)
        store = open_store(around, config, self.store)
        _, digest = resolve(store, model)
        return store, Subject(model=name, digest=digest, environment=self.environment, settings=settings)

    def configured(self, around: Surroundings) -> Config:
        """The configuration; UsageError where there is none."""
        config = config_here(around, self.config)
        if config is None:
            raise UsageError("there is no mlgitlab.yml here", "approvals are described in `models.NAME.approval`")
        return config


meant_options = environment_options("meant", Meant)


def approver(around: Surroundings) -> Approver:
    """Who acts. In a job with a token of its own, GitLab is asked, since a job's variables can be overridden.

    RefusedError where GitLab names another person than the variables do; WorldError where it cannot be reached.
    """
    environ = around.environ
    found = Approver.of(environ, who(environ))
    url, token = environ.get("CI_SERVER_URL", ""), environ.get("CI_JOB_TOKEN", "")
    if not (found.in_job and url and token):
        return found
    try:
        login, user = wiring.whoever_runs(url, token)
    except WorldError:
        raise
    except UsageError as error:
        click.echo(f"mlgitlab: {printable(error.message)}; GITLAB_USER_LOGIN counts", err=True)
        return found
    if (login.casefold(), user) != (found.login.casefold(), found.user):
        what = f"GitLab says that {quoted(login)} runs this job, and the variables say {quoted(found.login)}"
        raise RefusedError(what, "somebody overrides predefined variables: do not let them (docs/approval.md)")
    return replace(found, login=login, user=user, confirmed=True)


def agreed(around: Surroundings, config: Config, subject: Subject) -> tuple[Approver, ...]:
    """Who approved this job's deployment in GitLab (Premium); RefusedError where somebody rejected it.

    UsageError outside a job, or where GitLab refuses the answer; WorldError where it cannot be reached.
    """
    environ = around.environ
    names = ("CI_SERVER_URL", "CI_JOB_TOKEN", "CI_PROJECT_ID", "CI_JOB_ID")
    url, token, project, job = (environ.get(name, "") for name in names)
    if not (url and token and project and job):
        raise UsageError("--deployment reads the approvals of a job's deployment", "run it in that job")
    deployed = config.models[subject.model].deploy.get(subject.environment)  # type: ignore[index, call-overload]
    environment = gitlab_name(subject.model, subject.environment, deployed)
    said = wiring.agreed(url, token, project, environment, job)
    if against := [each.login for each in said if each.status != "approved"]:
        who_said = ", ".join(map(quoted, against))
        raise RefusedError(f"{subject.named} is rejected in GitLab by {who_said}", "a new pipeline asks again")
    place = Approver.of(environ, "")
    return tuple(replace(place, login=each.login, user=each.user, confirmed=True) for each in said)


def given(store: Store, subject: Subject, now: dt.datetime) -> Decision | None:
    """The approval that lets the model be deployed now; None where there is none."""
    permit = ApprovalPermit(store=store, settings={subject.model: subject.settings}, at=now)
    try:
        return permit.approval(subject.model, subject.digest, subject.environment, subject.settings)
    except RefusedError:
        return None


def decided(decision: Decision, *, as_json: bool) -> None:
    """Say what was decided, as JSON or in a line."""
    if as_json:
        click.echo(json.dumps(facts(decision), indent=2))
        return
    colour = "green" if decision.answer is Answer.APPROVED else "red"
    said = click.style(str(decision.answer), fg=colour, bold=True)
    by = f" by {printable(decision.by)}" if decision.by else ""
    until = f", until {decision.expires}" if decision.expires else ""
    why = f": {printable(decision.why)}" if decision.why else ""
    named = f"{decision.model}@{digests.short(decision.digest)}"
    click.echo(f"{named} is {said} for {decision.environment}{by}{until}{why}")


def facts(decision: Decision) -> dict[str, object]:
    """A decision as JSON, with the name of its record."""
    return {**asdict(decision), "answer": str(decision.answer), "record": decision.name}


def _settings(config: Config, model: str, environment: str) -> Approval:
    found = config.models.get(model)  # type: ignore[call-overload]  # Name is str at run time
    if found is None:
        raise UsageError(f"there is no model {quoted(model)}", suggestion(model, config.models, "`models` has"))
    if found.approval is None or environment not in found.approval.environments:
        what = f"nothing asks for an approval of {model} for {quoted(environment)}"
        raise UsageError(what, f"`models.{model}.approval` says where one is needed, and who may give it")
    settings: Approval = found.approval
    return settings
