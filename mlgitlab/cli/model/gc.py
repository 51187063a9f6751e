"""`mlgitlab model gc`."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from typing import Any

import click

from mlgitlab.cli.main import Surroundings
from mlgitlab.cli.model.transfer import amount
from mlgitlab.cli.options import json_option
from mlgitlab.cli.stores import Chosen, store_options, who
from mlgitlab.config.scalars import Duration
from mlgitlab.config.wording import quoted
from mlgitlab.errors import UsageError
from mlgitlab.store import digests
from mlgitlab.store.collecting import Found, collect, look
from mlgitlab.store.garbage import Rules


@click.command("gc")
@click.option("--dry-run", is_flag=True, help="Show what would go, and delete nothing.")
@click.option(
    "--keep", type=click.IntRange(min=0), default=5, show_default=True, help="The newest models of a name stay."
)
@click.option("--older-than", default="30d", show_default=True, metavar="TIME", help="Younger models and results stay.")
@click.option(
    "--history", type=click.IntRange(min=1), default=5, show_default=True, help="Last moves of a pointer that protect."
)
@click.option("--take-over", is_flag=True, help="Go on although a collection that died left its mark.")
@store_options
@json_option
@click.pass_obj
def command(  # noqa: PLR0913 (click's signature: each is an option)
    around: Surroundings,
    *,
    chosen: Chosen,
    dry_run: bool,
    keep: int,
    older_than: str,
    history: int,
    take_over: bool,
    as_json: bool,
) -> None:
    """Delete models that nothing refers to, and stored files that no model has.

    A model stays that a pointer stands at, or stood at in its last moves; that has a verdict or an approval; that a
    young result refers to; that is young itself, or one of the newest of its name. Look with --dry-run first.
    """
    rules = Rules(now=time.time(), keep=keep, older_than=_seconds(older_than), moves=history)
    store = chosen.open(around)
    if dry_run:
        found = look(store.bucket, rules, store.parallel)
    else:
        found = collect(store.bucket, rules, who(around.environ), store.parallel, take_over=take_over)
    facts = _facts(store.address, found, deleted=not dry_run)
    click.echo(json.dumps(facts, indent=2) if as_json else "\n".join(_text(facts)))


def _seconds(text: str) -> float:
    if text.strip() == "0":
        return 0.0
    try:
        return float(Duration.parse(text).seconds)
    except ValueError:
        raise UsageError(f"--older-than {quoted(text)} is no duration", "write 30d, 12h, 2 weeks, or 0") from None


def _facts(address: str, found: Found, *, deleted: bool) -> dict[str, Any]:
    return {
        "store": address,
        "deleted": deleted,
        "models": [{"model": each.model, "digest": each.digest} for each in found.models],
        "results": len(found.results),
        "files": len(found.blobs),
        "size": found.size,
        "stays": [
            {"model": model, "digest": digest, "because": why} for (model, digest), why in sorted(found.stays.items())
        ],
    }


def _text(facts: Mapping[str, Any]) -> Iterator[str]:
    verb = "deleted" if facts["deleted"] else "would delete"
    for each in facts["models"]:
        yield f"{click.style(verb, fg='yellow')} {each['model']}@{digests.short(each['digest'])}"
    for each in facts["stays"]:
        yield f"keeps {each['model']}@{digests.short(each['digest'])}: {each['because']}"
    models = "1 model" if len(facts["models"]) == 1 else f"{len(facts['models'])} models"
    files = "1 stored file" if facts["files"] == 1 else f"{facts['files']} stored files"
    yield f"{verb} {models} and {files}, {amount(facts['size'])}, in {facts['store']}"
