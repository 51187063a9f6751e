"""`mlgitlab gate drill`: whether the gates still catch what they are there for."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from mlgitlab import paths
from mlgitlab.cli.main import Surroundings
from mlgitlab.cli.options import Options, json_option, some_options
from mlgitlab.cli.wiring import evaluate as files
from mlgitlab.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from mlgitlab.jobs.gate.drill.trying import Trial  # with numpy

_COLORS = {"caught": "green", "missed": "red", "not applicable": "yellow"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """The command line."""

    model: str
    reference: str
    store: str
    as_json: bool


@click.command("drill")
@click.argument("model", metavar="MODEL[@DIGEST]")
@click.option("--reference", default="", metavar="FILE", help="The model.json that names the model to plant faults in.")
@click.option("--store", default="", metavar="URL", help="The store. Default: MLGITLAB_STORE, then mlgitlab.yml.")
@some_options("repo", "config", "cache", "no_cache")
@json_option
@click.pass_obj
def command(around: Surroundings, /, options: Options, **given: Any) -> int:  # noqa: ANN401 (click's own types are in Given)
    """Show each gate of MODEL a model that it must fail, and fail where one passes it.

    Labels flipped, a group treated worse, slowed, grown, a pickle that runs a command, a leaked evaluation set, an
    answer that is no number: the faults are planted in what the store has of the model, its predictions, its files, and
    a short measurement. No verdict is written. Reports are written to `.mlgitlab/MODEL/drill/`.

    Exit codes: 0 every fault was seen, 2 usage or configuration, 3 a gate passed a fault, 4 the store cannot be
    reached.
    """
    asked = Given(**given)
    files.require_numpy()
    from mlgitlab.cli.gate.case import Called, court_of  # noqa: PLC0415 (with numpy)
    from mlgitlab.jobs.gate.drill import trying  # noqa: PLC0415
    from mlgitlab.jobs.gate.junit import junit  # noqa: PLC0415

    called = Called(model=asked.model, reference=asked.reference, store=asked.store, as_json=asked.as_json)
    court, digest, smoke = court_of(around, options, called)
    rules = court.rules(()).rules
    if rules is None:
        raise UsageError("there is no gate to try")
    with court.case(digest, smoke=smoke, itself=True) as case:
        trials = trying.drill(case, rules)
    folder = f".mlgitlab/{case.model}/drill"
    facts = {"model": case.model, "candidate": digest, "trials": trying.as_data(trials)}
    written = json.dumps(facts, indent=2) + "\n"
    court.tools.folder.write(f"{folder}/drill.json", written.encode())
    court.tools.folder.write(f"{folder}/junit.xml", junit(f"{case.model}:drill", trying.as_rulings(trials)))
    for line in [written.rstrip()] if asked.as_json else _told(case.model, trials):
        click.echo(line)
    missed = any(each.seen is trying.Seen.MISSED for each in trials)
    return ExitCode.NO if missed or not any(each.seen is trying.Seen.CAUGHT for each in trials) else ExitCode.YES


def _told(model: str, trials: Sequence[Trial]) -> Iterator[str]:
    counts = {seen: sum(each.seen == seen for each in trials) for seen in _COLORS}
    yield f"{model}: {', '.join(f'{count} {seen}' for seen, count in counts.items())}"
    width = max((len(each.rule) for each in trials), default=0)
    for each in trials:
        seen = click.style(f"{each.seen:<14}", fg=_COLORS[each.seen])
        yield f"  {seen}  {each.rule:<{width}}  {each.fault}: {paths.printable(each.why)}"
