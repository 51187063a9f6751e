"""`mlgitlab model show`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import click

from mlgitlab import paths
from mlgitlab.cli.main import Surroundings
from mlgitlab.cli.model.transfer import amount
from mlgitlab.cli.options import json_option
from mlgitlab.cli.stores import Chosen, store_options
from mlgitlab.errors import RefusedError
from mlgitlab.store import catalogue, digests
from mlgitlab.store.library import Store
from mlgitlab.store.naming import resolve
from mlgitlab.store.pulling import existing

_MOST_FILES = 50


@click.command("show")
@click.argument("model")
@store_options
@json_option
@click.pass_obj
def command(around: Surroundings, chosen: Chosen, model: str, as_json: bool) -> None:
    """Show the files of MODEL[@DIGEST|@POINTER], its records, the results it is, and the pointers that stand at it."""
    store = chosen.open(around)
    facts = _facts(store, *resolve(store, model))
    click.echo(json.dumps(facts, indent=2, ensure_ascii=False) if as_json else "\n".join(_text(facts)))


def _facts(store: Store, model: str, digest: str) -> dict[str, Any]:
    manifest = existing(store.bucket, model, digest)
    kept = next((each for each in catalogue.models(store.bucket, model) if each.digest == digest), None)
    if kept is None:
        raise RefusedError(f"{store.address} does not list {model}@{digests.short(digest)}", "try again")
    names = catalogue.pointer_names(store.bucket, model)
    moves = {name: catalogue.moves(store.bucket, owner, name, 1) for owner, name in names}
    results = (found.result for found in catalogue.results(store.bucket, model, store.parallel))
    return {
        "model": model,
        "digest": digest,
        "store": store.address,
        "size": manifest.size,
        "files": [
            {**paths.as_json(file.path), "size": file.size, "sha256": file.sha256, "executable": file.executable}
            for file in manifest.files
        ],
        "pointers": sorted(name for name, last in moves.items() if last and last[-1].digest == digest),
        "results": [
            {"step": result.step, "fingerprint": result.fingerprint, "commit": result.commit, "at": result.at}
            for result in results
            if result.model == model and result.digest == digest
        ],
        "records": {kind: list(store.records(model, digest, kind)) for kind in sorted(kept.records)},
    }


def _text(facts: Mapping[str, Any]) -> Iterator[str]:
    yield f"{click.style(facts['model'] + '@' + digests.short(facts['digest']), bold=True)} in {facts['store']}"
    yield f"  digest    {facts['digest']}"
    yield f"  size      {amount(facts['size'])} in {len(facts['files'])} files"
    yield f"  pointers  {', '.join(facts['pointers']) or 'none'}"
    for result in facts["results"]:
        commit = f" at {paths.printable(result['commit'][:12])}" if result["commit"] else ""
        yield f"  made by   {result['step']}{commit}, {paths.printable(result['at'])}"
    for kind, records in facts["records"].items():
        for record in records:
            # ASCII, and every control character escaped: records are shown as they are stored.
            yield f"  {kind:<9} {json.dumps(record, sort_keys=True)}"
    yield "  files"
    for file in facts["files"][:_MOST_FILES]:
        mark = " *" if file["executable"] else ""
        yield f"    {digests.short(file['sha256'])}  {amount(file['size']):>10}  {file['path']}{mark}"
    if len(facts["files"]) > _MOST_FILES:
        yield f"    and {len(facts['files']) - _MOST_FILES} more (--json lists all)"
