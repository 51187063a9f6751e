"""`mlgitlab model push`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import click

from mlgitlab.cli.main import Surroundings
from mlgitlab.cli.model.transfer import amount, watched
from mlgitlab.cli.options import json_option
from mlgitlab.cli.stores import Chosen, project_root, store_options, utc_now, who
from mlgitlab.cli.wiring import store as wiring
from mlgitlab.store import digests
from mlgitlab.store.library import Store
from mlgitlab.store.reference import Reference
from mlgitlab.store.values import Pushed


@click.command("push")
@click.argument("model")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "--base",
    default="",
    metavar="DIR",
    help="Paths in the model start here. Default: the root of the project, so that a pull puts the files back.",
)
@click.option("--reference", default="", metavar="FILE", help="Write which model it is to a file, for `model pull`.")
@store_options
@json_option
@click.pass_obj
def command(
    around: Surroundings,
    chosen: Chosen,
    model: str,
    paths: tuple[str, ...],
    base: str,
    reference: str,
    as_json: bool,
) -> None:
    """Store the files at and below PATHs as one version of MODEL.

    Its digest is that of the list of its files: the same files are the same model, and what the store has already is
    not sent. Links and devices are refused. A push that was interrupted is repeated by pushing again.
    """
    root = Path(around.cwd, base) if base else Path(project_root(around))
    sources = wiring.gathered(root, [Path(around.cwd, path) for path in paths])
    store = chosen.open(around)
    # Read by the progress bar alone; whatever cannot be read is told by the push itself.
    total = sum(source.stat().st_size for source in sources.values() if source.is_file())
    with watched(f"Pushing {model}", total) as progress:
        pushed = store.push(model, sources, progress)
    _record(store, model, pushed, around.environ)
    if reference:
        wiring.write_file(Path(around.cwd, reference), _reference(store, model, pushed, around.environ).content)
    facts = {
        "model": model,
        "digest": pushed.digest,
        "store": store.address,
        "size": pushed.size,
        "sent": pushed.sent,
        "files": pushed.files,
    }
    click.echo(json.dumps(facts, indent=2) if as_json else _text(model, pushed, store.address))


def _text(model: str, pushed: Pushed, address: str) -> str:
    files = "1 file" if pushed.files == 1 else f"{pushed.files} files"
    sent = f"{amount(pushed.sent)} sent" if pushed.sent else "nothing had to be sent"
    name = click.style(f"{model}@{digests.short(pushed.digest)}", bold=True)
    return f"{name} in {address}: {files}, {amount(pushed.size)}, {sent}"


def _record(store: Store, model: str, pushed: Pushed, environ: Mapping[str, str]) -> None:
    """Who pushed it first at a commit; again at the same commit, there is nothing new to say."""
    commit = environ.get("CI_COMMIT_SHA", "")
    if any(known.get("commit") == commit for known in store.records(model, pushed.digest, "push")):
        return
    content = {
        "format": 1,
        "at": utc_now(),
        "by": who(environ),
        "commit": commit,
        "pipeline": environ.get("CI_PIPELINE_URL", ""),
        "job": environ.get("CI_JOB_URL", ""),
    }
    store.record(model, pushed.digest, "push", content)


def _reference(store: Store, model: str, pushed: Pushed, environ: Mapping[str, str]) -> Reference:
    return Reference(
        model=model,
        step="",
        digest=pushed.digest,
        commit=environ.get("CI_COMMIT_SHA", ""),
        store=store.address,
        at=utc_now(),
        size=pushed.size,
        files=pushed.files,
    )
