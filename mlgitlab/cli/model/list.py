"""`mlgitlab model list`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import click

from mlgitlab.cli.main import Surroundings
from mlgitlab.cli.model.transfer import amount
from mlgitlab.cli.options import json_option
from mlgitlab.cli.stores import Chosen, store_options
from mlgitlab.config.wording import suggestion
from mlgitlab.errors import MlgitlabError, UsageError
from mlgitlab.paths import printable
from mlgitlab.store import catalogue, digests
from mlgitlab.store.bucket import Progress
from mlgitlab.store.catalogue import Kept
from mlgitlab.store.crew import each
from mlgitlab.store.library import Store
from mlgitlab.store.values import Result


@click.command("list")
@click.argument("model", default="")
@store_options
@json_option
@click.pass_obj
def command(around: Surroundings, chosen: Chosen, model: str, as_json: bool) -> None:
    """List the models of the store, or those called MODEL, the newest last.

    With size, time of the push, the commit and the step that made it, and the pointers that stand at it.
    """
    store = chosen.open(around)
    kept = [found for found in catalogue.models(store.bucket, model) if found.written is not None]
    if model and not kept:
        names = sorted({found.model for found in catalogue.models(store.bucket)})
        raise UsageError(f"{store.address} holds no model {model}", suggestion(model, names, "it holds"))
    facts = _facts(store, kept, model)
    if as_json:
        click.echo(json.dumps({"store": store.address, "models": facts}, indent=2, ensure_ascii=False))
    else:
        click.echo("\n".join(_text(facts)) if facts else f"{store.address} holds no models yet")


def _facts(store: Store, kept: Sequence[Kept], model: str) -> list[dict[str, Any]]:
    results: dict[tuple[str, str], Result] = {}
    for found in catalogue.results(store.bucket, model, store.parallel):
        results[found.result.model, found.result.digest] = found.result
    pointers: dict[tuple[str, str], list[str]] = {}
    for owner, name in catalogue.pointer_names(store.bucket, model):
        for move in catalogue.moves(store.bucket, owner, name, 1):
            pointers.setdefault((owner, move.digest), []).append(name)

    def fact(each_kept: Kept, _: Progress) -> dict[str, Any]:
        result = results.get(each_kept.id)
        commit = result.commit if result else _pushed_at(store, each_kept)
        return {
            "model": each_kept.model,
            "digest": each_kept.digest,
            **_size(store, each_kept),
            "at": _time(each_kept.written or 0.0),
            "commit": commit,
            "step": result.step if result else "",
            "pointers": sorted(pointers.get(each_kept.id, [])),
        }

    return each(fact, kept, store.parallel)


def _size(store: Store, kept: Kept) -> dict[str, Any]:
    """Size and files; a damaged manifest has none, and the list of the others is still worth having."""
    try:
        manifest = store.manifest(*kept.id)
    except MlgitlabError as error:
        return {"size": None, "files": None, "damaged": error.message}
    return {"size": manifest.size if manifest else None, "files": len(manifest.files) if manifest else None}


def _pushed_at(store: Store, kept: Kept) -> str:
    records = store.records(*kept.id, "push") if "push" in kept.records else ()
    commits = [str(record.get("commit", "")) for record in records]
    return next(iter(filter(None, reversed(commits))), "")


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _text(facts: Sequence[dict[str, Any]]) -> Iterator[str]:
    for fact in facts:
        size = click.style("damaged", fg="red") if fact["size"] is None else amount(fact["size"])
        commit = f" at {printable(fact['commit'][:12])}" if fact["commit"] else ""
        made = f"{fact['step']}{commit}" if fact["step"] else f"pushed{commit}"
        stands = click.style(f"  <- {', '.join(fact['pointers'])}", fg="green") if fact["pointers"] else ""
        yield f"{fact['model']}@{digests.short(fact['digest'])}  {fact['at']}  {size:>10}  {made}{stands}"
