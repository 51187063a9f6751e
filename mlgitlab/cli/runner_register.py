"""`mlgitlab runner register`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import click

from mlgitlab.cli.main import Surroundings
from mlgitlab.cli.options import json_option
from mlgitlab.cli.runner_options import file_option, owner_options, url_option
from mlgitlab.cli.wiring import runner as world
from mlgitlab.config.scalars import Duration
from mlgitlab.config.wording import quoted
from mlgitlab.errors import RefusedError, UsageError
from mlgitlab.paths import printable
from mlgitlab.runner import gpus, tags
from mlgitlab.runner.config_file import entries, has_comments
from mlgitlab.runner.gpus import Gpus, Kind
from mlgitlab.runner.profile import DEFAULT_IMAGE, ConfigKind, Profile, size
from mlgitlab.runner.registering import Wanted, check, known, register
from mlgitlab.runners import AccessLevel, Owner, Settings, Token

_MASKED = "[masked]"
_EXECUTORS = (ConfigKind.DOCKER, ConfigKind.SHELL)
_WRITERS = ("auto", "gitlab-runner", "file")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The command line."""

    url: str
    file: str
    owner: Owner
    gpu: str
    tag: tuple[str, ...]
    name: str
    executor: str
    image: str
    shm_size: str
    runtime: str
    protected: bool
    locked: bool
    run_untagged: bool
    maximum_timeout: str
    description: str
    note: str
    writer: str
    dry: bool
    as_json: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What would be done. writer: who writes config.toml, and why that one."""

    kind: Kind
    wanted: Wanted
    profile: Profile
    writer: str
    why: str


@click.command("register")
@url_option
@owner_options
@click.option("--gpu", default="", metavar="TYPE[:COUNT]", help="The GPUs, such as a100:2, instead of those found.")
@click.option("--tag", multiple=True, metavar="TAG", help="A tag besides those of the GPUs. Can be repeated.")
@click.option("--name", default="", help="The runner's name in config.toml. Default: the machine's, and the GPU type.")
@click.option("--executor", type=click.Choice([str(kind) for kind in _EXECUTORS]), default="docker", show_default=True)
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
    type=click.Choice(_WRITERS),
    default="auto",
    help="Who writes config.toml. Default: gitlab-runner where it is installed, unless that would lose comments.",
)
@file_option
@click.option("--print", "dry", is_flag=True, help="Say what would be done, and do nothing. Needs no network.")
@json_option
@click.pass_obj
def command(around: Surroundings, /, **given: Any) -> None:  # noqa: ANN401 (click's own types are in Asked)
    """Register this machine's GPUs as a runner, or change the one that it is.

    The runner is created by GitLab's API, with tags that say which GPUs it has, and written into config.toml. A second
    call with the same name and address changes description, tags and limits of that runner. The runner's token is
    shown nowhere.
    """
    asked = Asked(**given)
    config = world.config_toml(around, asked.file)
    text = config.read()
    enroll = world.gitlab_runner(around, config)
    planned = _planned(around, asked, text, installed=enroll is not None)
    check(planned.wanted)
    if asked.dry:
        _print(_dry(asked, planned, text, config.where), asked)
        return
    api = world.api(around, asked.url)
    with world.ended_in_order():
        done = register(
            planned.wanted,
            api,
            config,
            world.blocks(planned.profile),
            enroll if planned.writer == "gitlab-runner" else None,
        )
    facts = {**_facts(planned), "id": done.id, "action": str(done.action), "config": config.where}
    _print({**facts, "notes": list(done.notes)}, asked)


def _planned(around: Surroundings, asked: Asked, text: str, *, installed: bool) -> Planned:
    kind, whole, found = _chosen(around, asked)
    name = asked.name or f"{world.host_name()}-{kind.type}"
    settings = Settings(
        description=asked.description or name,
        tags=tags.checked([*tags.tags(kind, found.cuda), *asked.tag]),
        run_untagged=asked.run_untagged,
        locked=asked.locked,
        access=AccessLevel.REF_PROTECTED if asked.protected else AccessLevel.NOT_PROTECTED,
        maximum_timeout=_seconds(asked.maximum_timeout),
        note=asked.note,
    )
    profile = Profile(
        kind=ConfigKind(asked.executor),
        name=name,
        url=asked.url,
        gpus=kind,
        whole=whole,
        image=asked.image,
        shm=size(asked.shm_size),
        runtime=asked.runtime,
    )
    writer, why = _writer(asked.writer, text, installed=installed)
    wanted = Wanted(url=asked.url, owner=asked.owner, name=name, settings=settings)
    return Planned(kind=kind, wanted=wanted, profile=profile, writer=writer, why=why)


def _chosen(around: Surroundings, asked: Asked) -> tuple[Kind, bool, Gpus]:
    """The GPUs that the runner offers, whether they are all of the machine's, and what was found."""
    found = world.found_gpus(around)
    kinds = gpus.kinds(found)
    if asked.gpu:
        wanted = gpus.by_hand(asked.gpu)
        same = next((kind for kind in kinds if kind.type == wanted.type), None)
        if same is None:
            return wanted, True, found
        if wanted.count > same.count:
            raise RefusedError(f"this machine has {gpus.described([same])}, not {wanted.count}", "ask for fewer")
        count = wanted.count if ":" in asked.gpu else same.count
        part = Kind(type=same.type, count=count, vendor=same.vendor, memory=same.memory, uuids=same.uuids[:count])
        return part, len(kinds) == 1 and count == same.count, found
    if not kinds:
        raise RefusedError("no GPU was found on this machine", "name it by --gpu, such as --gpu a100:2")
    if len(kinds) > 1:
        raise RefusedError(
            f"this machine has GPUs of several types: {gpus.described(kinds)}",
            f"register one runner for each, by --gpu {kinds[0].type} and so on: a job cannot choose among them",
        )
    return kinds[0], True, found


def _writer(given: str, text: str, *, installed: bool) -> tuple[str, str]:
    if given == "gitlab-runner" and not installed:
        raise UsageError("gitlab-runner is not on PATH", "install it, or give --write file")
    if given != "auto":
        return given, "as asked for"
    if not installed:
        return "file", "gitlab-runner is not on PATH"
    if has_comments(text):
        return "file", "gitlab-runner would lose the comments of the file"
    return "gitlab-runner", "it is installed"


def _seconds(text: str) -> int | None:
    if not text:
        return None
    try:
        return Duration.parse(text).seconds
    except ValueError:
        raise UsageError(f"--maximum-timeout {quoted(text)} is no time", "such as 90m or 12h") from None


def _dry(asked: Asked, planned: Planned, text: str, where: str) -> dict[str, Any]:
    same = known(entries(text, where), asked.url, planned.wanted.name)
    facts = {**_facts(planned), "config": where}
    if same:
        return {**facts, "action": "would be updated", "id": same.id}
    block = world.blocks(planned.profile).whole(Token(id=0, secret=_MASKED))
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
    yield f"  takes    {facts['access_level'].replace('_', ' ')} refs, {untagged} untagged jobs, longest job: {limit}"
    yield f"  written  {facts['config']} by {_by(facts)}"
    for note in facts.get("notes", ()):
        yield click.style(f"  note     {printable(note)}", fg="yellow")
    if "block" in facts:
        yield ""
        yield facts["block"].rstrip("\n")


def _by(facts: dict[str, Any]) -> str:
    writer = "gitlab-runner" if facts["writer"] == "gitlab-runner" else "mlgitlab"
    return f"{writer}: {facts['writer_because']}"
