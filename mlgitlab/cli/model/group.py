"""`mlgitlab model`: what is in the store, and how it gets there and back."""

from __future__ import annotations

import click

from mlgitlab.cli.lazy import LazyGroup

_SUBCOMMANDS = {
    "push": "Store files as a model.",
    "pull": "Fetch a model's files, every byte verified.",
    "list": "List the models of the store.",
    "show": "Show a model's files, records and pointers.",
    "verify": "Read stored files again and compare them with their digests.",
    "tag": "Let a pointer stand at a model.",
    "gc": "Delete models and files that nothing refers to.",
}


@click.group("model", cls=LazyGroup, modules="mlgitlab.cli.model.{}", subcommands=_SUBCOMMANDS)
def command() -> None:
    """Store, fetch and look at models.

    A model is named MODEL@DIGEST (12 digits are enough) or MODEL@POINTER; MODEL alone means MODEL@production.
    The store is a folder or a bucket: --store, else MLGITLAB_STORE, else `store` in mlgitlab.yml, else .mlgitlab/store.
    """
