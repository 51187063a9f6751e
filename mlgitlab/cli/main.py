"""The command `mlgitlab`: finds the subcommand, and turns every failure into a message and an exit code."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import field
from typing import NoReturn

import click

from mlgitlab import __version__
from mlgitlab.cli.lazy import LazyGroup
from mlgitlab.errors import ConfigError, ExitCode, MlgitlabError
from mlgitlab.frozen import dataclass

_BUG = "this is a bug in mlgitlab; please report it with the lines above"
INTERRUPTED = 130
# Listed here with their modules and their help, so that `mlgitlab --help` imports none of them.
_COMMANDS = {
    "generate": ("planning.generate", "Write the child pipeline for a change (for CI)."),
    "preview": ("planning.preview", "Show what would run and why, and what would not and why not."),
    "explain": ("planning.explain", "Say why a job, a model or a file does or does not lead to work."),
    "fingerprint": (
        "planning.fingerprint",
        "Print what a result depends on, as one digest, or what makes two of them differ.",
    ),
    "shadow": (
        "planning.shadow",
        "Replay past commits: what would have run, what that saves, and what it would have missed.",
    ),
    "lint": ("planning.lint", "Check mlgitlab.yml and the pipeline it leads to."),
    "train": ("training.train", "Run a model's training, or take the result that the store has of it."),
    "evaluate": ("evaluation.evaluate", "Evaluate a model, and the one in production on the same rows."),
    "gate": ("gate.group", "Judge a model by the rules of its gates, or try the gates themselves."),
    "data": ("data.group", "Validate datasets; profile, compare and describe them."),
    "metrics": ("metrics.group", "Report, compare and draw the numbers of a training."),
    "model": ("model.group", "Store, fetch and look at models."),
    "runner": ("runner.group", "Register, configure and check GPU runners."),
    "approve": ("approval.approve", "Approve a model for an environment."),
    "approval": ("approval.group", "Show approvals, take them back, and let them expire."),
    "deploy": ("deploy.group", "Bring models to where they answer, and back."),
    "config": (
        "config.group",
        "Print the effective configuration or its JSON Schema; check the project's own configurations.",
    ),
    "completion": ("completion", "Print the completion script for a shell."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the process was started in, read once; `kept` holds large results that nobody takes apart before its end."""

    environ: dict[str, str]
    cwd: str
    kept: list[object] = field(default_factory=list)


@click.group(
    cls=LazyGroup,
    modules="mlgitlab.cli.{}",
    places={name: place for name, (place, _) in _COMMANDS.items()},
    subcommands={name: told for name, (_, told) in _COMMANDS.items()},
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="mlgitlab")
def cli() -> None:
    """From a git diff to the GitLab child pipeline that does the ML work it calls for, and no other.

    Exit codes: 0 yes, 1 a bug, 2 usage or configuration, 3 a check or policy says no,
    4 git, GitLab or the disk failed (worth a retry).
    """


def main(argv: Sequence[str] | None = None, kept: list[object] | None = None) -> int:
    """Run one command; the exit code is an ExitCode, or 130 after ^C."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    surroundings = Surroundings(
        environ=dict(os.environ),
        cwd=os.getcwd(),  # noqa: PTH109 (kept as given)
        kept=[] if kept is None else kept,
    )
    color = False if surroundings.environ.get("NO_COLOR") else None
    try:
        code = cli.main(arguments, prog_name="mlgitlab", standalone_mode=False, obj=surroundings, color=color)
    except click.ClickException as error:
        error.show()
        return ExitCode.USAGE
    except click.Abort:
        click.echo("interrupted", err=True)
        return INTERRUPTED
    except MlgitlabError as error:
        _tell(error, as_json="--json" in arguments)
        return error.exit_code
    except BrokenPipeError:
        # Whoever read our output has seen enough; Python's own flush at exit would complain again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.YES
    except Exception:  # noqa: BLE001 (the one place where a bug becomes a message)
        _confess()
        return ExitCode.BUG
    return code if isinstance(code, int) else ExitCode.YES


def run() -> NoReturn:
    """The process: one command, and then the end.

    Without Python's own: taking all values of a large run apart one by one is an eighth of its time. Nothing here
    waits for an `atexit`, and files are closed where they are written.
    """
    kept: list[object] = []
    code = main(kept=kept)
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)


def _confess() -> None:
    """What a report of a bug needs."""
    import platform  # noqa: PLC0415 (slow, and only a bug needs them)
    import traceback  # noqa: PLC0415

    traceback.print_exc()
    click.echo(f"mlgitlab {__version__}, Python {platform.python_version()}, {platform.platform()}: {_BUG}", err=True)


def _tell(error: MlgitlabError, *, as_json: bool) -> None:
    if as_json:
        problems = [str(problem) for problem in error.problems] if isinstance(error, ConfigError) else []
        facts = {"message": error.message, "hint": error.hint, "exit_code": error.exit_code, "problems": problems}
        click.echo(json.dumps({"error": facts}, indent=2))
    click.echo(f"{click.style('error:', fg='red', bold=True)} {error.message}", err=True)
    if error.hint:
        click.echo(f"{click.style('hint:', fg='cyan')} {error.hint}", err=True)
