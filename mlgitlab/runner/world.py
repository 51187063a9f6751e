"""What registering a runner asks of the world; `mlgitlab.cli.wiring.runner` supplies the real answers."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

from mlgitlab.runners import Token


class ConfigToml(Protocol):
    """The file config.toml of one host."""

    @property
    def where(self) -> str:
        """Its path, for messages."""
        ...

    def locked(self) -> AbstractContextManager[None]:
        """Nobody else who asks for the lock writes the file meanwhile; WorldError when it is not to be had."""
        ...

    def read(self) -> str:
        """Its text; empty where there is no such file."""
        ...

    def write(self, text: str) -> None:
        """Replace it in one step; its owner alone may read it."""
        ...

    def check_writable(self) -> None:
        """WorldError where `write` would fail now."""
        ...


class Enroller(Protocol):
    """`gitlab-runner register`, which writes config.toml itself."""

    def __call__(self, token: Token, settings: str, name: str, url: str) -> None:
        """Enrol a runner that GitLab knows, with these settings (a `[[runners]]` table); WorldError where it fails."""
        ...
