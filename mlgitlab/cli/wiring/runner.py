"""What runners are dealt with by: GitLab's API, config.toml, gitlab-runner, the machine's GPUs, templates."""

from __future__ import annotations

import contextlib
import shutil
import signal
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from mlgitlab.adapters import files, machine, runner_host, runner_templates
from mlgitlab.adapters.runner_config import DiskConfigToml, GitLabRunner, default_place
from mlgitlab.cli.main import Surroundings
from mlgitlab.errors import UsageError
from mlgitlab.runner import gpus
from mlgitlab.runner.doctor import Docker, Smoke
from mlgitlab.runner.gpus import Gpus
from mlgitlab.runner.profile import Profile
from mlgitlab.runner.registering import Blocks
from mlgitlab.runner.world import Enroller
from mlgitlab.runners import RunnerApi

TOKEN = "MLGITLAB_GITLAB_TOKEN"  # noqa: S105 (a variable's name)


def api(around: Surroundings, url: str) -> RunnerApi:
    """GitLab's API; UsageError without a token or python-gitlab."""
    token = around.environ.get(TOKEN, "")
    if not token:
        raise UsageError(
            f"{TOKEN} is not set",
            "an access token with the scope create_runner to register, manage_runner to change, read_api to list",
        )
    try:
        from mlgitlab.adapters.gitlab_runners import GitLabRunners  # noqa: PLC0415 (an extra, and slow to import)
    except ImportError:
        raise UsageError("GitLab's runners need python-gitlab", "pip install 'mlgitlab[gitlab]'") from None
    return GitLabRunners(url, token)


def config_toml(around: Surroundings, given: str) -> DiskConfigToml:
    """The config.toml of this host, or the one that is named."""
    if given:
        return DiskConfigToml(path=Path(around.cwd, given), shown=given)
    return DiskConfigToml(path=default_place(around.environ))


def gitlab_runner(around: Surroundings, config: DiskConfigToml) -> Enroller | None:
    """`gitlab-runner`, where it is installed."""
    program = shutil.which("gitlab-runner", path=around.environ.get("PATH"))
    return GitLabRunner(program=program, config=config.path, environ=around.environ) if program else None


def found_gpus(around: Surroundings) -> Gpus:
    """The machine's GPUs: NVIDIA's, else AMD's."""
    said = [machine.printed(argv, around.environ) for argv in (gpus.QUERY, gpus.LIST, gpus.TABLE)]
    nvidia = gpus.nvidia(*said)
    return nvidia if nvidia.devices else gpus.amd(machine.printed(gpus.ROCM, around.environ))


def blocks(profile: Profile, at: str) -> Blocks:
    """How the runner looks in config.toml; `at`: the time in UTC."""
    return Blocks(
        whole=lambda token: runner_templates.runner_toml(profile, token, at),
        settings=lambda: runner_templates.settings_toml(profile),
    )


@contextlib.contextmanager
def ended_in_order() -> Iterator[None]:
    """SIGTERM ends what is under way as ^C does, so that it can undo what it began."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def host_name() -> str:
    """The machine's name, without its domain."""
    import socket  # noqa: PLC0415 (for this alone)

    return socket.gethostname().partition(".")[0]


def configuration(around: Surroundings, name: str) -> tuple[str, str]:
    """The text of a config.toml, or that in values of the Helm chart, and what to call it in messages."""
    text = files.read(Path(around.cwd, name)).decode("utf-8", "replace")
    if not name.endswith((".yml", ".yaml")):
        return text, name
    return runner_templates.inner_toml(text, name), f"{name}: runners.config"


def write(around: Surroundings, name: str, content: str) -> None:
    """Write a file that the command line names."""
    files.write(Path(around.cwd, name), content.encode())


def write_secret(around: Surroundings, name: str, content: str) -> None:
    """Write a file that its owner alone may read."""
    files.write(Path(around.cwd, name), content.encode(), private=True)


def docker(around: Surroundings) -> Docker:
    """Docker on this host."""
    return runner_host.docker(around.environ)


def toolkit(around: Surroundings) -> str:
    """The version of NVIDIA's container toolkit."""
    return runner_host.toolkit(around.environ)


def image_cuda(around: Surroundings, image: str) -> str:
    """The CUDA version that an image says of itself."""
    return runner_host.image_cuda(image, around.environ)


def config_data(config: DiskConfigToml) -> Mapping[str, Any] | None:
    """A config.toml, parsed; None where it cannot be read."""
    return runner_host.config(config.path)


def smoke(around: Surroundings, image: str, options: Sequence[str], argv: Sequence[str]) -> Smoke:
    """The smoke test in the image."""
    return runner_host.smoke(image, options, argv, around.environ)


free = runner_host.free
shared_memory = runner_host.shared_memory
ask = runner_host.ask
config = runner_templates.config_toml
helm = runner_templates.helm_yaml
retry = runner_templates.retry_yaml
