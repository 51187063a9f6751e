"""`mlgitlab approval`: how approvals stand, and the ways in which they end."""

from __future__ import annotations

import click

from mlgitlab.cli.lazy import LazyGroup

_SUBCOMMANDS = {
    "status": "Show how the approvals of a model stand.",
    "revoke": "Take an approval back.",
    "expire": "Reject what nobody approved in time.",
}


@click.group("approval", cls=LazyGroup, modules="mlgitlab.cli.approval.{}", subcommands=_SUBCOMMANDS)
def command() -> None:
    """Show approvals, take them back, and let them expire. `mlgitlab approve` gives one."""
