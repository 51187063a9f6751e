"""`mlgitlab train`: run a model's training, or take the result that the store has of it."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

import click

from mlgitlab import paths
from mlgitlab.cli import signatures, wiring
from mlgitlab.cli.main import Surroundings
from mlgitlab.cli.options import Options, json_option, some_options
from mlgitlab.cli.stores import open_store
from mlgitlab.cli.training.report import Teller, facts, metrics_report, plan
from mlgitlab.cli.training.subject import Subject, basis_of, differing, job_time, order_of, secrets_of
from mlgitlab.cli.wiring import train as world
from mlgitlab.config.schema import Config, Signing
from mlgitlab.config.wording import quoted
from mlgitlab.errors import UsageError
from mlgitlab.jobs.train import handing, publishing, run
from mlgitlab.jobs.train.order import spoken
from mlgitlab.jobs.train.pending import Pending
from mlgitlab.jobs.train.permit import SignaturePermit
from mlgitlab.jobs.train.preparing import stale
from mlgitlab.jobs.train.provenance import Job
from mlgitlab.jobs.train.publishing import Published, steadily
from mlgitlab.jobs.train.task import Task, Tools
from mlgitlab.store.library import Store
from mlgitlab.store.values import Result

_KEEPALIVE = 600.0
_PATIENCE = 60.0  # seconds for a store that does not answer before anything has begun
_SIGNALLED = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The command line."""

    smoke: bool
    again: bool
    no_pull: bool
    publish: bool
    dry_run: bool
    store: str
    keepalive: float
    as_json: bool


@click.command("train")
@click.argument("model")
@click.option("--smoke", is_flag=True, help="Run the short training that shows that the code still trains.")
@click.option("--again", is_flag=True, help="Train, whatever the store has.")
@click.option("--no-pull", is_flag=True, help="Leave the files of a result that is reused where they are.")
@click.option("--publish", is_flag=True, help="Hand the store what an earlier training left here. Trains nothing.")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@click.option("--store", default="", metavar="URL", help="The store. Default: MLGITLAB_STORE, then mlgitlab.yml.")
@click.option("--keepalive", type=click.FloatRange(min=0.01), default=_KEEPALIVE, hidden=True)
@some_options("repo", "config", "param", "cache", "no_cache")
@json_option
@click.pass_obj
def command(around: Surroundings, /, options: Options, model: str, **given: Any) -> int:  # noqa: ANN401 (click's own types are in Asked)
    """Run the training of MODEL, check what it leaves, and put it into the store.

    A result of the same code, data, parameters and environment is reused: then nothing is trained. docs/train.md says
    what the command is told, what is checked and what is recorded.

    Exit codes: 0 trained or reused, 2 usage or configuration, 3 the training failed or left less than it should,
    4 the store cannot be reached, 128+n ended by signal n.
    """
    asked = Asked(**given)
    request, repository = wiring.start(around, options)
    if repository.bare:
        raise UsageError("a bare repository has no files to train on")
    subject = Subject(request=request, repository=repository, model=model, smoke=asked.smoke)
    task = _task(around, subject)
    placed = around if asked.store else replace(around, cwd=repository.folder)
    tools = _tools(
        placed,
        asked,
        subject.project.config,
        open_store(placed, subject.project.config, asked.store),
        repository.folder,
    )
    tell, signed = tools.tell, _signed(subject.project.config, tools)
    if asked.publish:
        return _finish(asked, task, tools, handing.hand_over(task, tools, _left(task, tools)))
    found = None if asked.again else _reusable(task, tools, signed)
    if asked.dry_run:
        click.echo(plan(task, tools, found, as_json=asked.as_json))
        return 0
    if found:
        return _reuse(asked, task, tools, found)
    for unknown in task.basis.unknown:
        tell(f"trains, for nobody can tell whether this is as it was: {paths.printable(unknown)}")
    tell(f"training {task.order.step}, fingerprint {task.basis.fingerprint}, for at most {spoken(task.order)}")
    published = run.train(task, tools)
    if isinstance(published, int):
        tell(f"ended by signal {published}; nothing was put into the store")
        return _SIGNALLED + published
    return _finish(asked, task, tools, published)


def _task(around: Surroundings, subject: Subject) -> Task:
    clock = world.clock()
    limit, spent = job_time(around.environ, clock.now())
    order = order_of(subject, limit)
    return Task(
        order=order,
        basis=basis_of(subject),
        source=subject.source,
        job=Job.of(around.environ),
        since=clock.seconds(),
        spent=spent,
        environ=around.environ,
        secret=secrets_of(subject.project.config),
        differing=lambda: differing(subject, subject.again(), order),
    )


def _tools(around: Surroundings, asked: Asked, config: Config, store: Store, root: str) -> Tools:
    teller = Teller()
    folder = world.work_folder(root)
    return Tools(
        store=store,
        folder=folder,
        shell=world.LocalShell(folder=folder.root, silence=asked.keepalive, aside=asked.as_json),
        machine=world.LocalMachine(environ=around.environ),
        clock=world.clock(),
        signer=_signer(around, signatures.signing_of(config), teller),
        tell=teller,
        progress=teller.progress,
    )


def _signer(around: Surroundings, signing: Signing | None, tell: Teller) -> publishing.Signer | None:
    """The key that signs; asked for before anything is trained, so that a bad one costs nothing."""
    if signing is None:
        return None
    value = around.environ.get(signing.key, "")
    if not value:
        tell(f"the provenance will not be signed: {signing.key} is not set")
        return None
    return world.signer(around, value)


def _signed(config: Config, tools: Tools) -> SignaturePermit | None:
    """What a result must pass that is reused where the private key is: unsigned, nobody could deploy it.

    UsageError, before anything is trained, for a private key that is not that of the public one.
    """
    if tools.signer is None:
        return None
    permit = signatures.permit(tools.store, config, signatures.on_disk(tools.folder.root))
    message = b"mlgitlab"
    if permit and not permit.verify(message, tools.signer.sign(message)):
        raise UsageError(f"the signing key is not the private key of {quoted(permit.key)}", "docs/train.md")
    return permit


def _reusable(task: Task, tools: Tools, signed: SignaturePermit | None) -> Result | None:
    """The result that stands in for a run, if there is one whose model is there."""
    until = min(task.ends, tools.clock.seconds() + _PATIENCE)
    found = steadily(
        lambda: tools.store.result(task.order.step, task.basis.fingerprint), tools.clock, until, tools.tell
    )
    if task.basis.unknown:  # asked all the same: a store that is away is found before anything is trained
        return None
    if found and tools.store.manifest(found.model, found.digest) is None:
        tools.tell(f"the store knows of a result, {found.digest[:19]}, and does not hold the model: training again")
        return None
    if found and signed and not signed.holds(found.model, found.digest):
        tools.tell(f"the provenance of the store's result, {found.digest[:19]}, is not signed: training again")
        return None
    return found


def _reuse(asked: Asked, task: Task, tools: Tools, found: Result) -> int:
    manifest = tools.store.manifest(found.model, found.digest)
    assert manifest is not None
    reference = publishing.reused(found, manifest, tools.store)
    if not asked.no_pull:
        names = {file.path for file in manifest.files}
        tools.folder.remove([name for name in stale(task.order, tools.folder) if name not in names], task.order.outputs)
        tools.store.pull(found.model, found.digest, tools.folder.root, tools.progress)
    return _finish(asked, task, tools, Published(reference=reference, sent=0, signed=False))


def _left(task: Task, tools: Tools) -> Pending:
    """What an earlier training left here, if nothing of it has changed since."""
    name = f"{task.order.folder}-pending.json"
    content = tools.folder.read(name)
    if content is None:
        raise UsageError(f"there is no {name}: no training is waiting to be published", "train first")
    pending = Pending.read(content, name)
    return handing.unchanged(pending, task, tools)


def _finish(asked: Asked, task: Task, tools: Tools, published: Published) -> int:
    """The files that other jobs read, and the last words."""
    reference, base = published.reference, task.order.folder
    kept = tools.store.records(reference.model, reference.digest, publishing.PROVENANCE)
    if kept:
        content = json.dumps(kept[-1], indent=2, sort_keys=True).encode() + b"\n"
        tools.folder.write(f"{base}-provenance.json", content)
    if report := metrics_report(task.order, reference, tools):
        tools.folder.write(f"{base}-metrics.txt", report)
    tools.folder.write(f"{base}.json", reference.content)
    tools.folder.remove([f"{base}-attempt.json"], ())
    for line in facts(task, published, as_json=asked.as_json, signing=tools.signer is not None):
        click.echo(line)
    return 0
