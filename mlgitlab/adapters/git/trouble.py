"""What git's failures mean to a person, and what to do about them."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from mlgitlab import paths
from mlgitlab.errors import MlgitlabError, UsageError, WorldError

_DUBIOUS = "dubious ownership"


def missing_git() -> WorldError:
    """No git on PATH."""
    return WorldError(
        "git was not found", "install git (`apk add git`, `apt-get install git`) or use an image that has it"
    )


def failed(argv: Sequence[str], error: str, *, folder: str) -> MlgitlabError:
    """A command that should have succeeded did not; `error` is redacted already."""
    if _DUBIOUS in error:
        return dubious(folder)
    said = paths.show(gist(error)) or "it was killed, or said nothing"
    return WorldError(
        f"`git {argv[0]}` failed in {paths.show(folder)}: {said}", "run it again; if it persists, clone anew"
    )


def gist(error: str) -> str:
    """The line of git's that says what went wrong, among its warnings and hints."""
    lines = error.splitlines()
    telling = (line for line in lines if line.startswith(("fatal: ", "error: ")))
    return next(telling, lines[0] if lines else "")


def dubious(folder: str) -> WorldError:
    """The folder belongs to another user than the one we run as, as in many containers."""
    return WorldError(
        f"git refuses to read {paths.show(folder)}: it belongs to another user",
        "if you trust it: git config --global --add safe.directory " + shlex.quote(folder),
    )


def not_a_repository(folder: str) -> UsageError:
    """No git repository at, or above, the folder."""
    return UsageError(
        f"not a git repository: {paths.show(folder)}",
        "pass --repo DIR; in a GitLab job, GIT_STRATEGY must be `clone` or `fetch`, not `none` or `empty`",
    )


def no_commit(folder: str) -> UsageError:
    """A repository in which HEAD names no commit."""
    return UsageError(
        f"the repository has no commit yet: {paths.show(folder)}", "commit something first (`git commit`)"
    )
