"""Whose models count, where `store.signing` names a key: those whose provenance it signed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from mlgitlab.cli.wiring import store as disk
from mlgitlab.cli.wiring import train as world
from mlgitlab.config.schema import Config, Signing
from mlgitlab.config.wording import quoted
from mlgitlab.errors import UsageError
from mlgitlab.jobs.train.permit import SignaturePermit
from mlgitlab.protocols import Snapshot
from mlgitlab.store.library import Store


def signing_of(config: Config | None) -> Signing | None:
    """The keys; None where nothing is signed."""
    return config.store.signing if config and config.store else None


def permit(store: Store, config: Config | None, read: Callable[[str], bytes]) -> SignaturePermit | None:
    """What refuses models whose provenance is not signed; None where no key is configured.

    `read` gives the content of a file of the project. UsageError where it is no public key.
    """
    signing = signing_of(config)
    if signing is None:
        return None
    try:
        verifier = world.verifier(read(signing.public_key))
    except UsageError as error:
        raise UsageError(f"store.signing.public_key: {error.message}", error.hint) from None
    return SignaturePermit(store=store, key=signing.public_key, verify=verifier.verify)


def on_disk(root: str | Path) -> Callable[[str], bytes]:
    """Reads files of the project as they lie there; UsageError where there is none."""
    return lambda name: disk.read_file(Path(root, name))


def in_snapshot(snapshot: Snapshot) -> Callable[[str], bytes]:
    """Reads files of the project as a commit has them; UsageError where it has none."""

    def read(name: str) -> bytes:
        content = snapshot.read([name]).get(name)
        if content is None:
            raise UsageError(f"there is no {quoted(name)}", "commit the public key there")
        return content

    return read
