"""What SageMaker is asked: models, endpoint configurations, and how an endpoint moves from one to the next.

https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails.html
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from mlgitlab.config.deploy import Deployment, Strategy
from mlgitlab.config.deploy_sagemaker import SageMakerTarget
from mlgitlab.jobs.deploy.plan import shares
from mlgitlab.store import digests

Request: TypeAlias = dict[str, object]
# A variant keeps its name: SageMaker shifts traffic only between variants of one name.
VARIANT = "model"
SHADOW = "shadow"
_LONGEST_WAIT = 3600
_TIMEOUTS = (600, 28800)  # of a whole rollout, at least and at most
_HASHED = 8
_PREFIX = 36


class Service(Protocol):
    """An AWS service. WorldError where it cannot be reached or is too busy, UsageError for what it does not take."""

    def call(self, operation: str, request: Mapping[str, object]) -> Mapping[str, object] | None:
        """The answer to an operation (`describe_endpoint`); None where what it names is not there."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """What is served where. `store` is the URL of the store's bucket."""

    model: str
    environment: str
    settings: Deployment
    store: str

    @property
    def sagemaker(self) -> SageMakerTarget:
        """The section for SageMaker."""
        assert self.settings.sagemaker
        return self.settings.sagemaker


def model(about: Endpoint, digest: str, archive: str) -> Request:
    """`create_model`. archive: the object in the bucket that SageMaker unpacks; empty where the container fetches.

    The object is named by the digest of its content, so that it is always the one that was judged.
    """
    settings = about.sagemaker
    container: Request = {
        "Image": settings.image,
        "Environment": {
            **dict(sorted(settings.environment.items())),
            "MLGITLAB_MODEL": about.model,
            "MLGITLAB_DIGEST": digest,
            "MLGITLAB_STORE": about.store,
        },
    }
    if archive:
        source = {"S3Uri": archive, "S3DataType": "S3Object", "CompressionType": "Gzip"}
        container["ModelDataSource"] = {"S3DataSource": source}
    asked: Request = {"PrimaryContainer": container, "ExecutionRoleArn": settings.role, "Tags": _tags(about, digest)}
    return {"ModelName": _named(about, digest, asked), **asked}


def configuration(about: Endpoint, digest: str, model_name: str, shadow: str = "", sample: float = 0.0) -> Request:
    """`create_endpoint_config` for a model, with a shadow (a model's name) that gets `sample` percent as copies."""
    asked: Request = {"ProductionVariants": [_variant(about, VARIANT, model_name, 1.0)], "Tags": _tags(about, digest)}
    if shadow:
        # The share of copies is the weight of the shadow, relative to that of the variant that answers.
        asked["ShadowProductionVariants"] = [_variant(about, SHADOW, shadow, sample / 100)]
    return {"EndpointConfigName": _named(about, digest, asked), **asked}


def deployment(about: Endpoint, *, back: bool = False) -> Request:
    """`DeploymentConfig`: how the endpoint moves. back: at once, and without alarms that are still on."""
    settings = about.sagemaker
    if back or about.settings.strategy is not Strategy.CANARY:
        routing: Request = {"Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": 0 if back else _pause(about)}
        made: Request = {"BlueGreenUpdatePolicy": _blue_green(about, routing)}
    elif settings.shift == "rolling":
        batch = {"Type": "CAPACITY_PERCENT", "Value": _first(about)}
        rolling = {"MaximumBatchSize": batch, "WaitIntervalInSeconds": _pause(about), "RollbackMaximumBatchSize": batch}
        made = {"RollingUpdatePolicy": {**rolling, "MaximumExecutionTimeoutInSeconds": timeout(about)}}
    else:
        size = "CanarySize" if settings.shift == "canary" else "LinearStepSize"
        routing = {"Type": settings.shift.upper(), "WaitIntervalInSeconds": _pause(about)}
        routing[size] = {"Type": "CAPACITY_PERCENT", "Value": _first(about)}
        made = {"BlueGreenUpdatePolicy": _blue_green(about, routing)}
    if settings.alarms and not back:
        made["AutoRollbackConfiguration"] = {"Alarms": [{"AlarmName": name} for name in settings.alarms]}
    return made


def timeout(about: Endpoint) -> int:
    """How long a rollout may take, in seconds."""
    steps = len(shares(about.settings))
    least, most = _TIMEOUTS
    return max(least, min(most, (steps + 1) * (_pause(about) + about.sagemaker.ready.seconds)))


def extra_instances(settings: Deployment) -> int:
    """Instances on top of those of the model before: all of them again, or a batch where they are replaced in turns."""
    found = settings.sagemaker
    if found is None:
        return 0
    if settings.strategy is Strategy.CANARY and found.shift == "rolling":
        return -(-found.instances * int(shares(settings)[0].value) // 100)
    return found.instances


def stated(settings: Deployment) -> str:
    """What a rollout needs on top, in words."""
    found, extra = settings.sagemaker, extra_instances(settings)
    if not found:
        return ""
    gpus = f" with {extra * found.gpus} GPUs" if found.gpus else ""
    what = f"{extra} instance{'s' if extra > 1 else ''} of {found.instance_type}{gpus}"
    return f"the rollout needs {what} on top of the {found.instances} of the model before"


def _blue_green(about: Endpoint, routing: Request) -> Request:
    return {
        "TrafficRoutingConfiguration": routing,
        "TerminationWaitInSeconds": min(_LONGEST_WAIT, about.settings.rollback.window.seconds),
        "MaximumExecutionTimeoutInSeconds": timeout(about),
    }


def _variant(about: Endpoint, name: str, model_name: str, weight: float) -> Request:
    return {
        "VariantName": name,
        "ModelName": model_name,
        "InstanceType": about.sagemaker.instance_type,
        "InitialInstanceCount": about.sagemaker.instances,
        "InitialVariantWeight": weight,
    }


def _pause(about: Endpoint) -> int:
    return min(_LONGEST_WAIT, about.settings.pause.seconds)


def _first(about: Endpoint) -> int:
    return int(shares(about.settings)[0].value)


def _tags(about: Endpoint, digest: str) -> list[Request]:
    told = {"mlgitlab:model": about.model, "mlgitlab:environment": about.environment, "mlgitlab:digest": digest}
    return [{"Key": key, "Value": value} for key, value in told.items()]


def _named(about: Endpoint, digest: str, asked: Request) -> str:
    """A name that says the digest, and is another one for another content: what has it need not be compared."""
    hashed = hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:_HASHED]
    prefix = about.sagemaker.endpoint[:_PREFIX].rstrip("-")
    return f"{prefix}-{digests.digits_of(digest)[: digests.SHORTEST]}-{hashed}"
