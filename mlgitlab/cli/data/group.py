"""`mlgitlab data`: what a dataset must look like, and whether it does."""

from __future__ import annotations

import click

from mlgitlab.cli.lazy import LazyGroup

_SUBCOMMANDS = {
    "validate": "Check datasets against their schemas and their baseline profiles.",
    "profile": "Write a baseline profile: bins, missing values, ranges.",
    "diff": "Compare two profiles, or two versions of a schema.",
    "infer": "Draft a schema from data.",
}


@click.group("data", cls=LazyGroup, modules="mlgitlab.cli.data.{}", subcommands=_SUBCOMMANDS)
def command() -> None:
    """Validate datasets; profile, compare and describe them.

    Needs the extra `data`: pip install "mlgitlab[data]".
    """
