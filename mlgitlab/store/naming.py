"""Which model a text names: `fraud@production`, `fraud@sha256:0123456789ab`."""

from __future__ import annotations

from mlgitlab.config.wording import quoted, suggestion
from mlgitlab.errors import UsageError
from mlgitlab.store import catalogue, digests, keys
from mlgitlab.store.library import Store


def resolve(store: Store, text: str) -> tuple[str, str]:
    """Name and digest of the model that `MODEL`, `MODEL@POINTER` or `MODEL@DIGEST` means.

    `MODEL` alone is `MODEL@production`. A digest may be cut to 12 digits or more. UsageError where nothing, or more
    than one thing, has that name; a full digest is taken as it is.
    """
    model, at, what = text.partition("@")
    if not keys.is_name(model) or (at and not what):
        raise UsageError(f"{quoted(text)} names no model", "write MODEL@production or MODEL@sha256:0123456789ab")
    if digests.is_digest(what) or digests.is_digits(what):
        return model, digests.full(digests.digits_of(what))
    if start := digests.abbreviation(what):
        return model, _abbreviated(store, model, start)
    name = what or keys.PRODUCTION
    pointer = store.pointer(model, name) if keys.is_name(name) else None
    if pointer is None:
        raise _unknown(store, model, name)
    return model, pointer.digest


def _abbreviated(store: Store, model: str, start: str) -> str:
    kept = [each for each in catalogue.models(store.bucket, model) if each.written is not None]
    found = [each.digest for each in kept if each.digest.startswith(digests.PREFIX + start)]
    if len(found) == 1:
        return found[0]
    if found:
        what = f"{model}@sha256:{start} may be any of {', '.join(found)}"
        raise UsageError(what, "write more digits")
    hint = f"`mlgitlab model list {model}` shows what there is" if kept else _near_models(store, model)
    raise UsageError(f"{store.address} holds no model {model}@sha256:{start}", hint)


def _unknown(store: Store, model: str, name: str) -> UsageError:
    names = [pointer for _, pointer in catalogue.pointer_names(store.bucket, model)]
    what = f"{model} has no pointer {quoted(name)} in {store.address}"
    if names:
        return UsageError(what, suggestion(name, names, "it has"))
    kept = [each for each in catalogue.models(store.bucket, model) if each.written is not None]
    if kept:
        newest = digests.short(kept[-1].digest)
        return UsageError(what, f"it has no pointer at all; name the model by its digest, such as {model}@{newest}")
    return UsageError(f"{store.address} holds no model {model}", _near_models(store, model))


def _near_models(store: Store, model: str) -> str:
    names = sorted({each.model for each in catalogue.models(store.bucket)})
    return suggestion(model, names, "it holds") or "it holds no models yet; `mlgitlab model push` stores the first"
