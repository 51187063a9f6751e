"""`mlgitlab shadow`: what past commits would have run, against patterns of folders and against everything."""

from __future__ import annotations

import json
import sys
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import pairwise

import click

from mlgitlab import paths
from mlgitlab.cli import wiring
from mlgitlab.cli.inputs import Request
from mlgitlab.cli.main import INTERRUPTED, Surroundings
from mlgitlab.cli.options import Options, json_option, some_options
from mlgitlab.cli.planning import shadow_report
from mlgitlab.cli.planning.replay import Replayer
from mlgitlab.cli.planning.shadow_report import Told
from mlgitlab.cli.project.head import Project, read_project
from mlgitlab.errors import ConfigError, ExitCode, UsageError
from mlgitlab.planning import results_file
from mlgitlab.planning.baseline.search import WHICH_COMMITS
from mlgitlab.planning.misses import Result, check
from mlgitlab.planning.shadow import Replay, counted
from mlgitlab.protocols import Line, Repository

_LAST = 50
# After so many commits a log without a terminal gets a line.
_EVERY = 25


@click.command("shadow")
@some_options("repo", "config", "head", "cache", "no_cache")
@click.option(
    "--last",
    type=click.IntRange(min=1),
    metavar="N",
    help=f"Replay this many commits. Default: {_LAST}, or all of --range.",
)
@click.option("--range", "span", default="", metavar="A..B", help="Replay the commits that B has and A has not.")
@click.option("--config-then", "then", is_flag=True, help="Use the configuration that each commit had.")
@click.option(
    "--results",
    default="",
    metavar="FILE|-",
    help='What steps made, as JSON lines: {"commit": SHA, "step": "fraud:train", "result": "any text"}.',
)
@json_option
@click.pass_obj
def command(
    around: Surroundings,
    options: Options,
    last: int | None,
    span: str,
    *,
    then: bool,
    results: str,
    as_json: bool,
) -> int:
    """Replay past commits: what mlgitlab would have run, what folder patterns would have, and what was missed.

    Each commit is compared with its first parent, under the configuration as it is now: --config tries one that
    nobody has committed. Exit code 3 where a result changed although nothing that led to it was selected.
    """
    since, options = _since(span, options)
    request, repository = wiring.start(around, options)
    if then and request.config.outside is not None:
        raise UsageError(
            "--config-then needs the configuration of each commit", "--config names a file outside the repository"
        )
    project = read_project(request, repository)
    repository.allow_fetching(project.config.baseline.fetch_timeout.seconds)
    given = _given(around, results, project, then=then)
    line = _line(repository, project, last, since)
    replays, recorded, interrupted = _replay(Replayer(request, repository, project, then=then), line, quiet=as_json)
    told = Told(
        line=line,
        configuration=_configuration(request, project, then=then),
        replays=replays,
        results=len(given) if results else None,
        checked=check(replays, (*given, *recorded)),
        interrupted=interrupted,
    )
    document = shadow_report.document(told)
    click.echo(json.dumps(document, indent=2) if as_json else shadow_report.text(document))
    if interrupted:
        return INTERRUPTED
    return ExitCode.NO if told.checked.misses else ExitCode.YES


def _since(span: str, options: Options) -> tuple[str, Options]:
    """The commit to stop at, and the options with the commit to start from."""
    if not span:
        return "", options
    since, dots, head = span.partition("..")
    if not (since and dots) or head.startswith("."):
        raise UsageError(f"--range {span!r} is not A..B", "A..B means the commits that B has and A has not")
    if head and options.head:
        raise UsageError("--head and --range both name the last commit", "leave --head out")
    return since, replace(options, head=head or options.head)


def _line(repository: Repository, project: Project, last: int | None, since: str) -> Line:
    if not since:
        return repository.commits(project.head, last or _LAST)
    without = repository.resolve(since) or (since if repository.obtain(since) else None)
    if without is None:
        raise UsageError(f"--range: {since!r} is no commit of this repository", WHICH_COMMITS)
    return repository.commits(project.head, last, without)


def _given(around: Surroundings, file: str, project: Project, *, then: bool) -> tuple[Result, ...]:
    """The results that a file holds. Earlier configurations may have had steps that nobody knows now."""
    if not file:
        return ()
    steps = () if then else tuple(counted(project.steps))
    results, problems = results_file.read(wiring.content_of(around, file), file, steps)
    if problems:
        raise ConfigError(problems, where="the results")
    return results


def _replay(replayer: Replayer, line: Line, *, quiet: bool) -> tuple[tuple[Replay, ...], tuple[Result, ...], bool]:
    """The commits in the order of history, what they record, and whether ^C came before the last one."""
    pairs = list(pairwise((*line.commits, line.base)))[::-1]
    replays: list[Replay] = []
    results: list[Result] = []
    try:
        with closing(_watched(pairs, quiet=quiet)) as watched:
            for commit, base in watched:
                replay, recorded = replayer.at(commit, base)
                replays.append(replay)
                results += recorded
    except KeyboardInterrupt:
        return tuple(replays), tuple(results), True
    return tuple(replays), tuple(results), False


def _watched(pairs: Sequence[tuple[str, str]], *, quiet: bool) -> Generator[tuple[str, str], None, None]:
    """The pairs, with a bar on a terminal, else with a line now and then."""
    if sys.stderr.isatty():
        with click.progressbar(pairs, label="Replaying commits", file=sys.stderr) as bar:
            yield from bar
        return
    for done, pair in enumerate(pairs):
        if done and done % _EVERY == 0 and not quiet:
            click.echo(f"mlgitlab: replayed {done} of {len(pairs)} commits", err=True)
        yield pair


def _configuration(request: Request, project: Project, *, then: bool) -> str:
    file = paths.show(request.config.path)
    if then:
        return f"the {file} of each commit"
    if request.config.outside is not None:
        return file
    return f"{file} as it is on disk" if project.uncommitted else f"{file} of {project.head[:12]}"
