"""`mlgitlab config show` and `mlgitlab config schema`; `config check` is in a module of its own."""

from __future__ import annotations

import json

import click

from mlgitlab.cli import wiring
from mlgitlab.cli.lazy import LazyGroup
from mlgitlab.cli.main import Surroundings
from mlgitlab.cli.options import Options, json_option
from mlgitlab.cli.project.head import Project, read_project
from mlgitlab.config.show import Line, as_data, effective

_CHECK = {"check": "Validate the project's own training configurations."}


@click.group("config", cls=LazyGroup, modules="mlgitlab.cli.config.{}", subcommands=_CHECK)
def command() -> None:
    """Print the effective configuration or its JSON Schema; check the project's own configurations."""


@command.command("schema")
@click.option("--json", is_flag=True, expose_value=False, help="Accepted as by every command: the schema is JSON.")
def schema_command() -> None:
    """Print the JSON Schema of mlgitlab.yml, for editors."""
    from mlgitlab.config.json_schema import schema  # noqa: PLC0415 (only this command needs it)

    click.echo(json.dumps(schema(), indent=2, ensure_ascii=False))


@command.command("show")
@click.option("--repo", default="", metavar="DIR", help="The repository.")
@click.option("--config", default="", metavar="FILE", help="The configuration.")
@click.option("--head", default="", metavar="REV", help="Read it from this commit.")
@json_option
@click.pass_obj
def show_command(around: Surroundings, repo: str, config: str, head: str, as_json: bool) -> None:
    """Print every value of the configuration and where it came from, then what each step inherits."""
    project = read_project(*wiring.start(around, Options(repo=repo, config=config, head=head)))
    lines = [*effective(project.parsed), *_inherited(project)]
    if as_json:
        facts = [{"key": line.key, "value": line.value, "origin": line.origin} for line in lines]
        click.echo(json.dumps(facts, indent=2, ensure_ascii=False))
    else:
        click.echo("\n".join(map(str, lines)))


def _shown(value: object) -> object:
    """The value without the keys of a section that nobody set."""
    return {name: item for name, item in value.items() if item is not None} if isinstance(value, dict) else value


def _inherited(project: Project) -> list[Line]:
    """What each step has from its model or the defaults."""
    places = project.parsed.origins
    return [
        Line(
            key=f"step {step.id}.{name}",
            value=_shown(as_data(getattr(step, name))),
            origin=f"{key} ({places.get(key, 'default')})",
        )
        for step in project.steps.values()
        for name, key in sorted(step.origins.items())
    ]
