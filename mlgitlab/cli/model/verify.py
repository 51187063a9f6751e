"""`mlgitlab model verify`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import click

from mlgitlab.cli import signatures
from mlgitlab.cli.main import Surroundings
from mlgitlab.cli.model.transfer import amount, watched
from mlgitlab.cli.options import json_option
from mlgitlab.cli.stores import Chosen, config_here, project_root, store_options
from mlgitlab.errors import ExitCode, RefusedError, UsageError
from mlgitlab.jobs.train.permit import SignaturePermit
from mlgitlab.store import catalogue, digests
from mlgitlab.store.checking import Checked, check
from mlgitlab.store.checking import remove_damaged as remove
from mlgitlab.store.library import Store
from mlgitlab.store.manifest import Manifest
from mlgitlab.store.naming import resolve
from mlgitlab.store.pulling import existing


@click.command("verify")
@click.argument("model", default="")
@click.option("--all", "everything", is_flag=True, help="Verify every model of the store.")
@click.option(
    "--remove-damaged",
    is_flag=True,
    help="Delete stored files whose bytes are wrong: a push of the model then sends them again.",
)
@click.option("--signed", is_flag=True, help="Also demand a statement of the provenance, signed by store.signing.")
@store_options
@json_option
@click.pass_obj
def command(
    around: Surroundings,
    chosen: Chosen,
    *,
    model: str,
    everything: bool,
    remove_damaged: bool,
    signed: bool,
    as_json: bool,
) -> int:
    """Read the stored files of MODEL[@DIGEST|@POINTER], or of all models, and compare them with their digests.

    Every damaged or missing file is named, and with --signed every model that nobody may deploy for want of a
    signature; then the exit code is 3.
    """
    if bool(model) == everything:
        raise UsageError("what should be verified?", "name one model, or give --all")
    store = chosen.open(around)
    permit = _permit(around, chosen, store) if signed else None
    wanted, broken = _manifests(store, [resolve(store, model)] if model else _every(store))
    total = sum({file.sha256: file.size for manifest in wanted.values() for file in manifest.files}.values())
    with watched("Verifying", total) as progress:
        found = check(store.bucket, wanted, store.parallel, progress)
    removed = remove(store.bucket, found) if remove_damaged else ()
    facts = _facts(store, found, broken, removed)
    if permit:
        facts["unsigned"] = [each for model_id in wanted if (each := _unsigned(permit, *model_id))]
    click.echo(json.dumps(facts, indent=2, ensure_ascii=False) if as_json else "\n".join(_text(facts, total)))
    return ExitCode.NO if facts["damaged"] or facts.get("unsigned") else ExitCode.YES


def _permit(around: Surroundings, chosen: Chosen, store: Store) -> SignaturePermit:
    config = config_here(around, chosen.config)
    permit = signatures.permit(store, config, signatures.on_disk(project_root(around)))
    if permit is None:
        raise UsageError("no key is configured whose signature could be demanded", "set store.signing.public_key")
    return permit


def _unsigned(permit: SignaturePermit, model: str, digest: str) -> dict[str, str] | None:
    try:
        permit.statement(model, digest)
    except RefusedError as error:
        return {"model": model, "digest": digest, "why": error.message}
    return None


def _every(store: Store) -> list[tuple[str, str]]:
    return [kept.id for kept in catalogue.models(store.bucket) if kept.written is not None]


def _manifests(store: Store, ids: list[tuple[str, str]]) -> tuple[dict[tuple[str, str], Manifest], dict[str, str]]:
    """The manifests, and what is wrong with those that cannot be read."""
    wanted, broken = {}, {}
    for model, digest in ids:
        try:
            wanted[model, digest] = existing(store.bucket, model, digest)
        except RefusedError as error:
            broken[f"{model}@{digest}"] = error.message
    return wanted, broken


def _facts(
    store: Store, found: tuple[Checked, ...], broken: Mapping[str, str], removed: tuple[str, ...]
) -> dict[str, Any]:  # fmt: skip
    damaged = [
        {"model": each.model, "digest": each.digest, "path": path, "expected": expected, "found": actual or None}
        for each in found
        for path, expected, actual in each.wrong
    ]
    damaged += [
        {"model": name.partition("@")[0], "digest": name.partition("@")[2], "manifest": what}
        for name, what in broken.items()
    ]
    return {
        "store": store.address,
        "models": len(found) + len(broken),
        "damaged": damaged,
        "removed": list(removed),
    }


def _text(facts: Mapping[str, Any], total: int) -> Iterator[str]:
    for each in facts["damaged"]:
        name = f"{each['model']}@{digests.short(each['digest'])}"
        if "manifest" in each:
            yield f"{click.style('damaged:', fg='red')} {name}: {each['manifest']}"
        else:
            was = f"found {each['found']}" if each["found"] else "it is missing"
            yield f"{click.style('damaged:', fg='red')} {name}: {each['path']}: expected {each['expected']}, {was}"
    for digest in facts["removed"]:
        yield f"removed {digest}: push the model again"
    for each in facts.get("unsigned", ()):
        yield f"{click.style('unsigned:', fg='red')} {each['why']}"
    count = "1 model" if facts["models"] == 1 else f"{facts['models']} models"
    damaged = f"damaged: {len(facts['damaged'])}" if facts["damaged"] else "nothing is damaged"
    unsigned = f", not signed: {len(facts['unsigned'])}" if "unsigned" in facts else ""
    yield f"{count}, {amount(total)} read in {facts['store']}: {damaged}{unsigned}"
