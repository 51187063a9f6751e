"""The types of `mlgitlab.yml`. The parser, the JSON Schema and the reference page are derived from them.

`doc(...)` holds the sentence that editors and the reference page show. A class with `shorthand`
may be written as that one field's value: `train: python train.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from typing import ClassVar, Literal

from mlgitlab.config.approval import Approval
from mlgitlab.config.costs import Budgets, Costs
from mlgitlab.config.deploy import Deployment
from mlgitlab.config.field import Json, Name, doc
from mlgitlab.config.fleet import Runners
from mlgitlab.config.gates import Gates
from mlgitlab.config.gates_predictions import PredictionsFile
from mlgitlab.config.gpus import Gpu, GpuType
from mlgitlab.config.inputs import Inputs
from mlgitlab.config.scalars import Duration, GitLabVersion, Globs
from mlgitlab.frozen import dataclass

# A documented key is one line.
# fmt: off


class StepKind(StrEnum):
    """What a step does; the order is the order of the stages (smoke shares that of train, drill that of gate)."""

    QUALITY = "quality"
    DATA = "data"
    SMOKE = "smoke"
    TRAIN = "train"
    EVALUATE = "evaluate"
    GATE = "gate"
    DRILL = "drill"


# A drill shows that the gates still catch what they should: time and again, and not with every change.
ALL_BUT_DRILLS = tuple(kind for kind in StepKind if kind is not StepKind.DRILL)


class Tier(StrEnum):
    """GitLab's subscription tiers, and the trial's limits on GitLab.com."""

    FREE = "free"
    TRIAL = "trial"
    PREMIUM = "premium"
    ULTIMATE = "ultimate"


class Select(StrEnum):
    """Whether a profile looks at what changed."""

    CHANGES = "changes"
    ALL = "all"


class Unmatched(StrEnum):
    """What a changed path that no rule knows makes run."""

    EVERYTHING = "everything"
    NOTHING = "nothing"
    ERROR = "error"


class OnUnknown(StrEnum):
    """What happens when the baseline cannot be found."""

    EVERYTHING = "everything"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cache:
    """GitLab's cache for the jobs of a step, keyed by the content of lock files."""

    key_files: tuple[str, ...] = field(metadata=doc("One or two lock files; a change of either starts a new cache."))
    paths: tuple[str, ...] = field(metadata=doc("Folders below the project that are kept, such as `.cache/pip`."))


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """Where a training says its loss. A smoke training fails unless it falls."""

    shorthand: ClassVar[str] = "file"

    file: str | None = field(default=None, metadata=doc("A file of numbers that the training writes: CSV, JSON lines, JSON, YAML, or an MLflow run's folder."))
    pattern: str | None = field(default=None, metadata=doc("Regular expression over the lines that the training prints; its one group, or the group `loss`, is the number."))
    key: str = field(default="loss", metadata=doc("Column or key of the file that holds the loss."))


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One command of a model (train, smoke, evaluate), or one quality step, and what it reads and leaves."""

    shorthand: ClassVar[str] = "command"

    command: tuple[str, ...] = field(metadata=doc("The shell line, or lines, that do the work. Run from the repository's root."))
    entry: tuple[str, ...] = field(default=(), metadata=doc("Python entry points (`path/to/x.py` or `-m a.b`) where the command does not show them."))
    inputs: Inputs = field(default=Inputs(), metadata=doc("What this step alone reads, besides what its model does: files, keys of files (`params.yaml:train.*`), variables (`$NAME`)."))
    dvc: tuple[str, ...] = field(default=(), metadata=doc("Stages of dvc.yaml that the command reproduces (`train`, `sub/dvc.yaml:train`): their deps, params and outs count as the step's inputs. Where the command is `dvc repro`, it says so itself."))
    outputs: tuple[str, ...] = field(default=(), metadata=doc("Files or folders the step leaves; they become job artifacts and reach the steps that need it."))
    metrics: str | None = field(default=None, metadata=doc("A file of numbers that the step writes, for GitLab's `reports:metrics`: OpenMetrics text, or JSON, YAML, CSV or an MLflow run's folder, which the job turns into it."))
    predictions: PredictionsFile | None = field(default=None, metadata=doc("Of `evaluate`: the file with the model's answers, which `gates` judge. With it and a store, the job runs `mlgitlab evaluate`."))
    junit: str | None = field(default=None, metadata=doc("A JUnit XML file that the step writes (GitLab's `reports:junit`)."))
    codequality: str | None = field(default=None, metadata=doc("A Code Climate JSON file that the step writes (GitLab's `reports:codequality`)."))
    coverage: str | None = field(default=None, metadata=doc("A Cobertura XML file that the step writes (GitLab's `reports:coverage_report`)."))
    seed: int | None = field(default=None, metadata=doc("What `mlgitlab train` sets as `MLGITLAB_SEED`; 0 where nothing is said."))
    loss: Loss | None = field(default=None, metadata=doc("Where the training says its loss."))
    checkpoint: tuple[str, ...] = field(default=(), metadata=doc("Patterns of files among the outputs that must have been written; each is opened, as far as its format is known."))
    load: tuple[str, ...] = field(default=(), metadata=doc("The shell line, or lines, that load what was written; a failure is a failure of the step."))
    datasets: tuple[str, ...] = field(default=(), metadata=doc("Datasets that the step reads. `evaluate` with several runs once for each, with `MLGITLAB_DATASET` set."))
    image: str | None = field(default=None, metadata=doc("Container image of this step."))
    gpu: Gpu | None = field(default=None, metadata=doc("GPU of this step; `none` for a step without."))
    tags: tuple[str, ...] | None = field(default=None, metadata=doc("Runner tags of this step, instead of those of the GPU type or the defaults."))
    timeout: Duration | None = field(default=None, metadata=doc("GitLab ends the job after this time."))
    variables: Mapping[str, str] = field(default_factory=dict, metadata=doc("Variables of the job. Literal: GitLab expands nothing in them."))
    environment: str | None = field(default=None, metadata=doc("GitLab environment whose variables and ID token claims the job gets; no deployment is recorded (`action: prepare`)."))
    resource_group: str | None = field(default=None, metadata=doc("Jobs of one resource group never run at the same time, in any pipeline of the project."))


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality(Step):
    """A check of the code: lint, types, unit tests."""

    owns: Globs = field(default=Globs(), metadata=doc("Files that this step alone reads (tests, linter settings): a change to one runs this step and no model. Without `inputs` it runs for every other change as well."))
    blocks: bool = field(default=True, metadata=doc("Whether training waits until this step has passed."))


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A model: where its code is, what it depends on, and the commands that make and judge it."""

    paths: Globs = field(default=Globs(), metadata=doc("The model's own folder or files."))
    inputs: Inputs = field(default=Inputs(), metadata=doc("What else its steps read: files such as shared configuration, keys of files (`params.yaml:fraud.*`), variables (`$NAME`)."))
    datasets: tuple[str, ...] = field(default=(), metadata=doc("Datasets it is trained on; keys of `datasets`."))
    models: tuple[str, ...] = field(default=(), metadata=doc("Models whose result its training reads (a teacher, the parts of a stack)."))
    train: Step | None = field(default=None, metadata=doc("The full training."))
    smoke: Step | None = field(default=None, metadata=doc("A short training that shows the code still trains. Where a profile asks for it and there is none, the full training runs."))
    evaluate: Step | None = field(default=None, metadata=doc("The evaluation of what training made."))
    gates: Gates | None = field(default=None, metadata=doc("Rules that the evaluated model must pass; judged by `MODEL:gate` where there is a store."))
    approval: Approval | None = field(default=None, metadata=doc("Who must approve before the model is deployed, and for how long that counts."))
    deploy: Mapping[Name, Deployment] = field(default_factory=dict, metadata=doc("Where and how the model is deployed: environments by name, in their order."))
    retrain: Json | None = field(default=None, metadata=doc("Signals that start a retraining. Accepted and compared; acted on by a later release."))
    source_roots: tuple[str, ...] = field(default=(), metadata=doc("Folders on the Python module path of this model's steps, besides the project's."))
    image: str | None = field(default=None, metadata=doc("Container image of the model's steps."))
    gpu: Gpu | None = field(default=None, metadata=doc("GPU of smoke and train. `evaluate` runs without one unless it declares its own."))
    tags: tuple[str, ...] | None = field(default=None, metadata=doc("Runner tags of the model's steps, instead of those of the GPU type or the defaults."))
    timeout: Duration | None = field(default=None, metadata=doc("Time limit of each of the model's steps."))
    variables: Mapping[str, str] = field(default_factory=dict, metadata=doc("Variables of the model's jobs."))


class Engine(StrEnum):
    """What reads the rows of a dataset that is validated."""

    POLARS = "polars"
    PANDAS = "pandas"
    PYSPARK = "pyspark"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """How far data may move from its baseline profile."""

    shorthand: ClassVar[str] = "profile"

    profile: str = field(metadata=doc("File in the repository that `mlgitlab data profile` wrote."))
    psi: float = field(default=0.2, metadata=doc("Largest population stability index of a column."))
    nulls: float = field(default=0.05, metadata=doc("Largest rise of a column's share of missing values."))
    min_rows: int = field(default=1000, metadata=doc("With fewer rows, here or in the profile, distributions cannot be compared, and the validation fails."))
    columns: tuple[str, ...] = field(default=(), metadata=doc("Only these columns; empty for all."))


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """Data that models are trained or evaluated on."""

    shorthand: ClassVar[str] = "path"

    path: str | None = field(default=None, metadata=doc("A file, folder or pattern in the repository, or a URI such as `s3://bucket/key`. A DVC pointer `PATH.dvc` counts as the data."))
    schema: str | None = field(default=None, metadata=doc("What describes valid rows: a pandera schema in YAML, or in Python (`schemas.py:transactions`)."))
    format: str | None = field(default=None, metadata=doc("`csv`, `parquet`, `jsonl`, ... where the name does not tell."))
    engine: Engine = field(default=Engine.POLARS, metadata=doc("What reads the rows: `polars`, `pandas`, or `pyspark` for data that outgrows one machine."))
    sensitive: tuple[str, ...] = field(default=(), metadata=doc("Columns whose values no report shows; `*` for all."))
    drift: Drift | None = field(default=None, metadata=doc("The baseline profile that the data is compared with, and how far it may move."))
    inputs: Inputs = field(default=Inputs(), metadata=doc("Other files that make or describe the data; a change to one counts as a change of the data."))
    validate: Step | None = field(default=None, metadata=doc("The command that checks the data before anything is trained on it; with a `schema`, `mlgitlab data validate` where nothing is said."))


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What runs in one kind of pipeline."""

    description: str = field(default="", metadata=doc("A sentence for people."))
    steps: tuple[StepKind, ...] = field(default=ALL_BUT_DRILLS, metadata=doc("The kinds of steps that may run; without `steps`, all but `drill`."))
    select: Select = field(default=Select.CHANGES, metadata=doc("`changes`: what the change can affect. `all`: whatever changed."))
    models: tuple[str, ...] = field(default=(), metadata=doc("Only these models (and what they need); empty for all."))
    reuse: bool = field(default=True, metadata=doc("Whether a result in the store stands in for a training with the same fingerprint. `false`: every training runs again."))
    labels: tuple[str, ...] = field(default=(), metadata=doc("A merge request with one of these labels uses this profile."))


class ParameterType(StrEnum):
    """The type of a manual run's parameter."""

    STRING = "string"
    NUMBER = "number"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    DURATION = "duration"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A value that a manual or scheduled run may set; jobs see it as `MLGITLAB_PARAM_NAME`."""

    type: ParameterType = field(default=ParameterType.STRING, metadata=doc("What the value must be."))
    default: str | int | float | bool | None = field(default=None, metadata=doc("Used when the run does not set it; without one, the variable is absent."))
    description: str = field(default="", metadata=doc("A sentence for people."))
    options: tuple[str, ...] = field(default=(), metadata=doc("The only values allowed."))
    pattern: str | None = field(default=None, metadata=doc("Regular expression that the whole string must match."))
    minimum: float | None = field(default=None, metadata=doc("Least number allowed."))
    maximum: float | None = field(default=None, metadata=doc("Greatest number allowed."))
    sets: Literal["timeout"] | None = field(default=None, metadata=doc("`timeout`: a duration that replaces the time limit of smoke and train."))


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults:
    """What steps use where neither they nor their model say otherwise."""

    image: str | None = field(default=None, metadata=doc("Container image."))
    tags: tuple[str, ...] = field(default=(), metadata=doc("Runner tags of steps without a GPU."))
    timeout: Duration = field(default=Duration(3600), metadata=doc("Time limit of a job."))
    before_script: tuple[str, ...] = field(default=(), metadata=doc("Shell lines before each step's command, such as the installation of requirements."))
    inputs: Inputs = field(default=Inputs(), metadata=doc("Files that every step of every model reads, such as lock files and the Dockerfile."))
    variables: Mapping[str, str] = field(default_factory=dict, metadata=doc("Variables of every job."))
    cache: Cache | None = field(default=None, metadata=doc("Cache of every job."))
    retry: int = field(default=1, metadata=doc("How often GitLab repeats a job that failed for reasons of the system (never for the script's own failure): 0 to 2."))
    expire_in: Duration = field(default=Duration(7 * 86400), metadata=doc("How long artifacts are kept."))
    mlgitlab: str | None = field(default=None, metadata=doc("What pip installs, into a virtual environment of its own, in jobs that call `mlgitlab` where the image has none: a requirement, a path, a git address."))


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """How the commit to compare with is found."""

    on_unknown: OnUnknown = field(default=OnUnknown.EVERYTHING, metadata=doc("When it cannot be found: run `everything`, or stop with an `error` (exit code 3)."))
    default_branch: str | None = field(default=None, metadata=doc("The default branch, where neither GitLab nor the clone tells."))
    tag_pattern: str = field(default="*", metadata=doc("Tags that count as earlier releases; a tag pipeline is compared with the nearest one."))
    fetch_timeout: Duration = field(default=Duration(120), metadata=doc("Time allowed for deepening a shallow clone."))


@dataclass(frozen=True, slots=True, kw_only=True)
class GitLab:
    """The GitLab instance. What is not set is detected in CI; elsewhere the safe assumption is made."""

    version: GitLabVersion | None = field(default=None, metadata=doc("Keywords newer than this are not emitted."))
    tier: Tier | None = field(default=None, metadata=doc("Decides the limit of jobs in a pipeline and which reports are shown."))
    max_jobs: int | None = field(default=None, metadata=doc("Jobs in one pipeline; else 500, 1000, 1500 or 2000 by tier on GitLab.com."))
    max_needs: int = field(default=50, metadata=doc("Needs of one job."))
    max_yaml_bytes: int = field(default=1_000_000, metadata=doc("Size of one pipeline's YAML."))
    max_archive_bytes: int = field(default=5_000_000, metadata=doc("Size of the generate job's artifact archive (`max_artifacts_content_include_size`)."))


@dataclass(frozen=True, slots=True, kw_only=True)
class IdToken:
    """A GitLab ID token for the jobs that reach cloud storage."""

    name: str = field(default="MLGITLAB_ID_TOKEN", metadata=doc("Variable that holds the token."))
    aud: str = field(metadata=doc("The token's audience; for AWS, the URL of the GitLab instance."))


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """Where models and evidence are kept."""

    shorthand: ClassVar[str] = "url"

    url: str = field(metadata=doc("A folder (`file:///...`) or a bucket (`s3://bucket/prefix`)."))
    endpoint_url: str | None = field(default=None, metadata=doc("Address of an S3-compatible server."))
    region: str | None = field(default=None, metadata=doc("Region of the bucket."))
    role_arn: str | None = field(default=None, metadata=doc("AWS role that jobs assume with their ID token."))
    id_token: IdToken | None = field(default=None, metadata=doc("Emitted for jobs that use the store."))
    ca_bundle: str | None = field(default=None, metadata=doc("File with the certificates of the server's authority, as PEM."))
    addressing: Literal["auto", "path", "virtual"] = field(default="auto", metadata=doc("Where the bucket's name goes: into the path, or before the host's name. `auto`: the path where `endpoint_url` is set."))
    checksum: Literal["auto", "when_required", "when_supported"] = field(default="auto", metadata=doc("Whether S3's own checksums are sent with every request. `auto`: `when_required` where `endpoint_url` is set."))
    signing: Signing | None = field(default=None, metadata=doc("Keys that sign the provenance of models. With them, nothing else is deployed."))


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """Ed25519 keys of the provenance statements."""

    public_key: str = field(metadata=doc("File in the repository with the public key, as PEM."))
    key: str = field(default="MLGITLAB_SIGNING_KEY", metadata=doc("Variable of type file, in the jobs that train, that names the private key's file."))


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Training configurations of the project's own that `mlgitlab config check` validates."""

    files: Globs = field(default=Globs(), metadata=doc("YAML, JSON or TOML files."))
    schema: str | None = field(default=None, metadata=doc("A JSON Schema (`conf/train.schema.json`), or a pydantic model or dataclass (`settings.py:Train`)."))
    hydra: str | None = field(default=None, metadata=doc("Primary configuration that Hydra composes (`conf/config.yaml`); the result is validated."))
    overrides: tuple[str, ...] = field(default=(), metadata=doc("Hydra overrides, one composition each: `model=large`; several in one by spaces."))
    paths: tuple[str, ...] = field(default=(), metadata=doc("Keys (`data.path`, `*.checkpoint`) whose values are paths that must exist in the repository."))


@dataclass(frozen=True, slots=True, kw_only=True)
class Packages:
    """Which distribution a module comes from, where the built-in table does not say; narrows changes of lock files."""

    modules: Mapping[str, tuple[str, ...]] = field(default_factory=dict, metadata=doc("Distributions that provide a top-level module: `acme: acme-ml-sdk`."))
    unrelated: tuple[str, ...] = field(default=(), metadata=doc("Distributions that can alter no result unless a step imports them; those of linters and test runners are known."))


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The whole of `mlgitlab.yml`."""

    version: Literal[1] = field(metadata=doc("Version of this format: 1."))
    models: Mapping[Name, Model] = field(default_factory=dict, metadata=doc("The models, by name."))
    datasets: Mapping[Name, Dataset] = field(default_factory=dict, metadata=doc("The datasets, by name."))
    configs: Mapping[Name, Settings] = field(default_factory=dict, metadata=doc("Training configurations that `mlgitlab config check` validates, by name."))
    quality: Mapping[Name, Quality] = field(default_factory=dict, metadata=doc("Checks of the code, by name."))
    profiles: Mapping[Name, Profile] = field(default_factory=dict, metadata=doc("What runs where. `merge_request`, `merge_train`, `branch`, `default_branch`, `tag`, `schedule` and `manual` are used by the pipelines of that name; others by `--profile`, `MLGITLAB_PROFILE` or a label."))
    parameters: Mapping[Name, Parameter] = field(default_factory=dict, metadata=doc("Values that manual and scheduled runs may set."))
    gpus: Mapping[Name, GpuType] = field(default_factory=dict, metadata=doc("GPU types, the runner tags that select them, and what they have."))
    runners: Runners | None = field(default=None, metadata=doc("Whether GitLab is asked for a runner that takes each job, and what happens where there is none."))
    costs: Costs | None = field(default=None, metadata=doc("What GPUs cost; with it, a plan says what it is likely to take."))
    budgets: Budgets = field(default=Budgets(), metadata=doc("GPU hours that a change may take before somebody has to confirm it."))
    ignore: Globs = field(default=Globs(), metadata=doc("Files that can alter no step: documentation, licences."))
    unmatched: Unmatched = field(default=Unmatched.EVERYTHING, metadata=doc("What a changed file that no rule knows makes run: `everything`, `nothing`, or an `error` (exit code 3)."))
    source_roots: tuple[str, ...] = field(default=(), metadata=doc("Folders on the Python module path besides a script's own, the root and `src`."))
    baseline: Baseline = field(default=Baseline(), metadata=doc("How the commit to compare with is found."))
    defaults: Defaults = field(default=Defaults(), metadata=doc("What steps use where nothing else is said."))
    gitlab: GitLab = field(default=GitLab(), metadata=doc("The GitLab instance."))
    packages: Packages = field(default=Packages(), metadata=doc("Which distributions the code uses."))
    store: Store | None = field(default=None, metadata=doc("Where models and evidence are kept."))
    templates: str | None = field(default=None, metadata=doc("Folder in the repository whose `*.yml.j2` files replace the job templates of the same name."))


# Where the configuration is when nobody names another file.
DEFAULT_CONFIG = "mlgitlab.yml"
# What every model, dataset and quality name must look like, and the names with a meaning of their own.
NAME_PATTERN = r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}"
RESERVED_NAMES = frozenset({"data", "quality", "mlgitlab"})
