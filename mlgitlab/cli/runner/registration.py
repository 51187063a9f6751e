"""What registering comes to, before anything is asked of GitLab: which GPUs, tags and settings, and who writes them."""

from __future__ import annotations

from dataclasses import dataclass

from mlgitlab.cli.main import Surroundings
from mlgitlab.cli.wiring import runner as world
from mlgitlab.config.scalars import Duration
from mlgitlab.config.wording import quoted
from mlgitlab.errors import RefusedError, UsageError
from mlgitlab.runner import gpus, tags
from mlgitlab.runner.config_file import entries, has_comments
from mlgitlab.runner.gpus import Gpus, Kind
from mlgitlab.runner.profile import ConfigKind, Profile, size
from mlgitlab.runner.registering import Wanted, known
from mlgitlab.runners import AccessLevel, Owner, Settings

EXECUTORS = (ConfigKind.DOCKER, ConfigKind.SHELL)
WRITERS = ("auto", "gitlab-runner", "file")


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
    token_file: str
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


def plan(around: Surroundings, asked: Asked, text: str, where: str, *, installed: bool) -> Planned:
    """Decide; `text` is that of config.toml, which is at `where`.

    RefusedError where the machine has no GPU, or several kinds of them and none was chosen.
    """
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
    if known(entries(text, where), asked.url, name):
        writer, why = "file", "the runner is in it already"
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
