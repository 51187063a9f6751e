"""Every place that can be a store: the contract tests run on each of them."""

from __future__ import annotations

import errno
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mlgitlab.adapters.store.folder import FolderBucket
from mlgitlab.adapters.store.local import LocalFiles
from mlgitlab.store.bucket import Bucket
from mlgitlab.store.library import Store
from tests.servers import kinds

BUCKETS = ("folder", "folder-without-links", *kinds.KINDS)
NewBucket = Callable[[], Bucket]


def _no_link(source: Path, target: Path) -> None:
    raise OSError(errno.EPERM, "Operation not permitted")


@pytest.fixture(scope="session", params=BUCKETS)
def new_bucket(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[NewBucket]:
    """Gives a fresh, empty bucket with each call."""
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "folder":
        yield lambda: FolderBucket(folder / uuid.uuid4().hex)
    elif request.param == "folder-without-links":
        yield lambda: FolderBucket(folder / uuid.uuid4().hex, link=_no_link)
    else:
        with kinds.running(request.param, folder) as factory:
            yield factory


@pytest.fixture
def bucket(new_bucket: NewBucket) -> Bucket:
    return new_bucket()


@pytest.fixture
def store(bucket: Bucket) -> Store:
    return Store(bucket=bucket, files=LocalFiles())
