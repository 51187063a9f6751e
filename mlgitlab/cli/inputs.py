"""What a run is asked, gathered at the edge: options, environment, and the files they name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from typing import TYPE_CHECKING

from mlgitlab.ci import CiEnvironment
from mlgitlab.cli.options import Options
from mlgitlab.config.schema import Config
from mlgitlab.frozen import dataclass
from mlgitlab.protocols import Cache

if TYPE_CHECKING:
    from mlgitlab.store.library import Store  # only those who ask it load it


# Opens the store of a configuration, or says why it is not asked; with nothing to say where there is none.
Stores = Callable[[Config], "Store | str"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigFile:
    """Where the configuration is: a path in the repository, or a file outside with its content."""

    path: str
    outside: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One run's question. `listed` is what --changed-files named, None without it.

    `cache` holds what earlier runs read in files; `environ` the variables that a configuration may name.
    """

    options: Options
    env: CiEnvironment
    config: ConfigFile
    cache: Cache
    listed: tuple[str, ...] | None = None
    environ: Mapping[str, str] = field(default_factory=dict)

    @property
    def includes_work_tree(self) -> bool:
        """Whether files on disk count: only for a person who asks about no commit in particular."""
        return not (self.options.head or self.env.in_ci or self.env.simulated)


def store_address(request: Request, config: Config) -> str:
    """Where the store is: MLGITLAB_STORE, or what the configuration says; empty where nobody says anything."""
    return request.environ.get("MLGITLAB_STORE", "") or (config.store.url if config.store else "")
