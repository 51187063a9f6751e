"""Who decides, from where, and whether they may."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from mlgitlab.config.approval import Approval
from mlgitlab.config.wording import quoted
from mlgitlab.errors import MlgitlabError, WorldError


@dataclass(frozen=True, slots=True, kw_only=True)
class Approver:
    """A person in a place: a GitLab job, or a laptop (`in_job` False). Empty texts are not known.

    `confirmed`: GitLab says that it is that person, and not the job's variables alone.
    """

    login: str
    user: str = ""
    in_job: bool = False
    protected: bool = False
    confirmed: bool = False
    ref: str = ""
    commit: str = ""
    pipeline: str = ""
    job: str = ""

    @classmethod
    def of(cls, environ: Mapping[str, str], login: str) -> Approver:
        """From GitLab's predefined variables; `login` is who acts."""
        return cls(
            login=login,
            user=environ.get("GITLAB_USER_ID", ""),
            in_job=bool(environ.get("GITLAB_CI")),
            protected=environ.get("CI_COMMIT_REF_PROTECTED") == "true",
            ref=environ.get("CI_COMMIT_REF_NAME", ""),
            commit=environ.get("CI_COMMIT_SHA", ""),
            pipeline=environ.get("CI_PIPELINE_URL", ""),
            job=environ.get("CI_JOB_URL", ""),
        )


class Groups(Protocol):
    """Who belongs to which group of GitLab."""

    def has(self, group: str, user: str) -> bool:
        """Whether a user, by number, is an active member; UsageError or WorldError where nobody can tell."""
        ...


def objections(who: Approver, settings: Approval, author: str, groups: Groups | None) -> Iterator[str]:
    """Why they may not approve; nothing where they may. `author` started the pipeline that judged the model."""
    if settings.protected and not who.in_job:
        yield "an approval is given in a job of GitLab's, which knows who you are: play MODEL:ENVIRONMENT:approve"
    elif settings.protected and not who.protected:
        yield f"{quoted(who.ref)} is not protected, and only jobs on protected branches and tags approve"
    if not who.login:
        yield "nobody knows who you are: GITLAB_USER_LOGIN is empty"
        return
    if settings.confirmed and not who.confirmed:
        yield "GitLab has not confirmed who you are, and `confirmed` wants that"
    yield from _not_named(who, settings, groups)
    if not settings.four_eyes:
        return
    if not author:
        yield "nobody knows who made the model, and `four_eyes` wants somebody else"
    elif _same(author, who.login):
        yield f"{quoted(who.login)} started the pipeline that judged the model, and `four_eyes` wants somebody else"


def doubt(login: str, settings: Approval, author: str, *, confirmed: bool) -> str:
    """What a record alone shows against who gave an approval; empty where nothing. Groups are not asked again."""
    if settings.confirmed and not confirmed:
        return "GitLab has not confirmed who gave it"
    if settings.users and not settings.groups and not any(_same(login, each) for each in settings.users):
        return f"{quoted(login)} is not among those who may approve"
    if settings.four_eyes and (not author or _same(author, login)):
        return f"{quoted(login)} may be who made the model, and `four_eyes` wants somebody else"
    return ""


def _not_named(who: Approver, settings: Approval, groups: Groups | None) -> Iterator[str]:
    if not (settings.users or settings.groups) or any(_same(who.login, login) for login in settings.users):
        return
    what = f"{quoted(who.login)} is not among those who may approve"
    if not settings.groups:
        yield what
    elif groups is None or not who.user:
        yield f"{what} by name, and nobody can tell about groups: MLGITLAB_GITLAB_TOKEN or GITLAB_USER_ID is not set"
    else:
        yield from _not_in(who, settings.groups, groups, what)


def _not_in(who: Approver, names: tuple[str, ...], groups: Groups, what: str) -> Iterator[str]:
    """Asked in turn, until one has them. What cannot be asked counts as a no that says so."""
    unknown = []
    for name in names:
        try:
            if groups.has(name, who.user):
                return
        except WorldError:
            raise
        except MlgitlabError as error:
            unknown.append(f"{name}: {error.message}")
    yield "; ".join([f"{what}: neither by name nor in {', '.join(names)}", *unknown])


def _same(one: str, other: str) -> bool:
    """GitLab's logins do not differ by case alone."""
    return one.casefold() == other.casefold()
