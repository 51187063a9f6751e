"""An endpoint as it stands, and the few things that are done with it, each of which may be repeated."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mlgitlab.errors import RefusedError, WorldError
from mlgitlab.jobs.deploy.answers import at, number, rows, text
from mlgitlab.jobs.deploy.sagemaker.requests import (
    Endpoint,
    Request,
    Service,
    configuration,
    deployment,
    model,
    timeout,
)
from mlgitlab.jobs.train.world import Clock

_TICK = 10.0
_MOVING = frozenset({"Creating", "Updating", "SystemUpdating", "RollingBack", "Deleting"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An endpoint: its status, its configuration and the one that is under way, and which models they are for."""

    status: str = ""
    configuration: str = ""
    pending: str = ""
    live: str = ""
    shadow: str = ""
    sample: float = 0.0
    why: str = ""
    tags: Mapping[str, str]

    @property
    def is_moving(self) -> bool:
        """Whether it is on its way to somewhere."""
        return self.status in _MOVING


@dataclass(frozen=True, slots=True, kw_only=True)
class Console:
    """SageMaker, and the endpoint that is meant. archive: where in the bucket the archive of a model is, or empty."""

    about: Endpoint
    service: Service
    clock: Clock
    archive: Callable[[str], str]

    @property
    def _endpoint(self) -> Request:
        return {"EndpointName": self.about.sagemaker.endpoint}

    def found(self) -> Found:
        """How the endpoint stands."""
        said = self.service.call("describe_endpoint", self._endpoint)
        if said is None:
            return Found(tags={})
        current = text(said, "EndpointConfigName")
        variants = self.service.call("describe_endpoint_config", {"EndpointConfigName": current})
        tags = self.service.call("list_tags", {"ResourceArn": text(said, "EndpointArn")})
        return Found(
            status=text(said, "EndpointStatus"),
            configuration=current,
            pending=text(said, "PendingDeploymentSummary", "EndpointConfigName"),
            live=self._digest(text(variants, "ProductionVariants", 0, "ModelName")),
            shadow=self._digest(text(variants, "ShadowProductionVariants", 0, "ModelName")),
            sample=100 * number(variants, "ShadowProductionVariants", 0, "InitialVariantWeight"),
            why=text(said, "FailureReason"),
            tags={text(tag, "Key"): text(tag, "Value") for tag in rows(tags, "Tags")},
        )

    def model(self, digest: str) -> str:
        """Make a model, unless it is there: its name."""
        asked = model(self.about, digest, self.archive(digest))
        return self._made("model", "ModelName", asked)

    def configured(self, digest: str, shadow: str = "", sample: float = 0.0) -> str:
        """Make an endpoint configuration and its models, unless they are there: its name."""
        other = self.model(shadow) if shadow else ""
        asked = configuration(self.about, digest, self.model(digest), other, sample)
        return self._made("endpoint_config", "EndpointConfigName", asked)

    def move(self, to: str, tags: Mapping[str, str], *, back: bool = False) -> None:
        """Let the endpoint have a configuration; nothing where it has, or is on its way there already.

        RefusedError where it is on its way to another one.
        """
        found = self.found()
        if found.status == "InService" and found.configuration == to:
            self._tag(tags)
            return
        if found.is_moving:
            if to in (found.pending, found.configuration if found.status == "Creating" else ""):
                return
            raise RefusedError(f"the endpoint {self.about.sagemaker.endpoint} is {found.status} for somebody else")
        if found.status in ("", "Failed"):
            if found.status:
                self.delete()
            named = [{"Key": key, "Value": value} for key, value in sorted(tags.items())]
            self.service.call("create_endpoint", {**self._endpoint, "EndpointConfigName": to, "Tags": named})
            return
        self._tag(tags)
        asked = {**self._endpoint, "EndpointConfigName": to, "DeploymentConfig": deployment(self.about, back=back)}
        self.service.call("update_endpoint", asked)

    def settle(self) -> Found:
        """Wait until the endpoint stands still; WorldError where that takes too long."""
        until = self.clock.seconds() + timeout(self.about)
        while (found := self.found()).is_moving:
            if self.clock.seconds() > until:
                what = f"the endpoint {self.about.sagemaker.endpoint} is {found.status} for too long"
                raise WorldError(what, "look at it in the console of SageMaker")
            self.clock.sleep(_TICK)
        return found

    def delete(self) -> None:
        """Delete the endpoint, and return once it is gone."""
        if self.settle().status:
            self.service.call("delete_endpoint", self._endpoint)
            self.settle()

    def _tag(self, tags: Mapping[str, str]) -> None:
        said = self.service.call("describe_endpoint", self._endpoint)
        named = [{"Key": key, "Value": value} for key, value in sorted(tags.items())]
        self.service.call("add_tags", {"ResourceArn": text(said, "EndpointArn"), "Tags": named})

    def _made(self, what: str, key: str, asked: Request) -> str:
        name = text(asked, key)
        if self.service.call(f"describe_{what}", {key: name}) is None:
            self.service.call(f"create_{what}", asked)
        return name

    def _digest(self, name: str) -> str:
        found = self.service.call("describe_model", {"ModelName": name}) if name else None
        return text(at(found, "PrimaryContainer", "Environment"), "MLGITLAB_DIGEST")
