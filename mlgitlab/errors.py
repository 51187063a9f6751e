"""Every way to fail, as one tree, and the exit code that each branch means.

MlgitlabError
├── UsageError        2   the command line or the environment is wrong
│   └── ConfigError   2   mlgitlab.yml (or a template) is wrong: every problem at once
├── RefusedError      3   a check, a gate or a policy says no
└── WorldError        4   git, GitLab, the disk or the network failed: worth a retry
"""

from __future__ import annotations

from enum import IntEnum

from mlgitlab.frozen import dataclass


class ExitCode(IntEnum):
    """What `mlgitlab` tells a script. Stable: generated jobs may act on them."""

    YES = 0
    BUG = 1
    USAGE = 2
    NO = 3
    WORLD = 4
    # Only with `preview --detailed-exitcode`. Not 2 as in Terraform: a typo in an option must
    # not look like work to do.
    WORK = 5


class MlgitlabError(Exception):
    """Something we can explain: `message` says what and where, `hint` what to do about it."""

    exit_code = ExitCode.BUG

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(MlgitlabError):
    """The command line or the environment asks for something impossible."""

    exit_code = ExitCode.USAGE


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class Problem:
    """One fault in a file: `where` is `file:line: key.path`, `hint` may be empty."""

    where: str
    what: str
    hint: str = ""

    def __str__(self) -> str:
        hint = f" ({self.hint})" if self.hint else ""
        return f"{self.where}: {self.what}{hint}"


class ConfigError(UsageError):
    """A file of the user's has faults; `problems` holds all of them, in the file's order."""

    def __init__(self, problems: tuple[Problem, ...], hint: str = "", *, where: str = "the configuration") -> None:
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        lines = "\n".join(f"  {problem}" for problem in problems)
        super().__init__(f"{count} in {where}\n{lines}", hint)
        self.problems = problems


class RefusedError(MlgitlabError):
    """A policy or a check was asked, and said no."""

    exit_code = ExitCode.NO


class WorldError(MlgitlabError):
    """Something outside failed: git, GitLab, the disk, the network."""

    exit_code = ExitCode.WORLD
