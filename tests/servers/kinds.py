"""The S3 servers of the tests by name; each is started once for a test session."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mlgitlab.store.bucket import Bucket
from tests.servers import moto, radosgw, swift
from tests.servers.account import Account

KINDS = ("moto", "swift", "radosgw")


def missing(kind: str) -> str:
    """Why a server of this kind cannot be started here; empty where it can."""
    match kind:
        case "swift":
            return swift.missing()
        case "radosgw":
            return radosgw.missing()
        case _:
            return ""


@contextmanager
def serving(kind: str, folder: Path) -> Iterator[Account]:
    """A server that runs until the end of the block and keeps its files below `folder`.

    Where Swift is missing in CI the test fails: there, what is not run would look as if it had passed.
    """
    if reason := missing(kind):
        if kind == "swift" and os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    folder.mkdir(parents=True, exist_ok=True)
    with {"moto": moto, "swift": swift, "radosgw": radosgw}[kind].serving(folder) as account:
        yield account


@contextmanager
def running(kind: str, folder: Path) -> Iterator[Callable[[], Bucket]]:
    """A server, as a function that gives a store of its own, empty, with each call."""
    with serving(kind, folder) as account:
        yield lambda: account.open(account.new_bucket())
