"""Which store a command means, and how it is opened."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import click

from mlgitlab.cli.main import Surroundings
from mlgitlab.cli.wiring import store as wiring
from mlgitlab.config.schema import DEFAULT_CONFIG, Config
from mlgitlab.config.schema import Store as Settings
from mlgitlab.errors import UsageError
from mlgitlab.store import keys
from mlgitlab.store.library import Store
from mlgitlab.store.places import FolderPlace, S3Place, S3Settings, place_of

DEFAULT_FOLDER = ".mlgitlab/store"
VARIABLE = "MLGITLAB_STORE"
DEFAULT_TOKEN = "MLGITLAB_ID_TOKEN"  # noqa: S105 (a variable's name)
PARALLEL = 8
R = TypeVar("R")
_SESSION = re.compile(r"[^A-Za-z0-9_+=,.@-]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What the command line says about the store. Empty means not given."""

    store: str = ""
    endpoint_url: str = ""
    config: str = ""

    def open(self, around: Surroundings) -> Store:
        """The store that is meant, with the settings of mlgitlab.yml on disk."""
        return open_store(around, config_here(around, self.config), self.store, self.endpoint_url)


def store_options(function: Callable[..., R]) -> Callable[..., R]:
    """Give a command the options that choose the store, as one `chosen` argument."""

    @functools.wraps(function)
    def with_chosen(*args: object, store: str, endpoint_url: str, config: str, **kwargs: object) -> R:
        return function(*args, chosen=Chosen(store=store, endpoint_url=endpoint_url, config=config), **kwargs)

    decorated: Callable[..., R] = with_chosen
    for option in (
        click.option("--config", default="", metavar="FILE", help="The configuration. Default: mlgitlab.yml, if any."),
        click.option("--endpoint-url", default="", metavar="URL", help="The server, where it is not that of AWS."),
        click.option(
            "--store",
            default="",
            metavar="URL",
            help=f"A folder, or s3://bucket/prefix. Default: as in mlgitlab.yml or {DEFAULT_FOLDER}. [env: {VARIABLE}]",
        ),
    ):
        decorated = option(decorated)
    return decorated


def environment_options(argument: str, kind: Callable[..., object]) -> Callable[[Callable[..., R]], Callable[..., R]]:
    """Give a command the options that say which environment, store and configuration are meant.

    They are handed over as one `argument`, which `kind` makes of them.
    """

    def decorate(function: Callable[..., R]) -> Callable[..., R]:
        @functools.wraps(function)
        def with_environment(*args: object, environment: str, store: str, config: str, **kwargs: object) -> R:
            meant = kind(environment=environment, store=store, config=config)
            return function(*args, **{argument: meant}, **kwargs)

        decorated: Callable[..., R] = with_environment
        for option in _OF_ENVIRONMENTS:
            decorated = option(decorated)
        return decorated

    return decorate


_OF_ENVIRONMENTS = (
    click.option("--config", default="", metavar="FILE", help="The configuration. Default: mlgitlab.yml."),
    click.option("--store", default="", metavar="URL", help="The store. Default: MLGITLAB_STORE, then mlgitlab.yml."),
    click.option(
        "-e", "--environment", default=keys.PRODUCTION, metavar="NAME", help=f"Where. Default: {keys.PRODUCTION}."
    ),
)


def utc_now() -> str:
    """The time in UTC to the second: `2030-01-31T12:00:00Z`."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def who(environ: Mapping[str, str]) -> str:
    """Who acts: the GitLab user of the job, or the user of the machine."""
    return next((environ[name] for name in ("GITLAB_USER_LOGIN", "USER", "LOGNAME") if environ.get(name)), "")


def open_store(around: Surroundings, config: Config | None, given: str, endpoint_url: str = "") -> Store:
    """The store that --store (`given`) names, else MLGITLAB_STORE, else mlgitlab.yml, else `.mlgitlab/store`.

    A relative path given by --store starts at the current folder, any other at the project's root. The settings
    of mlgitlab.yml besides the address (endpoint, region, role, ...) count for whatever bucket is opened.
    """
    settings = config.store if config else None
    root = project_root(around)
    named = ((given, around.cwd), (around.environ.get(VARIABLE, ""), root), (settings.url if settings else "", root))
    url, start = next(((url, start) for url, start in named if url), (DEFAULT_FOLDER, root))
    place = place_of(url)
    if isinstance(place, FolderPlace):
        bucket = wiring.folder_bucket(Path(start, place.path))
    else:
        bucket = wiring.s3_bucket(_s3(around, place, settings, endpoint_url, root))
    return Store(bucket=bucket, files=wiring.local_files(), parallel=PARALLEL)


def project_root(around: Surroundings) -> str:
    """The nearest folder, from the current one upwards, that holds .git or mlgitlab.yml; else the current one."""
    for folder in (Path(around.cwd), *Path(around.cwd).parents):
        if (folder / ".git").exists() or (folder / DEFAULT_CONFIG).exists():
            return str(folder)
    return around.cwd


def config_here(around: Surroundings, given: str = "") -> Config | None:
    """What mlgitlab.yml on disk says, or the file `given` by --config; None where there is none.

    A job that only pulls a model may have no repository around it.
    """
    from mlgitlab.config.parse import parse  # noqa: PLC0415 (YAML, where there is a file to read)

    path = Path(around.cwd, given) if given else Path(project_root(around), DEFAULT_CONFIG)
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        if given:
            raise UsageError(f"--config {given!r} does not exist") from None
        return None
    except OSError as error:
        raise UsageError(f"cannot read {str(path)!r}: {error.strerror}") from None
    return parse(content, given or DEFAULT_CONFIG).config


def _s3(
    around: Surroundings, place: S3Place, settings: Settings | None, endpoint_url: str, root: str
) -> S3Settings:  # fmt: skip
    variable = settings.id_token.name if settings and settings.id_token else DEFAULT_TOKEN
    ca_bundle = (settings and settings.ca_bundle) or ""
    return S3Settings(
        bucket=place.bucket,
        prefix=place.prefix,
        endpoint_url=endpoint_url or (settings and settings.endpoint_url) or "",
        region=(settings and settings.region) or "",
        role_arn=(settings and settings.role_arn) or "",
        # Without a token, as on a laptop, the ordinary chain of AWS credentials has its say.
        token=(lambda: around.environ[variable]) if around.environ.get(variable) else None,
        session_name=session_name(around.environ),
        ca_bundle=str(Path(root, ca_bundle)) if ca_bundle else "",
        addressing=settings.addressing if settings else "auto",
        checksum=settings.checksum if settings else "auto",
        parallel=PARALLEL,
    )


def session_name(environ: Mapping[str, str]) -> str:
    """The name under which AWS logs what a job does: its project and number."""
    parts = ("mlgitlab", environ.get("CI_PROJECT_PATH_SLUG", ""), environ.get("CI_JOB_ID", ""))
    # AWS takes 64 characters, and the job's number at the end is what tells one session from another.
    return _SESSION.sub("-", "-".join(part for part in parts if part))[-64:]
