"""The options that generate, preview, explain and lint share."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import TypeVar

import click

R = TypeVar("R")
KINDS = ("merge_request", "merged_result", "merge_train", "push", "tag", "schedule", "web")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the command line says about the change and the project. Empty means not given."""

    repo: str = "."
    config: str = ""
    base: str = ""
    head: str = ""
    changed_files: str = ""
    everything: bool = False
    simulate: str = ""
    profile: str = ""
    gitlab_version: str = ""
    param: tuple[str, ...] = ()


_SHARED = (
    click.option("--repo", default="", metavar="DIR", help="The repository, bare or not. Default: the current folder."),
    click.option(
        "--config",
        default="",
        metavar="FILE",
        help="The configuration. Default: mlgitlab.yml at the repository's root.",
    ),
    click.option("--base", default="", metavar="REV", help="Compare with exactly this commit."),
    click.option(
        "--head",
        default="",
        metavar="REV",
        help="The commit to look at. Default: HEAD, on a laptop with uncommitted changes.",
    ),
    click.option(
        "--changed-files",
        default="",
        metavar="FILE|-",
        help="Take the changed paths from a list, separated by NUL or by line.",
    ),
    click.option("--all", "everything", is_flag=True, help="Select every step of the profile, whatever changed."),
    click.option("--as", "simulate", type=click.Choice(KINDS), help="Do what this kind of GitLab pipeline would do."),
    click.option("--profile", default="", metavar="NAME", help="Use this profile."),
    click.option(
        "--gitlab-version", default="", metavar="X.Y", help="Emit nothing newer than this GitLab understands."
    ),
    click.option("--param", multiple=True, metavar="NAME=VALUE", help="Set a parameter of the configuration."),
)


def shared_options(function: Callable[..., R]) -> Callable[..., R]:
    """Give a command the shared options, and hand them over as one `options` argument."""

    @functools.wraps(function)
    def with_options(*args: object, **kwargs: object) -> R:
        names = [field.name for field in fields(Options)]
        given = {name: kwargs.pop(name) for name in names}
        values = {name: value for name, value in given.items() if value is not None}
        return function(*args, options=Options(**values), **kwargs)  # type: ignore[arg-type]

    decorated: Callable[..., R] = with_options
    for option in reversed(_SHARED):
        decorated = option(decorated)
    return decorated


json_option = click.option("--json", "as_json", is_flag=True, help="Print the same facts as JSON.")
