"""`mlgitlab runner config`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import click

from mlgitlab.cli.main import Surroundings
from mlgitlab.cli.options import json_option
from mlgitlab.cli.runner.options import url_option
from mlgitlab.cli.wiring import runner as world
from mlgitlab.config.scalars import GitLabVersion
from mlgitlab.config.schema import GitLab
from mlgitlab.config.wording import quoted
from mlgitlab.errors import UsageError
from mlgitlab.pipeline.instance import Instance
from mlgitlab.runner import gpus
from mlgitlab.runner.profile import (
    DEFAULT_IMAGE,
    CacheBucket,
    Cloud,
    Cluster,
    ConfigKind,
    Fleet,
    Profile,
    cluster_for,
    kubernetes_name,
    label,
    size,
    toleration,
)

HELM, RETRY = "helm", "retry"
KINDS = (*(str(kind) for kind in ConfigKind), HELM, RETRY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The command line."""

    kind: str
    url: str
    gpu: str
    name: str
    image: str
    shm_size: str
    runtime: str
    limit: int
    spot: str | None
    cache_bucket: str
    cache_region: str
    cache_address: str
    fleet: str
    max_instances: int
    cloud_project: str
    zone: str
    subscription: str
    resource_group: str
    namespace: str
    service_account: str
    runtime_class: str
    node_label: tuple[str, ...]
    tolerate: tuple[str, ...]
    secret: str
    gitlab_version: str
    output: str
    as_json: bool


@click.command("config")
@click.argument("kind", type=click.Choice(KINDS))
@url_option
@click.option("--gpu", default="a100:1", show_default=True, metavar="TYPE[:COUNT]", help="The GPUs of one job.")
@click.option("--name", default="gpu", show_default=True, help="The runner's name in config.toml.")
@click.option("--image", default=DEFAULT_IMAGE, show_default=True, help="Image of jobs that name none.")
@click.option("--shm-size", default="8g", show_default=True, help="Shared memory of a job's container.")
@click.option("--runtime", default="", help="Docker's runtime, such as nvidia, where `gpus` alone is not enough.")
@click.option("--limit", type=click.IntRange(min=1), default=1, show_default=True, help="Jobs at a time.")
@click.option(
    "--spot",
    type=click.Choice([str(cloud) for cloud in Cloud]),
    help="Spot machines: of the nodes in this cloud (kubernetes, helm), or of the group (docker-autoscaler-...).",
)
@click.option("--cache-bucket", default="", help="Keep GitLab's cache in this S3 bucket, by the machine's role.")
@click.option("--cache-region", default="", help="The bucket's region.")
@click.option("--cache-address", default="", metavar="HOST[:PORT]", help="A server that speaks like S3.")
@click.option("--fleet", default="gpu-runners", show_default=True, help="The group of instances, by its name.")
@click.option("--max-instances", type=click.IntRange(min=1), default=4, show_default=True, help="The most instances.")
@click.option("--cloud-project", default="", help="Google Cloud's project.")
@click.option("--zone", default="", help="Google Cloud's zone, or region, of the group.")
@click.option("--subscription", default="", help="Azure's subscription.")
@click.option("--resource-group", default="", help="Azure's resource group.")
@click.option("--namespace", default="gitlab-runner", show_default=True, help="Kubernetes' namespace for jobs.")
@click.option("--service-account", default="", help="Kubernetes' service account for jobs.")
@click.option("--runtime-class", default="", help="Kubernetes' runtime class, such as nvidia.")
@click.option("--node-label", multiple=True, metavar="KEY=VALUE", help="A label of the nodes. Can be repeated.")
@click.option("--tolerate", multiple=True, metavar="KEY[=VALUE]:EFFECT", help="A taint of the nodes. Can be repeated.")
@click.option("--secret", default="gitlab-runner-gpu", show_default=True, help="The secret with the token (helm).")
@click.option("--gitlab-version", default="", metavar="X.Y", help="Emit nothing newer than this GitLab understands.")
@click.option("--output", default="", metavar="FILE", help="Write it there instead of printing it.")
@json_option
@click.pass_obj
def command(around: Surroundings, /, **given: Any) -> None:  # noqa: ANN401 (click's own types are in Asked)
    """Print a configuration of gitlab-runner for GPUs: a config.toml, values of the Helm chart, or `retry`.

    KIND `retry` is what jobs on spot machines need in .gitlab-ci.yml. docs/runner-config.md says what each is for.
    Nothing is asked of GitLab, and no token is in what is printed.
    """
    asked = Asked(**given)
    text = _text(asked)
    if asked.output:
        world.write(around, asked.output, text)
    if asked.as_json:
        click.echo(json.dumps({"kind": asked.kind, "file": asked.output, "content": text}, indent=2))
    else:
        click.echo(f"wrote {asked.output}" if asked.output else text.rstrip("\n"))


def _text(asked: Asked) -> str:
    if asked.kind == RETRY:
        settings = GitLab(version=_version(asked.gitlab_version))
        return world.retry(Instance.of(settings).system_failures)
    profile = _profile(asked)
    if asked.kind == HELM:
        return world.helm(profile, kubernetes_name(asked.secret))
    return world.config(profile)


def _profile(asked: Asked) -> Profile:
    kind = gpus.by_hand(asked.gpu)
    cluster = Cluster(
        namespace=kubernetes_name(asked.namespace),
        service_account=asked.service_account,
        runtime_class=asked.runtime_class,
        labels=dict(map(label, asked.node_label)),
        tolerations=dict(map(toleration, asked.tolerate)),
    )
    bucket = CacheBucket(name=asked.cache_bucket, region=asked.cache_region, address=asked.cache_address)
    return Profile(
        kind=ConfigKind.KUBERNETES if asked.kind == HELM else ConfigKind(asked.kind),
        name=asked.name,
        url=asked.url,
        gpus=kind,
        image=asked.image,
        shm=size(asked.shm_size),
        runtime=asked.runtime,
        limit=asked.limit,
        spot=asked.spot is not None,
        cache=bucket if asked.cache_bucket else None,
        fleet=Fleet(
            name=asked.fleet,
            most=asked.max_instances,
            project=asked.cloud_project,
            zone=asked.zone,
            subscription=asked.subscription,
            resource_group=asked.resource_group,
        ),
        cluster=cluster_for(cluster, kind, Cloud(asked.spot) if asked.spot else None),
    )


def _version(text: str) -> GitLabVersion | None:
    if not text:
        return None
    try:
        return GitLabVersion.parse(text)
    except ValueError:
        raise UsageError(f"--gitlab-version {quoted(text)} is no version", "such as 19.1") from None
