"""Trees and blobs from git's object store, always by object name, so that file names never matter."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field
from functools import cached_property

from mlgitlab import paths
from mlgitlab.adapters.git.process import Git
from mlgitlab.adapters.shares import shared_out
from mlgitlab.changes import GITLINK_MODE, TREE_MODE
from mlgitlab.errors import WorldError
from mlgitlab.frozen import dataclass
from mlgitlab.protocols import Entry

_MOST_ASKED = 10_000  # characters of paths on one command line


@dataclass(frozen=True, kw_only=True)
class TreeSnapshot:
    """The files of one commit or tree, listed once.

    `promisor` answers with the remote that a partial clone has its blobs from; empty for a clone that has its own.
    `seen` are entries that git has shown already, in a difference.
    """

    git: Git
    rev: str
    promisor: Callable[[], str]
    seen: dict[str, Entry] = field(default_factory=dict)

    def entries(self) -> Mapping[str, Entry]:
        """Every path of the tree, submodules included."""
        return self._entries

    def read(self, wanted: Iterable[str]) -> Mapping[str, bytes]:
        """The content of files, and the targets of links, through one process."""
        known = self._find(list(wanted))
        blobs = {path: entry.blob for path, entry in known.items() if entry.mode not in (GITLINK_MODE, TREE_MODE)}
        if blobs and (remote := self.promisor()):
            _prefetch(self.git, self.rev, set(blobs.values()), remote)
        contents = read_blobs(self.git, blobs.values())
        return {path: contents[blob] for path, blob in blobs.items()}

    def through(self, wanted: Iterable[str], work: Callable[[str, bytes], bytes]) -> Mapping[str, bytes]:
        """What `work` makes of each content; several processes read and work where no blob has to be fetched."""

        def made(share: Iterable[str]) -> Mapping[str, bytes]:
            return {path: work(path, content) for path, content in self.read(share).items()}

        wanted = sorted(set(wanted))
        return made(wanted) if self.promisor() else shared_out(wanted, made)

    def blobs(self, wanted: Iterable[str]) -> Mapping[str, str]:
        """Object names; of a submodule its commit."""
        return {path: entry.blob for path, entry in self._find(list(wanted)).items()}

    @cached_property
    def _entries(self) -> dict[str, Entry]:
        return _listed(self.git.run("ls-tree", "-r", "-z", "--full-tree", self.rev).out)

    def _find(self, wanted: Sequence[str]) -> dict[str, Entry]:
        """The entries of some paths; a few are asked for by name, which spares the listing of a large tree."""
        few = sum(map(len, wanted)) <= _MOST_ASKED and all(map(str.isascii, wanted))
        if few and "_entries" not in self.__dict__:
            found = self.seen
            if unseen := [path for path in wanted if path not in found]:
                asked = ("ls-tree", "-z", "--full-tree", self.rev, "--", *unseen)
                found = found | _listed(self.git.run(*asked, environ={"GIT_LITERAL_PATHSPECS": "1"}).out)
            return {path: found[path] for path in wanted if path in found}
        return {path: self._entries[path] for path in wanted if path in self._entries}


def _listed(answer: bytes) -> dict[str, Entry]:
    found: dict[str, Entry] = {}
    for record in paths.decode(answer).split("\0")[:-1]:  # decoded at once: no character holds a NUL
        head, _, name = record.partition("\t")
        mode, _type, blob = head.split(" ")
        found[name] = Entry(mode, blob)
    return found


def read_blobs(git: Git, blobs: Iterable[str]) -> dict[str, bytes]:
    """Content by object name. Raises WorldError when one is not in the store and cannot be fetched."""
    wanted = sorted(set(blobs))
    if not wanted:
        return {}
    stream = git.run("cat-file", "--batch", stdin="".join(f"{blob}\n" for blob in wanted).encode()).out
    found: dict[str, bytes] = {}
    position = 0
    for blob in wanted:
        end = stream.index(b"\n", position)
        header = stream[position:end].split(b" ")
        if header[-1] == b"missing":
            raise WorldError(f"the clone lacks the object {blob}", "fetch it (`git fetch`), or clone anew")
        size = int(header[2])
        found[blob] = stream[end + 1 : end + 1 + size]
        position = end + 1 + size + 1
    return found


def _prefetch(git: Git, rev: str, blobs: set[str], remote: str) -> None:
    """In a partial clone, fetch all missing blobs at once; `cat-file` would fetch each by itself."""
    listed = git.ask("rev-list", "--objects", "--no-walk", "--missing=print", rev, "--").lines
    missing = sorted(blobs & {line[1:] for line in listed if line.startswith("?")})
    if missing:
        # The call that git itself makes for missing objects. Where it fails, `cat-file` still tries.
        options = ("--no-tags", "--no-write-fetch-head", "--recurse-submodules=no", "--filter=blob:none", "--stdin")
        wanted = "".join(f"{blob}\n" for blob in missing).encode()
        git.ask("-c", "fetch.negotiationAlgorithm=noop", "fetch", "--quiet", *options, "--", remote, stdin=wanted)
