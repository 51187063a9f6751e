"""The options that the commands about runners share."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TypeVar

import click

from mlgitlab.config.wording import quoted
from mlgitlab.errors import UsageError
from mlgitlab.runner.config_file import entries
from mlgitlab.runner.registering import known
from mlgitlab.runner.world import ConfigToml
from mlgitlab.runners import Owner, RunnerType

R = TypeVar("R")

url_option = click.option(
    "--gitlab-url",
    "url",
    envvar="CI_SERVER_URL",
    default="https://gitlab.com",
    show_default=True,
    metavar="URL",
    help="The instance. [env: CI_SERVER_URL]",
)
file_option = click.option(
    "--file",
    default="",
    metavar="FILE",
    help="The config.toml. Default: /etc/gitlab-runner/config.toml for root, else ~/.gitlab-runner/config.toml.",
)


def owner_options(function: Callable[..., R]) -> Callable[..., R]:
    """Give a command the options that say whose runner is meant, as one `owner` argument."""

    @functools.wraps(function)
    def with_owner(*args: object, project: str, group: str, instance: bool, **kwargs: object) -> R:
        return function(*args, owner=_owner(project, group, instance), **kwargs)

    decorated: Callable[..., R] = with_owner
    for option in (
        click.option("--instance", is_flag=True, help="The whole instance; for administrators."),
        click.option("--group", default="", metavar="PATH|ID", help="The group."),
        click.option("--project", default="", metavar="PATH|ID", help="The project, such as group/name."),
    ):
        decorated = option(decorated)
    return decorated


def _owner(project: str, group: str, instance: bool) -> Owner:
    given = [
        owner
        for owner, wanted in (
            (Owner(type=RunnerType.PROJECT, place=project.strip("/")), bool(project)),
            (Owner(type=RunnerType.GROUP, place=group.strip("/")), bool(group)),
            (Owner(type=RunnerType.INSTANCE), instance),
        )
        if wanted
    ]
    if len(given) != 1:
        raise UsageError("whose runners are meant?", "give one of --project, --group and --instance")
    return given[0]


def number_of(config: ConfigToml, url: str, given: str) -> int:
    """The number of a runner that a command names: by it, or by its name in config.toml."""
    if given.isdecimal():
        return int(given)
    found = known(entries(config.read(), config.where), url, given)
    if found is None or not found.id:
        raise UsageError(
            f"{config.where} has no runner of {url} that is called {quoted(given)}", "give GitLab's number of it"
        )
    return found.id
