"""Bringing missing commits into the clone, within one bound on time, and without writing a ref."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property

from mlgitlab import paths
from mlgitlab.adapters.git import trouble
from mlgitlab.adapters.git.credentials import redact_urls
from mlgitlab.adapters.git.process import Answer, Git

# A fetch that names what it wants and leaves nothing but objects: no tags, no FETCH_HEAD, no
# remote-tracking branch (an empty refmap), no submodules.
_FETCH = ("fetch", "--quiet", "--no-tags", "--refmap=", "--no-recurse-submodules")
_MODERN = (2, 29)  # the version of git that brought `--no-write-fetch-head` and `--stdin`
# `--deepen` starts here and doubles; what is still missing after the last one is all fetched.
_FIRST_DEEPENING = 50
_LAST_DEEPENING = 1600


class Fetcher:
    """Fetches by object name. `seconds` is the time for all fetches together; 0 means never fetch.

    `shallow_file` answers with the place of git's file of that name. `report` gets a line for what is tried, and
    for what failed.
    """

    def __init__(
        self, git: Git, *, shallow_file: Callable[[], str], seconds: float, report: Callable[[str], None]
    ) -> None:
        self._git = git
        self._shallow_file = shallow_file
        self._seconds = seconds
        self._left = seconds
        self._report = report
        self._sources: dict[str, str] = {}  # commit -> the remote that has it, where that is not origin
        self._absent: set[tuple[str, str]] = set()  # commits that a remote did not give, with its name

    @property
    def may_fetch(self) -> bool:
        """Whether there is time left, and any was given."""
        return self._left > 0

    def allow(self, seconds: float) -> None:
        """Replace the bound on time; what was spent stays spent."""
        self._left += seconds - self._seconds
        self._seconds = seconds

    def boundary(self) -> frozenset[str]:
        """The commits whose parents a shallow clone does not hold; empty for a full one."""
        try:
            with open(self._place, encoding="ascii") as lines:  # noqa: PTH123 - the folder may be any bytes
                return frozenset(line.strip() for line in lines)
        except FileNotFoundError:
            return frozenset()

    @cached_property
    def _place(self) -> str:
        return self._shallow_file()

    def has(self, sha: str) -> bool:
        """Whether the commit is here."""
        return self._git.ask("cat-file", "-e", f"{sha}^{{commit}}", environ={"GIT_NO_LAZY_FETCH": "1"}).ok

    def obtain(self, sha: str, remote: str) -> bool:
        """Fetch exactly this commit if it is missing; all branches where the server gives out nothing else."""
        if self.has(sha):
            return True
        if not self.may_fetch or (sha, remote) in self._absent:
            return False
        # In a full clone a depth would cut off the history that is there.
        depth = ("--depth=1",) if self.boundary() else ()
        if not self._fetch(f"fetching commit {sha[:12]}", remote, (sha,), *depth):
            self._fetch(f"fetching all branches, for commit {sha[:12]}", remote, self._heads(remote), *depth)
        if not self.has(sha):
            self._absent.add((sha, remote))
            return False
        self._sources[sha] = remote
        return True

    def remote_refs(self, remote: str, *patterns: str) -> dict[str, str] | None:
        """Names and objects of the remote's refs; None when it cannot be asked."""
        if not self.may_fetch or remote.startswith("-"):
            return None
        answer = self._timed(f"git ls-remote {remote}", "ls-remote", "--quiet", "--", remote, *patterns)
        if not answer.ok:
            return None
        pairs = (line.split("\t", 1) for line in answer.lines)
        return {name: sha for sha, name in pairs}

    def deepenings(self, *tips: str) -> Iterator[None]:
        """Each step makes more of the history below `tips` known; ends when all is, or time is up."""
        depth = _FIRST_DEEPENING
        while self.boundary() and self.may_fetch:
            last = depth > _LAST_DEEPENING
            what = "deepening: all commits" if last else f"deepening: {depth} commits"
            option = "--unshallow" if last else f"--deepen={depth}"
            fetched = [self._deepen(what, remote, shas, option) for remote, shas in self._by_remote(tips)]
            if not all(fetched):
                return
            yield
            if last:
                return
            depth *= 2

    def _by_remote(self, shas: Sequence[str]) -> list[tuple[str, tuple[str, ...]]]:
        remotes = sorted({self._sources.get(sha, "origin") for sha in shas})
        return [
            (remote, tuple(sha for sha in shas if self._sources.get(sha, "origin") == remote)) for remote in remotes
        ]

    def _deepen(self, what: str, remote: str, shas: Sequence[str], option: str) -> bool:
        if not self.boundary():  # the remote before this one brought the rest
            return True
        return self._fetch(what, remote, shas, option) or self._fetch(what, remote, self._heads(remote), option)

    def _heads(self, remote: str) -> tuple[str, ...]:
        return tuple(sorted(self.remote_refs(remote, "refs/heads/*") or ()))

    def _fetch(self, what: str, remote: str, wanted: Sequence[str], *options: str) -> bool:
        if not wanted or not self.may_fetch or remote.startswith("-"):
            return False
        self._report(what)
        if self._version() < _MODERN:
            return self._timed(what, *_FETCH, *options, "--", remote, *wanted).ok
        refspecs = paths.encode(
            "".join(f"{name}\n" for name in wanted)
        )  # all branches may be too many for a command line
        modern = ("--no-write-fetch-head", "--stdin")
        return self._timed(what, *_FETCH, *modern, *options, "--", remote, stdin=refspecs).ok

    def _timed(self, what: str, *argv: str, stdin: bytes | None = None) -> Answer:
        started = time.monotonic()
        answer = self._git.ask(*argv, stdin=stdin, timeout=self._left)
        self._left -= time.monotonic() - started
        if answer.timed_out:
            self._left = 0
            self._report(redact_urls(f"{what}: stopped, the {self._seconds:g} seconds for fetching are over"))
        elif not answer.ok:
            self._report(redact_urls(f"{what}: {paths.show(trouble.gist(answer.error))}"))
        return answer

    def _version(self) -> tuple[int, ...]:
        words = self._git.run("version").text.split()
        return tuple(int(part) for part in words[2].split(".")[:2])
