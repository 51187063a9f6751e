"""`models.<name>.deploy.<environment>.sagemaker`: an endpoint of Amazon SageMaker AI."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from mlgitlab.config.field import doc
from mlgitlab.config.scalars import Duration

# A documented key is one line.
# fmt: off


@dataclass(frozen=True, slots=True, kw_only=True)
class SageMakerTarget:
    """An endpoint, and how SageMaker moves it from one model to the next."""

    endpoint: str = field(metadata=doc("Name of the endpoint."))
    region: str | None = field(default=None, metadata=doc("Region; that of the AWS configuration where nothing is said."))
    role: str = field(metadata=doc("ARN of the execution role of the models, which may read the store's bucket."))
    image: str = field(metadata=doc("Container image in ECR. It finds the model's digest in `MLGITLAB_DIGEST`."))
    environment: Mapping[str, str] = field(default_factory=dict, metadata=doc("Further variables of the container."))
    fetch: Literal["archive", "container"] = field(default="archive", metadata=doc("`archive`: the model is one `.tar.gz`, which SageMaker unpacks from the store's bucket. `container`: the image fetches and verifies it itself, by `mlgitlab model pull \"$MLGITLAB_MODEL@$MLGITLAB_DIGEST\" --store \"$MLGITLAB_STORE\"`."))
    instance_type: str = field(metadata=doc("Instance type: `ml.g5.xlarge`."))
    instances: int = field(default=1, metadata=doc("Instances."))
    gpus: int = field(default=0, metadata=doc("GPUs of each instance, to state what a rollout needs."))
    shift: Literal["canary", "linear", "rolling"] = field(default="canary", metadata=doc("For `strategy: canary`. `canary`: two steps, the first of at most 50%. `linear`: equal steps. Both hold two fleets. `rolling`: instances are replaced in batches of the first step, from 5% to 50%, for models that are too large to be there twice."))
    alarms: tuple[str, ...] = field(default=(), metadata=doc("CloudWatch alarms, at most ten; one that goes off takes the endpoint back. Without any, nothing would."))
    ready: Duration = field(default=Duration(1200), metadata=doc("How long starting and loading may take."))
