"""Real git repositories for tests: built step by step, always with the same commits for the same steps."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Mapping

# Nobody's own configuration, author or clock: the same steps make the same SHAs everywhere.
ISOLATED = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.com",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.com",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
    "TZ": "UTC",
}
_FIRST_SECOND = 1_700_000_000


class Repo:
    """A repository in a folder. Methods that change it return it, except `commit` and `merge`: those return the SHA.

    `Repo.create(tmp_path / "r").write({"a.py": "1"}).commit("first")`
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def create(cls, folder: Path, *, bare: bool = False, branch: str = "main") -> Self:
        """Make an empty repository whose first branch is `branch`."""
        folder.mkdir(parents=True, exist_ok=True)
        repo = cls(folder)
        repo.git("init", "--quiet", f"--initial-branch={branch}", *(("--bare",) if bare else ()))
        # As a GitLab server does: any commit may be fetched, and a clone may leave out blobs.
        repo.git("config", "uploadpack.allowAnySHA1InWant", "true")
        repo.git("config", "uploadpack.allowFilter", "true")
        return repo

    @property
    def url(self) -> str:
        """The repository's address, over a transport that honours depth (a plain path does not)."""
        return f"file://{self.folder}"

    def git(
        self, *argv: str | bytes, stdin: bytes = b"", check: bool = True, environ: Mapping[str, str] | None = None
    ) -> str:
        """Run git here and return what it printed, stripped."""
        done = subprocess.run(
            ["git", *argv],
            cwd=self.folder,
            input=stdin,
            env={**clean_environ(), **(environ or {})},
            capture_output=True,
            check=False,
        )
        if check and done.returncode:
            raise AssertionError(f"git {argv!r}: {done.stderr.decode('utf-8', 'replace')}")
        return done.stdout.decode("utf-8", "surrogateescape").strip()

    def write(self, files: Mapping[str, str | bytes]) -> Self:
        """Write files, by path; a name may hold surrogate escapes for bytes that are not UTF-8."""
        for path, content in files.items():
            file = self.folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content.encode() if isinstance(content, str) else content)
        return self

    def remove(self, *names: str) -> Self:
        """Delete files from disk."""
        for path in names:
            (self.folder / path).unlink()
        return self

    def move(self, old: str, new: str) -> Self:
        """Rename a file on disk."""
        (self.folder / new).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / old).rename(self.folder / new)
        return self

    def commit(self, message: str, files: Mapping[str, str | bytes] | None = None) -> str:
        """Commit everything on disk, after writing `files`; an empty commit is one too."""
        self.write(files or {})
        self.git("add", "--all", ".")
        self.git("commit", "--quiet", "--allow-empty", "--no-verify", "-m", message, environ=self._now())
        return self.head

    def commit_object(self, message: str, *parents: str) -> str:
        """Make a commit with any parents, and the tree of the first, without touching a branch."""
        tree = f"{parents[0]}^{{tree}}" if parents else self.git("hash-object", "-w", "-t", "tree", "--stdin")
        options = [part for parent in parents for part in ("-p", parent)]
        return self.git("commit-tree", self.git("rev-parse", tree), *options, "-m", message, environ=self._now())

    def chain(self, start: str, count: int) -> str:
        """Make `count` commits after `start`, all with its tree, and return the last; fast, for long histories."""
        second = int(self._now()["GIT_COMMITTER_DATE"].split()[0])
        commits = "".join(
            f"commit refs/chains/new\ncommitter Ada <ada@example.com> {second + number} +0000\ndata 1\n.\n"
            + (f"from {start}\n" if number == 0 else "")
            for number in range(count)
        )
        self.git("fast-import", "--quiet", stdin=commits.encode())
        last = self.sha("refs/chains/new")
        self.git("update-ref", "-d", "refs/chains/new")
        return last

    def merge(self, branch: str, message: str = "merge", *, theirs: bool = False) -> str:
        """Merge into the current branch, never by fast-forward."""
        options = ("--strategy-option=theirs",) if theirs else ()
        self.git("merge", "--quiet", "--no-ff", *options, "-m", message, branch, environ=self._now())
        return self.head

    def checkout(self, rev: str) -> Self:
        """Go to a branch, or detach at a commit."""
        self.git("checkout", "--quiet", rev)
        return self

    def branch(self, name: str, rev: str = "HEAD") -> Self:
        """Make a branch (or move it) and go there."""
        self.git("checkout", "--quiet", "-B", name, rev)
        return self

    def orphan(self, name: str) -> Self:
        """Go to a new branch without history, its folder empty."""
        self.git("checkout", "--quiet", "--orphan", name)
        self.git("rm", "-r", "--quiet", "--force", "--ignore-unmatch", ".")
        return self

    def tag(self, name: str, rev: str = "HEAD", *, annotated: bool = False) -> Self:
        """Name a commit."""
        options = ("-a", "-m", name) if annotated else ()
        self.git("tag", *options, name, rev, environ=self._now())
        return self

    def push(self, *refspecs: str, remote: str = "origin") -> Self:
        """Push, by force."""
        self.git("push", "--quiet", "--force", remote, *refspecs)
        return self

    def clone(self, folder: Path, *options: str, depth: int = 0, bare: bool = False) -> Repo:
        """Clone over file://, with all history for depth 0, as GIT_DEPTH means it."""
        chosen = [*options, *((f"--depth={depth}",) if depth else ()), *(("--bare",) if bare else ())]
        self.git("clone", "--quiet", *chosen, "--", self.url, str(folder))
        return Repo(folder)

    def job_clone(self, folder: Path, sha: str, *, depth: int = 20) -> Repo:
        """The clone that a GitLab runner makes: one commit, detached, no branches but a pipeline's ref."""
        clone = Repo.create(folder)
        clone.git("remote", "add", "origin", self.url)
        options = (f"--depth={depth}",) if depth else ()
        clone.git("fetch", "--quiet", "--no-tags", *options, "origin", f"+{sha}:refs/pipelines/1")
        clone.git("checkout", "--quiet", "--detach", sha)
        return clone

    @property
    def head(self) -> str:
        """The SHA of HEAD."""
        return self.sha("HEAD")

    def sha(self, rev: str) -> str:
        """The SHA that a revision names."""
        return self.git("rev-parse", "--verify", rev)

    def refs(self) -> str:
        """Every ref and what it names, to see that nothing was written."""
        return self.git("for-each-ref")

    def _now(self) -> dict[str, str]:
        """A clock that ticks a minute with each object, so that order by date is order of making."""
        count = int(self.git("config", "--default", "0", "--get", "test.tick")) + 1
        self.git("config", "test.tick", str(count))
        now = f"{_FIRST_SECOND + 60 * count} +0000"
        return {"GIT_AUTHOR_DATE": now, "GIT_COMMITTER_DATE": now}


def clean_environ() -> dict[str, str]:
    """This process's environment without any GIT_ variable, and isolated from the user's configuration."""
    return {**{name: value for name, value in os.environ.items() if not name.startswith("GIT_")}, **ISOLATED}
