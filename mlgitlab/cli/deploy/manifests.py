"""`mlgitlab deploy manifests`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from mlgitlab.cli.deploy.shared import Place, place_options
from mlgitlab.cli.main import Surroundings
from mlgitlab.cli.options import json_option
from mlgitlab.cli.wiring import cluster
from mlgitlab.cli.wiring import store as disk
from mlgitlab.errors import UsageError
from mlgitlab.jobs.deploy.kubernetes import gpus
from mlgitlab.jobs.deploy.kubernetes.rendered import file_name, manifests
from mlgitlab.store.naming import resolve


@click.command("manifests")
@click.argument("model")
@click.option("--output", required=True, metavar="DIR", help="Folder for the files, one for each manifest.")
@click.option("--before", default="", metavar="MODEL", help="The model that answers now: MODEL@DIGEST.")
@place_options
@json_option
@click.pass_obj
def command(around: Surroundings, place: Place, model: str, output: str, before: str, *, as_json: bool) -> None:
    """Write what `deploy run MODEL@DIGEST` would apply to a cluster, for review or for GitOps.

    No cluster is asked, and nothing is applied. Without --before it is the first model of the environment, which
    nothing is compared with. The files hold JSON, which is YAML.
    """
    name, at, _ = model.partition("@")
    if not at:
        raise UsageError(f"say which {name}", f"{name}@sha256:0123456789ab, or a pointer such as {name}@candidate")
    here = place.opened(around, name)
    store = here.tools.store
    _, candidate = resolve(store, model)
    current = resolve(store, before)[1] if before else ""
    found = manifests(cluster.served(here.task, store), candidate, current)
    written = []
    for number, manifest in enumerate(found, 1):
        path = Path(around.cwd, output, file_name(number, manifest))
        disk.write_file(path, json.dumps(manifest, indent=2).encode() + b"\n")
        written.append(path.name)
    needs = gpus.stated(here.task.settings)
    if as_json:
        facts = {"candidate": candidate, "files": written, "extra_gpus": gpus.extra_gpus(here.task.settings)}
        click.echo(json.dumps(facts, indent=2))
        return
    for each in written:
        click.echo(each)
    if needs:
        click.echo(needs, err=True)
