"""`mlgitlab runner register`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import click

from mlgitlab.cli.main import Surroundings
from mlgitlab.cli.options import json_option
from mlgitlab.cli.runner.options import file_option, owner_options, url_option
from mlgitlab.cli.runner.registration import EXECUTORS, WRITERS, Asked, Planned, plan
from mlgitlab.cli.stores import utc_now
from mlgitlab.cli.wiring import runner as world
from mlgitlab.paths import printable
from mlgitlab.runner.config_file import entries
from mlgitlab.runner.profile import DEFAULT_IMAGE
from mlgitlab.runner.registering import by_number, check, known, register
from mlgitlab.runners import AccessLevel, Token

_MASKED = "[masked]"


@click.command("register")
@url_option
@owner_options
@click.option("--gpu", default="", metavar="TYPE[:COUNT]", help="The GPUs, such as a100:2, instead of those found.")
@click.option("--tag", multiple=True, metavar="TAG", help="A tag besides those of the GPUs. Can be repeated.")
@click.option("--name", default="", help="The runner's name in config.toml. Default: the machine's, and the GPU type.")
@click.option("--executor", type=click.Choice([str(kind) for kind in EXECUTORS]), default="docker", show_default=True)
@click.option("--image", default=DEFAULT_IMAGE, show_default=True, help="Image of jobs that name none.")
@click.option("--shm-size", default="8g", show_default=True, help="Shared memory of a job's container.")
@click.option("--runtime", default="", help="Docker's runtime, such as nvidia, where `gpus` alone is not enough.")
@click.option("--protected", is_flag=True, help="Take jobs of protected branches and tags alone.")
@click.option("--locked/--not-locked", default=True, help="Whether other projects may not enable it. Default: locked.")
@click.option("--run-untagged", is_flag=True, help="Take jobs without tags, too. A GPU is a dear place for them.")
@click.option("--maximum-timeout", default="", metavar="TIME", help="The longest job, such as 12h. Default: no limit.")
@click.option("--description", default="", help="Shown by GitLab. Default: the name.")
@click.option("--note", default="", help="A maintenance note, shown to maintainers.")
@click.option(
    "--write",
    "writer",
    type=click.Choice(WRITERS),
    default="auto",
    help="Who writes config.toml. Default: gitlab-runner where it is installed, unless that would lose comments.",
)
@click.option(
    "--token-file", default="", metavar="FILE", help="Write the token into this file, too, for a Kubernetes secret."
)
@file_option
@click.option("--print", "dry", is_flag=True, help="Say what would be done, and do nothing. Needs no network.")
@json_option
@click.pass_obj
def command(around: Surroundings, /, **given: Any) -> None:  # noqa: ANN401 (click's own types are in Asked)
    """Register this machine's GPUs as a runner, or change the one that it is.

    The runner is created by GitLab's API, with tags that say which GPUs it has, and written into config.toml. A second
    call with the same name and address changes description, tags and limits of that runner. A runner of that name
    without a token, as `mlgitlab runner config` writes it, gets one. The token is shown nowhere.
    """
    asked = Asked(**given)
    config = world.config_toml(around, asked.file)
    text = config.read()
    enroll = world.gitlab_runner(around, config)
    planned = plan(around, asked, text, config.where, installed=enroll is not None)
    check(planned.wanted)
    if asked.dry:
        _print(_dry(asked, planned, text, config.where), asked)
        return
    api, at = world.api(around, asked.url), utc_now()
    blocks = world.blocks(planned.profile, at)
    with world.ended_in_order():
        writer = enroll if planned.writer == "gitlab-runner" else None
        done = register(planned.wanted, api, config, blocks, at=at, enroll=writer)
    if asked.token_file:
        entry = by_number(entries(config.read(), config.where), asked.url, done.id)
        world.write_secret(around, asked.token_file, entry.token if entry else "")
    facts = {**_facts(planned), "id": done.id, "action": str(done.action), "config": config.where}
    idle = () if enroll else (f"until gitlab-runner is installed and runs with {config.where}, it takes no jobs",)
    _print({**facts, "notes": [*done.notes, *idle]}, asked)


def _dry(asked: Asked, planned: Planned, text: str, where: str) -> dict[str, Any]:
    same = known(entries(text, where), asked.url, planned.wanted.name)
    facts = {**_facts(planned), "config": where}
    if same:
        action = "would be updated" if same.id else "would get its token"
        return {**facts, "action": action, "id": same.id}
    block = world.blocks(planned.profile, "").whole(Token(id=0, secret=_MASKED))
    return {**facts, "action": "would be registered", "block": block}


def _facts(planned: Planned) -> dict[str, Any]:
    settings, kind = planned.wanted.settings, planned.kind
    return {
        "name": planned.wanted.name,
        "url": planned.wanted.url,
        "owner": {"type": str(planned.wanted.owner.type), "place": planned.wanted.owner.place},
        "gpus": {"type": kind.type, "count": kind.count, "memory_gib": kind.memory, "vendor": str(kind.vendor)},
        "tags": list(settings.tags),
        "description": settings.description,
        "run_untagged": settings.run_untagged,
        "locked": settings.locked,
        "access_level": str(settings.access),
        "maximum_timeout": settings.maximum_timeout,
        "maintenance_note": settings.note,
        "writer": planned.writer,
        "writer_because": planned.why,
    }


def _print(facts: dict[str, Any], asked: Asked) -> None:
    click.echo(json.dumps(facts, indent=2, ensure_ascii=False) if asked.as_json else "\n".join(_text(facts)))


def _text(facts: dict[str, Any]) -> Iterator[str]:
    number = f" {facts['id']}" if facts.get("id") else ""
    yield f"runner{number} {click.style(printable(facts['name']), bold=True)} {facts['action']} at {facts['url']}"
    kind = facts["gpus"]
    memory = f", {kind['memory_gib']} GiB each" if kind["memory_gib"] else ""
    yield f"  GPUs     {kind['count']} {kind['type']}{memory}"
    yield f"  tags     {' '.join(map(printable, facts['tags']))}"
    limit = f"{facts['maximum_timeout']} s" if facts["maximum_timeout"] else "none"
    untagged = "also" if facts["run_untagged"] else "no"
    refs = "protected refs" if facts["access_level"] == AccessLevel.REF_PROTECTED else "all refs"
    yield f"  takes    {refs}, {untagged} untagged jobs, longest job: {limit}"
    yield f"  written  {facts['config']} by {_by(facts)}"
    for note in facts.get("notes", ()):
        yield click.style(f"  note     {printable(note)}", fg="yellow")
    if "block" in facts:
        yield ""
        yield facts["block"].rstrip("\n")


def _by(facts: dict[str, Any]) -> str:
    writer = "gitlab-runner" if facts["writer"] == "gitlab-runner" else "mlgitlab"
    return f"{writer}: {facts['writer_because']}"
