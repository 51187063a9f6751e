"""`mlgitlab model pull`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from mlgitlab.cli.main import Surroundings
from mlgitlab.cli.model.transfer import amount, watched
from mlgitlab.cli.options import json_option
from mlgitlab.cli.stores import Chosen, store_options, utc_now
from mlgitlab.cli.wiring import store as wiring
from mlgitlab.config.wording import quoted
from mlgitlab.errors import UsageError
from mlgitlab.store import digests
from mlgitlab.store.library import Store
from mlgitlab.store.manifest import Manifest
from mlgitlab.store.naming import resolve
from mlgitlab.store.pulling import existing
from mlgitlab.store.reference import Reference


@click.command("pull")
@click.argument("model")
@click.option("--reference", default="", metavar="FILE", help="Fetch the model that this file of an earlier job names.")
@click.option(
    "--into", required=True, metavar="DIR", help="Folder for the files; `.` at the project's root puts them back."
)
@click.option(
    "--write-reference", default="", metavar="FILE", help="Write which model it is to a file, for a next job."
)
@store_options
@json_option
@click.pass_obj
def command(
    around: Surroundings,
    chosen: Chosen,
    model: str,
    reference: str,
    into: str,
    write_reference: str,
    *,
    as_json: bool,
) -> None:
    """Fetch the files of MODEL[@DIGEST|@POINTER] into a folder.

    Each file appears under its name once its bytes are proved to be right. Files of the model that are there are
    replaced where they differ, other files stay. A damaged file is named, and the exit code is 3.
    """
    store = chosen.open(around)
    name, digest = _asked(around, store, model, reference)
    manifest = existing(store.bucket, name, digest)
    folder = Path(around.cwd, into)
    with watched(f"Pulling {name}", manifest.size) as progress:
        store.pull(name, digest, folder, progress)
    if write_reference:
        wiring.write_file(Path(around.cwd, write_reference), _reference(store, name, manifest).content)
    facts = {
        "model": name,
        "digest": digest,
        "store": store.address,
        "into": str(folder),
        "size": manifest.size,
        "files": len(manifest.files),
    }
    title = click.style(f"{name}@{digests.short(digest)}", bold=True)
    files = "1 file" if len(manifest.files) == 1 else f"{len(manifest.files)} files"
    click.echo(
        json.dumps(facts, indent=2) if as_json else f"{title} into {into}: {files}, {amount(manifest.size)}, verified"
    )


def _reference(store: Store, model: str, manifest: Manifest) -> Reference:
    """What a training would have written of this model; a model that was only pushed has no step."""
    made = next(reversed(store.records(model, manifest.digest, "provenance")), {})
    git = made.get("git")
    return Reference(
        model=model,
        step=str(made.get("step", "")),
        digest=manifest.digest,
        fingerprint=str(made.get("fingerprint", "")),
        commit=str(git.get("commit", "")) if isinstance(git, dict) else "",
        store=store.address,
        reused=True,
        at=utc_now(),
        size=manifest.size,
        files=len(manifest.files),
    )


def _asked(around: Surroundings, store: Store, model: str, reference: str) -> tuple[str, str]:
    if not reference:
        return resolve(store, model)
    found = Reference.read(wiring.read_file(Path(around.cwd, reference)), reference)
    if model != found.model:
        hint = "without @: the reference says which" if "@" in model else f"it names a model of {found.model}"
        raise UsageError(f"{quoted(model)} is not what {quoted(reference)} refers to", hint)
    return found.model, found.digest
