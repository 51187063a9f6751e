"""What a run is asked, gathered at the edge: options, environment, and the files they name."""

from __future__ import annotations

from dataclasses import dataclass

from mlgitlab.ci import CiEnvironment
from mlgitlab.cli.options import Options
from mlgitlab.protocols import Cache

DEFAULT_CONFIG = "mlgitlab.yml"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigFile:
    """Where the configuration is: a path in the repository, or a file outside with its content."""

    path: str
    outside: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One run's question. `listed` is what --changed-files named, None without it.

    `cache` holds what earlier runs read in files.
    """

    options: Options
    env: CiEnvironment
    config: ConfigFile
    cache: Cache
    listed: tuple[str, ...] | None = None

    @property
    def includes_work_tree(self) -> bool:
        """Whether files on disk count: only for a person who asks about no commit in particular."""
        return not (self.options.head or self.env.in_ci or self.env.simulated)
