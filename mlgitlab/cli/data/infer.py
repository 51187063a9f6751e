"""`mlgitlab data infer`: a draft of a schema."""

from __future__ import annotations

import json
from typing import Any

import click

from mlgitlab.cli import wiring
from mlgitlab.cli.data.profiling import Asked, config_option, format_option, profile, sensitive_option
from mlgitlab.cli.main import Surroundings
from mlgitlab.cli.options import json_option
from mlgitlab.jobs.data.infer import draft
from mlgitlab.paths import show


@click.command("infer")
@click.argument("data", metavar="DATASET|PATH")
@click.option("-o", "--output", default="", metavar="FILE", help="Write the schema there. Default: print it.")
@sensitive_option
@format_option
@config_option
@json_option
@click.pass_obj
def command(around: Surroundings, /, output: str, as_json: bool, **given: Any) -> None:  # noqa: ANN401 (click's own types are in Asked)
    """Draft a pandera schema in YAML from what a dataset holds.

    Types, missing values, observed ranges, short lists of values, keys. It is a draft: the data passes it, and it says
    what the data is, not what it must be. Sensitive columns show no values.
    """
    content = draft(profile(around, Asked(**given)), given["data"])
    if output:
        wiring.write(around, {output: content})
    if as_json:
        click.echo(json.dumps({"data": given["data"], "output": output, "schema": content.decode()}, indent=2))
    elif output:
        click.echo(f"{show(output)}: a draft; edit it, then: mlgitlab data validate", err=True)
    else:
        click.echo(content, nl=False)
