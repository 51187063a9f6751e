"""The file config.toml on disk, under a lock, and `gitlab-runner`, which writes it, too."""

from __future__ import annotations

import fcntl
import os
import subprocess
import tempfile
import time
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mlgitlab.adapters import files
from mlgitlab.adapters.masking import masked
from mlgitlab.errors import ConfigError, Problem, WorldError
from mlgitlab.runners import Token

_PATIENCE = 60.0  # seconds for whoever holds the lock: a registration is some requests
_TICK = 0.05
_LAST = 200  # characters of what it says when it fails
# Options of `register` that a variable sets, too: nothing that happens to be set may
# decide for us. And what is ours is none of its business.
_THEIRS = ("REGISTER_", "REGISTRATION_TOKEN", "RUNNER_", "DOCKER_", "TEMPLATE_CONFIG_FILE", "MLGITLAB_")
_LONGEST_RUN = 120.0  # seconds for `gitlab-runner register`, which asks GitLab once


def default_place(environ: Mapping[str, str]) -> Path:
    """Where gitlab-runner looks: https://docs.gitlab.com/runner/commands/#configuration-file."""
    if environ.get("CONFIG_FILE"):
        return Path(environ["CONFIG_FILE"])
    if os.geteuid() == 0:
        return Path("/etc/gitlab-runner/config.toml")
    return Path(environ.get("HOME", "."), ".gitlab-runner", "config.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class DiskConfigToml:
    """See ConfigToml. A link is followed: what it leads to is replaced, and the link stays."""

    path: Path
    shown: str = ""
    patience: float = _PATIENCE

    @property
    def where(self) -> str:
        """Its path, as somebody named it."""
        return self.shown or str(self.path)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """A lock on a file beside it, which stays: who deletes a lock's file deletes somebody's lock."""
        real = self._real()
        beside = real.with_name(f".{real.name}.lock")
        try:
            real.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle = os.open(beside, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise WorldError(f"cannot lock {self.where}: {error.strerror}", "run it as root, or name --file") from None
        try:
            self._wait(handle)
            yield
        finally:
            os.close(handle)

    def read(self) -> str:
        """Its text, ends of lines as they are."""
        if not self.path.exists():
            return ""
        try:
            return files.read(self.path).decode("utf-8")
        except UnicodeDecodeError:
            raise ConfigError((Problem(where=self.where, what="this is not UTF-8"),), where=self.where) from None

    def write(self, text: str) -> None:
        """Replace it in one step, mode 0600."""
        files.write(self._real(), text.encode("utf-8"), private=True)

    def check_writable(self) -> None:
        """Whether a file can be made beside it, which is what `write` does."""
        real = self._real()
        try:
            with tempfile.NamedTemporaryFile(dir=real.parent, prefix=f".{real.name}."):
                pass
        except OSError as error:
            raise WorldError(f"cannot write {self.where}: {error.strerror}", "run it as root, or name --file") from None

    def _real(self) -> Path:
        return self.path.resolve()

    def _wait(self, handle: int) -> None:
        until = time.monotonic() + self.patience
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                if time.monotonic() > until:
                    raise WorldError(
                        f"another mlgitlab has been changing {self.where} for {self.patience:.0f} seconds",
                        "wait for it, or end it",
                    ) from None
                time.sleep(_TICK)
            else:
                return


@dataclass(frozen=True, slots=True, kw_only=True)
class GitLabRunner:
    """`gitlab-runner register` for one config.toml. https://docs.gitlab.com/runner/commands/#gitlab-runner-register.

    The token goes by the environment, where other users do not see it, as they do see arguments. What GitLab was told
    when the runner was created must not be said again: with a glrt- token, `--tag-list`, `--run-untagged`, `--locked`,
    `--access-level`, `--maximum-timeout`, `--paused` and `--maintenance-note` are fatal.
    """

    program: str
    config: Path
    environ: Mapping[str, str]

    def __call__(self, token: Token, settings: str, name: str, url: str) -> None:
        """See Enroller."""
        runner = tomllib.loads(settings)["runners"][0]
        said = {"CI_SERVER_URL": url, "CI_SERVER_TOKEN": token.secret, "RUNNER_NAME": name}
        # Both are asked for, even where the template says them.
        said["RUNNER_EXECUTOR"] = runner["executor"]
        said |= {"DOCKER_IMAGE": runner["docker"]["image"]} if "docker" in runner else {}
        kept = {key: value for key, value in self.environ.items() if not key.startswith(_THEIRS)}
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".toml") as template:
            template.write(settings)
            template.flush()
            argv = [self.program, "register", "--non-interactive", "--config", str(self.config)]
            self._run([*argv, "--template-config", template.name], {**kept, **said}, token)

    def _run(self, argv: list[str], environ: Mapping[str, str], token: Token) -> None:
        try:
            done = subprocess.run(
                argv,
                env=dict(environ),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=_LONGEST_RUN,
                check=False,
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise WorldError(f"gitlab-runner register failed: {type(error).__name__}") from None
        if done.returncode:
            # Masked before it is cut: half a token is no token that could be found.
            said = masked(done.stdout.decode("utf-8", "replace").replace(token.secret, "[masked]")[-_LAST:], ())
            raise WorldError(f"gitlab-runner register ended with {done.returncode}: {said}")
