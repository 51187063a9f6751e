"""A runner's host for the tests: tools on PATH that print what they would on a machine with GPUs, and a config.toml."""

from __future__ import annotations

import json
import os
import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.commands import Done, mlgitlab
from tests.gitlab_runners_api import TOKEN, FakeRunners

MACHINES = Path(__file__).parent / "unit" / "runner" / "machines"
_NVIDIA_SMI = """#!/bin/sh
case "$1" in
  --query-gpu=*) cat {folder}/query.csv ;;
  -L) cat {folder}/list.txt ;;
  *) cat {folder}/table.txt ;;
esac
"""
_DOCKER = """#!/bin/sh
case "$1" in
  info) echo '{{"ServerVersion": "28.2.2", "DockerRootDir": "/"}}' ;;
  image) case "$*" in *other*) echo 'No such image'; exit 1 ;; esac; echo '{env}' ;;
  run) {ended} ;;
esac
"""
# What `gitlab-runner register` does with what we give it, and no more: it refuses what it refuses with a glrt- token,
# takes the token from the environment, and writes the file anew, without its comments.
_GITLAB_RUNNER = """#!{python}
import json, os, sys, tomllib
arguments = sys.argv[1:]
with open({seen!r}, "a") as seen:
    seen.write(json.dumps(arguments) + "\\n")
FATAL = ("--tag-list", "--run-untagged", "--locked", "--access-level", "--maximum-timeout", "--paused")
if any(argument.startswith(FATAL) for argument in arguments):
    sys.exit("FATAL: Runner configuration other than name and executor configuration is reserved")
if any(os.environ.get(name) for name in ("RUNNER_TAG_LIST", "REGISTER_LOCKED")):
    sys.exit("FATAL: Runner configuration other than name and executor configuration is reserved")
if os.environ["RUNNER_EXECUTOR"] == "docker" and not os.environ.get("DOCKER_IMAGE"):
    sys.exit("PANIC: The docker-image needs to be entered")
if {fails!r}:
    sys.exit("ERROR: Verifying runner... failed, token " + os.environ["CI_SERVER_TOKEN"])
given = dict(zip(arguments[2::2], arguments[3::2]))
template = open(given["--template-config"]).read()
path = given["--config"]
old = open(path).read() if os.path.exists(path) else "concurrent = 1\\n"
kept = "".join(line for line in old.splitlines(True) if not line.lstrip().startswith("#"))
head = "[[runners]]\\n" + "".join(
    f"  {{key}} = {{json.dumps(value)}}\\n"
    for key, value in (
        ("name", os.environ["RUNNER_NAME"]),
        ("url", os.environ["CI_SERVER_URL"]),
        ("id", int(os.environ["CI_SERVER_TOKEN"].removeprefix("glrt-"))),
        ("token", os.environ["CI_SERVER_TOKEN"]),
    )
)
with open(path, "w") as file:
    file.write(kept + "\\n" + template.replace("[[runners]]\\n", head, 1))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """One host and its GitLab. tools: the folder in front of PATH."""

    folder: Path
    gitlab: FakeRunners
    token: str = TOKEN

    @property
    def tools(self) -> Path:
        return self.folder / "bin"

    @property
    def config(self) -> Path:
        return self.folder / "etc" / "config.toml"

    @property
    def seen(self) -> Path:
        """The argument lists that gitlab-runner was called with, as JSON lines."""
        return self.folder / "seen.jsonl"

    def environ(self) -> Mapping[str, str]:
        return {
            "PATH": f"{self.tools}{os.pathsep}/usr/bin{os.pathsep}/bin",
            "HOME": str(self.folder),
            "MLGITLAB_GITLAB_TOKEN": self.token,
            "CI_SERVER_URL": self.gitlab.url,
            "CONFIG_FILE": str(self.config),
            "RUNNER_TAG_LIST": "somebody,elses",  # gitlab-runner would take it for an option
        }

    def run(self, *argv: str, check: int | None = 0) -> Done:
        """Run `mlgitlab runner ARGV` there; no token of a runner and not ours is ever shown."""
        done = mlgitlab("runner", *argv, cwd=self.folder, environ=self.environ(), check=check)
        assert "glrt-" not in (done.out + done.err).replace("the glrt- token", "")
        assert self.token not in done.out + done.err
        return done

    def has_gpus(self, machine: str) -> None:
        """Put a `nvidia-smi` on PATH that prints what it would on that machine."""
        self._tool("nvidia-smi", _NVIDIA_SMI.format(folder=MACHINES / machine))

    def has_gitlab_runner(self, *, fails: bool = False) -> None:
        """Put a `gitlab-runner` on PATH."""
        self._tool("gitlab-runner", _GITLAB_RUNNER.format(python=sys.executable, seen=str(self.seen), fails=fails))

    def has_docker(self, *, cuda: str, smoke: str = "") -> None:
        """Put a `docker` with NVIDIA's toolkit on PATH: it has one image; `smoke` is why no container starts in it."""
        ended = f"echo {shlex.quote(smoke)}; exit 125" if smoke else "echo 'GPU 0: NVIDIA A100-SXM4-80GB'"
        self._tool("docker", _DOCKER.format(env=json.dumps(["A=b", f"CUDA_VERSION={cuda}"]), ended=ended))
        self._tool("nvidia-ctk", "#!/bin/sh\necho 'NVIDIA Container Toolkit CLI version 1.17.8'\n")

    def _tool(self, name: str, text: str) -> None:
        self.tools.mkdir(exist_ok=True)
        (self.tools / name).write_text(text, "utf-8")
        (self.tools / name).chmod(0o755)
