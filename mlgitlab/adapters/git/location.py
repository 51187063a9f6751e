"""Where a repository is: its top folder, its git folder, and the files in it that we read."""

from __future__ import annotations

import os

from mlgitlab.adapters.git import trouble
from mlgitlab.adapters.git.credentials import Credentials
from mlgitlab.adapters.git.process import Git
from mlgitlab.frozen import dataclass

_ANY_COMMIT = "HEAD^{commit}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """A repository on disk. `folder` is its top level, or the git folder of a bare one."""

    git: Git
    folder: str
    bare: bool

    def private(self, name: str) -> str:
        """The absolute path of one of git's own files (`index`, `shallow`), in a worktree too."""
        answer = self.git.run("rev-parse", "--git-path", name)
        return os.path.join(self.folder, os.fsdecode(answer.out.removesuffix(b"\n")))  # noqa: PTH118 - any bytes

    def names_no_promisor(self) -> bool:
        """Whether the repository's own settings, where a partial clone has its promisor, show that there is none."""
        inside = (".git", "config") if not self.bare else ("config",)
        try:
            with open(os.path.join(self.folder, *inside), "rb") as stream:  # noqa: PTH118, PTH123 - any bytes
                settings = stream.read().lower()
        except OSError:
            return False  # a linked worktree: git knows
        return b"promisor" not in settings and b"include" not in settings


def locate(directory: str, *, trusted: bool, credentials: Credentials) -> Location:
    """The repository that holds `directory`.

    Raises UsageError where there is none or it has no commit, WorldError where git will not read it.
    """
    start = os.path.realpath(directory)
    if not os.path.isdir(start):  # noqa: PTH112 - any bytes
        raise trouble.not_a_repository(directory)
    guess = _guess(start)
    git = Git(folder=start, safe=(guess,) if trusted else (), credentials=credentials)
    # The third question has no answer in a bare repository, the last none without a commit; those before have theirs.
    answer = git.ask("rev-parse", "--is-bare-repository", "--is-inside-git-dir", "--show-toplevel", _ANY_COMMIT)
    if not answer.out:
        raise trouble.dubious(guess) if "dubious ownership" in answer.error else trouble.not_a_repository(directory)
    is_bare, is_inside_git_folder, named = answer.out.split(b"\n", 2)
    bare = is_bare == b"true"
    if is_inside_git_folder == b"true" and not bare:
        raise trouble.not_a_repository(directory)
    if answer.ok:
        named = named[: named.removesuffix(b"\n").rindex(b"\n") + 1]  # without the commit
    else:
        named = git.run("rev-parse", "--absolute-git-dir" if bare else "--show-toplevel").out
    folder = os.fsdecode(named.removesuffix(b"\n"))
    top = Git(folder=folder, safe=tuple(dict.fromkeys((guess, folder))) if trusted else (), credentials=credentials)
    # In a mirror, HEAD may name a branch that nobody ever pushed: any commit will do.
    if (
        not answer.ok
        and not top.ask("rev-parse", "--verify", "--quiet", _ANY_COMMIT).ok
        and not top.run("for-each-ref", "--count=1").out
    ):
        raise trouble.no_commit(directory)
    return Location(git=top, folder=folder, bare=bare)


def _guess(start: str) -> str:
    """The folder whose owner git will question, found without git: it must be named before git speaks."""
    folder = start
    while not os.path.lexists(os.path.join(folder, ".git")):  # noqa: PTH118 - any bytes
        parent = os.path.dirname(folder)  # noqa: PTH120 - any bytes
        if parent == folder:
            return start
        folder = parent
    return folder
