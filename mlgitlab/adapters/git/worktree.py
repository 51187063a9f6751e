"""The files on disk, seen through a private copy of the index, so that the user's own is never written."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property

from mlgitlab import paths
from mlgitlab.adapters.git import raw
from mlgitlab.adapters.git.location import Location
from mlgitlab.adapters.git.objects import read_blobs
from mlgitlab.adapters.shares import shared_out
from mlgitlab.changes import GITLINK_MODE, SYMLINK_MODE, TREE_MODE, Change, ChangeKind, is_file_mode
from mlgitlab.frozen import dataclass
from mlgitlab.protocols import Entry

# Nothing in the user's configuration, nor in .gitmodules, may hide a submodule or join paths.
RAW = ("--raw", "-z", "--no-renames", "--no-ext-diff", "--no-textconv", "--full-index", "--ignore-submodules=none")
_SKIPPED = b"S"  # the tag of an index entry that a sparse checkout leaves out
_DELETED = Entry(mode="", blob="")


def uncommitted(location: Location, bases: Sequence[str], head: str) -> tuple[Change, ...]:
    """What differs between each base and the files on disk, staged, unstaged and untracked alike.

    `uncommitted` is set where the file also differs from `head`. A new blob that git has not
    hashed, of an untracked file or a link, is empty.
    """
    with _refreshed_index(location) as index:
        untracked = {path: _untracked(location.folder, path) for path in _untracked_paths(location, index)}
        since_head = {**_against(location, index, head), **untracked}
        differences = [_with_untracked(_against(location, index, base), untracked) for base in bases]
    merged = raw.union(differences)
    return raw.join_renames({path: replace(change, uncommitted=path in since_head) for path, change in merged.items()})


def _against(location: Location, index: Mapping[str, str], base: str) -> dict[str, Change]:
    found = raw.parse(location.git.run("diff-index", *RAW, base, "--", environ=index).records)
    hashed = _hashed(location, [path for path, change in found.items() if _is_unhashed(change)])
    known = {path: replace(found[path], new_blob=blob) for path, blob in hashed.items()}
    # The file may have been brought back to what it was in `base`, which the index does not know.
    undone = {path for path, change in known.items() if change.new_blob == change.old_blob}
    return {path: change for path, change in {**found, **known}.items() if path not in undone}


def _is_unhashed(change: Change) -> bool:
    is_file = change.old_mode == change.new_mode and is_file_mode(change.new_mode)
    return is_file and not change.new_blob and _is_line(change.path)  # others count as changed


def _is_line(path: str) -> bool:
    """Whether `--stdin-paths` reads the name as it is: a newline ends one, and a leading quote means an escape."""
    return "\n" not in path and not path.startswith('"')


def _named(location: Location, content: bytes) -> str:
    return location.git.run("hash-object", "--stdin", stdin=content).text


def _hashed(location: Location, names: Sequence[str]) -> dict[str, str]:
    """What git would store for files on disk, by its own filters; nothing is stored."""
    lines = b"".join(paths.encode(name) + b"\n" for name in names)
    answer = location.git.ask("hash-object", "--stdin-paths", stdin=lines)
    return dict(zip(names, answer.lines, strict=True)) if answer.ok else {}


def _with_untracked(tracked: Mapping[str, Change], untracked: Mapping[str, Change]) -> dict[str, Change]:
    together = dict(tracked)
    for path, new in untracked.items():
        old = tracked.get(path)  # gone from the index (`git rm --cached`), but not from disk
        together[path] = replace(old, kind=ChangeKind.MODIFIED, new_mode=new.new_mode) if old else new
    return together


def _untracked(folder: str, path: str) -> Change:
    return Change(path=path, kind=ChangeKind.ADDED, new_mode=_mode(_on_disk(folder, path)))


@dataclass(frozen=True, kw_only=True)
class WorkTreeSnapshot:
    """Tracked and untracked files as they are on disk, ignored ones left out.

    An entry's blob is empty where the file differs from the index or is untracked: nobody has
    hashed it. Files that a sparse checkout leaves out are read from the index.
    """

    location: Location

    def entries(self) -> Mapping[str, Entry]:
        """Every path on disk, and every path that a sparse checkout left out."""
        return self._listing[0]

    def read(self, wanted: Iterable[str]) -> Mapping[str, bytes]:
        """The content of files, and the targets of links."""
        entries, skipped = self._listing
        present = [path for path in wanted if path in entries and entries[path].mode not in (GITLINK_MODE, TREE_MODE)]
        stored = read_blobs(self.location.git, [entries[path].blob for path in present if path in skipped])
        found: dict[str, bytes] = {path: stored[entries[path].blob] for path in present if path in skipped}
        for path in present:
            if path not in skipped and (content := _content(_on_disk(self.location.folder, path))) is not None:
                found[path] = content
        return found

    def through(self, wanted: Iterable[str], work: Callable[[str, bytes], bytes]) -> Mapping[str, bytes]:
        """What `work` makes of each content, read in several processes."""
        _ = self._listing  # once, before there are copies of this process

        def made(share: Iterable[str]) -> Mapping[str, bytes]:
            return {path: work(path, content) for path, content in self.read(share).items()}

        return shared_out(sorted(set(wanted)), made)

    def blobs(self, wanted: Iterable[str]) -> Mapping[str, str]:
        """What git would call the contents, of links and of names that it cannot be told among lines as they are."""
        entries, _ = self._listing
        present = {path: entries[path] for path in wanted if path in entries}
        unnamed = [path for path, entry in present.items() if not entry.blob]
        plain = [path for path in unnamed if is_file_mode(present[path].mode) and _is_line(path)]
        found = {path: entry.blob for path, entry in present.items() if entry.blob} | _hashed(self.location, plain)
        rest = self.read([path for path in unnamed if path not in found])
        return found | {path: _named(self.location, content) for path, content in rest.items()}

    @cached_property
    def _listing(self) -> tuple[dict[str, Entry], frozenset[str]]:
        git = self.location.git
        with _refreshed_index(self.location) as index:
            staged = git.run("ls-files", "-t", "-s", "-z", environ=index).records
            unstaged = raw.parse(git.run("diff-files", *RAW, environ=index).records)
            untracked = _untracked_paths(self.location, index)
        entries, skipped = _staged(staged)
        for path, change in unstaged.items():
            entries[path] = Entry(mode=change.new_mode, blob=change.new_blob) if change.new_mode else _DELETED
        for path in untracked:
            entries[path] = Entry(mode=_mode(_on_disk(self.location.folder, path)), blob="")
        return {path: entries[path] for path in sorted(entries) if entries[path].mode}, frozenset(skipped)


def _staged(records: Iterable[bytes]) -> tuple[dict[str, Entry], set[str]]:
    entries: dict[str, Entry] = {}
    skipped: set[str] = set()
    for record in records:
        head, _, name = record.partition(b"\t")
        tag, mode, blob, _stage = head.split(b" ")
        path = paths.decode(name)
        entries[path] = Entry(mode=mode.decode("ascii"), blob=blob.decode("ascii"))
        if tag == _SKIPPED:
            skipped.add(path)
    return entries, skipped


@contextmanager
def _refreshed_index(location: Location) -> Iterator[Mapping[str, str]]:
    """The environment in which git uses a copy of the index that knows which touched files are the same."""
    import shutil  # noqa: PLC0415 (both only for who looks at files on disk)
    import tempfile  # noqa: PLC0415

    original = location.private("index")
    with tempfile.TemporaryDirectory(prefix="mlgitlab-") as folder:
        copy = os.path.join(folder, "index")  # noqa: PTH118 - beside `original`, which may be any bytes
        if os.path.exists(original):  # noqa: PTH110 - any bytes
            # With its time of change: git compares it with those of the files to know which it must read.
            shutil.copy2(original, copy)
        environ = {"GIT_INDEX_FILE": copy}
        location.git.run("update-index", "-q", "--refresh", environ=environ, accept=(0, 1))
        yield environ


def _untracked_paths(location: Location, index: Mapping[str, str]) -> list[str]:
    listed = location.git.run("ls-files", "--others", "--exclude-standard", "-z", environ=index).records
    # A repository inside this one that is not a submodule is listed as a folder: `nested/`.
    return [paths.decode(name).rstrip("/") for name in listed]


def _on_disk(folder: str, path: str) -> bytes:
    return os.path.join(os.fsencode(folder), paths.encode(path))  # noqa: PTH118 - any bytes


def _mode(file: bytes) -> str:
    try:
        mode = os.lstat(file).st_mode
    except OSError:  # gone since git listed it
        return ""
    if stat.S_ISLNK(mode):
        return SYMLINK_MODE
    if stat.S_ISDIR(mode):
        return TREE_MODE
    return "100755" if mode & stat.S_IXUSR else "100644"


def _content(file: bytes) -> bytes | None:
    try:
        if os.path.islink(file):  # noqa: PTH114 - any bytes
            return os.readlink(file)  # noqa: PTH115 - any bytes
        with open(file, "rb") as stream:  # noqa: PTH123 - any bytes
            return stream.read()
    except OSError:  # gone or unreadable since git listed it
        return None
