"""`mlgitlab model tag`."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from mlgitlab.cli.main import Surroundings
from mlgitlab.cli.options import json_option
from mlgitlab.cli.stores import Chosen, store_options, utc_now, who
from mlgitlab.config.wording import quoted
from mlgitlab.errors import RefusedError, UsageError
from mlgitlab.store import digests, keys
from mlgitlab.store.library import Store
from mlgitlab.store.naming import resolve
from mlgitlab.store.values import Pointer

# Names that say what runs where: moving one is a deployment's business.
RESERVED = frozenset({"production", "staging"})


@click.command("tag")
@click.argument("model")
@click.argument("digest")
@click.argument("name")
@click.option(
    "--expect",
    default="",
    metavar="DIGEST|none",
    help="Move it only if it stands at this model, or, with `none`, nowhere yet. Else the exit code is 3.",
)
@click.option("--why", default="", metavar="TEXT", help="Kept with the move.")
@click.option("--force", is_flag=True, help=f"Also one that means a deployment: {', '.join(sorted(RESERVED))}.")
@store_options
@json_option
@click.pass_obj
def command(  # noqa: PLR0913 (click's signature: each is an option)
    around: Surroundings,
    *,
    chosen: Chosen,
    model: str,
    digest: str,
    name: str,
    expect: str,
    why: str,
    force: bool,
    as_json: bool,
) -> None:
    """Let the pointer NAME of MODEL stand at DIGEST, or where another pointer stands.

    Of several who move a pointer at the same time one wins, and the others fail with exit code 3. All moves are kept.
    """
    _check_name(name, force=force)
    store = chosen.open(around)
    _, wanted = resolve(store, f"{model}@{digest}")
    now = store.pointer(model, name)
    _check_expected(store, model, expect, now)
    if now and now.digest == wanted:
        moved = now
    else:
        seen = now.number if now else 0
        moved = store.move(model, name, wanted, seen=seen, at=utc_now(), by=who(around.environ), why=why)
    facts = {**asdict(moved), "before": now.digest if now else None, "moved": moved is not now}
    click.echo(json.dumps(facts, indent=2, ensure_ascii=False) if as_json else _text(moved, now))


def _check_name(name: str, *, force: bool) -> None:
    if name in RESERVED and not force:
        what = f"`{name}` says what is deployed, and a tag looks at no verdict and no approval"
        raise RefusedError(what, "choose another name, or give --force")
    if not keys.is_name(name) or digests.abbreviation(name) or name == "none":
        hint = "letters, digits, `_`, `.` and `-`; nothing that reads like a digest, and not `none`"
        raise UsageError(f"{quoted(name)} cannot be the name of a pointer", hint)


def _check_expected(store: Store, model: str, expect: str, now: Pointer | None) -> None:
    if not expect:
        return
    expected = None if expect == "none" else resolve(store, f"{model}@{expect}")[1]
    stands = now.digest if now else None
    if expected != stands:
        where = f"at {digests.short(stands)}" if stands else "nowhere"
        meant = f"at {digests.short(expected)}" if expected else "nowhere"
        raise RefusedError(f"the pointer stands {where}, not {meant}", "somebody has moved it: look before you move it")


def _text(moved: Pointer, now: Pointer | None) -> str:
    name = click.style(f"{moved.model}@{moved.name}", bold=True)
    if moved is now:
        return f"{name} stands at {digests.short(moved.digest)} already"
    before = f", before at {digests.short(now.digest)}" if now else ""
    return f"{name} now stands at {digests.short(moved.digest)}{before} (move {moved.number})"
