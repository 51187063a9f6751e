"""`mlgitlab runner`: GPU runners, from a machine with GPUs to one that GitLab gives jobs to."""

from __future__ import annotations

import click

from mlgitlab.cli.lazy import LazyGroup

_SUBCOMMANDS = {
    "register": "Register this machine's GPUs as a runner, or change the one that it is.",
    "doctor": "Check a runner's host: GPUs, driver, containers, disk, clock, GitLab, store.",
    "config": "Print a configuration of gitlab-runner for GPUs.",
    "check": "Hold a config.toml against the keys and types that gitlab-runner has.",
    "list": "List the runners of a project, a group or the instance.",
    "show": "Show one runner.",
    "pause": "Let a runner take no more jobs.",
    "resume": "Let a paused runner take jobs again.",
    "rotate-token": "Give a runner of this host a new token.",
    "unregister": "Delete a runner, in GitLab and in config.toml.",
}


@click.group("runner", cls=LazyGroup, modules="mlgitlab.cli.runner.{}", subcommands=_SUBCOMMANDS)
def command() -> None:
    """Register, configure and check GPU runners.

    What asks GitLab needs an access token in MLGITLAB_GITLAB_TOKEN. A runner's own token (glrt-...) is written into
    config.toml and shown nowhere.
    """
