"""Where models answer at Amazon SageMaker AI; botocore is loaded when it is needed."""

from __future__ import annotations

from mlgitlab.adapters.machine import SystemClock
from mlgitlab.config.deploy import Strategy
from mlgitlab.errors import UsageError
from mlgitlab.jobs.deploy.followed import Followed
from mlgitlab.jobs.deploy.plan import shares
from mlgitlab.jobs.deploy.sagemaker.artifact import archive
from mlgitlab.jobs.deploy.sagemaker.controller import SageMakerEndpoint
from mlgitlab.jobs.deploy.sagemaker.endpoint import Console
from mlgitlab.jobs.deploy.sagemaker.requests import Endpoint
from mlgitlab.jobs.deploy.sagemaker.shadow import ShadowVariant
from mlgitlab.jobs.deploy.target import Rollout, Target
from mlgitlab.jobs.deploy.task import Task
from mlgitlab.store.library import Store


def target(task: Task, store: Store) -> Target:
    """The endpoint that a task is about; UsageError where SageMaker could not read the store, or without boto3."""
    try:
        from mlgitlab.adapters.sagemaker import connect  # noqa: PLC0415 (an extra, and slow to load)
    except ImportError:
        raise UsageError("SageMaker needs boto3", "pip install 'mlgitlab[s3]'") from None
    settings, address = task.settings.sagemaker, store.bucket.address
    assert settings
    if not address.startswith("s3://"):
        raise UsageError(f"SageMaker cannot fetch models from {address}", "keep models in a bucket: docs/s3.md")
    about = Endpoint(model=task.model, environment=task.environment, settings=task.settings, store=address)
    region = settings.region or ""
    console = Console(
        about=about,
        service=connect("sagemaker", region),
        clock=SystemClock(),
        archive=lambda digest: archive(store, task.model, digest, settings),
    )
    if task.settings.strategy is Strategy.SHADOW:
        return ShadowVariant(console=console, watch=connect("cloudwatch", region))
    steps = tuple(share.value for share in shares(task.settings))
    pause = float(task.settings.pause.seconds)
    return Followed(
        controller=SageMakerEndpoint(console=console),
        clock=SystemClock(),
        rollout=lambda now, before: Rollout(candidate=now, before=before, steps=steps, pause=pause),
    )
