"""`mlgitlab runner doctor`."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import click

from mlgitlab.cli.main import Surroundings
from mlgitlab.cli.options import json_option
from mlgitlab.cli.runner.options import file_option, url_option
from mlgitlab.cli.stores import VARIABLE, Chosen, config_here
from mlgitlab.cli.wiring import runner as world
from mlgitlab.errors import ExitCode, MlgitlabError
from mlgitlab.runner import cuda
from mlgitlab.runner.doctor import Answer, Host, Smoke, examine, no_gpu
from mlgitlab.runner.findings import Finding, Level, good
from mlgitlab.runner.gpus import Gpus, Vendor
from mlgitlab.runner.profile import size

_COLOURS = {Level.OK: "green", Level.WARNING: "yellow", Level.FAILED: "red", Level.SKIPPED: "blue"}
_NVIDIA = ("--gpus", "all")
_AMD = ("--device", "/dev/kfd", "--device", "/dev/dri", "--group-add", "video")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The command line."""

    url: str
    image: str
    need: str
    command: str
    store: str
    disk: str
    file: str
    as_json: bool


@click.command("doctor")
@url_option
@click.option("--image", default="", help="The image of the jobs: its CUDA is compared, and the smoke test runs in it.")
@click.option("--cuda", "need", default="", metavar="X.Y", help="The CUDA that jobs need, where no image tells it.")
@click.option("--command", default="", help="The smoke test. Default: nvidia-smi -L, or rocm-smi.")
@click.option("--store", default="", metavar="URL", help="The store. Default: MLGITLAB_STORE, then mlgitlab.yml.")
@click.option("--disk", default="50g", show_default=True, metavar="SIZE", help="Free space that is enough.")
@file_option
@json_option
@click.pass_obj
def command(around: Surroundings, /, **given: Any) -> int:  # noqa: ANN401 (click's own types are in Asked)
    """Check whether this host is fit for GPU jobs.

    GPUs, the driver against the CUDA that the image needs, Docker and the container toolkit, disk, shared memory,
    config.toml, the clock, and whether GitLab and the store answer. With --image the GPUs are looked at from a
    container. Exit codes: 0 fit, 3 not, which is also the answer for a machine without a GPU.
    """
    asked = Asked(**given)
    least, found = size(asked.disk), world.found_gpus(around)
    findings = examine(_host(around, asked, found), least) if found.devices else (no_gpu(),)
    if asked.as_json:
        facts = {"fit": good(findings), "findings": [asdict(finding) for finding in findings]}
        click.echo(json.dumps(facts, indent=2, ensure_ascii=False))
    else:
        click.echo("\n".join(_text(findings)))
    return ExitCode.YES if good(findings) else ExitCode.NO


def _host(around: Surroundings, asked: Asked, found: Gpus) -> Host:
    config, docker = world.config_toml(around, asked.file), world.docker(around)
    place, free = world.free(docker.root or around.cwd)
    in_image = bool(asked.image and docker.version)
    need = asked.need or (world.image_cuda(around, asked.image) if in_image else "") or cuda.of_image(asked.image)
    return Host(
        gpus=found,
        need=need,
        docker=docker,
        toolkit=world.toolkit(around),
        place=place,
        free=free,
        shm=world.shared_memory(),
        config=world.config_data(config),
        config_place=config.where,
        gitlab=world.ask(f"{asked.url.rstrip('/')}/api/v4/version"),
        store=_store(around, asked.store),
        smoke=_smoke(around, asked, found) if in_image else None,
    )


def _smoke(around: Surroundings, asked: Asked, found: Gpus) -> Smoke:
    amd = found.devices[0].vendor is Vendor.AMD
    argv = shlex.split(asked.command) or (["rocm-smi"] if amd else ["nvidia-smi", "-L"])
    return world.smoke(around, asked.image, _AMD if amd else _NVIDIA, argv)


def _store(around: Surroundings, given: str) -> Answer | None:
    """Whether the store can be read; None where there is none to speak of."""
    try:
        config = config_here(around)
        if not (given or around.environ.get(VARIABLE) or (config and config.store)):
            return None
        opened = Chosen(store=given).open(around)
        opened.pointer("mlgitlab-doctor", "none")
    except MlgitlabError as error:
        return Answer(who="the store", trouble=error.message, hint=error.hint)
    return Answer(who=opened.address)


def _text(findings: Sequence[Finding]) -> Iterator[str]:
    if len(findings) == 1:
        yield findings[0].what
        return
    for finding in findings:
        level = click.style(f"{finding.level:<8}", fg=_COLOURS[finding.level])
        yield f"{level} {finding.check:<8} {finding.what}"
        if finding.hint and finding.level is not Level.OK:
            yield f"{'':<17} {finding.hint}"
