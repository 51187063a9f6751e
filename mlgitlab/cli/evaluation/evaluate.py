"""`mlgitlab evaluate`: what a model answers on its evaluation set, and what production answers there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import click

from mlgitlab import paths
from mlgitlab.cli import wiring
from mlgitlab.cli.evaluation.candidates import candidate
from mlgitlab.cli.main import Surroundings
from mlgitlab.cli.options import Options, json_option, some_options
from mlgitlab.cli.stores import open_store
from mlgitlab.cli.training.report import Teller
from mlgitlab.cli.training.subject import Subject, secrets_of
from mlgitlab.cli.wiring import evaluate as files
from mlgitlab.cli.wiring.train import tools_of
from mlgitlab.errors import UsageError
from mlgitlab.jobs.gate.verdict import Compared
from mlgitlab.jobs.metrics.openmetrics import plain, write
from mlgitlab.jobs.metrics.record import KIND, newest
from mlgitlab.jobs.metrics.report import samples
from mlgitlab.jobs.train.task import Tools
from mlgitlab.store import digests

if TYPE_CHECKING:
    from mlgitlab.jobs.gate.evaluation import Evaluated, Evaluation  # with numpy

_SIGNALLED = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """The command line."""

    model: str
    reference: str
    dataset: str
    store: str
    as_json: bool


@click.command("evaluate")
@click.argument("model", metavar="MODEL[@DIGEST]")
@click.option("--reference", default="", metavar="FILE", help="The model.json that names the model to evaluate.")
@click.option(
    "--dataset", default="", metavar="NAME", help="The evaluation set, where there are several. [env: MLGITLAB_DATASET]"
)
@click.option("--store", default="", metavar="URL", help="The store. Default: MLGITLAB_STORE, then mlgitlab.yml.")
@some_options("repo", "config", "param", "cache", "no_cache")
@json_option
@click.pass_obj
def command(around: Surroundings, /, options: Options, **given: Any) -> int:  # noqa: ANN401 (click's own types are in Given)
    """Run the evaluation of MODEL, and put its predictions and numbers into the store.

    MODEL is the one that was trained here (`.mlgitlab/MODEL/train.json`), or the one that --reference or a digest
    names. Where the store does not have the answers of the model in production on the same rows, that one is evaluated,
    too; afterwards the files are as they were. docs/gates.md says what the command must leave.

    Exit codes: 0 evaluated, 2 usage or configuration, 3 the evaluation failed or left no predictions that could be
    judged, 4 the store cannot be reached, 128+n ended by signal n.
    """
    asked = Given(**given)
    files.require_numpy()
    request, repository = wiring.start(around, options)
    if repository.bare:
        raise UsageError("a bare repository has no files to evaluate with")
    name = asked.model.partition("@")[0]
    subject = Subject(request=request, repository=repository, model=name, smoke=False)
    placed = around if asked.store else replace(around, cwd=repository.folder)
    config = subject.project.config
    teller = Teller()
    store = open_store(placed, config, asked.store)
    tools = tools_of(around, store, repository.folder, teller, aside=asked.as_json)
    from mlgitlab.cli.evaluation.asked import check  # noqa: PLC0415 (with numpy)

    check(subject)
    digest, step = candidate(asked.model, asked.reference, tools.folder, tools.store)
    subject = replace(subject, smoke=step.endswith(":smoke"))
    dataset = asked.dataset or around.environ.get("MLGITLAB_DATASET", "")
    return _evaluate(subject, dataset, tools, digest, as_json=asked.as_json)


def _evaluate(subject: Subject, dataset: str, tools: Tools, digest: str, *, as_json: bool) -> int:
    from mlgitlab.cli.evaluation.asked import Asked  # noqa: PLC0415 (with numpy)
    from mlgitlab.jobs.gate import evaluation  # noqa: PLC0415

    secret = secrets_of(subject.project.config)
    what = Asked(subject=subject, dataset=dataset, secret=secret).evaluation(digest)
    on = f" on {what.dataset}" if what.dataset else ""
    tools.tell(f"evaluating {what.model}@{digests.short(digest)}{on}")
    found = evaluation.evaluate(what, tools)
    if isinstance(found, int):
        tools.tell(f"ended by signal {found}")
        return _SIGNALLED + found
    if found.numbers is not None:
        part = f"-{what.dataset}" if what.labelled else ""
        tools.folder.write(f".mlgitlab/{what.model}/evaluate{part}-metrics.txt", _report(what, found, tools))
    for line in _facts(what, found, as_json=as_json):
        click.echo(line)
    return 0


def _report(what: Evaluation, found: Evaluated, tools: Tools) -> bytes:
    """The numbers for GitLab, production's beside them."""
    kept = tools.store.records(what.model, found.production, KIND) if found.production else ()
    beside = newest(kept, "evaluate", what.labels) or {}
    labels = {"model": what.model, "step": "evaluate", **what.labels}
    return write(samples(found.numbers or {}, beside, labels))


def _facts(what: Evaluation, found: Evaluated, *, as_json: bool) -> Iterator[str]:
    kept = found.kept
    if as_json:
        facts = {
            "model": what.model,
            "candidate": what.candidate,
            "production": found.production,
            "compared": str(found.compared),
            "dataset": kept.dataset,
            "set": kept.set,
            "rows": kept.rows,
            "code": kept.code,
            "reused": found.reused,
            "trouble": paths.printable(found.trouble),
            "seen": dict(kept.seen),
            "metrics": {name: plain(value) for name, value in (found.numbers or {}).items()},
        }
        yield json.dumps(facts, indent=2)
        return
    name = f"{what.model}@{digests.short(what.candidate)}"
    yield f"{name}: {kept.rows} rows{f' of {kept.dataset}' if kept.dataset else ''}, evaluation set {kept.set[:19]}"
    if kept.seen.get("shared"):
        yield click.style(f"  {kept.seen['shared']} of them are rows that it was trained on", fg="red")
    beside = {
        Compared.NOTHING: "there is no model in production to compare with",
        Compared.ITSELF: "it is the model in production",
        Compared.PRODUCTION: f"production is {digests.short(found.production)}" if found.production else "",
    }[found.compared]
    yield f"  {beside}"
    if found.trouble:
        yield click.style(f"  production has no answers on these rows: {paths.printable(found.trouble)}", fg="yellow")
