"""The one place that builds git's command lines and environment, and runs them."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import TYPE_CHECKING, cast

from mlgitlab.adapters.git import trouble
from mlgitlab.adapters.git.credentials import Credentials
from mlgitlab.frozen import dataclass

if TYPE_CHECKING:
    import git

# What a hook, or `git rebase --exec`, leaves in the environment: it would point us at another
# repository, index or object store than the folder we were asked about.
# Names: `git rev-parse --local-env-vars`, less those that carry configuration.
_LEFT_BY_HOOKS = (
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_COMMON_DIR",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_NAMESPACE",
    "GIT_PREFIX",
    "GIT_QUARANTINE_PATH",
    "GIT_SHALLOW_FILE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INTERNAL_SUPER_PREFIX",
    "GIT_REPLACE_REF_BASE",
    "GIT_LITERAL_PATHSPECS",
    "GIT_GLOB_PATHSPECS",
    "GIT_NOGLOB_PATHSPECS",
    "GIT_ICASE_PATHSPECS",
)
_ENVIRONMENT = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ALLOW_PROTOCOL": "file:git:http:https:ssh",  # never `ext::`, which runs a command
    "GIT_LFS_SKIP_SMUDGE": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    # Commits as they are, not as a local replacement or graft would have them.
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_GRAFT_FILE": os.devnull,
    "SSH_ASKPASS_REQUIRE": "never",
    "LANGUAGE": "C",
    "LC_ALL": "C",
}
_SETTINGS = (
    "core.fsmonitor=false",  # the key may hold a command
    "core.quotePath=false",
    "core.splitIndex=false",  # or writing a private index would leave a shared part in the repository
    f"core.hooksPath={os.devnull}",
    "gc.auto=0",
    "maintenance.auto=false",
)

_PATIENCE = 5.0  # seconds for a killed process to let go of its pipes


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What git said: `timed_out` where it was killed at the deadline."""

    status: int
    out: bytes
    error: str
    timed_out: bool = False

    @property
    def ok(self) -> bool:
        """Whether git succeeded."""
        return self.status == 0

    @property
    def text(self) -> str:
        """Standard output as one stripped text, for answers that are names."""
        return self.out.decode("utf-8", "surrogateescape").strip()

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines of an answer in which no name can hold a newline: object names, refs."""
        return tuple(self.out.decode("utf-8", "surrogateescape").split("\n")[:-1])

    @property
    def records(self) -> list[bytes]:
        """The records of a NUL-terminated (`-z`) answer."""
        return self.out.split(b"\0")[:-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Git:
    """Git in one folder. `safe` are folders whose owner is not questioned."""

    folder: str
    safe: tuple[str, ...] = ()
    credentials: Credentials = field(default_factory=Credentials)

    def run(
        self,
        *argv: str,
        stdin: bytes | None = None,
        environ: Mapping[str, str] | None = None,
        timeout: float | None = None,
        accept: Sequence[int] = (0,),
    ) -> Answer:
        """Run `git ARGV` to its end, or for `timeout` seconds.

        Raises WorldError when it ends otherwise than `accept` says; a timeout counts as -9.
        """
        answer = self.ask(*argv, stdin=stdin, environ=environ, timeout=timeout)
        if answer.status not in accept:
            raise trouble.failed(argv, answer.error, folder=self.folder)
        return answer

    def ask(
        self,
        *argv: str,
        stdin: bytes | None = None,
        environ: Mapping[str, str] | None = None,
        timeout: float | None = None,
    ) -> Answer:
        """Run `git ARGV` and leave it to the caller what a failure means."""
        start = self._start if timeout is None else self._start_conversation
        process = start(argv, environ or {}, subprocess.PIPE if stdin is not None else subprocess.DEVNULL)
        try:
            out, error = process.communicate(stdin, timeout)
            timed_out = False
        except subprocess.TimeoutExpired:
            out, error = _kill(process)
            timed_out = True
        except BaseException:
            _kill(process)
            raise
        text = self.credentials.redact(error.decode("utf-8", "replace").strip())
        return Answer(status=process.returncode, out=out, error=text, timed_out=timed_out)

    def _start(self, argv: Sequence[str], environ: Mapping[str, str], stdin: int) -> subprocess.Popen[bytes]:
        """A question to the clone itself.

        Started without GitPython, the import of which takes as long as ten such questions (35 ms, a seventh of a
        run that has all else in its cache).
        """
        try:
            return subprocess.Popen(
                self._command(argv),
                cwd=self.folder,
                env={**os.environ, **self._variables(environ)},
                stdin=stdin,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,  # a group of its own, so that git dies with its helpers
            )
        except FileNotFoundError as error:
            raise trouble.missing_git() from error

    def _start_conversation(
        self, argv: Sequence[str], environ: Mapping[str, str], stdin: int
    ) -> subprocess.Popen[bytes]:
        """A conversation with a server, which may take as long as its deadline."""
        try:
            handle = _program(self.folder).execute(
                self._command(argv),
                istream=stdin,
                as_process=True,
                env=self._variables(environ),
                start_new_session=True,
            )
        except OSError as error:
            raise trouble.missing_git() from error
        # Taken out of the wrapper, which would end the process as soon as nobody holds the wrapper.
        process, handle.proc = handle.proc, None
        return cast("subprocess.Popen[bytes]", process)

    def _command(self, argv: Sequence[str]) -> list[str]:
        settings = [*_SETTINGS, *(f"safe.directory={folder}" for folder in self.safe)]
        return ["git", *(part for setting in settings for part in ("-c", setting)), *argv]

    def _variables(self, more: Mapping[str, str]) -> dict[str, str]:
        return {**_ENVIRONMENT, **self.credentials.environment(os.environ), **more}


def forget_hooks() -> None:
    """Drop what a hook left in this process's environment.

    Every git is started from `os.environ`, to which GitPython can add but from which it cannot
    remove; an empty GIT_DIR is an error to git, not an absent one.
    """
    for name in _LEFT_BY_HOOKS:
        os.environ.pop(name, None)


def _program(folder: str) -> git.cmd.Git:
    try:
        import git.cmd  # noqa: PLC0415 - it looks for the executable, and fails without one, when imported
    except ImportError as error:
        raise trouble.missing_git() from error
    return git.cmd.Git(folder)


def _kill(process: subprocess.Popen[bytes]) -> tuple[bytes, bytes]:
    # The group, not the process: `git fetch` waits for ssh or git-remote-https, which hold the pipes open.
    with contextlib.suppress(ProcessLookupError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    try:
        return process.communicate(timeout=_PATIENCE)
    except subprocess.TimeoutExpired:  # something left the group and still holds the pipes
        return b"", b""
