"""`models.<name>.deploy`: where a model answers, how it comes there, and what makes it go back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from typing import ClassVar, Literal

from mlgitlab.config.deploy_kubernetes import KubernetesTarget
from mlgitlab.config.deploy_sagemaker import SageMakerTarget
from mlgitlab.config.field import Name, doc
from mlgitlab.config.promotion import GitLabEnvironment
from mlgitlab.config.scalars import Duration, Percent
from mlgitlab.frozen import dataclass

# A documented key is one line.
# fmt: off


class Strategy(StrEnum):
    """How a model takes over."""

    BLUE_GREEN = "blue-green"
    CANARY = "canary"
    SHADOW = "shadow"
    REPLACE = "replace"


class TargetKind(StrEnum):
    """What answers."""

    NGINX = "nginx"
    COMMAND = "command"
    POINTER = "pointer"
    KUBERNETES = "kubernetes"
    ARGO_ROLLOUTS = "argo-rollouts"
    FLAGGER = "flagger"
    KSERVE = "kserve"
    SAGEMAKER = "sagemaker"


# Those in a cluster, described by the section `kubernetes`.
IN_CLUSTER = frozenset({TargetKind.KUBERNETES, TargetKind.ARGO_ROLLOUTS, TargetKind.FLAGGER, TargetKind.KSERVE})
# Those that shift the traffic and judge by a controller of their own.
CONTROLLED = frozenset({TargetKind.ARGO_ROLLOUTS, TargetKind.FLAGGER, TargetKind.SAGEMAKER})


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorCriterion:
    """How many of the candidate's answers may be errors: statuses from 499 on, no answer, or one by another model."""

    max_ratio: float | None = field(default=None, metadata=doc("Largest ratio of its error rate to that of the current model."))
    at_most: Percent | None = field(default=None, metadata=doc("Largest error rate. One that is shown to be below it passes, unless the ratio is shown to be too high."))


@dataclass(frozen=True, slots=True, kw_only=True)
class LatencyCriterion:
    """How slow the candidate's answers may be, at one quantile."""

    max_ratio: float | None = field(default=None, metadata=doc("Largest ratio to the current model's."))
    at_most_ms: float | None = field(default=None, metadata=doc("Largest value in milliseconds. One that is shown to be below it passes, unless the ratio is shown to be too high."))


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictionCriterion:
    """How far the candidate's predictions may be distributed from the current model's."""

    shorthand: ClassVar[str] = "max_psi"

    max_psi: float = field(metadata=doc("Largest population stability index, less what chance alone makes of so few requests."))


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueCriterion:
    """A number of the business: its mean for the candidate, as a ratio to the current model's."""

    min_ratio: float | None = field(default=None, metadata=doc("Least ratio."))
    max_ratio: float | None = field(default=None, metadata=doc("Largest ratio."))


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployCriteria:
    """What the candidate must show at every step, said before anybody looks. Intervals decide, at 95 %."""

    min_requests: int = field(default=500, metadata=doc("Requests that the candidate must have answered; with fewer, nothing is a success."))
    error_rate: ErrorCriterion | None = field(default=None, metadata=doc("Errors."))
    latency_p50: LatencyCriterion | None = field(default=None, metadata=doc("Median latency."))
    latency_p95: LatencyCriterion | None = field(default=None, metadata=doc("95th percentile of the latency."))
    latency_p99: LatencyCriterion | None = field(default=None, metadata=doc("99th percentile of the latency."))
    prediction: PredictionCriterion | None = field(default=None, metadata=doc("Distribution of the predictions."))
    values: Mapping[Name, ValueCriterion] = field(default_factory=dict, metadata=doc("Numbers of the business, by name; the target says where they are found."))
    agreement: Percent | None = field(default=None, metadata=doc("For a shadow: least share of requests to which both models answer the same."))
    tolerance: float = field(default=0.0, metadata=doc("Predictions that are numbers agree when they differ by no more than this."))


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployRollback:
    """The way back."""

    window: Duration = field(default=Duration(86400), metadata=doc("How long `mlgitlab deploy retire` leaves the model before ready, so that it takes over without being loaded again."))
    watch: Duration = field(default=Duration(1800), metadata=doc("How long `mlgitlab deploy watch` judges the new model after the switch; a failure goes back."))


@dataclass(frozen=True, slots=True, kw_only=True)
class SyntheticTest:
    """Requests that the candidate must answer before it gets any traffic."""

    shorthand: ClassVar[str] = "requests"

    requests: str = field(metadata=doc("JSON lines in the repository: `{path, method, headers, body, expect}`; `expect` is the prediction that must come back."))
    repeat: int = field(default=1, metadata=doc("How often each is asked; more make the latency certain."))
    tolerance: float = field(default=0.0, metadata=doc("How far a prediction that is a number may be from `expect`."))
    latency_p95: LatencyCriterion | None = field(default=None, metadata=doc("95th percentile of the latency; the current model is asked in turns with the candidate."))


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowTraffic:
    """Copies of requests for a candidate whose answers nobody sees."""

    shorthand: ClassVar[str] = "sample"

    sample: Percent = field(default=Percent(10), metadata=doc("Share of the requests that are copied."))
    largest: int = field(default=65536, metadata=doc("Bytes of the largest request that is copied."))
    timeout_ms: int = field(default=1000, metadata=doc("How long the candidate may take for one; then its answer is an error, and the user never waits."))
    at_once: int = field(default=16, metadata=doc("How many copies may be under way; what comes on top is not sent."))


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """Which requests of users `mlgitlab deploy record` may keep, and without what."""

    consent: str = field(metadata=doc("Who allowed it, and where that is written; kept in the history."))
    mask: tuple[str, ...] = field(default=(), metadata=doc("Fields whose values are not kept: `body.customer.name`, `body.items.*.card`, `query.token`."))
    headers: tuple[str, ...] = field(default=("content-type",), metadata=doc("Headers that are kept; no others are."))
    sample: Percent = field(default=Percent(10), metadata=doc("Share of the requests that are looked at."))


@dataclass(frozen=True, slots=True, kw_only=True)
class NginxTarget:
    """nginx on this host, in front of two slots, blue and green, that each hold a model."""

    folder: str = field(metadata=doc("Folder for its configuration, logs, process ids and models; relative to the project's root."))
    listen: str = field(metadata=doc("Address and port for the users: `127.0.0.1:8080`."))
    ports: tuple[int, ...] = field(metadata=doc("Two ports on 127.0.0.1, for the blue and the green slot."))
    serve: tuple[str, ...] = field(default=(), metadata=doc("The shell lines that answer on `MLGITLAB_PORT` with the model in `MLGITLAB_MODEL_FOLDER`, and run until they get SIGTERM."))
    unit: str | None = field(default=None, metadata=doc("Instead of `serve`: a systemd unit with an instance for each slot, `fraud@` for `fraud@blue` and `fraud@green`. Its settings are in `slots/%i/slot.env` below the folder."))
    health: str = field(default="/health", metadata=doc("Path that answers 200 once the model is loaded."))
    ready: Duration = field(default=Duration(60), metadata=doc("How long loading may take."))
    key: str = field(default="address", metadata=doc("What keeps a user with one model: `address`, `header NAME`, `cookie NAME` or `query NAME`. A request without it goes by chance."))
    version: str = field(default="X-Model-Digest", metadata=doc("Header by which an answer says which model it comes from: the value of `MLGITLAB_DIGEST`."))
    prediction: str | None = field(default=None, metadata=doc("Header that holds the prediction, for `criteria.prediction`, `agreement` and `expect`."))
    values: Mapping[Name, str] = field(default_factory=dict, metadata=doc("Headers that hold the numbers of `criteria.values`, by name."))
    repeatable: bool = field(default=False, metadata=doc("Whether a request may be sent a second time: then an error of a canary is answered by the live model instead, and counts all the same."))
    drain: Duration = field(default=Duration(30), metadata=doc("How long requests under way may take after a change, before their connections are closed."))
    timeout: Duration = field(default=Duration(60), metadata=doc("How long a model may take to answer."))
    largest: int = field(default=10_485_760, metadata=doc("Bytes of the largest request."))
    connections: int = field(default=1024, metadata=doc("Connections of each worker."))
    program: str = field(default="nginx", metadata=doc("The program."))


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandTarget:
    """Scripts of the project's own, one for each verb; docs/deploy.md says what they are told and must answer."""

    standing: tuple[str, ...] = field(metadata=doc("Prints who answers and who is ready, as JSON."))
    place: tuple[str, ...] = field(metadata=doc("Starts a model beside what answers, without traffic."))
    route: tuple[str, ...] = field(metadata=doc("Lets the traffic be as it is told."))
    observe: tuple[str, ...] = field(default=(), metadata=doc("Prints the answers of a time, as JSON lines."))
    remove: tuple[str, ...] = field(default=(), metadata=doc("Stops a model that gets no request."))
    folder: str = field(default=".mlgitlab/deploy", metadata=doc("Folder for the models' files; relative to the project's root."))
    version: str = field(default="X-Model-Digest", metadata=doc("Header by which an answer says which model it comes from."))
    prediction: str | None = field(default=None, metadata=doc("Header that holds the prediction."))
    timeout: Duration = field(default=Duration(600), metadata=doc("How long a script may take."))


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """The issue that a failed deployment opens, with a token in `MLGITLAB_GITLAB_TOKEN`."""

    labels: tuple[str, ...] = field(default=("incident",), metadata=doc("Labels of the issue."))
    confidential: bool = field(default=True, metadata=doc("Whether only members see it."))


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """How the model comes to one environment."""

    target: TargetKind = field(metadata=doc("`nginx` on one host, `kubernetes` (two Deployments behind a Service), `argo-rollouts`, `flagger` or `kserve` in a cluster, `sagemaker`, the project's own `command`s, or the store's `pointer` alone, which batch jobs read."))
    strategy: Strategy = field(default=Strategy.BLUE_GREEN, metadata=doc("`blue-green`: all at once, judged afterwards. `canary`: in steps. `shadow`: copies of requests only, nobody is answered. `replace`: not judged, for batch models."))
    steps: tuple[Percent, ...] = field(default=(), metadata=doc("Of a canary: its shares of the users, the last `100%`. Without any: 5%, 25%, 100%."))
    pause: Duration = field(default=Duration(300), metadata=doc("How long each step is judged at least."))
    patience: Duration | None = field(default=None, metadata=doc("How long a step may stay inconclusive; four times `pause` where nothing is said."))
    inconclusive: Literal["rollback", "hold"] = field(default="rollback", metadata=doc("What follows then: the way back, or everything stays as it is for a person to decide."))
    criteria: DeployCriteria = field(default=DeployCriteria(), metadata=doc("What the candidate must show."))
    synthetic: SyntheticTest | None = field(default=None, metadata=doc("Requests that it must answer before."))
    shadow: ShadowTraffic | None = field(default=None, metadata=doc("Copies of requests that it gets before the first step; the whole of `strategy: shadow`."))
    rollback: DeployRollback = field(default=DeployRollback(), metadata=doc("The way back."))
    protected: bool = field(default=True, metadata=doc("Whether, in CI, only jobs on protected branches and tags may deploy here."))
    record: Recording | None = field(default=None, metadata=doc("Which requests may be kept for a replay; none where nothing is said."))
    incident: Incident | None = field(default=None, metadata=doc("The issue that a failure opens."))
    kubernetes: KubernetesTarget | None = field(default=None, metadata=doc("For the targets `kubernetes`, `argo-rollouts`, `flagger` and `kserve`."))
    sagemaker: SageMakerTarget | None = field(default=None, metadata=doc("For the target `sagemaker`."))
    nginx: NginxTarget | None = field(default=None, metadata=doc("For the target `nginx`."))
    command: CommandTarget | None = field(default=None, metadata=doc("For the target `command`."))
    gitlab: GitLabEnvironment | None = field(default=None, metadata=doc("The environment in GitLab, and the jobs that deploy there."))
