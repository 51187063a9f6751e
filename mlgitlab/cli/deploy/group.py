"""`mlgitlab deploy`: models to where they answer, and back."""

from __future__ import annotations

import click

from mlgitlab.cli.lazy import LazyGroup

_SUBCOMMANDS = {
    "run": "Bring a judged model to an environment, step by step.",
    "watch": "Judge the live model for a while after the switch.",
    "rollback": "Go back to the model before.",
    "retire": "Stop the model before, once the window for a rollback is over.",
    "release": "Make a release of the project of a deployed model.",
    "status": "Show who answers, who is ready, and what is under way.",
    "history": "Show every deployment of an environment.",
    "manifests": "Write what would be applied to a Kubernetes cluster.",
    "agreement": "Compare the answers of two models to the same requests.",
    "record": "Keep some requests, masked, for a replay.",
    "replay": "Ask two models the recorded requests, and compare their answers.",
}


@click.group("deploy", cls=LazyGroup, modules="mlgitlab.cli.deploy.{}", subcommands=_SUBCOMMANDS)
def command() -> None:
    """Bring models to where they answer, and back.

    How is said below `models.NAME.deploy.ENVIRONMENT` in mlgitlab.yml; docs/deploy.md explains it.
    """
