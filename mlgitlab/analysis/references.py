"""What one file says it can load: the values that reading a source gives and resolving them takes."""

from __future__ import annotations

from enum import IntEnum, IntFlag

from mlgitlab.frozen import dataclass


class Extent(IntEnum):
    """How much of a package a reference can load besides the module itself."""

    MODULE = 0
    CHILDREN = 1  # the modules directly in it: a star import
    TREE = 2  # everything below it: a dynamic import with a known beginning


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Reference:
    """A dotted name that an import, or a string that may be one, mentions.

    `level` counts the leading dots of a relative import. The name may go on past the module, into
    its classes: it is resolved as far as files exist.
    """

    module: str
    level: int = 0
    extent: Extent = Extent.MODULE


class Reads(IntFlag):
    """What a source reads in the texts of other modules, besides running them.

    A step that loads such a source depends on these texts everywhere in its code.
    """

    NOTHING = 0
    DOCS = 1  # docstrings
    TYPES = 2  # type comments
    SOURCES = 4  # the source itself, comments and all


@dataclass(frozen=True, slots=True, kw_only=True)
class Uses:
    """What a step's code takes from outside, by first names.

    modules: what it imports for certain, less the standard library; own: those of them that the repository may
    provide. mentions: what it may import, for all that its strings say.
    """

    modules: frozenset[str]
    own: frozenset[str]
    mentions: frozenset[str]

    def __or__(self, other: Uses) -> Uses:
        """All that either takes."""
        return Uses(
            modules=self.modules | other.modules, own=self.own | other.own, mentions=self.mentions | other.mentions
        )


class Anchor(IntEnum):
    """What a computed folder is relative to."""

    FILE = 0  # `__file__` of the source, as if it were a folder: its own folder is `..`
    PROCESS = 1  # the working folder of whoever runs it
    OUTSIDE = 2  # an absolute path of some machine


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Place:
    """A folder that a source computes: `path` may hold `..` and is joined to the anchor."""

    anchor: Anchor
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Imports:
    """All that one source can load.

    scripts: paths of scripts as written, each resolved against several folders.
    runs_scripts: it can start or execute files, so a script's name may mean any file so called.
    roots: folders that it puts on the module path. any_root: one of them cannot be computed.
    everything: a dynamic import that can reach any module. unparsable: the same, for want of a tree.
    opaque: it runs something that cannot be looked into.
    arguments: it runs a file that an argument of the command line names.
    programs: commands that it may start. entry_points: it loads what installed projects register.
    fills: it builds objects from names in a configuration. takes_configs: it says where that lies, in
    `config_folders` and `configs` or the command's arguments. unknown_configs: it reads one from elsewhere.
    shares_package: its package goes on under other roots.
    reads: what it reads in the texts of other modules.
    modules: the first names of the modules that it imports for certain, unlike those that a string may name.
    """

    references: tuple[Reference, ...] = ()
    scripts: tuple[str, ...] = ()
    runs_scripts: bool = False
    roots: tuple[Place, ...] = ()
    any_root: bool = False
    everything: bool = False
    unparsable: bool = False
    opaque: bool = False
    arguments: bool = False
    programs: tuple[str, ...] = ()
    entry_points: bool = False
    fills: bool = False
    takes_configs: bool = False
    unknown_configs: bool = False
    config_folders: tuple[Place, ...] = ()
    configs: tuple[str, ...] = ()
    shares_package: bool = False
    reads: Reads = Reads.NOTHING
    modules: tuple[str, ...] = ()

    @property
    def reaches_everything(self) -> bool:
        """Whether every module of the repository has to count."""
        return self.everything or self.unparsable
