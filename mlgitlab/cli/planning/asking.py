"""Whether a plan may ask the store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgitlab.cli.inputs import Request, Stores, store_address
from mlgitlab.cli.main import Surroundings
from mlgitlab.config.schema import Config

if TYPE_CHECKING:
    from mlgitlab.store.library import Store


def stores_of(around: Surroundings, request: Request) -> Stores:
    """Opens the store where it may be asked: a folder always; a bucket in CI, or where a person says so.

    It is opened once for all that a plan asks of it.
    """
    opened: list[Store] = []

    def stores(config: Config) -> Store | str:
        address = store_address(request, config)
        if not address or request.options.ask_store is False:
            return "the store was not asked: --no-ask-store" if address else ""
        if address.startswith("s3:") and not request.env.in_ci and not request.options.ask_store:
            return "the store was not asked: it lies outside this machine (--ask-store asks it)"
        from mlgitlab.cli.stores import open_store  # noqa: PLC0415 (only those who ask the store load it)

        if not opened:
            opened.append(open_store(around, config, ""))
        return opened[0]

    return stores
