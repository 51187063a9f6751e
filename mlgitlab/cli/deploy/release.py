"""`mlgitlab deploy release`."""

from __future__ import annotations

import json

import click

from mlgitlab.cli.approval.shared import Meant, meant_options
from mlgitlab.cli.deploy.shared import settings_of
from mlgitlab.cli.main import Surroundings
from mlgitlab.cli.options import json_option
from mlgitlab.cli.stores import open_store
from mlgitlab.cli.wiring import approval as wiring
from mlgitlab.errors import UsageError
from mlgitlab.jobs.approval.release import release
from mlgitlab.store.naming import resolve


@click.command("release")
@click.argument("model", metavar="MODEL@DIGEST")
@meant_options
@json_option
@click.pass_obj
def command(around: Surroundings, meant: Meant, *, model: str, as_json: bool) -> None:
    """Make a release of the project of the model that is in an environment, with its evidence as links.

    In a GitLab job, by its own token. The tag is ENVIRONMENT-MODEL-DIGEST, at the job's commit; a release that is
    there already stays as it is. Exit code 3: the environment stands at another model.
    """
    name, at, _ = model.partition("@")
    if not at:
        raise UsageError(f"say which {name}", f"{name}@sha256:0123456789ab")
    config = meant.configured(around)
    settings = settings_of(config, name, meant.environment)
    store = open_store(around, config, meant.store)
    _, digest = resolve(store, model)
    releases = wiring.releases(around.environ)
    pipeline = around.environ.get("CI_PIPELINE_URL", "")
    made = release(store, name, digest, meant.environment, pipeline, protected=settings.protected)
    new = releases.make(made, around.environ.get("CI_COMMIT_SHA", ""))
    if as_json:
        click.echo(json.dumps({"tag": made.tag, "new": new, "links": dict(made.links)}, indent=2))
    else:
        click.echo(f"release {made.tag}{'' if new else ' was there already'}")
