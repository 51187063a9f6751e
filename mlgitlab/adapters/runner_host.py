"""What is seen of a runner's host: Docker, the container toolkit, the disk, and who answers."""

from __future__ import annotations

import datetime as dt
import http.client
import json
import os
import shutil
import subprocess
import time
import tomllib
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

from mlgitlab.adapters.machine import printed
from mlgitlab.runner.doctor import Answer, Docker, Smoke

_PATIENCE = 20.0  # seconds for an answer
_LONGEST_SMOKE = 120.0  # seconds: starting a container with GPUs can take some
_DEFAULT_ROOT = "/var/lib/docker"


def docker(environ: Mapping[str, str]) -> Docker:
    """Docker, as `docker info` tells; where it does not answer, why."""
    if shutil.which("docker", path=environ.get("PATH")) is None:
        return Docker()
    code, said = _run(("docker", "info", "--format", "{{json .}}"), environ, _PATIENCE)
    try:
        facts = json.loads(said) if code == 0 else {}
    except ValueError:
        facts = {}
    if not isinstance(facts, dict) or not facts.get("ServerVersion"):
        trouble = " ".join(said.split())[-200:] or "no answer"
        return Docker(trouble=f"docker info ends with {code}: {trouble}")
    return Docker(version=str(facts["ServerVersion"]), root=str(facts.get("DockerRootDir") or _DEFAULT_ROOT))


def toolkit(environ: Mapping[str, str]) -> str:
    """The version of NVIDIA's container toolkit; empty for none."""
    said = printed(("nvidia-ctk", "--version"), environ) or printed(("nvidia-container-cli", "--version"), environ)
    return next((word for line in said.splitlines() for word in line.split() if word[:1].isdigit()), "")


def image_cuda(image: str, environ: Mapping[str, str]) -> str:
    """The CUDA version that an image says of itself (CUDA_VERSION), where Docker has it; else nothing."""
    said = printed(("docker", "image", "inspect", "--format", "{{json .Config.Env}}", "--", image), environ)
    try:
        variables = json.loads(said) if said else []
    except ValueError:
        variables = []
    found = [str(each).partition("=")[2] for each in variables or () if str(each).startswith("CUDA_VERSION=")]
    return found[0] if found else ""


def free(place: str) -> tuple[str, int]:
    """The bytes that are free where a folder is or would be, and which folder that is."""
    path = Path(place)
    while not path.exists():
        path = path.parent
    return str(path), shutil.disk_usage(path).free


def shared_memory() -> int:
    """The size of /dev/shm in bytes; 0 where there is none."""
    try:
        facts = os.statvfs("/dev/shm")  # noqa: S108 (not a file of ours)
    except OSError:
        return 0
    return facts.f_frsize * facts.f_blocks


def config(path: Path) -> Mapping[str, Any] | None:
    """A config.toml, parsed; None where it cannot be read, or is none."""
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None


def ask(url: str) -> Answer:
    """Whether a server answers, with whatever status, and the time that it dates its answer with."""
    request = urllib.request.Request(url, method="HEAD")  # noqa: S310 (the scheme is checked below)
    if request.type not in ("http", "https"):
        return Answer(who=url, trouble=f"{url} is no address", hint="such as https://gitlab.example.com")
    try:
        with urllib.request.urlopen(request, timeout=_PATIENCE) as response:  # noqa: S310
            headers = response.headers
    except urllib.error.HTTPError as error:
        headers = error.headers
        error.close()
    except (OSError, ValueError, http.client.HTTPException) as error:
        why = getattr(error, "reason", error)
        return Answer(
            who=url, trouble=f"{url} does not answer: {why}", hint="check name, proxy, firewall and CA bundle"
        )
    return Answer(who=url, dated=_date(headers.get("Date", "")), at=dt.datetime.now(dt.UTC))


def smoke(image: str, options: Sequence[str], command: Sequence[str], environ: Mapping[str, str]) -> Smoke:
    """Run a command in the image, which must be here: pulling is for whoever asks for it."""
    code, said = _run(("docker", "image", "inspect", "--", image), environ, _PATIENCE)
    if code:
        return Smoke(image=image, code=None, said="the image is not on this host")
    argv = (
        "docker",
        "run",
        "--rm",
        "--network",
        "none",
        *options,
        "--entrypoint",
        command[0],
        "--",
        image,
        *command[1:],
    )
    before = time.monotonic()
    code, said = _run(argv, environ, _LONGEST_SMOKE)
    return Smoke(image=image, code=code, said=said, seconds=time.monotonic() - before)


def _date(text: str) -> dt.datetime | None:
    try:
        return parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None


def _run(argv: Sequence[str], environ: Mapping[str, str], seconds: float) -> tuple[int, str]:
    """Exit code and output; 127 for what cannot be started, 124 for what takes too long."""
    program = shutil.which(argv[0], path=environ.get("PATH")) or argv[0]
    try:
        done = subprocess.run(
            [program, *argv[1:]],
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return 124, f"no answer within {seconds:.0f} s"
    except OSError as error:
        return 127, str(error.strerror)
    return done.returncode, done.stdout.decode("utf-8", "replace")
