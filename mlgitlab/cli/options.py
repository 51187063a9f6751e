"""The options that generate, preview, explain and lint share."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TypeVar

import click

from mlgitlab.frozen import dataclass

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
    cache: str = ""
    no_cache: bool = False
    ask_store: bool | None = None
    check_runners: bool | None = None


_SHARED = {
    "repo": click.option(
        "--repo", default="", metavar="DIR", help="The repository, bare or not. Default: the current folder."
    ),
    "config": click.option(
        "--config",
        default="",
        metavar="FILE",
        help="The configuration. Default: mlgitlab.yml at the repository's root.",
    ),
    "base": click.option("--base", default="", metavar="REV", help="Compare with exactly this commit."),
    "head": click.option(
        "--head",
        default="",
        metavar="REV",
        help="The commit to look at. Default: HEAD, on a laptop with uncommitted changes.",
    ),
    "changed_files": click.option(
        "--changed-files",
        default="",
        metavar="FILE|-",
        help="Take the changed paths from a list, separated by NUL or by line.",
    ),
    "everything": click.option(
        "--all", "everything", is_flag=True, help="Select every step of the profile, whatever changed."
    ),
    "simulate": click.option(
        "--as", "simulate", type=click.Choice(KINDS), help="Do what this kind of GitLab pipeline would do."
    ),
    "profile": click.option("--profile", default="", metavar="NAME", help="Use this profile."),
    "gitlab_version": click.option(
        "--gitlab-version", default="", metavar="X.Y", help="Emit nothing newer than this GitLab understands."
    ),
    "cache": click.option(
        "--cache",
        default="",
        envvar="MLGITLAB_CACHE",
        metavar="DIR",
        help="Where to keep what was read in files. Default: .mlgitlab-cache at the root. [env: MLGITLAB_CACHE]",
    ),
    "no_cache": click.option("--no-cache", is_flag=True, help="Keep nothing, and use nothing that was kept."),
    "ask_store": click.option(
        "--ask-store/--no-ask-store",
        default=None,
        help="Ask the store which results it has. Default: a folder always, a bucket in CI only.",
    ),
    "check_runners": click.option(
        "--check-runners/--no-check-runners",
        default=None,
        help="Ask GitLab for a runner that takes each job. Default: in CI, where the configuration has `runners`.",
    ),
    "param": click.option("--param", multiple=True, metavar="NAME=VALUE", help="Set a parameter of the configuration."),
}


def shared_options(function: Callable[..., R]) -> Callable[..., R]:
    """Give a command the shared options, and hand them over as one `options` argument."""
    return some_options(*(name for name in _SHARED if name not in ("ask_store", "check_runners")))(function)


def planning_options(function: Callable[..., R]) -> Callable[..., R]:
    """Give a command the shared options, and those that a plan is made with."""
    return some_options(*_SHARED)(function)


def some_options(*names: str) -> Callable[[Callable[..., R]], Callable[..., R]]:
    """Give a command these of the shared options, by their fields in `Options`, as one `options` argument."""

    def decorate(function: Callable[..., R]) -> Callable[..., R]:
        @functools.wraps(function)
        def with_options(*args: object, **kwargs: object) -> R:
            given = {name: kwargs.pop(name) for name in names}
            values = {name: value for name, value in given.items() if value is not None}
            return function(*args, options=Options(**values), **kwargs)  # type: ignore[arg-type]

        decorated: Callable[..., R] = with_options
        for name in reversed(names):
            decorated = _SHARED[name](decorated)
        return decorated

    return decorate


json_option = click.option("--json", "as_json", is_flag=True, help="Print the same facts as JSON.")
