"""The folder that a training works in: what it left there, and what lies there from before."""

from __future__ import annotations

import contextlib
import glob
import os
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from mlgitlab import paths
from mlgitlab.adapters import files
from mlgitlab.adapters.git.process import Git
from mlgitlab.errors import UsageError, WorldError

_AT_ONCE = 500  # names on one command line


@dataclass(frozen=True, slots=True, kw_only=True)
class DiskFolder:
    """The files below `root`. Names are paths from there, with `/`."""

    root: Path

    def files(self, outputs: Sequence[str]) -> Mapping[str, Path]:
        """The regular files at or below the outputs, and where their bytes are; links stand for what they lead to.

        UsageError for a link that leads out of the folder or in a circle, and for what is neither file nor folder.
        """
        top = self.root.resolve()
        found = {name: place for start in self._starts(outputs) for name, place in _below(top, start, ())}
        return {name: found[name] for name in sorted(found)}

    def entries(self, outputs: Sequence[str]) -> Sequence[str]:
        """Everything at or below the outputs but folders, sorted by name; a link is itself, not what it leads to."""
        found: set[str] = set()
        for start in self._starts(outputs):
            place = self.root / start
            if place.is_symlink() or not place.is_dir():
                found.add(start)
            for folder, folders, names in os.walk(place):
                links = [name for name in folders if Path(folder, name).is_symlink()]
                found.update(Path(folder, name).relative_to(self.root).as_posix() for name in (*names, *links))
        return sorted(found)

    def tracked(self, names: Iterable[str]) -> frozenset[str]:
        """Those of the names that git tracks."""
        asked = list(names)
        found: set[str] = set()
        git = Git(folder=str(self.root), safe=(str(self.root),))
        for start in range(0, len(asked), _AT_ONCE):
            some = [f":(top,literal){name}" for name in asked[start : start + _AT_ONCE]]
            found.update(map(paths.decode, git.run("ls-files", "-z", "--cached", "--full-name", "--", *some).records))
        return frozenset(found)

    def remove(self, names: Iterable[str], outputs: Sequence[str]) -> None:
        """Delete files and links, and the folders below the outputs that are empty then."""
        try:
            for name in names:
                (self.root / name).unlink(missing_ok=True)
            for start in self._starts(outputs):
                for folder, _, _ in os.walk(self.root / start, topdown=False):
                    with contextlib.suppress(OSError):  # it holds something that stays
                        Path(folder).rmdir()
        except OSError as error:
            raise WorldError(f"cannot delete {paths.show(str(error.filename))!r}: {error.strerror}") from None

    def stamp(self, name: str) -> tuple[int, int]:
        """A file's size in bytes and time of change in nanoseconds since 1970; (-1, 0) where there is none."""
        try:
            found = (self.root / name).stat()
        except FileNotFoundError:
            return -1, 0
        except OSError as error:
            raise WorldError(f"cannot look at {paths.show(name)!r}: {error.strerror}") from None
        return found.st_size, found.st_mtime_ns

    def open(self, name: str) -> BinaryIO:
        """A file, to be read."""
        try:
            return (self.root / name).open("rb")
        except OSError as error:
            raise UsageError(f"cannot read {paths.show(name)!r}: {error.strerror}") from None

    def read(self, name: str) -> bytes | None:
        """A file's content; None where there is no such file."""
        place = self.root / name
        return files.read(place) if place.is_file() else None

    def is_folder(self, name: str) -> bool:
        """Whether it is a folder."""
        return (self.root / name).is_dir()

    def write(self, name: str, content: bytes) -> None:
        """Replace a file's content in one step. What lies below `.mlgitlab/` is no business of git's."""
        files.write_for_jobs(self.root / name, content)

    def move(self, names: Mapping[str, str]) -> None:
        """Give files new names, `{old: new}`; folders that are missing are made. Links are moved, not followed."""
        try:
            for old, new in names.items():
                (self.root / new).parent.mkdir(parents=True, exist_ok=True)
                (self.root / old).rename(self.root / new)
        except OSError as error:
            raise WorldError(f"cannot move {paths.show(str(error.filename))!r}: {error.strerror}") from None

    def _starts(self, outputs: Sequence[str]) -> Iterator[str]:
        """Each output that exists; patterns are expanded as those of GitLab's artifacts."""
        top = self.root.resolve()
        for output in map(paths.normalise, outputs):
            above = (top / output).parent
            if above.resolve() != above or (top / output).is_symlink():
                # What is deleted before a training must lie where its name says.
                raise UsageError(
                    f"the output {paths.show(output)!r} is, or lies below, a link", "name the folder itself"
                )
            if os.path.lexists(self.root / output):
                yield output
            elif glob.has_magic(output):
                # Not Path.glob: that follows no `**` into hidden folders, and GitLab does.
                found = glob.glob(output, root_dir=self.root, recursive=True, include_hidden=True)  # noqa: PTH207
                yield from sorted(found)


def _below(top: Path, name: str, passed: tuple[Path, ...]) -> Iterator[tuple[str, Path]]:
    place = (top / name).resolve()
    if not place.is_relative_to(top):
        raise UsageError(
            f"the output {paths.show(name)!r} is a link that leads out of the repository", "copy what it means"
        )
    try:
        mode = place.stat().st_mode
    except OSError as error:
        raise UsageError(f"the output {paths.show(name)!r} is a link to nothing: {error.strerror}") from None
    if stat.S_ISREG(mode):
        yield name, place
    elif not stat.S_ISDIR(mode):
        raise UsageError(f"the output {paths.show(name)!r} is neither a file nor a folder")
    elif place in passed:
        raise UsageError(f"the output {paths.show(name)!r} is a link in a circle")
    else:
        for inner in sorted(os.listdir(place)):  # noqa: PTH208 (names, not paths)
            yield from _below(top, f"{name}/{inner}" if name else inner, (*passed, place))
